import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Page } from '../shell/page.tsx'
import { Archives } from './archives.tsx'
import { Backups } from './backups.tsx'
import { useCare } from './care-api.ts'
import { Disk } from './disk.tsx'
import { Quality } from './quality.tsx'
import { Quotas } from './quotas.tsx'
import { TaskCard } from './task-card.tsx'
import { Webhooks } from './webhooks.tsx'
import './care.css'

/** What the data need over the years: what is done by the clock and how it went, what lies where, and how much room is left. */
export function CarePage() {
  const { data, error } = useCare()
  return (
    <Page title="Care of the data">
      <div className="page-body">
        {error && !data && <ProblemBox error={error} />}
        {!data && !error && <Skeleton height={420} />}
        {data && (
          <div className="stack">
            <Disk />
            <div className="care-tasks">
              {data.tasks.map((state) => (
                <TaskCard key={state.task} state={state} />
              ))}
            </div>
            <Backups backups={data.backups} />
            <Archives />
            <Quality care={data} />
            <Quotas />
            <Webhooks />
          </div>
        )}
      </div>
    </Page>
  )
}
