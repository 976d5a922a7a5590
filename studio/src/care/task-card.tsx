import { useState } from 'react'
import { sayTime } from '../data/say.ts'
import { useJob } from '../data/use-job.ts'
import { Card } from '../parts/card.tsx'
import { Facts } from '../parts/facts.tsx'
import { JobProgress } from '../parts/job-progress.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Switch } from '../parts/switch.tsx'
import { Ago } from '../parts/time.tsx'
import { type TaskState, useRunNow, useSetSchedule, useSwitchOff } from './care-api.ts'
import { Condition, taskNotes, taskTitles } from './care-words.tsx'
import { RetentionDialog } from './retention-dialog.tsx'
import { ScheduleDialog } from './schedule-dialog.tsx'

/** One task: whether the clock does it, how it went, when it comes next, and a way to do it now. */
export function TaskCard({ state }: { state: TaskState }) {
  const { task, on, says, when, zone, lastGoodAt, nextAt } = state
  const [isOpen, setOpen] = useState(false)
  const set = useSetSchedule(task)
  const off = useSwitchOff(task)
  const run = useRunNow(task)
  const { job } = useJob(run.data ?? state.job)
  const isRunning = job !== null && (job.state === 'queued' || job.state === 'running')
  // Rules that nobody has looked at are not switched on by a slip of the finger.
  const asksFirst = task === 'retention'
  const turn = (isOn: boolean) => {
    if (!isOn) off.mutate()
    else if (asksFirst) setOpen(true)
    else set.mutate({})
  }
  const error = set.error ?? off.error ?? run.error
  return (
    <Card title={taskTitles[task]} head={<Condition condition={isRunning ? 'running' : state.condition} />}>
      <div className="stack tight care-task">
        <p>{says}</p>
        <Facts
          facts={[
            ['Last good', lastGoodAt === null ? 'never' : <Ago key="last" utc={lastGoodAt} />],
            ['Next', nextAt === null ? null : `${sayTime(nextAt)}`],
            ['When', on ? `${when} (${zone})` : null],
          ]}
        />
        {job && <JobProgress job={job} />}
        {job?.state === 'failed' && <ProblemBox error={job.error} />}
        {error && <ProblemBox error={error} />}
        <Switch
          title="By the clock"
          note={taskNotes[task]}
          isOn={set.isPending || (on && !off.isPending)}
          isKnown={!set.isPending && !off.isPending}
          onChange={turn}
        />
        <div className="row wrap">
          {(task !== 'retention' || on) && (
            <button
              type="button"
              className="button small"
              disabled={isRunning || run.isPending}
              onClick={() => run.mutate()}
              aria-label={`Run now: ${taskTitles[task]}`}
            >
              Run now
            </button>
          )}
          <button
            type="button"
            className="button small"
            onClick={() => setOpen(true)}
            aria-label={`Change: ${taskTitles[task]}`}
          >
            {asksFirst ? 'Rules…' : 'Change…'}
          </button>
        </div>
      </div>
      {isOpen && task === 'retention' && <RetentionDialog state={state} onClose={() => setOpen(false)} />}
      {isOpen && task !== 'retention' && <ScheduleDialog state={state} onClose={() => setOpen(false)} />}
    </Card>
  )
}
