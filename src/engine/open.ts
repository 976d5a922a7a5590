/** Opens the engine on a data directory: store, lost journals, worker pool. */
import { resolve } from 'node:path'
import { openStore } from '#store/open.ts'
import type { Engine } from './engine.ts'
import { type JobPool, startJobPool } from './jobs/pool.ts'
import { type LogKind, processLog } from './log.ts'
import { hasLessons } from './learning/learn.ts'
import { mayLearn } from './learning/when-quiet.ts'
import { recoverJournals } from './journals.ts'
import { programVersion } from './version.ts'
import { type Dispatcher, startDispatcher } from './webhooks/dispatcher.ts'

/** How often uploads that were given up are looked for. */
const tidyMs = 600_000

export interface EngineOptions {
  readonly dataDir: string
  /** Jobs that may run at once in this process; 0 = this process runs none. Default 1. */
  readonly jobThreads?: number
  /** Whether to close the journals of writers that are gone. Default true. */
  readonly recover?: boolean
  /** Whether to make the data directory when there is none. Default true. */
  readonly create?: boolean
  /** Whether a thread makes the commits; a run that makes a few is done sooner without. Default true. */
  readonly writesInThread?: boolean
  /** Bytes of sessions and edits that may wait for their commit; more are refused. Default 32 MB. */
  readonly waitingBytes?: number
  /** What is written to standard error. Default text: only what went wrong. */
  readonly log?: LogKind
}

/** @throws store.* when the directory cannot be used */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const dataDir = resolve(options.dataDir)
  const store = await openStore(dataDir, {
    create: options.create ?? true,
    writesInThread: options.writesInThread ?? true,
    ...(options.waitingBytes === undefined ? {} : { waitingBytes: options.waitingBytes }),
  })
  const log = processLog(options.log ?? 'text')
  let pool: JobPool | null = null
  let dispatcher: Dispatcher | null = null
  let tidying: NodeJS.Timeout | null = null
  const engine: Engine = {
    dataDir,
    store,
    version: programVersion,
    log,
    wake: () => pool?.wake(),
    async close() {
      if (tidying) clearInterval(tidying)
      await dispatcher?.close()
      await pool?.close()
      await store.close()
    },
  }
  try {
    if (options.recover ?? true) await recoverJournals(engine)
  } catch (error) {
    await store.close()
    throw error
  }
  const threads = options.jobThreads ?? 1
  if (threads > 0) {
    pool = startJobPool({ dataDir, threads, log, hasWork: () => hasWork(engine) })
    dispatcher = startDispatcher(engine)
    // What cannot be tidied now is tidied the next time.
    tidying = setInterval(() => void store.uploads.expire().catch(() => 0), tidyMs).unref()
  }
  return engine
}

/**
 * What is due by the clock is made a job first. A running job counts too: its process may be gone, which only claiming it can tell.
 * So do sessions that taught nothing yet.
 */
async function hasWork(engine: Engine): Promise<boolean> {
  const { store } = engine
  if ((await store.schedules.startDue()).length > 0) return true
  for (const state of ['queued', 'running'] as const) {
    if ((await store.jobs.list({ state }, 1)).length > 0) return true
  }
  return (await mayLearn(engine)) && hasLessons(engine)
}
