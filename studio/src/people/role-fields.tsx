import { useId } from 'react'
import { roles, type Role } from '#core/principal.ts'
import { useProjects } from '../data/queries.ts'
import { roleWords } from './role-words.ts'

interface RoleFieldProps {
  readonly value: Role
  readonly isFixed?: boolean
  readonly onChange: (role: Role) => void
}

export function RoleField({ value, isFixed = false, onChange }: RoleFieldProps) {
  return (
    <label className="labelled">
      <span>Role</span>
      <select
        className="field"
        value={value}
        disabled={isFixed}
        onChange={(event) => onChange(roles.find((role) => role === event.target.value) ?? value)}
      >
        {roles.map((role) => (
          <option key={role}>{role}</option>
        ))}
      </select>
      <small>{roleWords[value]}</small>
    </label>
  )
}

interface ProjectFieldProps {
  /** '' = all projects. */
  readonly value: string
  readonly isFixed?: boolean
  /** Whether one has to be named. */
  readonly isNeeded?: boolean
  readonly onChange: (project: string) => void
}

/** One of the projects that there are, or one that will be. */
export function ProjectField({ value, isFixed = false, isNeeded = false, onChange }: ProjectFieldProps) {
  const { data } = useProjects()
  const list = useId()
  return (
    <label className="labelled">
      <span>Project</span>
      <input
        className="field"
        list={list}
        maxLength={200}
        required={isNeeded}
        disabled={isFixed}
        placeholder={isNeeded ? '' : 'all projects'}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={list}>
        {data?.items.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <small>
        {isNeeded ? 'everything goes into this one' : 'empty: all of them; else this one and nothing of the others'}
      </small>
    </label>
  )
}
