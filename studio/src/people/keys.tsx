import { useState } from 'react'
import { sayTime } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago, useNow } from '../parts/time.tsx'
import { type AccessKey, useKeys, useRevokeKey } from './people-api.ts'
import { projectWords } from './role-words.ts'

const kinds = { token: 'API token', ingest: 'Ingest key' } as const

/** What lets programs and pages in without a password: who made it, what it may, when it was last used. */
export function Keys() {
  const { data, error } = useKeys()
  const [revoked, setRevoked] = useState<AccessKey | null>(null)
  if (error) return <ProblemBox error={error} />
  if (!data) return <Skeleton height={200} />
  return (
    <>
      <Card title="API tokens and ingest keys" flush>
        {data.items.length === 0 ? (
          <div className="empty">
            <strong>No token and no key yet.</strong>A token lets a program act with a role. An ingest key only writes
            into one project, and may stand in the page of a website.
          </div>
        ) : (
          <table className="plain">
            <thead>
              <tr>
                <th>Name</th>
                <th>May</th>
                <th>Made</th>
                <th>Last used</th>
                <th>Until</th>
                <th>
                  <span className="hidden-label">Revoke</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((key) => (
                <Row key={key.id} accessKey={key} onRevoke={() => setRevoked(key)} />
              ))}
            </tbody>
          </table>
        )}
      </Card>
      {revoked && <Revoke accessKey={revoked} onClose={() => setRevoked(null)} />}
    </>
  )
}

function Row({ accessKey, onRevoke }: { accessKey: AccessKey; onRevoke: () => void }) {
  const { kind, name, role, project, origins, perMinute, createdAt, createdBy, lastUsedAt } = accessKey
  const limits = [
    origins.length > 0 && `from ${origins.join(', ')}`,
    perMinute !== null && `${perMinute} a minute at most`,
  ].filter((words) => words !== false)
  return (
    <tr className={accessKey.revokedAt === null ? undefined : 'gone'}>
      <td className="wrap-anywhere">
        <strong>{name}</strong>
        <div className="faint">{kinds[kind]}</div>
      </td>
      <td className="wrap-anywhere">
        {kind === 'ingest' ? `write into ${projectWords(project)}` : `${role}, ${projectWords(project)}`}
        {limits.length > 0 && <div className="faint">{limits.join('; ')}</div>}
      </td>
      <td>
        <Ago utc={createdAt} />
        <div className="faint">by {createdBy}</div>
      </td>
      <td>{lastUsedAt === null ? <span className="faint">never</span> : <Ago utc={lastUsedAt} />}</td>
      <td>
        <Until accessKey={accessKey} />
      </td>
      <td className="right">
        {accessKey.revokedAt === null && (
          <button type="button" className="button small" onClick={onRevoke} aria-label={`Revoke ${name}`}>
            Revoke…
          </button>
        )}
      </td>
    </tr>
  )
}

function Until({ accessKey: { revokedAt, expiresAt } }: { accessKey: AccessKey }) {
  const now = useNow()
  if (revokedAt !== null) {
    return (
      <span className="tone-cancelled">
        revoked <Ago utc={revokedAt} />
      </span>
    )
  }
  if (expiresAt === null) return <span className="faint">no end</span>
  const isOver = Date.parse(expiresAt) <= now
  return <span className={isOver ? 'tone-failed' : undefined}>{`${isOver ? 'ended ' : ''}${sayTime(expiresAt)}`}</span>
}

function Revoke({ accessKey: { id, name, kind }, onClose }: { accessKey: AccessKey; onClose: () => void }) {
  const revoke = useRevokeKey(id)
  return (
    <Dialog
      title={`Revoke ${name}`}
      onClose={onClose}
      foot={
        <>
          <button type="button" className="button" onClick={onClose}>
            Keep it
          </button>
          <button
            type="button"
            className="button danger"
            disabled={revoke.isPending}
            onClick={() => revoke.mutate(undefined, { onSuccess: onClose })}
          >
            Revoke it
          </button>
        </>
      }
    >
      <div className="stack">
        <p>
          This {kinds[kind]} lets nobody in from now on; whatever uses it is refused at once. It cannot be taken back: a
          new one has another secret.
        </p>
        {revoke.error && <ProblemBox error={revoke.error} />}
      </div>
    </Dialog>
  )
}
