/** Changing what a learner knows: worked out on what is known, and committed if that is still so. */
import type { LearnedChange } from '#core/learned-store.ts'
import type { Engine } from '../engine.ts'
import { headOf, type ReadLearned, readLearned } from './state.ts'

/** What was worked out: rows to add and to take back, and whatever else the caller wants to know. */
export interface Worked<T> {
  readonly change: Omit<LearnedChange, 'revision' | 'head'>
  readonly result: T
  /** Where these change too. */
  readonly races?: ReadLearned['races']
  readonly damage?: ReadLearned['damage']
  readonly floor?: ReadLearned['floor']
}

/** How often a change is worked out anew because another process was faster. */
const tries = 50

/** Those of this process wait for each other: else they would only take turns at being too late. */
const queues = new WeakMap<object, Map<string, Promise<unknown>>>()

/**
 * @param groups that bear on the change; see state.ts
 * @param work may change the state that it is given; asked again where another process was faster
 * @returns what was worked out, and whether the lesson in it was taken in
 */
export function changeLearned<T>(
  engine: Pick<Engine, 'store'>,
  name: string,
  groups: readonly string[],
  work: (read: ReadLearned) => Promise<Worked<T>>,
): Promise<{ readonly result: T; readonly learned: boolean }> {
  const queue = queues.get(engine.store) ?? new Map<string, Promise<unknown>>()
  queues.set(engine.store, queue)
  const before = queue.get(name) ?? Promise.resolve()
  const turn = before.catch(() => undefined).then(() => changed(engine, name, groups, work))
  queue.set(name, turn)
  return turn
}

async function changed<T>(
  engine: Pick<Engine, 'store'>,
  name: string,
  groups: readonly string[],
  work: (read: ReadLearned) => Promise<Worked<T>>,
): Promise<{ readonly result: T; readonly learned: boolean }> {
  for (let i = 0; i < tries; i++) {
    const read = await readLearned(engine, name, groups)
    const { change, result, ...beside } = await work(read)
    const { revision, state } = read
    const head = headOf(name, state, { ...read, ...beside })
    const done = await engine.store.learned.commit(name, { revision, head, ...change })
    if (done !== null) return { result, learned: done.learned }
  }
  throw new Error(`what ${name} knows was changed by others ${tries} times in a row`)
}
