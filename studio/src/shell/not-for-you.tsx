import { useMe } from '../data/me.ts'
import { projectWords } from '../people/role-words.ts'
import { Link } from '../route/link.tsx'
import { Page } from './page.tsx'

/** Where an address leads that the person's role does not open; links to it are not offered, but addresses are passed on. */
export function NotForYou({ title, needs }: { title: string; needs: string }) {
  const principal = useMe().data?.principal
  return (
    <Page title={title}>
      <div className="page-body">
        <div className="empty">
          <strong>This page is for {needs}.</strong>
          {principal && (
            <span>
              You are {principal.name}: {principal.role}, {projectWords(principal.project)}. An owner can change that.
            </span>
          )}
          <Link to="/">To the overview</Link>
        </div>
      </div>
    </Page>
  )
}
