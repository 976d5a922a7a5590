import { useState } from 'react'
import { shortestPassword } from '#core/people-store.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { notify } from '../shell/notices.tsx'
import { NewPassword } from './new-password.tsx'
import { type Account, useChangePerson, useResetPassword } from './people-api.ts'
import { ProjectField, RoleField } from './role-fields.tsx'

/** Role and project, a new password, and whether the account lets anybody in. */
export function ChangePerson({ account, onClose }: { account: Account; onClose: () => void }) {
  const { name } = account
  const [role, setRole] = useState(account.role)
  const [project, setProject] = useState(account.project ?? '')
  const change = useChangePerson(name)
  const isOff = account.disabledAt !== null
  const next = { role, project: project.trim() === '' ? null : project.trim() }
  const isSame = next.role === account.role && next.project === account.project
  return (
    <Dialog
      title={`Account ${name}`}
      onClose={onClose}
      foot={
        <button
          type="button"
          className="button primary"
          disabled={isSame || change.isPending}
          onClick={() => change.mutate(next, { onSuccess: onClose })}
        >
          Save
        </button>
      }
    >
      <div className="stack">
        <div className="columns two">
          <RoleField value={role} onChange={setRole} />
          <ProjectField value={project} onChange={setProject} />
        </div>
        {change.error && <ProblemBox error={change.error} />}
        <PasswordReset name={name} />
        <section className="stack tight">
          <h3>{isOff ? 'Let in again' : 'Disable'}</h3>
          <p className="muted">
            {isOff
              ? 'The account lets nobody in. What was done under its name stays.'
              : 'All its sign-ins end at once and it lets nobody in. What was done under its name stays, and the account can be let in again.'}
          </p>
          <div>
            <button
              type="button"
              className={isOff ? 'button' : 'button danger'}
              disabled={change.isPending}
              onClick={() => change.mutate({ disabled: !isOff }, { onSuccess: onClose })}
            >
              {isOff ? 'Let in again' : `Disable ${name}`}
            </button>
          </div>
        </section>
      </div>
    </Dialog>
  )
}

function PasswordReset({ name }: { name: string }) {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const reset = useResetPassword(name)
  const done = () => {
    setPassword('')
    setAgain('')
    notify(`${name} has a new password; all earlier sign-ins have ended.`)
  }
  return (
    <details className="inner">
      <summary>New password</summary>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          reset.mutate(password, { onSuccess: done })
        }}
      >
        <NewPassword value={password} again={again} onChange={setPassword} onAgain={setAgain} />
        {reset.error && <ProblemBox error={reset.error} />}
        <div>
          <button
            type="submit"
            className="button"
            disabled={password.length < shortestPassword || password !== again || reset.isPending}
          >
            Set the password
          </button>
        </div>
      </form>
    </details>
  )
}
