import { api } from '../data/client.ts'
import { sayCount, sayMany } from '../data/say.ts'
import type { Job } from '../data/types.ts'
import { Icon } from '../parts/icon.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { May } from '../people/may.tsx'
import { exportReport, type Loss } from './reports.ts'

/** What an export wrote, what the format could not hold, what consent kept back, and where to get it. */
export function ExportResult({ job }: { job: Job }) {
  if (job.state === 'cancelled') return <p className="muted">Cancelled; nothing was written.</p>
  if (job.state === 'failed') return <ProblemBox error={job.error} />
  const report = exportReport(job)
  if (job.state !== 'succeeded' || !report) return null
  const withheld = Object.entries(report.withheld)
  return (
    <div className="stack">
      <div className="row">
        <span className="tone-succeeded">
          <Icon name="check" />
        </span>
        <span className="grow">
          {sayMany(report.items, 'item')} in {sayMany(report.files, 'file')} as <strong>{report.format}</strong>
        </span>
        <May needs="reviewer">
          <a
            className="button primary"
            href={api.url('GET /api/v1/jobs/{id}/download', { params: { id: job.id } })}
            download
          >
            <Icon name="download" size={14} /> Download zip
          </a>
        </May>
      </div>
      {withheld.length > 0 && (
        <section className="stack tight">
          <h3>Kept back</h3>
          <ul>
            {withheld.map(([why, count]) => (
              <li key={why}>
                {sayCount(count)}: <span className="muted">{why}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="stack tight">
        <h3>What the format could not hold</h3>
        <LossTable losses={report.losses} />
      </section>
    </div>
  )
}

export function LossTable({ losses }: { losses: readonly Loss[] }) {
  if (losses.length === 0) return <p className="muted">Nothing was lost.</p>
  return (
    <table className="plain losses">
      <thead>
        <tr>
          <th>Field</th>
          <th>What</th>
          <th className="right">Times</th>
          <th>Why</th>
        </tr>
      </thead>
      <tbody>
        {losses.map((loss) => (
          <tr key={`${loss.field} ${loss.what}`}>
            <td>
              <code>{loss.field}</code>
            </td>
            <td>{loss.what}</td>
            <td className="right">{sayCount(loss.count)}</td>
            <td className="muted">{loss.why}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
