/** A session query in the terms of the index. */
import { brief, fault } from '#core/faults.ts'
import type { SessionQuery } from '#core/query.ts'
import type { Term } from './derived.ts'
import { findPlaces } from './places.ts'
import { searchExpression } from './search-words.ts'
import type { Database } from './sqlite-driver.ts'

export interface NumberRange {
  readonly key: string
  readonly min: number
  readonly max: number
}

export interface Filters {
  /** Ids of the places it may touch; none = nothing can be found. */
  readonly places: readonly number[]
  /** Inclusive, Unix milliseconds. */
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
  readonly equals: readonly Term[]
  readonly ranges: readonly NumberRange[]
  /** FTS5 expression. */
  readonly search: string | null
}

/** Beyond any time there is, and still exact as a double. */
const endOfTime = 8.64e15
const widest = Number.MAX_VALUE

/** @throws query.invalid */
export function readFilters(db: Database, query: SessionQuery): Filters {
  const equals: Term[] = []
  const ranges: NumberRange[] = []
  if (query.status !== undefined) equals.push(['#status', query.status, 0])
  if (query.contributor !== undefined) equals.push(['#contributor', query.contributor, 0])
  if (query.host !== undefined) equals.push(['#host', query.host, 0])
  if (query.import !== undefined) equals.push(['#import', query.import, 0])
  for (const filter of query.facets ?? []) {
    if (filter.key.startsWith('#')) throw invalid('a facet key', filter.key, 'facets')
    if ('text' in filter) {
      equals.push([filter.key, filter.text, 0])
      continue
    }
    const { key, min, max } = filter
    for (const bound of [min, max]) {
      if (bound !== null && !Number.isFinite(bound)) throw invalid('finite bounds or null', String(bound), key)
    }
    if (min !== null && min === max) equals.push([key, '', min === 0 ? 0 : min])
    else ranges.push({ key, min: min ?? -widest, max: max ?? widest })
  }
  return {
    places: findPlaces(db, query.project, query.domain).map(({ id }) => id),
    fromMs: query.from === undefined ? -endOfTime : timeOf(query.from, 'from'),
    toMs: query.to === undefined ? endOfTime : timeOf(query.to, 'to'),
    equals,
    ranges,
    search: query.text === undefined ? null : searchExpression(query.text),
  }
}

/** Whether it asks for whole places over all time, so that the tally knows the answer. */
export function isWholePlaces({ equals, ranges, search, fromMs, toMs }: Filters): boolean {
  return equals.length + ranges.length === 0 && search === null && fromMs === -endOfTime && toMs === endOfTime
}

function timeOf(text: string, where: string): number {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw invalid('a time in UTC (2026-11-20T12:00:00Z)', text, where)
  return ms
}

const invalid = (expected: string, found: string, where: string) =>
  fault('query.invalid', { expected, found: brief(found), where })
