/**
 * Runs jobs from the table: takes one under a lease, keeps the lease alive, and stops when a person asks or the lease
 * is lost. A job whose process died is taken up again by whoever asks next.
 */
import { Fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import type { Progress } from '#core/context.ts'
import { type Engine, makeContext, newId } from '../engine.ts'
import { jobKinds, type JobKind, type JobRun } from './kinds.ts'

const leaseMs = 15_000
const heartbeatMs = 500
/** A job that took its process down this often is given up. */
const attemptsAllowed = 3

/** Takes and runs jobs until none is left. @param kinds only these @returns how many ended */
export async function runJobs(
  engine: Engine,
  signal: AbortSignal,
  kinds: readonly string[] = Object.keys(jobKinds),
): Promise<number> {
  const worker = newId()
  let ended = 0
  while (!signal.aborted) {
    const job = await engine.store.jobs.claim(worker, kinds, leaseMs)
    if (!job) return ended
    await runJob(engine, job, worker, signal)
    ended++
  }
  return ended
}

async function runJob(engine: Engine, job: Job, worker: string, signal: AbortSignal): Promise<void> {
  const stop = new AbortController()
  let progress: Progress | null = null
  let lost = false
  const beat = async () => {
    const state = await engine.store.jobs.heartbeat(job.id, worker, leaseMs, progress)
    if (!state.held) lost = true
    if (lost || state.cancel) stop.abort()
  }
  const startedMs = performance.now()
  const tell = (state: string, code: string | null) => {
    const { id, kind, attempts } = job
    const durationMs = Math.round(performance.now() - startedMs)
    engine.log.event(state === 'failed' ? 'warn' : 'info', 'job', { id, kind, state, attempts, durationMs, code })
  }
  const beating = keepBeating(beat, stop)
  try {
    if (job.attempts > attemptsAllowed) throw new Error(`the job ended its process ${attemptsAllowed} times`)
    const run: JobRun = jobKinds[job.kind as JobKind]
    const ctx = makeContext({ signal: AbortSignal.any([signal, stop.signal]), progress: (now) => (progress = now) })
    const result = await run(engine, job, ctx)
    await beating.end()
    await engine.store.jobs.finish(job.id, worker, { state: 'succeeded', result })
    tell('succeeded', null)
  } catch (error) {
    await beating.end()
    if (lost) return tell('lost', null)
    if (signal.aborted && !stop.signal.aborted) {
      // A process that is shutting down leaves the job to the next one; where even that fails, its lease runs out.
      await engine.store.jobs.release(job.id, worker).catch(() => false)
      return tell('parked', null)
    }
    const state = stop.signal.aborted ? 'cancelled' : 'failed'
    const said = state === 'cancelled' ? null : jobError(error)
    await engine.store.jobs.finish(job.id, worker, { state, error: said })
    tell(state, said?.code ?? null)
  }
}

function keepBeating(beat: () => Promise<void>, stop: AbortController) {
  let ended = false
  let last = Promise.resolve()
  const timer = setInterval(() => {
    last = last.then(() => (ended ? undefined : beat())).catch((error: unknown) => stop.abort(error))
  }, heartbeatMs)
  return {
    /** Stores the last progress and stops. */
    async end(): Promise<void> {
      clearInterval(timer)
      await last
      ended = true
      await beat().catch(() => stop.abort())
    },
  }
}

function jobError(error: unknown): Job['error'] {
  if (error instanceof Fault) return error.toJSON()
  return { code: 'bug', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
