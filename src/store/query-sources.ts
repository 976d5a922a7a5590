/**
 * Sources of candidates, all in the order of lists (time, then seq), all able to start anywhere. Facets, the envelope's facts,
 * whole words and plain time are kept in this order on disk; number ranges and beginnings of words gather many lists and are
 * sorted on the way, so they serve only while few.
 */
import type { SQLInputValue } from 'node:sqlite'
import type { Position } from './cursor.ts'
import type { Filters, PlaceFilter } from './query-filters.ts'
import type { Database } from './sqlite-driver.ts'

export type Direction = 'newest first' | 'oldest first'

/** `index` is the place of the filter in the query. */
export type Source =
  | { readonly type: 'time' }
  | { readonly type: 'term'; readonly index: number }
  | { readonly type: 'range'; readonly index: number }
  | { readonly type: 'word'; readonly index: number }

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
  /** 1 when every equality fits. */
  readonly fits: number
  /** Packed facets and words, where something in them is left to check; else null. */
  readonly facets: string | null
  readonly words: string | null
}

/** The next candidates of one place, in order. Their number tells the end; those that do not fit are marked, not left out. */
export function readChunk(chunk: Chunk): readonly Candidate[] {
  const { db, filters, source } = chunk
  const inner = innerQuery(chunk)
  const checks = checkQuery(chunk)
  const column = (name: string, needed: boolean) =>
    needed ? `(select s.${name} from session s where s.seq = d.seq) as ${name}` : `null as ${name}`
  const facets = column('facets', isLeft(filters.ranges, source, 'range'))
  const words = column('words', isLeft(filters.words, source, 'word'))
  const text = `select d.at, d.seq, ${checks.sql} as fits, ${facets}, ${words} from (${inner.sql}) d`
  return db.prepare(text).all(...checks.parameters, ...inner.parameters) as unknown as Candidate[]
}

/** Whether any of these filters is not what candidates are taken from, and so must be checked. */
const isLeft = (list: readonly unknown[], source: Source, type: Source['type']): boolean =>
  list.length > (source.type === type ? 1 : 0)

interface Fragment {
  readonly sql: string
  readonly parameters: readonly SQLInputValue[]
}

function innerQuery({ db, filters, source, place, direction, after, limit }: Chunk): Fragment {
  const [than, order] = direction === 'newest first' ? ['<', 'desc'] : ['>', 'asc']
  const { table, distinct, parameters } = fromSource(db, filters, source, place)
  const window = `at >= ? and at < ? and (at, seq) ${than} (?, ?)`
  return {
    sql: `select ${distinct} at, seq from ${table} and ${window} order by at ${order}, seq ${order} limit ?`,
    parameters: [...parameters, filters.fromMs, filters.toMs, after.at, after.seq, limit],
  }
}

interface From extends Pick<Fragment, 'parameters'> {
  /** Table and first conditions. */
  readonly table: string
  /** Where a session may come more than once. */
  readonly distinct: 'distinct' | ''
}

function fromSource(db: Database, filters: Filters, source: Source, place: PlaceFilter): From {
  switch (source.type) {
    case 'time':
      return {
        table: 'session indexed by session_time where place = ? and aside is null',
        distinct: '',
        parameters: [place.place],
      }
    case 'term': {
      const { fact = -1, num = 0 } = place.equals[source.index] ?? {}
      return { table: 'facet where fact = ? and num = ?', distinct: '', parameters: [fact, num] }
    }
    case 'range': {
      const { fact = -1, min = 0, max = 0 } = place.ranges[source.index] ?? {}
      return {
        table: 'facet where fact = ? and num >= ? and num <= ?',
        distinct: 'distinct',
        parameters: [fact, min, max],
      }
    }
    case 'word': {
      const range = wordRange(place.place, filters.words[source.index] ?? '')
      const facts = db.prepare(`select id from fact where ${wordsFrom} limit 2`).all(...range) as { id: number }[]
      const [only, more] = facts
      // One word begins so: its list is in order already.
      if (only && !more) return { table: 'facet where fact = ? and num = 0', distinct: '', parameters: [only.id] }
      return {
        table: `facet where fact in (select id from fact where ${wordsFrom}) and num = 0`,
        distinct: 'distinct',
        parameters: range,
      }
    }
  }
}

const wordsFrom = `place = ? and key = '#word' and numeric = 0 and text >= ? and text < ?`

const wordRange = (place: number, word: string): readonly [number, string, string] => [place, word, `${word}\u{10ffff}`]

/** `case` is lazy where `and` is not. */
function checkQuery({ source, place }: Chunk): Fragment {
  const equals = place.equals.filter((_, index) => source.type !== 'term' || source.index !== index)
  const fact = 'exists (select 1 from facet where fact = ? and num = ? and at = d.at and seq = d.seq)'
  return {
    sql: equals.reduceRight((rest) => `case when ${fact} then ${rest} else 0 end`, '1'),
    parameters: equals.flatMap((equal) => [equal.fact, equal.num]),
  }
}

/** How many sessions a source has over all places, counted no further than `cap`. */
export function countSource(db: Database, filters: Filters, source: Source, cap: number): number {
  return sumPlaces(db, filters, cap, (place, limit) => {
    const { table, distinct, parameters } = fromSource(db, filters, source, place)
    const columns = distinct === '' ? '1' : 'distinct at, seq'
    return [
      `select count(*) as n from (select ${columns} from ${table} and at >= ? and at < ? limit ?)`,
      [...parameters, filters.fromMs, filters.toMs, limit],
    ]
  })
}

/** About how many rows would have to be gathered and sorted, counted no further than `cap`; cheap whatever they are. */
export function weighSource(db: Database, filters: Filters, source: Source, cap: number): number {
  if (source.type === 'word') {
    return sumPlaces(db, filters, cap, (place, limit) => [
      `select sum(sessions) as n from (select sessions from fact where ${wordsFrom} limit ?)`,
      [...wordRange(place.place, filters.words[source.index] ?? ''), limit],
    ])
  }
  if (source.type === 'term') {
    return filters.places.reduce((sum, { equals }) => sum + (equals[source.index]?.atMost ?? 0), 0)
  }
  return sumPlaces(db, filters, cap, (place, limit) => {
    const { table, parameters } = fromSource(db, filters, source, place)
    return [
      `select count(*) as n from (select 1 from ${table} and at >= ? and at < ? limit ?)`,
      [...parameters, filters.fromMs, filters.toMs, limit],
    ]
  })
}

type PlaceQuery = (place: PlaceFilter, limit: number) => readonly [sql: string, parameters: readonly SQLInputValue[]]

function sumPlaces(db: Database, { places }: Filters, cap: number, query: PlaceQuery): number {
  let sum = 0
  for (const place of places) {
    if (sum >= cap) break
    const [sql, parameters] = query(place, cap - sum)
    sum += Number(db.prepare(sql).get(...parameters)?.['n'] ?? 0)
  }
  return Math.min(sum, cap)
}

/** Whether candidates of a source need no sorting, in any place. */
export function isOrdered(db: Database, filters: Filters, source: Source): boolean {
  return filters.places.every((place) => fromSource(db, filters, source, place).distinct === '')
}
