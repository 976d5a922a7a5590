import { useDeferredValue, useState } from 'react'
import { Card } from '../parts/card.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import { type AuditEntry, type AuditFilter, useAudit } from './people-api.ts'

const ways: Readonly<Record<AuditEntry['via'], string>> = {
  local: 'at this machine',
  cookie: 'signed in',
  token: 'by token',
  'ingest-key': 'by ingest key',
  nobody: 'unknown',
}

/** Who changed what and who signed in, newest first; what was refused too. */
export function AuditLog() {
  const [filter, setFilter] = useState<AuditFilter>({})
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useAudit(useDeferredValue(filter))
  const entries = data?.pages.flatMap(({ items }) => items)
  return (
    <>
      <Filter filter={filter} onChange={setFilter} />
      {error && <ProblemBox error={error} />}
      {!entries && !error && <Skeleton height={320} />}
      {entries && (
        <Card title="Newest first" flush>
          {entries.length === 0 ? (
            <p className="empty small">Nothing that fits was done yet.</p>
          ) : (
            <table className="plain audit">
              <thead>
                <tr>
                  <th>When</th>
                  <th>Who</th>
                  <th>What</th>
                  <th>On</th>
                  <th>Outcome</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry, i) => (
                  <Row key={`${entry.at} ${i}`} entry={entry} />
                ))}
              </tbody>
            </table>
          )}
        </Card>
      )}
      {hasNextPage && (
        <div>
          <button type="button" className="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Earlier
          </button>
        </div>
      )}
    </>
  )
}

function Row({ entry: { at, principal, via, action, project, target, outcome } }: { entry: AuditEntry }) {
  const isDone = outcome === 'done'
  return (
    <tr>
      <td>
        <Ago utc={at} />
      </td>
      <td className="wrap-anywhere">
        <strong>{principal}</strong>
        <div className="faint">{ways[via]}</div>
      </td>
      <td className="wrap-anywhere">
        <code>{action}</code>
      </td>
      <td className="wrap-anywhere">
        {target === null ? '' : <code>{target}</code>}
        {project !== null && <div className="faint">project {project}</div>}
      </td>
      <td className={isDone ? 'muted' : 'tone-failed'}>{isDone ? 'done' : `refused: ${outcome}`}</td>
    </tr>
  )
}

interface FilterProps {
  readonly filter: AuditFilter
  readonly onChange: (filter: AuditFilter) => void
}

function Filter({ filter, onChange }: FilterProps) {
  const text = (name: 'principal' | 'action' | 'target', label: string, hint: string) => (
    <input
      className="field"
      aria-label={label}
      placeholder={hint}
      maxLength={200}
      value={filter[name] ?? ''}
      onChange={({ target: { value } }) => {
        const { [name]: _, ...rest } = filter
        onChange(value.trim() === '' ? rest : { ...rest, [name]: value.trim() })
      }}
    />
  )
  return (
    <div className="row wrap" role="search" aria-label="Narrow the log">
      {text('principal', 'Who', 'Who')}
      {text('action', 'What', 'What: POST /api/v1/edits')}
      {text('target', 'On', 'On: an id or name')}
      <select
        className="field"
        aria-label="Outcome"
        value={filter.refused ?? ''}
        onChange={({ target: { value } }) => {
          const { refused: _, ...rest } = filter
          onChange(value === 'true' || value === 'false' ? { ...rest, refused: value } : rest)
        }}
      >
        <option value="">Done and refused</option>
        <option value="false">Done</option>
        <option value="true">Refused</option>
      </select>
    </div>
  )
}
