/** Training by itself: when enough new sessions have come, a job is added, which whoever runs jobs takes up. */
import { everyProject } from '#core/job.ts'
import type { Engine } from '../engine.ts'
import { newId } from '../engine.ts'
import { readPreferences } from '../preferences.ts'
import { readTrained } from './model-files.ts'

/** The first time with so many camera sessions; then whenever they have grown by this share, and by so many at least. */
export const trainRules = { firstSessions: 20, growth: 0.25, newSessions: 10 } as const

export interface TrainDue {
  readonly isDue: boolean
  /** Camera sessions now, at the last training, and from which on models are trained anew. */
  readonly sessions: number
  readonly trainedOn: number | null
  readonly dueFrom: number
}

export async function trainDue({ store, dataDir }: Pick<Engine, 'store' | 'dataDir'>): Promise<TrainDue> {
  const rows = (await store.catalog.tally(null)).filter(({ domain }) => domain === 'camera')
  const sessions = rows.reduce((sum, row) => sum + row.sessions, 0)
  const { sessions: before } = (await readTrained(dataDir)) ?? {}
  const trainedOn = typeof before === 'number' ? before : null
  const dueFrom =
    trainedOn === null
      ? trainRules.firstSessions
      : trainedOn + Math.max(trainRules.newSessions, Math.ceil(trainRules.growth * trainedOn))
  return { isDue: sessions >= dueFrom, sessions, trainedOn, dueFrom }
}

/**
 * Adds the job where it is due, learning is on, and none waits or runs.
 *
 * @returns whether one was added
 */
export async function trainIfDue(engine: Engine): Promise<boolean> {
  const { isDue } = await trainDue(engine)
  if (!isDue || !(await readPreferences(engine)).learnFromSessions) return false
  for (const state of ['queued', 'running'] as const) {
    if ((await engine.store.jobs.list({ state, kind: 'train' }, 1)).length > 0) return false
  }
  const job = { id: newId(), kind: 'train', project: everyProject, principal: 'hindsight', params: {} }
  await engine.store.jobs.add(job)
  engine.wake()
  return true
}
