/**
 * Where candidates come from. Every fact, and time itself, is a list that lies on disk in the order of pages (time, then seq), so a
 * filter is one such list per place, or several that are merged: the buckets of a number range, the words that begin alike.
 */
import type { SQLInputValue } from 'node:sqlite'
import type { Fact } from './facts.ts'
import type { Filters, NumberRange } from './query-filters.ts'
import { bucketOf, bucketText } from './number-buckets.ts'
import type { Database } from './sqlite-driver.ts'

/** Which filter of the query candidates are taken from. */
export type Source =
  | { readonly type: 'time' }
  | { readonly type: 'term'; readonly index: number }
  | { readonly type: 'range'; readonly index: number }
  | { readonly type: 'word'; readonly index: number }

/** The facts of one place whose lists hold the candidates. */
export interface PlaceLists {
  readonly place: number
  /** null: all sessions of the place, by time. */
  readonly facts: readonly Fact[] | null
  /** What the number of an index row must be, where the facts do not say it exactly. */
  readonly between: readonly [min: number, max: number] | null
}

/** So many lists are merged; more are gathered and sorted. */
export const mergedLists = 32
/** No more are looked at; a question like the word "a" is answered by looking at sessions. */
const maxLists = 2_000

/** The lists behind a source; null when there are too many. */
export function listsOf(db: Database, filters: Filters, source: Source): readonly PlaceLists[] | null {
  const lists: PlaceLists[] = []
  for (const { place, equals } of filters.places) {
    const one = placeLists(db, filters, source, place, equals)
    if ((one.facts?.length ?? 0) > maxLists) return null
    lists.push(one)
  }
  return lists
}

function placeLists(
  db: Database,
  filters: Filters,
  source: Source,
  place: number,
  equals: Filters['places'][number]['equals'],
): PlaceLists {
  switch (source.type) {
    case 'time':
      return { place, facts: null, between: null }
    case 'term': {
      const term = equals[source.index]
      return { place, facts: term ? [term] : [], between: term ? [term.num, term.num] : null }
    }
    case 'range': {
      const { key, min, max } = filters.ranges[source.index] ?? noRange
      const facts = factsBetween(db, [place, key, 1, bucketText(bucketOf(min)), bucketText(bucketOf(max))])
      return { place, facts, between: [min, max] }
    }
    case 'word': {
      const word = filters.words[source.index] ?? ''
      return { place, facts: factsBetween(db, [place, '#word', 0, word, `${word}\u{10ffff}`]), between: null }
    }
  }
}

const noRange: NumberRange = { key: '', min: 0, max: 0 }

function factsBetween(db: Database, parameters: readonly SQLInputValue[]): readonly Fact[] {
  return db
    .prepare(
      `select id, sessions from fact where place = ? and key = ? and numeric = ? and text >= ? and text <= ?
       limit ${maxLists + 1}`,
    )
    .all(...parameters) as unknown as Fact[]
}

/** At most how many candidates there are. */
export function weightOf(lists: readonly PlaceLists[]): number {
  let sum = 0
  for (const { facts } of lists) for (const { sessions } of facts ?? []) sum += sessions
  return sum
}

/** Whether each list is read in order and merged; else they are gathered and sorted, all of them for each read. */
export const isMerged = (lists: readonly PlaceLists[]): boolean =>
  lists.every(({ facts }) => facts === null || facts.length <= mergedLists)
