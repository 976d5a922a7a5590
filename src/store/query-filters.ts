/** A session query in the terms of the index. */
import { brief, fault } from '#core/faults.ts'
import type { SessionQuery } from '#core/query.ts'
import { type Fact, findFact } from './facts.ts'
import { bucketOf, bucketText } from './number-buckets.ts'
import { findPlaces } from './places.ts'
import { askedWords } from './search-words.ts'
import type { Database } from './sqlite-driver.ts'

/** A place and what its sessions must fit there; facts have a number of their own in each place. */
export interface PlaceFilter {
  readonly place: number
  readonly equals: readonly FactEquality[]
}

export interface FactEquality extends Fact {
  /** 0 for a text. */
  readonly num: number
}

export interface Filters {
  /** The places where anything can be found: those that know every fact asked for. */
  readonly places: readonly PlaceFilter[]
  /** Inclusive, Unix milliseconds. */
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
  /** How many equalities each place has. */
  readonly equals: number
  readonly ranges: readonly NumberRange[]
  /** Beginnings of words that must all occur. */
  readonly words: readonly string[]
}

export interface NumberRange {
  readonly key: string
  readonly min: number
  readonly max: number
}

interface Equality {
  readonly key: string
  /** null for a number. */
  readonly text: string | null
  readonly num: number
}

/** Beyond any time there is, and still exact as a double. */
const endOfTime = 8.64e15
const widest = Number.MAX_VALUE

/** @throws query.invalid */
export function readFilters(db: Database, query: SessionQuery): Filters {
  const equals = envelopeFilters(query)
  const ranges: NumberRange[] = []
  for (const filter of query.facets ?? []) {
    if (filter.key.startsWith('#')) throw invalid('a facet key', filter.key, 'facets')
    if ('text' in filter) {
      equals.push({ key: filter.key, text: filter.text, num: 0 })
      continue
    }
    const { key, min, max } = filter
    for (const bound of [min, max]) {
      if (bound !== null && !Number.isFinite(bound)) throw invalid('finite bounds or null', String(bound), key)
    }
    if (min !== null && min === max) equals.push({ key, text: null, num: min === 0 ? 0 : min })
    else ranges.push({ key, min: min ?? -widest, max: max ?? widest })
  }
  return {
    places: findPlaces(db, query.project, query.domain)
      .map(({ id }) => placeFilter(db, id, equals))
      .filter((place) => place !== null),
    fromMs: query.from === undefined ? -endOfTime : timeOf(query.from, 'from'),
    toMs: query.to === undefined ? endOfTime : timeOf(query.to, 'to'),
    equals: equals.length,
    ranges,
    words: query.text === undefined ? [] : askedWords(query.text),
  }
}

function envelopeFilters({ status, contributor, host, import: importId }: SessionQuery): Equality[] {
  const filters: Equality[] = []
  const add = (key: string, text: string | undefined) => {
    if (text !== undefined) filters.push({ key, text, num: 0 })
  }
  add('#status', status)
  add('#contributor', contributor)
  add('#host', host)
  add('#import', importId)
  return filters
}

/** null when the place has never seen one of the facts. */
function placeFilter(db: Database, place: number, equals: readonly Equality[]): PlaceFilter | null {
  const facts: FactEquality[] = []
  for (const { key, text, num } of equals) {
    const fact =
      text === null ? findFact(db, place, key, 1, bucketText(bucketOf(num))) : findFact(db, place, key, 0, text)
    if (fact === undefined) return null
    facts.push({ ...fact, num })
  }
  return { place, equals: facts }
}

/** Whether it asks for a part of time. */
export const isWindow = ({ fromMs, toMs }: Filters): boolean => fromMs !== -endOfTime || toMs !== endOfTime

/** Whether it asks for whole places over all time, so that the tally knows the answer. */
export function isWholePlaces(filters: Filters): boolean {
  const { equals, ranges, words } = filters
  return equals + ranges.length + words.length === 0 && !isWindow(filters)
}

function timeOf(text: string, where: string): number {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw invalid('a time in UTC (2026-11-20T12:00:00Z)', text, where)
  return ms
}

const invalid = (expected: string, found: string, where: string) =>
  fault('query.invalid', { expected, found: brief(found), where })
