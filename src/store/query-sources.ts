/**
 * Sources of candidates, all in the order of lists (time, then seq), all able to start anywhere. Facets, the envelope's facts and
 * plain time are kept in this order on disk; number ranges and text are sorted on the way, so they serve only while few.
 */
import type { SQLInputValue } from 'node:sqlite'
import type { Position } from './cursor.ts'
import type { Term } from './derived.ts'
import type { Filters, NumberRange } from './query-filters.ts'
import type { Database } from './sqlite-driver.ts'

export type Direction = 'newest first' | 'oldest first'

export type Source =
  | { readonly type: 'time' }
  | { readonly type: 'term'; readonly term: Term }
  | { readonly type: 'range'; readonly range: NumberRange }
  | { readonly type: 'search'; readonly expression: string }

export interface Chunk {
  readonly db: Database
  readonly filters: Filters
  readonly source: Source
  readonly place: number
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
  const facets = chunk.filters.ranges.some((range) => !isSource(chunk.source, range))
    ? '(select s.facets from session s where s.seq = d.seq)'
    : 'null'
  const text = `select d.at, d.seq, ${checks.sql} as fits, ${facets} as facets from (${inner.sql}) d`
  return chunk.db.prepare(text).all(...checks.parameters, ...inner.parameters) as unknown as Candidate[]
}

export const isSource = (source: Source, range: NumberRange): boolean =>
  source.type === 'range' && source.range === range

interface Fragment {
  readonly sql: string
  readonly parameters: readonly SQLInputValue[]
}

function innerQuery({ filters, source, place, direction, after, limit }: Chunk): Fragment {
  const [than, order] = direction === 'newest first' ? ['<', 'desc'] : ['>', 'asc']
  const window = (at: string, seq: string) =>
    `${at} >= ? and ${at} < ? and (${at}, ${seq}) ${than} (?, ?) order by ${at} ${order}, ${seq} ${order} limit ?`
  const bounds = [filters.fromMs, filters.toMs, after.at, after.seq, limit]
  switch (source.type) {
    case 'time': {
      const from = 'session indexed by session_time where place = ? and aside is null'
      return { sql: `select at, seq from ${from} and ${window('at', 'seq')}`, parameters: [place, ...bounds] }
    }
    case 'term': {
      const from = 'facet where place = ? and key = ? and text = ? and num = ?'
      return {
        sql: `select at, seq from ${from} and ${window('at', 'seq')}`,
        parameters: [place, ...source.term, ...bounds],
      }
    }
    case 'range': {
      const { key, min, max } = source.range
      const from = `facet where place = ? and key = ? and text = '' and num >= ? and num <= ?`
      // A session may have several numbers under one key.
      return {
        sql: `select distinct at, seq from ${from} and ${window('at', 'seq')}`,
        parameters: [place, key, min, max, ...bounds],
      }
    }
    case 'search': {
      // The cross join keeps SQLite from walking the sessions and asking the text index about each.
      const from = 'search cross join session s on s.seq = search.rowid where search match ? and s.place = ?'
      return {
        sql: `select s.at as at, s.seq as seq from ${from} and s.aside is null and ${window('s.at', 's.seq')}`,
        parameters: [source.expression, place, ...bounds],
      }
    }
  }
}

/** `case` is lazy where `and` is not, and the text index is the dearest to ask, so it comes last. */
function checkQuery({ filters, source, place }: Chunk): Fragment {
  const terms = filters.equals.filter((term) => source.type !== 'term' || source.term !== term)
  const conditions = terms.map(
    () =>
      'exists (select 1 from facet where place = ? and key = ? and text = ? and num = ? and at = d.at and seq = d.seq)',
  )
  const parameters: SQLInputValue[] = terms.flatMap((term) => [place, ...term])
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
    const { sql, parameters } = countQuery(filters, source, place, cap - count)
    count += Number(db.prepare(sql).get(...parameters)?.['n'] ?? 0)
  }
  return count
}

function countQuery({ fromMs, toMs }: Filters, source: Source, place: number, cap: number): Fragment {
  const time = [fromMs, toMs]
  switch (source.type) {
    case 'time':
      return counted('session indexed by session_time where place = ? and aside is null and at >= ? and at < ?', [
        place,
        ...time,
        cap,
      ])
    case 'term':
      return counted('facet where place = ? and key = ? and text = ? and num = ? and at >= ? and at < ?', [
        place,
        ...source.term,
        ...time,
        cap,
      ])
    case 'range': {
      const { key, min, max } = source.range
      const from = `facet where place = ? and key = ? and text = '' and num >= ? and num <= ? and at >= ? and at < ?`
      return counted(from, [place, key, min, max, ...time, cap])
    }
    case 'search': {
      const from = 'search cross join session s on s.seq = search.rowid where search match ? and s.place = ?'
      return counted(`${from} and s.aside is null and s.at >= ? and s.at < ?`, [source.expression, place, ...time, cap])
    }
  }
}

const counted = (from: string, parameters: readonly SQLInputValue[]): Fragment => ({
  sql: `select count(*) as n from (select 1 from ${from} limit ?)`,
  parameters,
})
