/**
 * Learning from what was recorded: each session once, with what people said of it since, and again when they say more.
 *
 * What a session teaches is worked out here and kept with it, so that it can be taken back exactly. Whoever records waits for
 * it or leaves it to `catchUp`; neither can make recording fail.
 */
import type { Context } from '#core/context.ts'
import { Fault } from '#core/faults.ts'
import { isJsonObject } from '#core/json.ts'
import { type Experience, isExperience, isFurther, type Lessons, type PassReason } from '#core/learnable.ts'
import type { AnySession } from '#core/session.ts'
import type { LearnedRow, Lesson } from '#core/learned-store.ts'
import { turn } from '#core/turn.ts'
import { learnFromOutcome, type Lesson as Taught, type Source, sourceName } from '#learn/choice/anchored.ts'
import { unit } from '#learn/choice/evidence.ts'
import { afterRun } from '#learn/choice/racing.ts'
import type { Engine } from '../engine.ts'
import { readPreferences } from '../preferences.ts'
import { sessionById } from '../read.ts'
import { aboutOf } from './about.ts'
import { changeLearned } from './change.ts'
import { wholeDecision } from './decisions.ts'
import { furtherRows } from './further-tries.ts'
import { allLessons, lessonsOf } from './learners.ts'
import { type Floor, groupsOf, isMemory, memoryGroup, type ReadLearned, readLearned } from './state.ts'
import { type Believed, believed } from './signed-decision.ts'
import { trainIfDue } from './train-due.ts'

/** Reasons that a domain gives, and our own. */
export type Passed = PassReason | 'damaged' | 'reset'

/**
 * Learns from one session, for every learner of its domain. Does nothing where learning is switched off, and never throws.
 *
 * @param session spares reading it again
 */
export async function learnFrom(engine: Engine, id: string, ctx: LearnContext, session?: AnySession): Promise<void> {
  try {
    if (!(await readPreferences(engine)).learnFromSessions) return
    const known = session ?? (await sessionById(engine, id))
    for (const lessons of lessonsOf(known.domain)) {
      // Known to the store before the first lesson, or it would not know whose turn new sessions are.
      await engine.store.learned.pending(lessons.name, lessons.domain, 1)
      const why = await learnOne(engine, lessons, known)
      if (why !== null) await engine.store.learned.passOver(lessons.name, [id], why)
    }
    if (known.domain === 'camera') await trainIfDue(engine)
  } catch (error) {
    warnOf(ctx, `session ${id} taught nothing yet`, error)
  }
}

export type LearnContext = Pick<Context, 'warn' | 'signal'>

function warnOf(ctx: LearnContext, what: string, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error)
  ctx.warn({ code: 'learn.failed', message: `${what}: ${why}`, where: null })
}

/** What the session counts as, from where it came. What this store chose is its own, whoever the run was for. */
async function sourceOf(
  { store }: Engine,
  session: AnySession,
  { byPerson }: Experience,
  trust: Believed,
): Promise<Source> {
  const brought = await store.catalog.importOf(session.id)
  if (brought !== null) return { type: 'import', name: brought }
  if (session.contributor !== null && trust.decision === null) return { type: 'import', name: session.contributor }
  return byPerson ? { type: 'person' } : { type: 'own' }
}

/** @returns why it says nothing, to be noted; null: it taught, or was withdrawn meanwhile */
async function learnOne(engine: Engine, lessons: Lessons, session: AnySession): Promise<Passed | null> {
  const { learnFromEdits } = await readPreferences(engine)
  const edits = await engine.store.catalog.edits(session.id)
  const said = lessons.experienceOf(session, learnFromEdits ? edits : [])
  if (!isExperience(said)) {
    await giveUp(engine, lessons.name, session.id)
    return said.passedOver
  }
  const trust = believed(engine.store, lessons.name, session)
  const source = await sourceOf(engine, session, said, trust)
  const trusted = trustedOf(session, said, source, trust)
  await changeLearned(engine, lessons.name, groupsOf(said.levels, said.clip), async (read) => {
    const before = await engine.store.learned.lesson(lessons.name, session.id)
    const { spent } = read.state.credit
    const learn = before === null ? firstLesson(read, session, trusted, source) : lessonAgain(before, session, trusted)
    const change = { learn, edits: edits.length, ...(before === null ? {} : { unlearn: session.id }) }
    const races =
      before === null && source.type !== 'import' ? afterRun(read.races, ...spentOn(session, trusted)) : read.races
    return { change, result: null, races, floor: spentOnce(read, spent, session) }
  })
  return null
}

/** What a session spends that is learned anew is in what was spent before, up to what all of them spend. */
function spentOnce({ state, floor }: ReadLearned, before: number, { recordedAt }: AnySession): Floor | null {
  if (floor === null || recordedAt > floor.at) return floor
  const replayed = floor.replayed + state.credit.spent - before
  state.credit = { ...state.credit, spent: Math.max(before, replayed) }
  return { ...floor, replayed }
}

/** What a session taught, and what of its choice is believed. */
interface Trusted {
  readonly said: Experience
  readonly trust: Believed
}

/** A stranger's learner drew its own coins, against its own credit: they are kept to be shown. */
function trustedOf({ settings }: AnySession, said: Experience, { type }: Source, trust: Believed): Trusted {
  if (type !== 'import') return { said: { ...said, decision: trust.decision }, trust }
  return { said, trust: { decision: null, propensity: settings.propensity, isUnsigned: false } }
}

/** A session says nothing, or no more: if it was begun it will have no outcome, and what it was charged stays spent. */
async function giveUp(engine: Engine, name: string, session: string): Promise<void> {
  const { state } = await readLearned(engine, name, [])
  if (!state.pending.has(session) && (await engine.store.learned.lesson(name, session)) === null) return
  await changeLearned(engine, name, [], async ({ state: now }) => {
    now.pending.delete(session)
    return { change: { unlearn: session }, result: null }
  })
}

/** What the run took, and the race before it, milliseconds. */
function spentOn({ outcome }: AnySession, { trust: { decision } }: Trusted): readonly [runMs: number, raceMs: number] {
  const race = decision?.['race']
  const raceMs = race !== undefined && isJsonObject(race) ? Number(race['durationMs']) : 0
  return [outcome.durationMs ?? 0, Number.isFinite(raceMs) ? Math.max(0, raceMs) : 0]
}

function firstLesson(
  { state, floor }: ReadLearned,
  session: AnySession,
  { said, trust }: Trusted,
  source: Source,
): Lesson {
  const { used, firstTry, kept, value, levels, clip } = said
  const recorded = said.decision ?? null
  const raced = recorded?.['race'] !== undefined && recorded['race'] !== null
  const decision = source.type === 'import' ? null : wholeDecision(recorded)
  // What is sealed was charged when it was chosen, however late its session comes; but for those that are learned anew.
  const isReplayed = floor !== null && session.recordedAt <= floor.at
  if (decision !== null && firstTry && !isReplayed) state.pending.set(session.id, decision.charge)
  const further = furtherRows(state, said, source)
  const outcome = { session: session.id, decision, levels, clip, key: used.key, settings: used.settings, value }
  const taught = learnFromOutcome(state, { ...outcome, source, firstTry, kept, raced })
  // Also of one that came without the choice that it was begun with: what that was charged stays spent.
  state.pending.delete(session.id)
  const name = taught.evidence?.source ?? sourceName(state, source)
  const lesson = lessonOf(session, { said, trust }, taught, { type: source.type, name, raced })
  return { ...lesson, rows: [...lesson.rows, ...further] }
}

/** The coin was counted when it fell; what people said since changes what the session is worth, and nothing else. */
function lessonAgain(before: Lesson, session: AnySession, { said, trust }: Trusted): Lesson {
  const { used, kept, value, levels, clip } = said
  const evidence = before.rows.find(({ group }) => !isMemory(group) && !isFurther(group))
  const remembered = clip !== null && before.rows.some(({ group }) => isMemory(group))
  const name = evidence?.source ?? before.source
  const taught: Taught = {
    evidence: evidence === undefined ? null : { levels, key: used.key, value, source: name },
    memory: remembered ? { clip, key: used.key, settings: used.settings, value, kept } : null,
  }
  const lesson = lessonOf(session, { said, trust }, taught, {
    type: before.source,
    name,
    raced: before.about['raced'] === true,
  })
  // What it added to the clip's best was measured when it ran, against what the clip had by then.
  return { ...lesson, rows: [...lesson.rows, ...before.rows.filter(({ group }) => isFurther(group))] }
}

function lessonOf(
  session: AnySession,
  { said, trust }: Trusted,
  { evidence, memory }: Taught,
  { type, name, raced }: { readonly type: string; readonly name: string; readonly raced: boolean },
): Lesson {
  const millionths = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * unit)
  const rows: LearnedRow[] = []
  if (evidence !== null) {
    const { source } = evidence
    for (const { levels, key, value } of [evidence, ...(said.within ?? [])]) {
      for (const group of new Set(levels)) {
        rows.push({ group, key, source, settings: null, count: 1, kept: 0, sum: millionths(value) })
      }
    }
  }
  if (memory !== null) {
    const { clip, key, settings, value, kept } = memory
    const row = { group: memoryGroup(clip), key, source: name, settings, count: 1 }
    rows.push({ ...row, kept: kept ? 1 : 0, sum: millionths(value) })
  }
  return {
    session: session.id,
    project: session.project,
    source: type,
    rows,
    // What might have been chosen is with the session, and long.
    about: aboutOf(session, { ...said, decision: withoutList(said.decision) }, name, trust, raced),
  }
}

function withoutList(decision: Experience['decision']): Experience['decision'] {
  if (decision === null) return null
  const { candidates: _, signature: _seal, ...rest } = decision
  return rest
}

/** Takes back what a session taught; it is not learned again until it is edited. */
export async function unlearn(engine: Engine, id: string): Promise<void> {
  for (const { name } of allLessons) {
    if ((await engine.store.learned.lesson(name, id)) === null) continue
    await changeLearned(engine, name, [], async () => ({ change: { unlearn: id }, result: null }))
  }
}

export interface CaughtUp {
  /** Sessions that taught. */
  readonly taught: number
  readonly passedOver: number
}

/** Sessions and judgements that are learned from before a choice, if they were missed. */
export const missedSessions = 20

const sessionsAtOnce = 50

/**
 * Learns from every session that was missed, and gives up on runs that are gone.
 *
 * @param options.most sessions; all, when absent
 * @param options.only a learner's name; all, when absent
 * @throws the reason of `ctx.signal`
 */
export async function catchUp(
  engine: Engine,
  ctx: LearnContext & Partial<Pick<Context, 'progress'>>,
  options: { readonly most?: number; readonly only?: string } = {},
): Promise<CaughtUp> {
  const total = { taught: 0, passedOver: 0 }
  if (!(await readPreferences(engine)).learnFromSessions) return total
  const { most = Infinity, only } = options
  for (const lessons of allLessons) {
    if (only !== undefined && lessons.name !== only) continue
    for (let done = 0; done < most; ) {
      const limit = Math.min(sessionsAtOnce, most - done)
      const ids = await engine.store.learned.pending(lessons.name, lessons.domain, limit)
      const passed = new Map<Passed, string[]>()
      for (const id of ids) {
        ctx.signal.throwIfAborted()
        const why = await lookAt(engine, lessons, id, ctx)
        if (why === null) total.taught++
        else passed.set(why, [...(passed.get(why) ?? []), id])
        await turn()
      }
      // Together: each is a sync of the disk.
      for (const [why, some] of passed) {
        await engine.store.learned.passOver(lessons.name, some, why)
        total.passedOver += some.length
      }
      done += ids.length
      ctx.progress?.({ done: total.taught + total.passedOver, total: null, unit: 'sessions', note: lessons.name })
      if (ids.length < limit) break
    }
    await giveUpLost(engine, lessons.name)
  }
  return total
}

/** Whether there are sessions to learn from that were missed. */
export async function hasLessons(engine: Engine): Promise<boolean> {
  if (!(await readPreferences(engine)).learnFromSessions) return false
  for (const { name, domain } of allLessons) {
    if ((await engine.store.learned.pending(name, domain, 1)).length > 0) return true
  }
  return false
}

/** One that cannot be read is passed over, or it would be in the way of all others for ever. */
async function lookAt(engine: Engine, lessons: Lessons, id: string, ctx: LearnContext): Promise<Passed | null> {
  try {
    return await learnOne(engine, lessons, await sessionById(engine, id))
  } catch (error) {
    // What ails the store as a whole is not the session's doing.
    if (error instanceof Fault && error.code.startsWith('store.')) throw error
    warnOf(ctx, `session ${id} taught nothing`, error)
    await giveUp(engine, lessons.name, id)
    return 'damaged'
  }
}

/** Runs that were begun and have neither a session nor a writer any more: what they were charged stays spent. */
async function giveUpLost(engine: Engine, name: string): Promise<void> {
  const { state } = await readLearned(engine, name, [])
  if (state.pending.size === 0) return
  const alive = new Set((await engine.store.journals.list()).filter(({ lost }) => !lost).map(({ session }) => session))
  const gone: string[] = []
  for (const id of state.pending.keys()) {
    if (!alive.has(id) && (await engine.store.catalog.summary(id)) === null) gone.push(id)
  }
  if (gone.length === 0) return
  await changeLearned(engine, name, [], async ({ state: now }) => {
    for (const id of gone) now.pending.delete(id)
    return { change: {}, result: null }
  })
}
