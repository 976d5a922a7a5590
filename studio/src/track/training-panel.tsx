import { useState } from 'react'
import { useSessionCount } from '../data/queries.ts'
import type { SessionFilter } from '../data/session-filter.ts'
import { sayCount, sayPercent } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { Link } from '../route/link.tsx'
import { ExportDialog } from '../transfer/export-dialog.tsx'
import { ImportDialog } from '../transfer/import-dialog.tsx'
import { ResetDialog } from './reset-dialog.tsx'
import { RecordLines, RecordSwitches } from './record-lines.tsx'

/** What was recorded of tracking, how it went, and the ways in and out. */
export function TrainingPanel({ project }: { project: string }) {
  const filter: SessionFilter = { project, domain: 'camera' }
  const { data: all } = useSessionCount(filter)
  const { data: good } = useSessionCount({ ...filter, status: 'succeeded' })
  const [isExporting, setExporting] = useState(false)
  const [isResetting, setResetting] = useState(false)
  const [files, setFiles] = useState<readonly File[]>([])
  const rate = all && good && all.count > 0 ? good.count / all.count : null
  return (
    <Card title="Training data">
      <div className="stack">
        <dl className="live-counts">
          <div>
            <dd>{all ? sayCount(all.count) : '–'}</dd>
            <dt>
              <Link to="/sessions" params={{ domain: 'camera' }}>
                sessions
              </Link>
            </dt>
          </div>
          <div>
            <dd>{sayPercent(rate)}</dd>
            <dt>solved</dt>
          </div>
        </dl>
        <RecordSwitches />
        <RecordLines />
        <div className="row wrap">
          <button type="button" className="button small" disabled={!all?.count} onClick={() => setExporting(true)}>
            Export…
          </button>
          <label className="button small">
            Import…
            <input
              type="file"
              className="hidden-label"
              multiple
              accept=".zip,.tar,.tgz,.gz,.json,.jsonl"
              onChange={(event) => {
                setFiles([...(event.target.files ?? [])])
                event.target.value = ''
              }}
            />
          </label>
          <button
            type="button"
            className="button small quiet push"
            disabled={!all?.count}
            onClick={() => setResetting(true)}
          >
            Reset…
          </button>
        </div>
      </div>
      {isExporting && (
        <ExportDialog project={project} from={{ type: 'query', filter }} onClose={() => setExporting(false)} />
      )}
      {isResetting && <ResetDialog project={project} onClose={() => setResetting(false)} />}
      {files.length > 0 && <ImportDialog project={project} files={files} onClose={() => setFiles([])} />}
    </Card>
  )
}
