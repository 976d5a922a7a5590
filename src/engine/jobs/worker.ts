/** One thread of the job pool. */
import { parentPort, threadId, workerData } from 'node:worker_threads'
import { openEngine } from '../open.ts'
import { makeContext } from '../engine.ts'
import type { LogKind } from '../log.ts'
import { catchUp } from '../learning/learn.ts'
import { trainIfDue } from '../learning/train-due.ts'
import { mayLearn } from '../learning/when-quiet.ts'
import { runJobs } from './runner.ts'

/** A thread without work for this long ends; the next job starts one again. */
const idleMs = 20_000

/** Learned from between two looks for jobs. */
const sessionsAtOnce = 100

const { dataDir, log, learning } = workerData as {
  readonly dataDir: string
  readonly log: LogKind
  /** The number of the thread that learns; 0 = none does. */
  readonly learning: Int32Array
}
const closing = new AbortController()
let woken = () => {}

parentPort?.on('message', (message: 'wake' | 'close') => {
  if (message === 'close') closing.abort()
  woken()
})

const engine = await openEngine({ dataDir, jobThreads: 0, recover: false, log })
try {
  let idle = false
  while (!closing.signal.aborted && !idle) {
    const ended = await runJobs(engine, closing.signal)
    const learned = await learnSome()
    idle = ended === 0 && learned === 0 && !(await wokenWithin(idleMs))
  }
} finally {
  await engine.close()
  parentPort?.close()
}

/** Some of what was recorded and taught nothing yet; between jobs, which must not wait for all of it. */
async function learnSome(): Promise<number> {
  // Two would learn from the same sessions, and one of them for nothing.
  if (Atomics.compareExchange(learning, 0, 0, threadId) !== 0) return 0
  try {
    if (!(await mayLearn(engine))) return 0
    const { taught, passedOver } = await catchUp(engine, makeContext({ signal: closing.signal }), {
      most: sessionsAtOnce,
    })
    if (taught > 0) await trainIfDue(engine)
    return taught + passedOver
  } catch {
    // What ails the store shows wherever it is used; the sessions stay due.
    return 0
  } finally {
    Atomics.store(learning, 0, 0)
  }
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
