/** Reading candidates from lists, and marking those that other filters rule out. */
import type { SQLInputValue } from 'node:sqlite'
import type { Position } from './cursor.ts'
import type { FactEquality, Filters } from './query-filters.ts'
import { mergedLists, type PlaceLists, type Source } from './query-sources.ts'
import type { Database } from './sqlite-driver.ts'

export type Direction = 'newest first' | 'oldest first'

export interface ListRead {
  readonly db: Database
  readonly filters: Filters
  readonly source: Source
  readonly direction: Direction
  /** Exclusive. */
  readonly after: Position
}

export interface Candidate extends Position {
  /** Packed facets and words, where something in them is left to check; else null. */
  readonly facets: string | null
  readonly words: string | null
}

export interface Chunk {
  /** Those that fit every equality, in order. */
  readonly candidates: readonly Candidate[]
  /** How far the list was read; null when that was to its end. */
  readonly end: Position | null
}

/** One list, or several that are sorted while they are read. */
export interface List {
  readonly place: number
  readonly from: string
  readonly parameters: readonly SQLInputValue[]
  /** The number column, and what it must be. */
  readonly between: PlaceLists['between']
  readonly isFact: boolean
}

/** The lists of a source, each of which can be read on its own. @param merge how many of one place are kept apart */
export function readableLists(lists: readonly PlaceLists[], merge = mergedLists): readonly List[] {
  return lists.flatMap(({ place, facts, between }): readonly List[] => {
    if (facts === null) {
      const from = 'session indexed by session_time where place = ? and aside is null'
      return [{ place, from, parameters: [place], between: null, isFact: false }]
    }
    if (facts.length <= merge) {
      return facts.map(({ id }) => ({ place, from: 'facet where fact = ?', parameters: [id], between, isFact: true }))
    }
    const from = 'facet where fact in (select value from json_each(?))'
    return [{ place, from, parameters: [JSON.stringify(facts.map(({ id }) => id))], between, isFact: true }]
  })
}

/** Reads on in one list, past `limit` entries of it, whether they fit or not: so each read is short. */
export function readList(read: ListRead, list: List, limit: number): Chunk {
  const { db, filters, source, direction, after } = read
  const order = direction === 'newest first' ? 'desc' : 'asc'
  const window = `${inWindow} order by at ${order}, seq ${order}`
  const bounds = [...list.parameters, ...windowOf(filters, direction, after)]
  const inner = `select at, seq, ${list.isFact ? 'num' : '0 as num'} from ${list.from} and ${window} limit ?`
  const equals = filters.places.find(({ place }) => place === list.place)?.equals ?? []
  const checks = checkQuery(
    equals.filter((_, index) => source.type !== 'term' || source.index !== index),
    list.between,
  )
  const column = (name: string, needed: boolean) =>
    needed ? `(select s.${name} from session s where s.seq = d.seq) as ${name}` : `null as ${name}`
  const facets = column('facets', filters.ranges.length > (source.type === 'range' ? 1 : 0))
  const words = column('words', filters.words.length > (source.type === 'word' ? 1 : 0))
  const candidates = db
    .prepare(`select d.at, d.seq, ${facets}, ${words} from (${inner}) d where ${checks.sql}`)
    .all(...bounds, limit, ...checks.parameters) as unknown as Candidate[]
  if (candidates.length === limit) return { candidates, end: candidates.at(-1) ?? null }
  if (checks.isEmpty) return { candidates, end: null }
  const last = db.prepare(`select at, seq from ${list.from} and ${window} limit 1 offset ?`).get(...bounds, limit - 1)
  return { candidates, end: (last as Position | undefined) ?? null }
}

/** Pairs, so that a read begins at its place in the list and not at the first of all that come before it. */
const inWindow = '(at, seq) > (?, ?) and (at, seq) < (?, ?)'

function windowOf(
  { fromMs, toMs }: Filters,
  direction: Direction,
  after: Position | null,
): readonly [number, number, number, number] {
  const first = { at: fromMs, seq: -1 }
  const last = { at: toMs, seq: -1 }
  if (after && direction === 'newest first' && isBefore(after, last)) return [first.at, first.seq, after.at, after.seq]
  if (after && direction === 'oldest first' && isBefore(first, after)) return [after.at, after.seq, last.at, last.seq]
  return [first.at, first.seq, last.at, last.seq]
}

const isBefore = (a: Position, b: Position): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq)

function checkQuery(equals: readonly FactEquality[], between: PlaceLists['between']) {
  const fact = 'exists (select 1 from facet where fact = ? and at = d.at and seq = d.seq and num = ?)'
  const conditions = [...(between ? ['d.num >= ? and d.num <= ?'] : []), ...equals.map(() => fact)]
  const parameters: SQLInputValue[] = [...(between ?? []), ...equals.flatMap(({ id, num }) => [id, num])]
  return { sql: conditions.join(' and ') || '1', parameters, isEmpty: conditions.length === 0 }
}

/** How many sessions one list holds, counted no further than `cap`. */
export function countList(db: Database, filters: Filters, list: List, cap: number): number {
  const between = list.between ? 'and num >= ? and num <= ?' : ''
  const columns = list.isFact ? 'distinct at, seq' : '1'
  const text = `select count(*) as n from (select ${columns} from ${list.from} ${between} and ${inWindow} limit ?)`
  const row = db
    .prepare(text)
    .get(...list.parameters, ...(list.between ?? []), ...windowOf(filters, 'newest first', null), cap)
  return Number(row?.['n'] ?? 0)
}
