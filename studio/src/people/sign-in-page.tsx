import { useQueryClient } from '@tanstack/react-query'
import { useKeepMe } from '../data/me.ts'
import { Page } from '../shell/page.tsx'
import { SignInForm } from './sign-in-form.tsx'
import './people.css'

/** Stands in for every page while nobody is signed in; the address stays, and is shown afterwards. */
export function SignInPage() {
  const keep = useKeepMe()
  const cache = useQueryClient()
  return (
    <Page title="Sign in">
      <div className="page-body">
        <section className="card sign-in-card" aria-label="Sign in">
          <div className="card-body">
            <SignInForm
              onDone={(me) => {
                // What was refused so far may be shown now.
                cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' })
                keep(me)
              }}
            />
          </div>
        </section>
        <p className="faint sign-in-card">
          A forgotten password is changed by an owner, on the People page or at the machine with{' '}
          <code>npx hindsight people password NAME</code>.
        </p>
      </div>
    </Page>
  )
}
