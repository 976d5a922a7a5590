import { Link } from '../route/link.tsx'
import { Page } from './page.tsx'

export function NotFoundPage() {
  return (
    <Page title="No such page">
      <div className="page-body">
        <div className="empty">
          <strong>There is nothing at this address.</strong>
          <Link to="/">To the overview</Link>
        </div>
      </div>
    </Page>
  )
}
