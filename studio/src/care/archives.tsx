import { useState } from 'react'
import { sayBytes, sayCount, sayMany } from '../data/say.ts'
import { useJob } from '../data/use-job.ts'
import { Card } from '../parts/card.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { JobProgress } from '../parts/job-progress.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import type { Job } from '../data/types.ts'
import { type Archive, useArchive, useArchives, useRestoreArchive } from './care-api.ts'
import { NewArchive } from './new-archive.tsx'

const states = { writing: 'being written', moving: 'being moved', whole: 'whole' } as const

/** Files that sessions were moved into, which can be looked into and brought back. */
export function Archives() {
  const { data, error } = useArchives()
  const [isNew, setNew] = useState(false)
  const [opened, setOpened] = useState<Archive | null>(null)
  const [started, setStarted] = useState<Job | null>(null)
  const { job } = useJob(started)
  return (
    <Card
      title="Archives"
      flush
      head={
        <button type="button" className="button small" onClick={() => setNew(true)}>
          Move into an archive…
        </button>
      }
    >
      {error && <ProblemBox error={error} />}
      {!data && !error && <Skeleton height={80} />}
      {job && job.state !== 'succeeded' && (
        <div className="card-note">
          <JobProgress job={job} />
          {job.state === 'failed' && <ProblemBox error={job.error} />}
        </div>
      )}
      {data?.items.length === 0 && (
        <p className="empty small">
          Nothing was moved into an archive. Sessions in one stay known here, and can be brought back.
        </p>
      )}
      {data && data.items.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th>Made</th>
              <th>What</th>
              <th className="right">Sessions</th>
              <th className="right">Size</th>
              <th>File</th>
              <th>
                <span className="hidden-label">Open</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((archive) => (
              <tr key={archive.id}>
                <td>
                  <Ago utc={archive.at} />
                </td>
                <td className="wrap-anywhere">
                  {archive.what}
                  {archive.state !== 'whole' && <span className="badge tone-partial">{states[archive.state]}</span>}
                </td>
                <td className="right">
                  {sayCount(archive.sessions)}
                  {archive.archivedSessions < archive.sessions && (
                    <div className="faint">{sayCount(archive.sessions - archive.archivedSessions)} back</div>
                  )}
                </td>
                <td className="right">{sayBytes(archive.bytes)}</td>
                <td className="wrap-anywhere">
                  <code>{archive.file}</code>
                  {!archive.isThere && <div className="tone-failed">does not lie where it was</div>}
                </td>
                <td className="right">
                  <button
                    type="button"
                    className="button small"
                    disabled={!archive.isThere || archive.state !== 'whole'}
                    onClick={() => setOpened(archive)}
                    aria-label={`Open the archive ${archive.file}`}
                  >
                    Open…
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {isNew && <NewArchive onStarted={setStarted} onClose={() => setNew(false)} />}
      {opened && <OpenedArchive archive={opened} onStarted={setStarted} onClose={() => setOpened(null)} />}
    </Card>
  )
}

interface OpenedArchiveProps {
  readonly archive: Archive
  readonly onStarted: (job: Job) => void
  readonly onClose: () => void
}

function OpenedArchive({ archive, onStarted, onClose }: OpenedArchiveProps) {
  const { data, error } = useArchive(archive.id)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const restore = useRestoreArchive(archive.id)
  const bring = (sessions: string[] | null) =>
    restore.mutate(sessions, {
      onSuccess: (job) => {
        onStarted(job)
        onClose()
      },
    })
  const turn = (id: string, isOn: boolean) => {
    const next = new Set(chosen)
    if (isOn) next.add(id)
    else next.delete(id)
    setChosen(next)
  }
  return (
    <Dialog
      title={archive.file}
      onClose={onClose}
      foot={
        <>
          <button type="button" className="button" disabled={restore.isPending || !data} onClick={() => bring(null)}>
            Bring all back
          </button>
          <button
            type="button"
            className="button primary"
            disabled={chosen.size === 0 || restore.isPending}
            onClick={() => bring([...chosen])}
          >
            Bring {sayMany(chosen.size, 'session')} back
          </button>
        </>
      }
    >
      <div className="stack">
        {(error ?? restore.error) && <ProblemBox error={error ?? restore.error} />}
        {!data && !error && <Skeleton height={200} />}
        {data && (
          <>
            <p className="tone-succeeded" role="status">
              Every byte of it is as it was written.
            </p>
            <ul className="stack tight" aria-label="Sessions in it">
              {data.sessions.map(({ id, summary, project, recordedAt }) => (
                <li key={id}>
                  <label className="row">
                    <input
                      type="checkbox"
                      checked={chosen.has(id)}
                      onChange={(event) => turn(id, event.target.checked)}
                    />
                    <span className="grow cut" title={summary}>
                      {summary}
                    </span>
                    <span className="muted cut">{project}</span>
                    <Ago utc={recordedAt} />
                  </label>
                </li>
              ))}
            </ul>
            {data.sessions.length < archive.sessions && (
              <p className="faint">
                The first {sayCount(data.sessions.length)} of {sayCount(archive.sessions)} are listed.
              </p>
            )}
          </>
        )}
      </div>
    </Dialog>
  )
}
