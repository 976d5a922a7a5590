import { sayCount, sayMany } from '../data/say.ts'
import type { Job } from '../data/types.ts'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Link } from '../route/link.tsx'
import { importReport, type ImportReport } from './reports.ts'

/** What an import took, what it had already, what it refused and what it tolerated. */
export function ImportResult({ job, onLeave }: { job: Job; onLeave?: () => void }) {
  if (job.state === 'cancelled') return <p className="muted">Cancelled. What was taken in until then is kept.</p>
  if (job.state === 'failed') return <ProblemBox error={job.error} />
  const report = importReport(job)
  if (job.state !== 'succeeded' || !report) return null
  const { sessions, edits, problems, warnings, setAside } = report
  return (
    <div className="stack tight">
      <p className="row">
        <span className="tone-succeeded">
          <Icon name="check" />
        </span>
        <span>
          Read as <strong>{report.layout}</strong> <span className="muted">({report.variant})</span>
        </span>
        <Link
          to="/sessions"
          params={{ import: report.import }}
          {...(onLeave && { onClick: onLeave })}
          className="push-end"
        >
          Show the sessions
        </Link>
      </p>
      <table className="plain">
        <thead>
          <tr>
            <th>
              <span className="hidden-label">What</span>
            </th>
            <th className="right">New</th>
            <th className="right">Had already</th>
            <th className="right">Refused</th>
          </tr>
        </thead>
        <tbody>
          <CountRow name="Sessions" counts={sessions} />
          <CountRow name="Edits" counts={edits} />
        </tbody>
      </table>
      {setAside > 0 && (
        <p className="muted">{sayMany(setAside, 'earlier session')} set aside; Undo in the history brings them back.</p>
      )}
      <Remarks
        title="refused"
        list={problems.first.map(({ where, problem }) => ({ where, text: problem.message }))}
        count={problems.count}
      />
      <Remarks
        title="tolerated"
        list={warnings.first.map(({ where, message }) => ({ where, text: message }))}
        count={warnings.count}
      />
    </div>
  )
}

function CountRow({ name, counts }: { name: string; counts: ImportReport['sessions'] }) {
  const refused = counts.refused + counts.conflict + counts.forgotten + (counts.withdrawn ?? 0)
  return (
    <tr>
      <td>{name}</td>
      <td className="right">{sayCount(counts.created)}</td>
      <td className="right">{sayCount(counts.repeated)}</td>
      <td className={refused > 0 ? 'right tone-failed' : 'right'}>{sayCount(refused)}</td>
    </tr>
  )
}

interface RemarksProps {
  readonly title: string
  readonly count: number
  readonly list: readonly { readonly where: string | null; readonly text: string }[]
}

function Remarks({ title, count, list }: RemarksProps) {
  if (count === 0) return null
  return (
    <details className="remarks">
      <summary>
        {sayCount(count)} {title}
      </summary>
      <ul>
        {list.map(({ where, text }, i) => (
          <li key={`${where}-${i}`}>
            {where !== null && <code>{where}</code>} {text}
          </li>
        ))}
        {count > list.length && <li className="faint">and {sayCount(count - list.length)} more</li>}
      </ul>
    </details>
  )
}
