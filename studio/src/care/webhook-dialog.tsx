import { useState } from 'react'
import { sayMany, sayTime } from '../data/say.ts'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import {
  type Delivery,
  useDeliveries,
  useEnableWebhook,
  useRemoveWebhook,
  useTestWebhook,
  type Webhook,
} from './care-api.ts'

export const eventWords: Readonly<Record<Delivery['event'], string>> = {
  'sessions.recorded': 'new sessions',
  'version.created': 'new versions',
  'job.finished': 'finished jobs',
  test: 'a test',
}

/** One webhook: what was told and how it went, a test, and an end to it. */
export function WebhookDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { id, url, disabled } = webhook
  const { data, error } = useDeliveries(id)
  const [isRemoving, setRemoving] = useState(false)
  const test = useTestWebhook(id)
  const enable = useEnableWebhook(id)
  const remove = useRemoveWebhook(id)
  return (
    <Dialog
      title={url}
      onClose={onClose}
      foot={
        isRemoving ? (
          <>
            <span className="muted">Its log goes with it.</span>
            <button type="button" className="button" onClick={() => setRemoving(false)}>
              Keep it
            </button>
            <button
              type="button"
              className="button danger"
              disabled={remove.isPending}
              onClick={() => remove.mutate(undefined, { onSuccess: onClose })}
            >
              Remove it
            </button>
          </>
        ) : (
          <>
            <button type="button" className="button danger" onClick={() => setRemoving(true)}>
              Remove…
            </button>
            <button type="button" className="button" disabled={test.isPending} onClick={() => test.mutate()}>
              {test.isPending ? 'Sending…' : 'Send a test'}
            </button>
          </>
        )
      }
    >
      <div className="stack">
        {disabled !== null && (
          <div className="problem" role="alert">
            <div className="stack tight">
              <strong>
                Disabled on {sayTime(disabled.at)}: {disabled.why}
              </strong>
              <div>
                <button
                  type="button"
                  className="button small"
                  disabled={enable.isPending}
                  onClick={() => enable.mutate()}
                >
                  Let it work again
                </button>
              </div>
            </div>
          </div>
        )}
        {(test.error ?? enable.error ?? remove.error ?? error) && (
          <ProblemBox error={test.error ?? enable.error ?? remove.error ?? error} />
        )}
        {!data && !error && <Skeleton height={120} />}
        {data?.items.length === 0 && <p className="muted">Nothing was told yet.</p>}
        {data && data.items.length > 0 && (
          <ol className="stack tight" aria-label="What was told, newest first">
            {data.items.map((delivery) => (
              <Told key={delivery.id} delivery={delivery} />
            ))}
          </ol>
        )}
      </div>
    </Dialog>
  )
}

const tones = { waiting: 'muted', sent: 'tone-succeeded', failed: 'tone-failed' } as const

function Told({ delivery: { event, at, state, attempts, nextAt, status, said } }: { delivery: Delivery }) {
  const how = [
    status === null ? null : `answered ${status}`,
    said,
    attempts > 1 ? sayMany(attempts, 'attempt') : null,
    nextAt === null ? null : `next ${sayTime(nextAt)}`,
  ].filter((words) => words !== null)
  return (
    <li className="wrap-anywhere">
      <strong>{eventWords[event]}</strong> <span className={tones[state]}>{state}</span>{' '}
      <span className="faint">
        <Ago utc={at} />
      </span>
      {how.length > 0 && <div className="muted">{how.join(', ')}</div>}
    </li>
  )
}
