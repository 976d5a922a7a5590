/** Seeing a job through to its end, for a program that has no pool: it runs it, unless a server does so already. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Progress } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import type { Engine } from '../engine.ts'
import { runJobs } from './runner.ts'

const lookMs = 200

/**
 * @returns the job at its end
 * @throws job.cancelled when `signal` asks to stop; the job is then cancelled too
 */
export async function finishJob(
  engine: Engine,
  { id, kind }: Pick<Job, 'id' | 'kind'>,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (progress: Progress) => void },
): Promise<Job> {
  const { jobs } = engine.store
  const watch = setInterval(() => {
    void jobs.get(id).then(
      (job) => job?.progress && progress(job.progress),
      () => {},
    )
  }, lookMs)
  const cancel = () => void jobs.cancel(id).catch(() => {})
  signal.addEventListener('abort', cancel, { once: true })
  try {
    for (;;) {
      const job = await jobs.get(id)
      if (!job) throw fault('job.unknown', { expected: 'the id of a job', found: id })
      if (job.finishedAt !== null) {
        if (job.state === 'cancelled') signal.throwIfAborted()
        return job
      }
      // Not stopped by `signal`: a person who stops wants it cancelled, not left to the next program.
      await runJobs(engine, new AbortController().signal, [kind])
      await sleep(lookMs)
    }
  } finally {
    clearInterval(watch)
    signal.removeEventListener('abort', cancel)
  }
}
