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
  /** 1 when every equality fits. */
  readonly fits: number
  /** Packed facets and words, where something in them is left to check; else null. */
  readonly facets: string | null
  readonly words: string | null
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

/** The lists of a source, each of which can be read on its own. */
export function readableLists(lists: readonly PlaceLists[]): readonly List[] {
  return lists.flatMap(({ place, facts, between }): readonly List[] => {
    if (facts === null) {
      const from = 'session indexed by session_time where place = ? and aside is null'
      return [{ place, from, parameters: [place], between: null, isFact: false }]
    }
    if (facts.length <= mergedLists) {
      return facts.map(({ id }) => ({ place, from: 'facet where fact = ?', parameters: [id], between, isFact: true }))
    }
    const from = 'facet where fact in (select value from json_each(?))'
    return [{ place, from, parameters: [JSON.stringify(facts.map(({ id }) => id))], between, isFact: true }]
  })
}

/** The next candidates of one list, in order. Their number tells the end; those that do not fit are marked, not left out. */
export function readList(read: ListRead, list: List, limit: number): readonly Candidate[] {
  const { db, filters, source, direction, after } = read
  const [than, order] = direction === 'newest first' ? ['<', 'desc'] : ['>', 'asc']
  const num = list.isFact ? 'num' : '0 as num'
  const window = `at >= ? and at < ? and (at, seq) ${than} (?, ?) order by at ${order}, seq ${order} limit ?`
  const inner = `select at, seq, ${num} from ${list.from} and ${window}`
  const equals = filters.places.find(({ place }) => place === list.place)?.equals ?? []
  const checks = checkQuery(
    equals.filter((_, index) => source.type !== 'term' || source.index !== index),
    list.between,
  )
  const column = (name: string, needed: boolean) =>
    needed ? `(select s.${name} from session s where s.seq = d.seq) as ${name}` : `null as ${name}`
  const facets = column('facets', filters.ranges.length > (source.type === 'range' ? 1 : 0))
  const words = column('words', filters.words.length > (source.type === 'word' ? 1 : 0))
  return db
    .prepare(`select d.at, d.seq, ${checks.sql} as fits, ${facets}, ${words} from (${inner}) d`)
    .all(
      ...checks.parameters,
      ...list.parameters,
      filters.fromMs,
      filters.toMs,
      after.at,
      after.seq,
      limit,
    ) as unknown as Candidate[]
}

/** `case` is lazy where `and` is not. */
function checkQuery(equals: readonly FactEquality[], between: PlaceLists['between']) {
  const fact = 'exists (select 1 from facet where fact = ? and at = d.at and seq = d.seq and num = ?)'
  const conditions = [...(between ? ['d.num >= ? and d.num <= ?'] : []), ...equals.map(() => fact)]
  const parameters: SQLInputValue[] = [...(between ?? []), ...equals.flatMap(({ id, num }) => [id, num])]
  const sql = conditions.reduceRight((rest, condition) => `case when ${condition} then ${rest} else 0 end`, '1')
  return { sql, parameters }
}

/** How many sessions one list holds, counted no further than `cap`. */
export function countList(db: Database, filters: Filters, list: List, cap: number): number {
  const between = list.between ? 'and num >= ? and num <= ?' : ''
  const text = `select count(*) as n from (select 1 from ${list.from} ${between} and at >= ? and at < ? limit ?)`
  const row = db.prepare(text).get(...list.parameters, ...(list.between ?? []), filters.fromMs, filters.toMs, cap)
  return Number(row?.['n'] ?? 0)
}
