import { useRef, useState } from 'react'
import { useFormats } from '../data/queries.ts'
import { Icon } from '../parts/icon.tsx'
import { May } from '../people/may.tsx'
import { Page } from '../shell/page.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { History } from './history.tsx'
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
        <May needs="reviewer">
          <button type="button" className="button" onClick={() => setExporting(true)}>
            <Icon name="download" size={14} /> Export…
          </button>
        </May>
      }
    >
      <div className="page-body">
        <div className="stack">
          <May needs="owner">
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
          </May>
          <History project={project} />
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
