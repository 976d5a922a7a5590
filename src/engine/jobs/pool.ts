/**
 * The worker pool: jobs run in threads of their own, so that an export of a million boxes does not hold up the server.
 * A thread starts when there is work and ends when there has been none for a while.
 */
import { Worker } from 'node:worker_threads'
import type { Log } from '../log.ts'

export interface JobPool {
  /** Says that there may be work. */
  wake(): void
  close(): Promise<void>
}

export interface JobPoolOptions {
  readonly dataDir: string
  /** How many jobs may run at once. */
  readonly threads: number
  readonly log: Log
  /** Whether a job is queued, or was left by a process that is gone. */
  hasWork(): Promise<boolean>
  /** How often to look for jobs that other processes added, milliseconds. */
  readonly pollMs?: number
}

export function startJobPool({ dataDir, threads, log, hasWork, pollMs = 5000 }: JobPoolOptions): JobPool {
  const workers = new Map<Worker, Promise<unknown>>()
  const learning = new Int32Array(new SharedArrayBuffer(4))
  let closing = false
  const wake = () => {
    if (closing) return
    for (const worker of workers.keys()) worker.postMessage('wake')
    if (workers.size < threads) start()
  }
  const look = () => {
    // A look that fails is made again at the next tick; what is wrong with the store shows wherever it is used.
    hasWork().then(
      (work) => work && wake(),
      () => {},
    )
  }
  const start = () => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: { dataDir, log: log.kind, learning },
      // Without a bound V8 keeps some 100 MB of short-lived objects before it looks whether they are needed.
      resourceLimits: { maxYoungGenerationSizeMb: 24 },
    })
    const ended = new Promise((resolve) => {
      worker.on('error', (error: Error) => log.bug('job worker', error))
      const { threadId } = worker
      worker.on('exit', (code) => {
        // One that was ended in the middle of it must not keep the others from it.
        Atomics.compareExchange(learning, 0, threadId, 0)
        resolve(code)
      })
    })
    workers.set(worker, ended)
    void ended.then(() => workers.delete(worker))
  }
  const timer = setInterval(look, pollMs)
  timer.unref()
  look()
  return {
    wake,
    async close() {
      closing = true
      clearInterval(timer)
      for (const worker of workers.keys()) worker.postMessage('close')
      await Promise.all(workers.values())
    },
  }
}
