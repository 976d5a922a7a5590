import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isFinished } from '#client/client.ts'
import type { SolveAgainResult } from '#http/contract.ts'
import type { Job } from '../data/types.ts'
import { useJob } from '../data/use-job.ts'
import { Icon } from '../parts/icon.tsx'
import { JobProgress } from '../parts/job-progress.tsx'
import { ProblemBox } from '../parts/problem-box.tsx'
import type { ActiveTime } from './active-time.ts'
import { changesOf, type History } from './changes.ts'
import { workWords } from './edit-panel.tsx'
import { CameraOptions } from './camera-options.tsx'
import { type ResultSource, solveAgain } from './track-api.ts'
import { changedLens, usualChoices, type Choices } from './track-options.ts'

interface SolveAgainProps {
  readonly source: ResultSource
  readonly history: History
  readonly time: ActiveTime
  readonly onStart: () => void
  readonly onDone: (result: SolveAgainResult, job: string) => void
}

/** Solves with the changes, and says whether that is better and which of both is kept. */
export function SolveAgain({ source, history, time, onStart, onDone }: SolveAgainProps) {
  const [choices, setChoices] = useState<Choices>(usualChoices)
  const cache = useQueryClient()
  const isCameraChanged = Object.keys(changedLens(choices)).length > 0
  const start = useMutation({
    mutationFn: () => {
      const now = performance.now()
      const activeMs = Math.round(time.activeMs(now))
      const body = {
        changes: [...changesOf(history)],
        settings: changedLens(choices),
        activeMs,
        wallMs: Math.max(activeMs, Math.round(time.wallMs(now))),
      }
      return solveAgain(source, body)
    },
  })
  const { job, error } = useJob(start.data ?? null)
  const result = resultOf(job)
  useEffect(() => {
    if (!result || !job) return
    void cache.invalidateQueries({ queryKey: ['sessions'] })
    onDone(result, job.id)
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- told once for each job
  }, [job?.id, job?.state])
  const isRunning = start.isPending || (job !== null && !isFinished(job))
  const isNothing = history.done.length === 0 && !isCameraChanged
  return (
    <section className="solve-again stack tight" aria-label="Solve again">
      <details className="fold">
        <summary>
          <span>Change the camera too</span>
        </summary>
        <div className="stack fold-body">
          <CameraOptions choices={choices} set={(part) => setChoices({ ...choices, ...part })} hasFile={false} />
        </div>
      </details>
      <button
        type="button"
        className="button primary wide"
        disabled={isRunning || isNothing}
        onClick={() => {
          onStart()
          start.mutate()
        }}
      >
        Solve again
      </button>
      {source.from === 'job' && (
        <p className="muted">
          This run was not recorded: neither is what you change, and its results are kept for a week.
        </p>
      )}
      <WorkTime history={history} time={time} />
      {job && <JobProgress job={job} />}
      {(start.error ?? error ?? job?.error) && <ProblemBox error={start.error ?? error ?? job?.error} />}
    </section>
  )
}

/** How long was worked on the changes so far; it ticks only while somebody works. */
function WorkTime({ history, time }: Pick<SolveAgainProps, 'history' | 'time'>) {
  const [nowMs, setNow] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return <p className="faint number">{workWords(history, time.activeMs(Math.max(nowMs, 0)))}</p>
}

function resultOf(job: Job | null): SolveAgainResult | null {
  return job?.state === 'succeeded' ? (job.result as SolveAgainResult) : null
}

/** Good solves differ in hundredths of a pixel. */
const fine = (px: number | null): string => (px === null ? '–' : px.toFixed(3))

/** Before and after, side by side. */
export function Comparison({ result: { before, after, better, kept, why } }: { result: SolveAgainResult }) {
  return (
    <div className={`comparison tone-box ${better ? 'good' : 'bad'}`} role="status">
      <strong className="row">
        <Icon name={better ? 'check' : 'cross'} size={14} />
        {better ? 'Better' : 'Not better'}: the {kept === 'new' ? 'new' : 'earlier'} solve is kept
      </strong>
      <dl className="before-after number">
        <dt>Error</dt>
        <dd>
          {fine(before.errorPx)} → <strong>{fine(after.errorPx)} px</strong>
        </dd>
        <dt>Held out</dt>
        <dd>
          {fine(before.heldOutErrorPx)} → <strong>{fine(after.heldOutErrorPx)} px</strong>
        </dd>
      </dl>
      <p className="muted">{why}</p>
    </div>
  )
}
