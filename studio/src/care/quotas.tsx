import { useState } from 'react'
import { sayBytes, sayCount } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { type Quota, useQuotas, useSetQuota } from './care-api.ts'

/** What each project holds, and what it may hold. */
export function Quotas() {
  const { data, error } = useQuotas()
  const [changed, setChanged] = useState<Quota | null>(null)
  return (
    <Card title="What projects hold" flush>
      {error && <ProblemBox error={error} />}
      {!data && !error && <Skeleton height={80} />}
      {data?.items.length === 0 && <p className="empty small">No project holds anything yet.</p>}
      {data && data.items.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th>Project</th>
              <th className="right">Sessions</th>
              <th className="right">Media</th>
              <th>
                <span className="hidden-label">Change</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((quota) => (
              <tr key={quota.project}>
                <td className="wrap-anywhere">{quota.project}</td>
                <td className="right">
                  <Held used={quota.usedSessions} most={quota.sessions} say={sayCount} />
                </td>
                <td className="right">
                  <Held used={quota.usedBytes} most={quota.bytes} say={sayBytes} />
                </td>
                <td className="right">
                  <button
                    type="button"
                    className="button small"
                    onClick={() => setChanged(quota)}
                    aria-label={`Change what ${quota.project} may hold`}
                  >
                    Limit…
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {changed && <SetQuota quota={changed} onClose={() => setChanged(null)} />}
    </Card>
  )
}

function Held({ used, most, say }: { used: number; most: number | null; say: (n: number) => string }) {
  if (most === null) return say(used)
  return (
    <span className={used >= most ? 'tone-failed' : undefined}>
      {say(used)} of {say(most)}
    </span>
  )
}

const bytesPerGb = 1e9

/** Empty fields lift a limit. */
function SetQuota({ quota, onClose }: { quota: Quota; onClose: () => void }) {
  const [sessions, setSessions] = useState(quota.sessions === null ? '' : String(quota.sessions))
  const [gigabytes, setGigabytes] = useState(quota.bytes === null ? '' : String(quota.bytes / bytesPerGb))
  const set = useSetQuota(quota.project)
  const formId = 'quota'
  const amount = (text: string, unit: number) => (text.trim() === '' ? null : Math.round(Number(text) * unit))
  return (
    <Dialog
      title={`What ${quota.project} may hold`}
      onClose={onClose}
      foot={
        <button type="submit" form={formId} className="button primary" disabled={set.isPending}>
          Set it
        </button>
      }
    >
      <form
        id={formId}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          set.mutate({ sessions: amount(sessions, 1), bytes: amount(gigabytes, bytesPerGb) }, { onSuccess: onClose })
        }}
      >
        <div className="columns two">
          <label className="labelled">
            <span>Sessions at most</span>
            <input
              className="field"
              type="number"
              min={0}
              placeholder="no limit"
              value={sessions}
              onChange={(event) => setSessions(event.target.value)}
            />
          </label>
          <label className="labelled">
            <span>Media at most, GB</span>
            <input
              className="field"
              type="number"
              min={0}
              step="any"
              placeholder="no limit"
              value={gigabytes}
              onChange={(event) => setGigabytes(event.target.value)}
            />
          </label>
        </div>
        <p className="muted">
          What comes beyond a limit is refused with what is used and what is allowed; what is there stays.
        </p>
        {set.error && <ProblemBox error={set.error} />}
      </form>
    </Dialog>
  )
}
