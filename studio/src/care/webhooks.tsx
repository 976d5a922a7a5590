import { useState } from 'react'
import { Card } from '../parts/card.tsx'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { projectWords } from '../people/role-words.ts'
import { useWebhooks, type Webhook } from './care-api.ts'
import { NewWebhook } from './new-webhook.tsx'
import { eventWords, WebhookDialog } from './webhook-dialog.tsx'

/** Other programs that are told of what happens here. */
export function Webhooks() {
  const { data, error } = useWebhooks()
  const [isNew, setNew] = useState(false)
  const [opened, setOpened] = useState<string | null>(null)
  const webhook = data?.items.find(({ id }) => id === opened)
  return (
    <Card
      title="Webhooks"
      flush
      head={
        <button type="button" className="button small" onClick={() => setNew(true)}>
          Tell an address…
        </button>
      }
    >
      {error && <ProblemBox error={error} />}
      {!data && !error && <Skeleton height={80} />}
      {data?.items.length === 0 && <p className="empty small">Nobody is told of anything: nothing leaves unasked.</p>}
      {data && data.items.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th>Address</th>
              <th>Is told of</th>
              <th>State</th>
              <th>
                <span className="hidden-label">Open</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((each) => (
              <tr key={each.id}>
                <td className="wrap-anywhere">
                  <code>{each.url}</code>
                </td>
                <td className="wrap-anywhere">
                  {each.events.map((event) => eventWords[event]).join(', ')}
                  <div className="faint">{projectWords(each.project)}</div>
                </td>
                <td>
                  <State webhook={each} />
                </td>
                <td className="right">
                  <button
                    type="button"
                    className="button small"
                    onClick={() => setOpened(each.id)}
                    aria-label={`Open the webhook to ${each.url}`}
                  >
                    Open…
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {isNew && <NewWebhook onClose={() => setNew(false)} />}
      {webhook && <WebhookDialog webhook={webhook} onClose={() => setOpened(null)} />}
    </Card>
  )
}

function State({ webhook: { disabled } }: { webhook: Webhook }) {
  return (
    <span className={`badge ${disabled === null ? 'tone-succeeded' : 'tone-failed'}`}>
      <Icon name={disabled === null ? 'check' : 'stop'} size={12} />
      {disabled === null ? 'works' : 'disabled'}
    </span>
  )
}
