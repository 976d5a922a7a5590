/** Making what was learned again from the sessions, and going back to what the program came with. */
import type { Context } from '#core/context.ts'
import type { Engine } from '../engine.ts'
import { changeLearned } from './change.ts'
import { learnDocumentsAgain } from './documents.ts'
import { type CaughtUp, catchUp } from './learn.ts'
import { lessonsNamed } from './learners.ts'
import { dropModels } from './model-files.ts'
import { type ReadLearned, readLearned } from './state.ts'

/**
 * Learns everything anew from the sessions, those before a reset included. Credit that was spent stays spent: the sessions do
 * not know of runs that left none.
 *
 * @param name of a learner; null: all
 * @throws learn.unknown, and the reason of `ctx.signal`; what is missing then is caught up with later
 */
export async function rebuildLearned(engine: Engine, name: string | null, ctx: Context): Promise<CaughtUp> {
  const total = { taught: 0, passedOver: 0 }
  for (const lessons of lessonsNamed(name)) {
    const before = await readLearned(engine, lessons.name, [])
    await engine.store.learned.clear(lessons.name)
    const { taught, passedOver } = await catchUp(engine, ctx, { only: lessons.name })
    await learnDocumentsAgain(engine, lessons.name, ctx)
    total.taught += taught
    total.passedOver += passedOver
    await keepSpent(engine, lessons.name, before)
  }
  return total
}

/** Runs that were under way are still under way, and what was spent is spent. */
async function keepSpent(engine: Engine, name: string, before: ReadLearned): Promise<void> {
  const { credit, pending } = before.state
  const gone = new Set<string>()
  for (const session of pending.keys()) if ((await engine.store.catalog.summary(session)) !== null) gone.add(session)
  await changeLearned(engine, name, [], async (read) => {
    const { state } = read
    state.credit = { ...state.credit, spent: Math.max(state.credit.spent, credit.spent) }
    for (const [session, charge] of pending) if (!gone.has(session)) state.pending.set(session, charge)
    return { change: {}, result: null, races: before.races, damage: read.damage ?? before.damage }
  })
}

/**
 * Forgets what was learned: what the program came with is used, as on the first day. The sessions stay, and teach nothing until
 * they are edited or all is rebuilt.
 *
 * @param name of a learner; null: all
 * @throws learn.unknown
 */
export async function resetLearned(engine: Engine, name: string | null): Promise<void> {
  if (name === null) await dropModels(engine.dataDir)
  for (const lessons of lessonsNamed(name)) {
    const { learned } = engine.store
    await learned.clear(lessons.name)
    // Asked for once, so that all that there is counts as due, and then as looked at.
    await learned.pending(lessons.name, lessons.domain, 1)
    await learned.passOver(lessons.name, 'all', 'reset')
  }
}
