import { Card } from '../parts/card.tsx'
import { Icon } from '../parts/icon.tsx'
import { Ago } from '../parts/time.tsx'
import { Link } from '../route/link.tsx'
import type { Entry } from './consent-api.ts'
import type { Subject } from './ledger.ts'

interface SubjectCardProps {
  readonly subject: Subject
  readonly onWithdraw: (contributor: string) => void
  readonly onForget: (contributor: string) => void
}

const titles = { project: 'The whole project', contributor: 'Contributor', session: 'One session' } as const

/** All that was said about one contributor, one session or the project, and what of it holds today. */
export function SubjectCard({ subject, onWithdraw, onForget }: SubjectCardProps) {
  const { about, name, entries, today } = subject
  const isGranted = today.some(({ decision }) => decision === 'granted')
  return (
    <Card
      title={about === 'contributor' ? name : titles[about]}
      head={
        about === 'contributor' && (
          <>
            {isGranted && (
              <button
                type="button"
                className="button small"
                onClick={() => onWithdraw(name)}
                aria-label={`Withdraw the consent of ${name}`}
              >
                Withdraw…
              </button>
            )}
            <button
              type="button"
              className="button small danger"
              onClick={() => onForget(name)}
              aria-label={`Forget ${name}`}
            >
              Forget…
            </button>
          </>
        )
      }
    >
      <div className="stack tight">
        <div className="row wrap">
          {today.map(({ scope, decision }) => (
            <span key={scope} className={`badge ${decision === 'granted' ? 'tone-succeeded' : 'tone-failed'}`}>
              <Icon name={decision === 'granted' ? 'check' : 'cross'} size={12} />
              {scope}
            </span>
          ))}
          {about === 'contributor' && (
            <Link className="push" to="/sessions" params={{ contributor: name }}>
              Sessions
            </Link>
          )}
          {about === 'session' && (
            <Link to={`/sessions/${name}`}>
              <code>{name}</code>
            </Link>
          )}
        </div>
        <ol className="ledger" aria-label="Lines, newest first">
          {entries.map((entry) => (
            <Line key={entry.id} entry={entry} />
          ))}
        </ol>
      </div>
    </Card>
  )
}

function Line({ entry: { at, principal, decision, scopes, text } }: { entry: Entry }) {
  return (
    <li>
      <p>
        {decision === 'granted' ? 'Agreed to' : 'Withdrew'} {scopes.join(', ')}
        <span className="faint">
          {' '}
          · <Ago utc={at} />, written by {principal}
        </span>
      </p>
      {text !== null && text !== '' && <blockquote>{text}</blockquote>}
    </li>
  )
}
