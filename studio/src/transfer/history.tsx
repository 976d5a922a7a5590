import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../data/client.ts'
import { useExports, useImports } from '../data/queries.ts'
import { sayCount } from '../data/say.ts'
import { inWords } from '../data/session-filter.ts'
import type { ExportNote, ImportRecord, SessionQuery } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import { May } from '../people/may.tsx'
import { Link } from '../route/link.tsx'
import { notify } from '../shell/notices.tsx'

/** What came in and what went out, newest first; both at once, so that neither pushes the other down. */
export function History({ project }: { project: string }) {
  const imports = useImports(project)
  const exports = useExports(project)
  const error = imports.error ?? exports.error
  if (error) return <ProblemBox error={error} />
  if (!imports.data || !exports.data) return <Skeleton height={280} />
  return (
    <>
      <Imports records={imports.data.items} />
      <Exports notes={exports.data.items} />
    </>
  )
}

function Imports({ records }: { records: readonly ImportRecord[] }) {
  return (
    <Card title="Came in" flush>
      {records.length === 0 && <p className="empty small">Nothing was imported into this project yet.</p>}
      {records.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th>When</th>
              <th>Source</th>
              <th>Read as</th>
              <th>How</th>
              <th className="right">Sessions</th>
              <th className="right">Edits</th>
              <th>By</th>
              <th>
                <span className="hidden-label">Undo</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {records.map((record) => (
              <ImportRow key={record.id} record={record} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  )
}

function ImportRow({ record }: { record: ImportRecord }) {
  const cache = useQueryClient()
  const undo = useMutation({
    mutationFn: () => api.call('POST /api/v1/imports/{id}/undo', { params: { id: record.id } }),
    onSuccess: async ({ broughtBack }) => {
      notify(`${sayCount(broughtBack)} sessions are back.`)
      await cache.invalidateQueries()
    },
  })
  return (
    <tr>
      <td>
        <Ago utc={record.at} />
      </td>
      <td>
        <Link to="/sessions" params={{ import: record.id }}>
          {record.source}
        </Link>
        {undo.error && <ProblemBox error={undo.error} />}
      </td>
      <td>{record.layout}</td>
      <td>{record.mode}</td>
      <td className="right">{sayCount(record.sessions)}</td>
      <td className="right">{sayCount(record.edits)}</td>
      <td>{record.principal}</td>
      <td className="right">
        {record.mode === 'replace' && (
          <May needs="owner">
            <button type="button" className="button small" disabled={undo.isPending} onClick={() => undo.mutate()}>
              Undo
            </button>
          </May>
        )}
      </td>
    </tr>
  )
}

function Exports({ notes }: { notes: readonly ExportNote[] }) {
  return (
    <Card title="Went out" flush>
      {notes.length === 0 && <p className="empty small">Nothing was exported from this project yet.</p>}
      {notes.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th>When</th>
              <th>What</th>
              <th>Format</th>
              <th className="right">Sessions</th>
              <th>Where to</th>
              <th>By</th>
            </tr>
          </thead>
          <tbody>
            {notes.map((note) => (
              <tr key={note.id}>
                <td>
                  <Ago utc={note.at} />
                </td>
                <td className="wrap-anywhere">{whatInWords(note.what)}</td>
                <td>{note.format}</td>
                <td className="right">{sayCount(note.sessions)}</td>
                <td className="wrap-anywhere">{note.target}</td>
                <td>{note.principal}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  )
}

/** A version by its name, a query in words. */
function whatInWords(what: string): string {
  if (!what.startsWith('{')) return what
  try {
    return inWords(JSON.parse(what) as SessionQuery)
  } catch {
    return what
  }
}
