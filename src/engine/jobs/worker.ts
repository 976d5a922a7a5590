/** One thread of the job pool. */
import { parentPort, workerData } from 'node:worker_threads'
import { openEngine } from '../open.ts'
import { runJobs } from './runner.ts'

/** A thread without work for this long ends; the next job starts one again. */
const idleMs = 20_000

const { dataDir } = workerData as { readonly dataDir: string }
const closing = new AbortController()
let woken = () => {}

parentPort?.on('message', (message: 'wake' | 'close') => {
  if (message === 'close') closing.abort()
  woken()
})

const engine = await openEngine({ dataDir, jobThreads: 0, recover: false })
try {
  let idle = false
  while (!closing.signal.aborted && !idle) {
    const ended = await runJobs(engine, closing.signal)
    idle = ended === 0 && !(await wokenWithin(idleMs))
  }
} finally {
  await engine.close()
  parentPort?.close()
}

function wokenWithin(ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms)
    woken = () => {
      clearTimeout(timer)
      resolve(!closing.signal.aborted)
    }
  })
}
