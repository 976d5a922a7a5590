import { useState } from 'react'
import type { Role } from '#core/principal.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Segments } from '../parts/segments.tsx'
import { MadeSecret } from './made-secret.tsx'
import { type NewKey as NewKeyBody, useMakeKey } from './people-api.ts'
import { ProjectField, RoleField } from './role-fields.tsx'

type Kind = NewKeyBody['kind']

const dayMs = 86_400_000
const lives = { '30 days': 30, '90 days': 90, 'a year': 365, 'until revoked': null } as const
type Life = keyof typeof lives

export function NewKey({ onClose }: { onClose: () => void }) {
  const [kind, setKind] = useState<Kind>('token')
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const [project, setProject] = useState('')
  const [origins, setOrigins] = useState('')
  const [life, setLife] = useState<Life>('90 days')
  const make = useMakeKey()
  const formId = 'new-key'
  if (make.data) return <MadeSecret made={make.data} onClose={onClose} />
  const isReady = name.trim() !== '' && (kind === 'token' || project.trim() !== '')
  const body = (): NewKeyBody => {
    const days = lives[life]
    const expiresAt = days === null ? null : new Date(Date.now() + days * dayMs).toISOString()
    const told = { name: name.trim(), expiresAt }
    if (kind === 'ingest') {
      return {
        kind,
        ...told,
        project: project.trim(),
        origins: origins.split(/[\s,]+/).filter((origin) => origin !== ''),
      }
    }
    return { kind, ...told, role, project: project.trim() === '' ? null : project.trim() }
  }
  return (
    <Dialog
      title="Make a key"
      onClose={onClose}
      foot={
        <button type="submit" form={formId} className="button primary" disabled={!isReady || make.isPending}>
          Make it
        </button>
      }
    >
      <form
        id={formId}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate(body())
        }}
      >
        <KindField value={kind} onChange={setKind} />
        <label className="labelled">
          <span>Name</span>
          <input
            className="field"
            maxLength={100}
            autoComplete="off"
            data-first
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <small>what it is for; written beside whatever is done with it</small>
        </label>
        <div className="columns two">
          {kind === 'token' && <RoleField value={role} onChange={setRole} />}
          <ProjectField value={project} isNeeded={kind === 'ingest'} onChange={setProject} />
        </div>
        {kind === 'ingest' && (
          <label className="labelled">
            <span>Origins of the pages that use it</span>
            <input
              className="field"
              placeholder="https://app.example"
              spellCheck={false}
              value={origins}
              onChange={(event) => setOrigins(event.target.value)}
            />
            <small>as in the address bar, without a path; several with spaces; empty: programs, and no page</small>
          </label>
        )}
        <label className="labelled">
          <span>Ends after</span>
          <select className="field" value={life} onChange={(event) => setLife(lifeOf(event.target.value) ?? life)}>
            {Object.keys(lives).map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        {make.error && <ProblemBox error={make.error} />}
      </form>
    </Dialog>
  )
}

const lifeOf = (name: string): Life | undefined => (Object.keys(lives) as Life[]).find((life) => life === name)

function KindField({ value: kind, onChange }: { value: Kind; onChange: (kind: Kind) => void }) {
  return (
    <div className="stack tight">
      <Segments
        label="Kind"
        value={kind}
        choices={[
          ['token', 'API token'],
          ['ingest', 'Ingest key'],
        ]}
        onChange={onChange}
      />
      <p className="muted">
        {kind === 'token'
          ? 'For a program that keeps secrets: it acts with the role that is chosen here.'
          : 'For a program or a website that can keep none: it only writes, into one project, and shows nothing.'}
      </p>
    </div>
  )
}
