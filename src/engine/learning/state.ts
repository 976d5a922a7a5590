/**
 * What a learner knows of a few groups, read from the store, and what changes with every choice, written back by comparing and
 * setting. A choice or a lesson needs its own levels and clip only: what it costs does not grow with the sessions.
 */
import { Fault } from '#core/faults.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { Lessons } from '#core/learnable.ts'
import type { LearnedRow } from '#core/learned-store.ts'
import { nameOf } from '#learn/choice/clip-memory.ts'
import { creditRules, noCredit } from '#learn/choice/credit.ts'
import { noProof } from '#learn/choice/proof.ts'
import { freshBudget, type RaceBudget } from '#learn/choice/racing.ts'
import { freshState, type Learned, loadState, type SavedState, stateVersion } from '#learn/choice/state.ts'
import type { Engine } from '../engine.ts'
import { readPreferences } from '../preferences.ts'
import { lessonsByName } from './learners.ts'

/** What was found damaged and set aside, for people. */
export interface Damage {
  /** UTC. */
  readonly at: string
  readonly why: string
}

/** What was spent before all was learned anew: it stays spent, and the sessions that are learned again spend none of it twice. */
export interface Floor {
  /** UTC: sessions that were recorded by then may be among those that it was spent on. */
  readonly at: string
  /** What those that were learned again so far have spent. */
  readonly replayed: number
}

export interface ReadLearned {
  /** Of the head as it was read; 0 when there was none. */
  readonly revision: number
  /** Complete for the groups that were asked for; of others nothing is known. */
  readonly state: Learned
  readonly races: RaceBudget
  /** The last damage; null when there never was any. */
  readonly damage: Damage | null
  /** null when nothing is being learned anew. */
  readonly floor: Floor | null
}

const memoryPrefix = 'memory/'

/** The groups that hold what bears on a situation. */
export const groupsOf = (levels: readonly string[], clip: string | null): readonly string[] => [
  ...new Set(levels),
  ...(clip === null ? [] : [`${memoryPrefix}${clip}`]),
]

export const isMemory = (group: string): boolean => group.startsWith(memoryPrefix)

/** Under which group a clip's own runs are kept. */
export const memoryGroup = (clip: string): string => `${memoryPrefix}${clip}`

/**
 * Reads the head and the rows of some groups, with the evidence that the program came with. What is damaged is set aside and
 * said, and the learner begins anew, with its first credit spent; its sessions are then due to be learned again.
 *
 * @throws learn.unknown
 */
export async function readLearned(
  engine: Pick<Engine, 'store'>,
  name: string,
  groups: readonly string[],
): Promise<ReadLearned> {
  try {
    return await readSound(engine, name, groups)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'record.corrupt') throw error
    await setDamagedAside(engine, name, `${error.where ?? name}: expected ${error.expected}, found ${error.found}`)
    return readSound(engine, name, groups)
  }
}

/** @throws record.corrupt, learn.unknown */
async function readSound(engine: Pick<Engine, 'store'>, name: string, groups: readonly string[]): Promise<ReadLearned> {
  const { learned } = engine.store
  const shipped = shippedRows(lessonsByName(name), groups)
  const { learnFromImports } = await readPreferences(engine)
  // In this order: rows that are newer than the head make its commit fail, and what was decided on both is decided again.
  const head = await learned.head(name)
  const rows = await learned.rows(name, groups)
  const counting = rows.filter(({ source }) => learnFromImports || !source.startsWith('import/'))
  return assembled(name, head, [...counting, ...shipped])
}

const shippedRows = ({ shipped }: Lessons, groups: readonly string[]): readonly LearnedRow[] =>
  shipped.filter(({ group }) => groups.includes(group))

/** @throws record.corrupt */
function assembled(
  name: string,
  head: { readonly revision: number; readonly value: JsonObject } | null,
  rows: readonly LearnedRow[],
): ReadLearned {
  const { credit, proof, pending, races, damage, floor } = head?.value ?? emptyHead
  const saved: { readonly [K in keyof SavedState]: unknown } = {
    version: head === null ? stateVersion : head.value['version'],
    name: head === null ? name : head.value['name'],
    revision: head?.revision ?? 0,
    credit,
    proof,
    pending,
    cells: rows
      .filter(({ group }) => !isMemory(group))
      .map(({ group, key, source, count, sum }) => [group, key, source, count, sum]),
    memory: memoryOf(rows),
  }
  const loaded = loadState(name, saved)
  if (!loaded.ok) {
    const { expected, found, where } = loaded
    throw new Fault('record.corrupt', { expected, found, where: `what ${name} knows, ${where}` })
  }
  const beside = { races: racesIn(races), damage: damageIn(damage), floor: floorIn(floor) }
  return { revision: head?.revision ?? 0, state: loaded.state, ...beside }
}

/** What several sources say of one setting on one clip is one thing. */
function memoryOf(rows: readonly LearnedRow[]): readonly (readonly unknown[])[] {
  const known = new Map<string, [string, string, unknown, number, number, number]>()
  for (const { group, key, settings, count, kept, sum } of rows) {
    if (!isMemory(group)) continue
    const clip = group.slice(memoryPrefix.length)
    const name = nameOf(key, (settings ?? {}) as Readonly<Record<string, number | string>>)
    const before = known.get(`${clip}\n${name}`) ?? [clip, name, settings ?? {}, 0, 0, 0]
    known.set(`${clip}\n${name}`, [clip, name, before[2], before[3] + count, before[4] + kept, before[5] + sum])
  }
  return [...known.values()]
}

const emptyHead = { credit: noCredit, proof: noProof, pending: [], races: null, damage: null } as unknown as JsonObject

function racesIn(json: Json | undefined): RaceBudget {
  if (json === undefined || !isJsonObject(json)) return freshBudget
  const { runsMs, racesMs } = json
  return typeof runsMs === 'number' && typeof racesMs === 'number' ? { runsMs, racesMs } : freshBudget
}

function damageIn(json: Json | undefined): Damage | null {
  if (json === undefined || !isJsonObject(json)) return null
  const { at, why } = json
  return typeof at === 'string' && typeof why === 'string' ? { at, why } : null
}

function floorIn(json: Json | undefined): Floor | null {
  if (json === undefined || !isJsonObject(json)) return null
  const { at, replayed } = json
  return typeof at === 'string' && typeof replayed === 'number' ? { at, replayed } : null
}

/** What is written back of a state: everything but the rows, which change by lessons. */
export function headOf(
  name: string,
  { credit, proof, pending }: Learned,
  { races, damage, floor }: Pick<ReadLearned, 'races' | 'damage' | 'floor'>,
): JsonObject {
  const sorted = [...pending].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return { version: stateVersion, name, credit, proof, pending: sorted, races, damage, floor } as unknown as JsonObject
}

/**
 * What runs that left no session have spent is not known any more: the credit that a learner begins with counts as spent, so
 * that the bound on what learning may cost holds all the same.
 */
async function setDamagedAside({ store }: Pick<Engine, 'store'>, name: string, why: string): Promise<void> {
  await store.learned.setAside(name, why)
  const state = freshState()
  state.credit = { sessions: 0, spent: creditRules.start }
  const at = new Date().toISOString()
  const damage = { at, why }
  // Whoever else found it damaged may have begun anew already.
  await store.learned.commit(name, {
    revision: 0,
    head: headOf(name, state, { races: freshBudget, damage, floor: { at, replayed: state.credit.spent } }),
  })
}
