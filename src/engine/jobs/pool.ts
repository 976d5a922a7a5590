/**
 * The worker pool: jobs run in threads of their own, so that an export of a million boxes does not hold up the server.
 * A thread starts when there is work and ends when there has been none for a while.
 */
import { Worker } from 'node:worker_threads'

export interface JobPool {
  /** Says that there may be work. */
  wake(): void
  close(): Promise<void>
}

/**
 * @param threads how many jobs may run at once
 * @param pollMs how often to look for jobs that other processes added
 */
export function startJobPool(dataDir: string, threads: number, pollMs = 5000): JobPool {
  const workers = new Map<Worker, Promise<unknown>>()
  let closing = false
  const wake = () => {
    if (closing) return
    for (const worker of workers.keys()) worker.postMessage('wake')
    if (workers.size < threads) start()
  }
  const start = () => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: { dataDir } })
    const ended = new Promise((resolve) => {
      worker.on('error', (error: Error) => process.stderr.write(`job worker: ${error.stack ?? error.message}\n`))
      worker.on('exit', resolve)
    })
    workers.set(worker, ended)
    void ended.then(() => workers.delete(worker))
  }
  const timer = setInterval(wake, pollMs)
  timer.unref()
  wake()
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
