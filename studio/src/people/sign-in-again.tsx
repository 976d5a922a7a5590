import { useKeepMe, useMe } from '../data/me.ts'
import { endWait, useSignInEnded } from '../data/sign-in.ts'
import { Dialog } from '../parts/dialog.tsx'
import { SignInForm } from './sign-in-form.tsx'
import './people.css'

/** Asks for the password when a sign-in ended while somebody worked; the page beneath stays as it is. */
export function SignInAgain() {
  const isEnded = useSignInEnded()
  const { data } = useMe()
  const keep = useKeepMe()
  if (!isEnded) return null
  const before = data?.principal?.name ?? ''
  return (
    <Dialog title="Sign in again" onClose={() => endWait(false)}>
      <div className="stack">
        <p className="muted">
          Your sign-in has ended. What you have typed and drawn is still here, and goes on when you are back.
        </p>
        <SignInForm
          name={before}
          onDone={(me) => {
            keep(me)
            endWait(true)
            // Another person must not find what this one left on the page.
            if (me.principal?.name !== before) location.assign('/')
          }}
        />
      </div>
    </Dialog>
  )
}
