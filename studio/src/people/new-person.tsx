import { useState } from 'react'
import { shortestPassword } from '#core/people-store.ts'
import type { Role } from '#core/principal.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { notify } from '../shell/notices.tsx'
import { NewPassword } from './new-password.tsx'
import { useAddPerson } from './people-api.ts'
import { ProjectField, RoleField } from './role-fields.tsx'

/** `isFirst`: it will be the owner, and from then on everybody signs in: whoever makes it should know that. */
export function NewPerson({ isFirst, onClose }: { isFirst: boolean; onClose: () => void }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>(isFirst ? 'owner' : 'viewer')
  const [project, setProject] = useState('')
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const add = useAddPerson()
  const formId = 'new-person'
  const isReady = name.trim() !== '' && password.length >= shortestPassword && password === again
  const make = () =>
    add.mutate(
      { name: name.trim(), role, project: project.trim() === '' ? null : project.trim(), password },
      {
        onSuccess: (account) => {
          onClose()
          notify(`${account.name} can sign in now.`)
        },
      },
    )
  return (
    <Dialog
      title={isFirst ? 'Make the first account' : 'Add a person'}
      onClose={onClose}
      foot={
        <button type="submit" form={formId} className="button primary" disabled={!isReady || add.isPending}>
          {isFirst ? 'Make it, and sign in' : 'Add'}
        </button>
      }
    >
      <form
        id={formId}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          make()
        }}
      >
        {isFirst && (
          <p className="muted">
            This account is an owner of everything. As soon as it is there, everybody signs in, at this machine too:
            keep the password.
          </p>
        )}
        <label className="labelled">
          <span>Name</span>
          <input
            className="field"
            maxLength={100}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <small>is written beside whatever this person does, and never changes; a pseudonym will do</small>
        </label>
        <div className="columns two">
          <RoleField value={role} isFixed={isFirst} onChange={setRole} />
          <ProjectField value={project} isFixed={isFirst} onChange={setProject} />
        </div>
        <NewPassword value={password} again={again} onChange={setPassword} onAgain={setAgain} />
        {add.error && <ProblemBox error={add.error} />}
      </form>
    </Dialog>
  )
}
