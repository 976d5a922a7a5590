/** What a run taught, and whether it used what others taught before. */
import type { Engine } from '../engine.ts'
import { readPreferences } from '../preferences.ts'

export interface RunLearning {
  readonly isOn: boolean
  /** Sessions of this run that taught. */
  readonly taught: number
  /** All sessions that taught so far, of this engine. */
  readonly total: number
}

/** @param name of the learner */
export async function runLearning(engine: Engine, name: string, sessions: readonly string[]): Promise<RunLearning> {
  const { learned } = engine.store
  const lessons = await Promise.all(sessions.map((id) => learned.lesson(name, id)))
  return {
    isOn: (await readPreferences(engine)).learnFromSessions,
    taught: lessons.filter((lesson) => lesson !== null).length,
    total: await learned.count(name),
  }
}
