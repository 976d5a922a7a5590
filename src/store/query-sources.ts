/**
 * Sources of candidates, all in the order of lists (time, then seq), all able to start anywhere. Facets, the envelope's facts and
 * plain time are kept in this order on disk; number ranges and text are sorted on the way, so they serve only while few.
 */
import type { SQLInputValue } from 'node:sqlite'
import type { Position } from './cursor.ts'
import type { Filters, PlaceFilter } from './query-filters.ts'
import type { Database } from './sqlite-driver.ts'

export type Direction = 'newest first' | 'oldest first'

export type Source =
  | { readonly type: 'time' }
  /** The `index`-th equality of each place. */
  | { readonly type: 'term'; readonly index: number }
  /** The `index`-th number range. */
  | { readonly type: 'range'; readonly index: number }
  | { readonly type: 'search'; readonly expression: string }

export interface Chunk {
  readonly db: Database
  readonly filters: Filters
  readonly source: Source
  readonly place: PlaceFilter
  readonly direction: Direction
  /** Exclusive. */
  readonly after: Position
  readonly limit: number
}

export interface Candidate extends Position {
  /** 1 when every filter but the ranges fits. */
  readonly fits: number
  /** Packed facets; null when there are no ranges to check, or it does not fit. */
  readonly facets: string | null
}

/** The next candidates of one place, in order. Their number tells the end; those that do not fit are marked, not left out. */
export function readChunk(chunk: Chunk): readonly Candidate[] {
  const inner = innerQuery(chunk)
  const checks = checkQuery(chunk)
  const unchecked = chunk.filters.ranges.some((_, index) => !isSource(chunk.source, index))
  const facets = unchecked ? '(select s.facets from session s where s.seq = d.seq)' : 'null'
  const text = `select d.at, d.seq, ${checks.sql} as fits, ${facets} as facets from (${inner.sql}) d`
  return chunk.db.prepare(text).all(...checks.parameters, ...inner.parameters) as unknown as Candidate[]
}

/** Whether the range is what candidates are taken from, so that it need not be checked. */
export const isSource = (source: Source, range: number): boolean => source.type === 'range' && source.index === range

interface Fragment {
  readonly sql: string
  readonly parameters: readonly SQLInputValue[]
}

function innerQuery({ filters, source, place, direction, after, limit }: Chunk): Fragment {
  const [than, order] = direction === 'newest first' ? ['<', 'desc'] : ['>', 'asc']
  const { table, at, seq, distinct, parameters } = fromSource(source, place)
  const window = `${at} >= ? and ${at} < ? and (${at}, ${seq}) ${than} (?, ?)`
  return {
    sql: `select ${distinct} ${at} as at, ${seq} as seq from ${table} and ${window} order by ${at} ${order}, ${seq} ${order} limit ?`,
    parameters: [...parameters, filters.fromMs, filters.toMs, after.at, after.seq, limit],
  }
}

interface From {
  /** Table and first conditions. */
  readonly table: string
  readonly at: string
  readonly seq: string
  readonly distinct: string
  readonly parameters: readonly SQLInputValue[]
}

function fromSource(source: Source, place: PlaceFilter): From {
  const plain = { at: 'at', seq: 'seq', distinct: '' }
  switch (source.type) {
    case 'time': {
      const table = 'session indexed by session_time where place = ? and aside is null'
      return { ...plain, table, parameters: [place.place] }
    }
    case 'term': {
      const { fact = -1, num = 0 } = place.equals[source.index] ?? {}
      return { ...plain, table: 'facet where fact = ? and num = ?', parameters: [fact, num] }
    }
    case 'range': {
      const { fact = -1, min = 0, max = 0 } = place.ranges[source.index] ?? {}
      // A session may have several numbers under one key.
      const table = 'facet where fact = ? and num >= ? and num <= ?'
      return { ...plain, distinct: 'distinct', table, parameters: [fact, min, max] }
    }
    case 'search': {
      // The cross join keeps SQLite from walking the sessions and asking the text index about each.
      const table =
        'search cross join session s on s.seq = search.rowid where search match ? and s.place = ? and s.aside is null'
      return { at: 's.at', seq: 's.seq', distinct: '', table, parameters: [source.expression, place.place] }
    }
  }
}

/** `case` is lazy where `and` is not, and the text index is the dearest to ask, so it comes last. */
function checkQuery({ filters, source, place }: Chunk): Fragment {
  const equals = place.equals.filter((_, index) => source.type !== 'term' || source.index !== index)
  const conditions = equals.map(
    () => 'exists (select 1 from facet where fact = ? and num = ? and at = d.at and seq = d.seq)',
  )
  const parameters: SQLInputValue[] = equals.flatMap(({ fact, num }) => [fact, num])
  if (filters.search !== null && source.type !== 'search') {
    conditions.push('exists (select 1 from search where search match ? and rowid = d.seq)')
    parameters.push(filters.search)
  }
  const sql = conditions.reduceRight((rest, condition) => `case when ${condition} then ${rest} else 0 end`, '1')
  return { sql, parameters }
}

/** How many candidates a source has over all places, counted no further than `cap`. */
export function countSource(db: Database, filters: Filters, source: Source, cap: number): number {
  let count = 0
  for (const place of filters.places) {
    if (count >= cap) break
    const { table, at, parameters } = fromSource(source, place)
    const text = `select count(*) as n from (select 1 from ${table} and ${at} >= ? and ${at} < ? limit ?)`
    const row = db.prepare(text).get(...parameters, filters.fromMs, filters.toMs, cap - count)
    count += Number(row?.['n'] ?? 0)
  }
  return count
}
