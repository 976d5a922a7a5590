import { useState } from 'react'
import { isFinished } from '#client/client.ts'
import { api } from '../data/client.ts'
import { sayBytes } from '../data/say.ts'
import type { Job } from '../data/types.ts'
import { useJob } from '../data/use-job.ts'
import { Dialog } from '../parts/dialog.tsx'
import { JobProgress } from '../parts/job-progress.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { ImportResult } from './import-result.tsx'

type Mode = 'merge' | 'replace'

interface Upload {
  readonly file: File
  readonly job: Job | null
  readonly error: unknown
}

interface ImportDialogProps {
  readonly project: string
  readonly files: readonly File[]
  readonly onClose: () => void
}

/** Asks how to import, sends the files, and follows their jobs. Closing it stops nothing. */
export function ImportDialog({ project, files, onClose }: ImportDialogProps) {
  const [mode, setMode] = useState<Mode>('merge')
  const [uploads, setUploads] = useState<readonly Upload[]>([])
  const begin = () => {
    setUploads(files.map((file) => ({ file, job: null, error: null })))
    for (const file of files) {
      const change = (part: Partial<Upload>) =>
        setUploads((all) => all.map((upload) => (upload.file === file ? { ...upload, ...part } : upload)))
      api.call('POST /api/v1/imports', { query: { project, mode, name: file.name }, body: file }).then(
        (job) => change({ job }),
        (error: unknown) => change({ error }),
      )
    }
  }
  const hasBegun = uploads.length > 0
  return (
    <Dialog
      title={`Import into “${project}”`}
      onClose={onClose}
      foot={
        hasBegun ? (
          <>
            <span className="faint grow">Closing this stops nothing; the jobs page has it too.</span>
            <button type="button" className="button" onClick={onClose}>
              Close
            </button>
          </>
        ) : (
          <button type="button" className="button primary" onClick={begin} data-first>
            Import
          </button>
        )
      }
    >
      {hasBegun ? (
        <ul className="stack">
          {uploads.map((upload) => (
            <li key={upload.file.name} className="stack tight">
              <h3>{upload.file.name}</h3>
              <Followed upload={upload} onLeave={onClose} />
            </li>
          ))}
        </ul>
      ) : (
        <Choose files={files} mode={mode} setMode={setMode} />
      )}
    </Dialog>
  )
}

function Choose({ files, mode, setMode }: { files: readonly File[]; mode: Mode; setMode: (mode: Mode) => void }) {
  return (
    <div className="stack">
      <ul>
        {files.map((file) => (
          <li key={file.name} className="row">
            <span className="cut grow">{file.name}</span>
            <span className="muted number">{sayBytes(file.size)}</span>
          </li>
        ))}
      </ul>
      <fieldset className="stack tight labelled">
        <legend>What about the sessions that are here already?</legend>
        <label className="choice">
          <input type="radio" name="mode" checked={mode === 'merge'} onChange={() => setMode('merge')} />
          <span>
            <strong>Merge</strong>
            <br />
            <span className="muted">
              Adds what is new. The same record is never taken twice, in whatever order it comes.
            </span>
          </span>
        </label>
        <label className="choice">
          <input type="radio" name="mode" checked={mode === 'replace'} onChange={() => setMode('replace')} />
          <span>
            <strong>Replace</strong>
            <br />
            <span className="muted">
              Sets the project’s other sessions of the same kind aside. A backup is made first, and it can be undone.
            </span>
          </span>
        </label>
      </fieldset>
    </div>
  )
}

function Followed({ upload, onLeave }: { upload: Upload; onLeave: () => void }) {
  const { job, error } = useJob(upload.job)
  if (upload.error !== null) return <ProblemBox error={upload.error} />
  if (error !== null) return <ProblemBox error={error} />
  if (!job) return <p className="muted">Sending…</p>
  return isFinished(job) ? <ImportResult job={job} onLeave={onLeave} /> : <JobProgress job={job} />
}
