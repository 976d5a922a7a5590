import { useMutation } from '@tanstack/react-query'
import { isFinished } from '#client/client.ts'
import { api } from '../data/client.ts'
import { sayBytes, sayCount } from '../data/say.ts'
import type { Job } from '../data/types.ts'
import { May } from '../people/may.tsx'
import { ProblemBox } from './problem-box.tsx'

/** How far a job is, with a way to stop it; nothing once it is finished. */
export function JobProgress({ job }: { job: Job }) {
  const cancel = useMutation({
    mutationFn: () => api.call('POST /api/v1/jobs/{id}/cancel', { params: { id: job.id } }),
  })
  if (isFinished(job)) return null
  const { progress } = job
  const share = progress?.total ? progress.done / progress.total : null
  return (
    <div className="stack tight">
      <div
        className={`progress${share === null ? ' unknown' : ''}`}
        role="progressbar"
        aria-label={`Progress of the ${job.kind}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      >
        <div style={share === null ? undefined : { width: `${share * 100}%` }} />
      </div>
      <div className="row">
        <span className="muted number">{progressInWords(job)}</span>
        <May needs="reviewer">
          <button
            type="button"
            className="button small push-end"
            disabled={job.cancelRequested || cancel.isPending || cancel.isSuccess}
            onClick={() => cancel.mutate()}
          >
            {job.cancelRequested || cancel.isSuccess ? 'Stopping…' : 'Cancel'}
          </button>
        </May>
      </div>
      {cancel.error && <ProblemBox error={cancel.error} />}
    </div>
  )
}

export function progressInWords({ state, progress }: Job): string {
  if (state === 'queued') return 'Waiting for its turn'
  if (!progress) return 'Started'
  const { done, total, unit, note } = progress
  const say = unit === 'bytes' ? sayBytes : sayCount
  const amount = total === null ? `${say(done)} ${unit}` : `${say(done)} of ${say(total)} ${unit}`
  return note === null ? amount : `${amount}, ${note}`
}
