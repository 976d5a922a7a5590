import { sayCount } from '../data/say.ts'
import { domains, statuses } from '../data/session-filter.ts'
import type { DomainName, RunStatus, Stats } from '../data/types.ts'
import { domainTitles, Icon } from '../parts/icon.tsx'
import { Link } from '../route/link.tsx'

const outcomes: readonly (RunStatus | null)[] = [...statuses, null]

/** Per kind of run, how the runs ended; every figure leads to its sessions. */
export function OutcomeTable({ tally }: { tally: Stats['tally'] }) {
  return (
    <section className="card" aria-labelledby="outcomes">
      <div className="card-head">
        <h2 id="outcomes">How it ended</h2>
      </div>
      <div className="card-body stack">
        {domains.map((domain) => (
          <DomainOutcomes key={domain} domain={domain} tally={tally.filter((row) => row.domain === domain)} />
        ))}
      </div>
    </section>
  )
}

function DomainOutcomes({ domain, tally }: { domain: DomainName; tally: Stats['tally'] }) {
  const countOf = (status: RunStatus | null) =>
    tally.reduce((sum, row) => (row.status === status ? sum + row.sessions : sum), 0)
  const counts = outcomes.map((status) => ({ status, count: countOf(status) })).filter(({ count }) => count > 0)
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  return (
    <div className="stack tight">
      <div className="row">
        <span className={`row tone-${domain}`}>
          <Icon name={domain} />
        </span>
        <Link to="/sessions" params={{ domain }} className="strong">
          {domainTitles[domain]}
        </Link>
        <span className="number muted push">{sayCount(total)}</span>
      </div>
      <div className="parts-bar" aria-hidden="true">
        {counts.map(({ status, count }) => (
          <span key={status} className={`tone-${status ?? 'unknown'}`} style={{ flexGrow: count }} />
        ))}
      </div>
      <div className="row wrap outcome-list">
        {counts.length === 0 && <span className="faint">None yet</span>}
        {counts.map(({ status, count }) => {
          const words = `${sayCount(count)} ${status ?? 'not said'}`
          return status === null ? (
            <span key="null" className="muted">
              {words}
            </span>
          ) : (
            <Link key={status} to="/sessions" params={{ domain, status }}>
              {words}
            </Link>
          )
        })}
      </div>
    </div>
  )
}
