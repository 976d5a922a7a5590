import { useHealth, useStats } from '../data/queries.ts'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { usePlace } from '../route/location.ts'
import { Page } from '../shell/page.tsx'
import { Archives } from './archives.tsx'
import { Backups } from './backups.tsx'
import { useArchives, useCare, useQuotas, useWebhooks } from './care-api.ts'
import { Disk } from './disk.tsx'
import { Quality } from './quality.tsx'
import { Quotas } from './quotas.tsx'
import { TaskCard } from './task-card.tsx'
import { Webhooks } from './webhooks.tsx'
import './care.css'

/** What the data need over the years: what is done by the clock and how it went, what lies where, and how much room is left. */
export function CarePage() {
  const { data, error } = useCare()
  // Shown at once or not at all: cards that grow one after the other would push each other about.
  const others = [useStats(usePlace().project), useHealth(), useArchives(), useQuotas(), useWebhooks()]
  const isReady = others.every(({ isPending }) => !isPending)
  return (
    <Page title="Care of the data">
      <div className="page-body">
        {error && !data && <ProblemBox error={error} />}
        {!(data && isReady) && !error && <Skeleton height={420} />}
        {data && isReady && (
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
