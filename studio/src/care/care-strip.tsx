import { sayTime } from '../data/say.ts'
import { Card } from '../parts/card.tsx'
import { Ago } from '../parts/time.tsx'
import { May } from '../people/may.tsx'
import { Link } from '../route/link.tsx'
import type { CareSummary } from './care-api.ts'
import { Condition, taskTitles } from './care-words.tsx'
import './care.css'

/** How the care of the data stands, at a glance: what was done, what comes next, what went wrong. */
export function CareStrip({ care }: { care: readonly CareSummary[] }) {
  return (
    <Card
      title="Care of the data"
      flush
      head={
        <May needs="owner" everywhere>
          <Link to="/care">All of it</Link>
        </May>
      }
    >
      <ul className="care-strip">
        {care.map(({ task, condition, says, lastGoodAt, nextAt }) => (
          <li key={task} title={says}>
            <div className="row wrap">
              <strong>{taskTitles[task]}</strong>
              <Condition condition={condition} />
            </div>
            <small className="faint">
              {lastGoodAt === null ? 'never yet' : <Ago utc={lastGoodAt} />}
              {nextAt !== null && `, next ${sayTime(nextAt)}`}
            </small>
            {(condition === 'failed' || condition === 'overdue') && <small className="tone-failed">{says}</small>}
          </li>
        ))}
      </ul>
    </Card>
  )
}
