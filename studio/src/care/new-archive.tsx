import { useState } from 'react'
import { sayBytes, sayMany } from '../data/say.ts'
import type { Job } from '../data/types.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { usePlace } from '../route/location.ts'
import { type ArchiveRequest, useMakeArchive, usePlanArchive } from './care-api.ts'

/** Moves old sessions of a project into a file, after it was shown how much that is. */
export function NewArchive({ onStarted, onClose }: { onStarted: (job: Job) => void; onClose: () => void }) {
  const { project } = usePlace()
  const [days, setDays] = useState(180)
  const plan = usePlanArchive()
  const make = useMakeArchive()
  const body: ArchiveRequest = { project, query: { project }, olderThanDays: days, dataset: null }
  const planned = plan.data
  const start = () =>
    make.mutate(body, {
      onSuccess: (job) => {
        onStarted(job)
        onClose()
      },
    })
  return (
    <Dialog
      title="Move old sessions into an archive"
      onClose={onClose}
      foot={
        planned && planned.sessions > 0 ? (
          <button type="button" className="button primary" disabled={make.isPending} onClick={start}>
            Move {sayMany(planned.sessions, 'session')}
          </button>
        ) : (
          <button type="button" className="button primary" disabled={plan.isPending} onClick={() => plan.mutate(body)}>
            {plan.isPending ? 'Looking…' : 'Show what would be moved'}
          </button>
        )
      }
    >
      <div className="stack">
        <p className="muted">
          They go into one file in the data directory, which is read back before anything leaves the store. They stay
          known here, and can be brought back.
        </p>
        <p className="wrap-anywhere">
          From project <strong>{project}</strong>
        </p>
        <label className="labelled">
          <span>Recorded more than so many days ago</span>
          <input
            className="field"
            type="number"
            min={1}
            max={36_500}
            value={days}
            onChange={(event) => {
              setDays(Math.max(1, event.target.valueAsNumber || 1))
              plan.reset()
            }}
          />
        </label>
        {planned && (
          <p role="status">
            {planned.sessions === 0
              ? 'No session is that old.'
              : `${sayMany(planned.sessions, 'session')} with ${sayMany(planned.edits, 'edit')} and ${sayMany(planned.media, 'file')}, ${sayBytes(planned.bytes)}.`}
          </p>
        )}
        {(plan.error ?? make.error) && <ProblemBox error={plan.error ?? make.error} />}
      </div>
    </Dialog>
  )
}
