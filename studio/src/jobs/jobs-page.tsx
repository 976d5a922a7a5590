import { Fragment, useState } from 'react'
import { isFinished } from '#client/client.ts'
import { useJobs } from '../data/queries.ts'
import { sayDuration } from '../data/say.ts'
import type { Job } from '../data/types.ts'
import { useJob } from '../data/use-job.ts'
import { Card } from '../parts/card.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { JobProgress } from '../parts/job-progress.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Ago } from '../parts/time.tsx'
import { Page } from '../shell/page.tsx'
import { ExportResult } from '../transfer/export-result.tsx'
import { ImportResult } from '../transfer/import-result.tsx'

/** Long work: what runs, what ran, and what came of it. */
export function JobsPage({ project }: { project: string }) {
  const { data, error } = useJobs(project)
  return (
    <Page title="Jobs">
      <div className="page-body">
        {error && <ProblemBox error={error} />}
        {!data && !error && <Skeleton height={240} />}
        {data?.items.length === 0 && (
          <div className="empty">
            <strong>No job has run yet.</strong>
            Imports, exports and dataset versions appear here while they run and afterwards.
          </div>
        )}
        {data && data.items.length > 0 && (
          <Card title="Newest first" flush>
            <table className="plain">
              <thead>
                <tr>
                  <th>Job</th>
                  <th>State</th>
                  <th>Started</th>
                  <th className="right">Took</th>
                  <th>By</th>
                  <th>
                    <span className="hidden-label">Details</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.items.map((job) => (
                  <JobRow key={job.id} start={job} />
                ))}
              </tbody>
            </table>
          </Card>
        )}
      </div>
    </Page>
  )
}

const states: Readonly<Record<Job['state'], readonly [IconName, string]>> = {
  queued: ['jobs', 'tone-unknown'],
  running: ['play', 'tone-camera'],
  succeeded: ['check', 'tone-succeeded'],
  failed: ['cross', 'tone-failed'],
  cancelled: ['stop', 'tone-cancelled'],
}

function JobRow({ start }: { start: Job }) {
  const { job } = useJob(start)
  const [isOpen, setOpen] = useState(false)
  if (!job) return null
  const [icon, tone] = states[job.state]
  const hasMore = isFinished(job) && (job.kind === 'import' || job.kind === 'export' || job.state === 'failed')
  return (
    <Fragment>
      <tr>
        <td className="wrap-anywhere">
          <strong>{job.kind}</strong> <span className="muted">{aboutOf(job)}</span>
          <JobProgress job={job} />
        </td>
        <td>
          <span className={`badge ${tone}`}>
            <Icon name={icon} size={12} />
            {job.state}
          </span>
          {job.attempts > 1 && <span className="faint"> attempt {job.attempts}</span>}
        </td>
        <td>
          <Ago utc={job.startedAt ?? job.createdAt} />
        </td>
        <td className="right">{tookOf(job)}</td>
        <td>{job.principal}</td>
        <td className="right">
          {hasMore && (
            <button type="button" className="button small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              Details
            </button>
          )}
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={6}>
            {job.kind === 'import' && <ImportResult job={job} />}
            {job.kind === 'export' && <ExportResult job={job} />}
            {job.kind !== 'import' && job.kind !== 'export' && <ProblemBox error={job.error} />}
          </td>
        </tr>
      )}
    </Fragment>
  )
}

function aboutOf({ params }: Job): string {
  const text = (name: string) => (typeof params[name] === 'string' ? params[name] : null)
  return [text('name') ?? text('dataset'), text('format'), text('mode'), text('version')].filter(Boolean).join(', ')
}

function tookOf({ startedAt, finishedAt }: Job): string {
  if (startedAt === null || finishedAt === null) return '–'
  return sayDuration(Date.parse(finishedAt) - Date.parse(startedAt))
}
