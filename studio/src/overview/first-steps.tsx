import type { ReactNode } from 'react'
import { CopyButton } from '../parts/copy-button.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { May } from '../people/may.tsx'
import { Link } from '../route/link.tsx'

const base = window.location.origin

const call = `curl -X POST ${base}/api/v1/sessions \\
  -H 'content-type: application/json' \\
  -d '{
    "id": "${crypto.randomUUID()}",
    "domain": "gui", "recordedAt": "${new Date().toISOString()}",
    "host": {"name": "my-app", "version": null},
    "context": {"kind": "run"},
    "settings": {"values": {}, "reason": null,
      "propensity": null, "policy": null},
    "outcome": {"status": "succeeded",
      "error": null, "durationMs": 1200}
  }'`

/** What a newcomer sees: three ways to get the first session in, each of which works as it stands. */
export function FirstSteps() {
  return (
    <div className="stack first-steps">
      <div>
        <h2 className="big">Nothing recorded here yet</h2>
        <p className="muted">
          Hindsight keeps what your software does, run by run, and turns it into training data. Bring in the first runs
          in one of these ways.
        </p>
      </div>
      <div className="columns three">
        <May needs="owner">
          <Way icon="upload" title="Drop what you have">
            <p>
              Drag a file anywhere onto this page: an AutoSolve export, a <code>training-data</code> folder as zip, a
              qontinui dataset, COCO. What it is, is found out.
            </p>
            <Link to="/transfer" className="button">
              Choose a file…
            </Link>
          </Way>
        </May>
        <Way icon="sessions" title="Send a run from your app" copy={call}>
          <pre>{call}</pre>
        </Way>
        <Way icon="gui" title="Use the command line" copy="npx hindsight import PATH">
          <pre>npx hindsight import PATH</pre>
          <p className="muted">
            Folders work too. <code>npx hindsight --help</code> lists everything else, and{' '}
            <a href="/api/v1/openapi.json">openapi.json</a> every route.
          </p>
        </Way>
      </div>
    </div>
  )
}

interface WayProps {
  readonly icon: IconName
  readonly title: string
  readonly copy?: string
  readonly children: ReactNode
}

function Way({ icon, title, copy, children }: WayProps) {
  return (
    <section className="card">
      <div className="card-head">
        <Icon name={icon} />
        <h2>{title}</h2>
        <span className="push">{copy !== undefined && <CopyButton text={copy} label={`Copy: ${title}`} />}</span>
      </div>
      <div className="card-body stack tight">{children}</div>
    </section>
  )
}
