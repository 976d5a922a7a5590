/** Making what was learned again from the sessions, and going back to what the program came with. */
import type { Context } from '#core/context.ts'
import { freshState } from '#learn/choice/state.ts'
import { type Engine, utcNow } from '../engine.ts'
import { changeLearned } from './change.ts'
import { learnDocumentsAgain } from './documents.ts'
import { type CaughtUp, catchUp } from './learn.ts'
import { lessonsNamed } from './learners.ts'
import { dropModels } from './model-files.ts'
import { headOf, readLearned } from './state.ts'

/**
 * Learns everything anew from the sessions, those before a reset included. Credit that was spent stays spent, also where this
 * is killed half way: the sessions do not know of runs that left none.
 *
 * @param name of a learner; null: all
 * @throws learn.unknown, and the reason of `ctx.signal`; what is missing then is caught up with later
 */
export async function rebuildLearned(engine: Engine, name: string | null, ctx: Context): Promise<CaughtUp> {
  const total = { taught: 0, passedOver: 0 }
  for (const lessons of lessonsNamed(name)) {
    await forgetButSpent(engine, lessons.name)
    const { taught, passedOver } = await catchUp(engine, ctx, { only: lessons.name })
    await learnDocumentsAgain(engine, lessons.name, ctx)
    total.taught += taught
    total.passedOver += passedOver
    await changeLearned(engine, lessons.name, [], async () => ({ change: {}, result: null, floor: null }))
  }
  return total
}

/** Runs that are under way stay so; what was spent is where the sessions that are learned again begin. */
async function forgetButSpent(engine: Engine, name: string): Promise<void> {
  const { state, races, damage, floor } = await readLearned(engine, name, [])
  const fresh = freshState()
  fresh.credit = { sessions: 0, spent: state.credit.spent }
  for (const [session, charge] of state.pending) fresh.pending.set(session, charge)
  // One that was killed is gone on with: what it spent until then is in what was spent.
  const at = floor?.at ?? utcNow()
  await engine.store.learned.clear(name, headOf(name, fresh, { races, damage, floor: { at, replayed: 0 } }))
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
