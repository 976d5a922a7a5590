import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { api } from '../data/client.ts'
import { useExports, useFormats, useImports } from '../data/queries.ts'
import { sayCount } from '../data/say.ts'
import type { ImportRecord } from '../data/types.ts'
import { Card } from '../parts/card.tsx'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import { Link } from '../route/link.tsx'
import { notify } from '../shell/notices.tsx'
import { Page } from '../shell/page.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import './transfer.css'

/** What came in and what went out. */
export function TransferPage({ project }: { project: string }) {
  const [files, setFiles] = useState<readonly File[]>([])
  const [isExporting, setExporting] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  return (
    <Page
      title="Import and export"
      actions={
        <button type="button" className="button" onClick={() => setExporting(true)}>
          <Icon name="download" size={14} /> Export…
        </button>
      }
    >
      <div className="page-body">
        <div className="stack">
          <button type="button" className="drop-target" onClick={() => input.current?.click()}>
            <Icon name="upload" size={24} />
            <strong>Drop files anywhere, or choose them here</strong>
            <Readable />
          </button>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            aria-label="Files to import"
            onChange={(event) => {
              setFiles([...(event.target.files ?? [])])
              event.target.value = ''
            }}
          />
          <Imports project={project} />
          <Exports project={project} />
        </div>
      </div>
      {files.length > 0 && <ImportDialog project={project} files={files} onClose={() => setFiles([])} />}
      {isExporting && (
        <ExportDialog
          project={project}
          from={{ type: 'query', filter: { project } }}
          onClose={() => setExporting(false)}
        />
      )}
    </Page>
  )
}

function Readable() {
  const { data } = useFormats()
  const names = data?.items.filter(({ imports }) => imports).map(({ name }) => name) ?? []
  return (
    <span className="muted">
      {names.length > 0 ? `Can be read: ${names.join(', ')}; as zip, tar or single file` : '\u00a0'}
    </span>
  )
}

function Imports({ project }: { project: string }) {
  const { data, error } = useImports(project)
  return (
    <Card title="Came in" flush>
      {error && <ProblemBox error={error} />}
      {!data && !error && <Skeleton height={68} />}
      {data?.items.length === 0 && <p className="empty small">Nothing was imported into this project yet.</p>}
      {data && data.items.length > 0 && (
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
            {data.items.map((record) => (
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
          <button type="button" className="button small" disabled={undo.isPending} onClick={() => undo.mutate()}>
            Undo
          </button>
        )}
      </td>
    </tr>
  )
}

function Exports({ project }: { project: string }) {
  const { data, error } = useExports(project)
  return (
    <Card title="Went out" flush>
      {error && <ProblemBox error={error} />}
      {!data && !error && <Skeleton height={68} />}
      {data?.items.length === 0 && <p className="empty small">Nothing was exported from this project yet.</p>}
      {data && data.items.length > 0 && (
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
            {data.items.map((note) => (
              <tr key={note.id}>
                <td>
                  <Ago utc={note.at} />
                </td>
                <td className="wrap-anywhere">{note.what}</td>
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
