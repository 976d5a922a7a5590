/**
 * Finds sessions in the order of lists without ever sorting a million of them. Each filter could be the source of candidates; what
 * facts count tells which is the shortest. Its lists are read in order and merged, and the other filters are checked candidate by
 * candidate.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Position } from './cursor.ts'
import type { PackedFacets } from './derived.ts'
import { type Filters, isWindow, type NumberRange } from './query-filters.ts'
import { type Candidate, countList, type Direction, type List, readableLists, readList } from './query-lists.ts'
import { isMerged, listsOf, type PlaceLists, type Source, weightOf } from './query-sources.ts'
import type { Database } from './sqlite-driver.ts'

/** What lists that must be sorted may hold together, for a page and when all are wanted; sorting takes about 15 ms for a page. */
const sortable = 40_000
const sortableForAll = 200_000
/** Candidates read at once: about 5 ms, so that other requests get their turn. */
const largestChunk = 2_000
const firstChecked = 500
const leastPerList = 60

export const newest: Position = { at: 8.64e15, seq: Number.MAX_SAFE_INTEGER }
export const oldest: Position = { at: -8.64e15, seq: -1 }

/** Everything that candidates could be taken from; whichever it is, the answer is the same. */
export function possibleSources(filters: Filters): readonly Source[] {
  return [
    ...Array.from({ length: filters.equals }, (_, index): Source => ({ type: 'term', index })),
    ...filters.ranges.map((_, index): Source => ({ type: 'range', index })),
    ...filters.words.map((_, index): Source => ({ type: 'word', index })),
    { type: 'time' },
  ]
}

interface Choice {
  readonly source: Source
  readonly lists: readonly PlaceLists[]
}

/** @param all whether every session is wanted, and not just a page */
function choose(db: Database, filters: Filters, all: boolean): Choice {
  const mostSorted = all ? sortableForAll : sortable
  let best: Choice = { source: { type: 'time' }, lists: listsOf(db, filters, { type: 'time' }) ?? [] }
  let fewest = isWindow(filters) ? countLists(db, filters, best.lists, mostSorted) : Number.POSITIVE_INFINITY
  for (const source of possibleSources(filters)) {
    const lists = source.type === 'time' ? null : listsOf(db, filters, source)
    if (!lists) continue
    const weight = weightOf(lists)
    if (weight >= fewest || (weight > mostSorted && !isMerged(lists))) continue
    best = { source, lists }
    fewest = weight
  }
  return best
}

function countLists(db: Database, filters: Filters, lists: readonly PlaceLists[], cap: number): number {
  let sum = 0
  // Those of one place together, since a session may be in several.
  for (const list of readableLists(lists, 1)) {
    if (sum < cap) sum += countList(db, filters, list, cap - sum)
  }
  return sum
}

/** How many sessions fit a single filter, when its lists tell; null when sessions must be looked at. */
export function countSingle(db: Database, filters: Filters, cap: number): number | null {
  const [only, time, more] = possibleSources(filters)
  const source = time ? only : { type: 'time' as const }
  const lists = more || !source ? null : listsOf(db, filters, source)
  return lists && countLists(db, filters, lists, cap)
}

export interface Walk {
  readonly db: Database
  readonly filters: Filters
  readonly direction: Direction
  /** Where to start, exclusive. */
  readonly after: Position
  /** How many are wanted, when that is known: the first reads are kept that small. */
  readonly wanted?: number
  /** Where to take candidates from; by default the shortest. */
  readonly source?: Source
  /** Sessions that came later are not seen. */
  readonly maxSeq?: number
}

/** All that fit, in order, in bunches; between them the event loop gets its turn. */
export async function* walk(asked: Walk): AsyncGenerator<readonly Position[]> {
  const { db, filters, wanted, maxSeq } = asked
  const given = asked.source && listsOf(db, filters, asked.source)
  const { source, lists } =
    asked.source && given ? { source: asked.source, lists: given } : choose(db, filters, wanted === undefined)
  const round: Round = { ...asked, source, lists: readableLists(lists) }
  // With more than one filter some candidates will not fit, and each further read costs seeks.
  const first = possibleSources(filters).length > 2 ? firstChecked : (wanted ?? largestChunk)
  let chunkSize = Math.min(first, largestChunk)
  for (let after: Position | null = asked.after; after !== null; chunkSize = Math.min(chunkSize * 4, largestChunk)) {
    if (after !== asked.after) await turn()
    const { found, end } = readRound({ ...round, after }, chunkSize)
    const seen = maxSeq === undefined ? found : found.filter(({ seq }) => seq <= maxSeq)
    if (seen.length > 0) yield seen
    after = end
  }
}

interface Round extends Pick<Walk, 'db' | 'filters' | 'direction' | 'after'> {
  readonly source: Source
  readonly lists: readonly List[]
}

/** One chunk of each list, merged as far as all of them reach. */
function readRound(round: Round, chunkSize: number): { found: readonly Position[]; end: Position | null } {
  const { filters, source, lists, direction } = round
  const limit = Math.max(Math.ceil(chunkSize / Math.max(lists.length, 1)), Math.min(chunkSize, leastPerList))
  const order = (a: Position, b: Position) =>
    direction === 'newest first' ? b.at - a.at || b.seq - a.seq : a.at - b.at || a.seq - b.seq
  const all: Candidate[] = []
  let end: Position | null = null
  for (const list of lists) {
    const chunk = readList(round, list, limit)
    all.push(...chunk.candidates)
    // Nothing beyond where a list was left is known to be in order yet.
    if (chunk.end && (end === null || order(chunk.end, end) < 0)) end = chunk.end
  }
  if (lists.length > 1) all.sort(order)
  const reached = end
  const ranges = filters.ranges.filter((_, index) => source.type !== 'range' || source.index !== index)
  const words = filters.words.filter((_, index) => source.type !== 'word' || source.index !== index)
  const found: Candidate[] = []
  for (const candidate of all) {
    if (reached !== null && order(candidate, reached) > 0) break
    if (found.at(-1)?.seq === candidate.seq) continue // it was in two lists
    if (hasWords(candidate.words, words) && inRanges(candidate.facets, ranges)) found.push(candidate)
  }
  return { found, end }
}

function hasWords(packed: string | null, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const text = ` ${packed}`
  return words.every((word) => text.includes(` ${word}`))
}

function inRanges(packed: string | null, ranges: readonly NumberRange[]): boolean {
  if (ranges.length === 0) return true
  const facets = JSON.parse(packed ?? '[]') as PackedFacets
  return ranges.every(({ key, min, max }) =>
    facets.some(([name, value]) => name === key && typeof value === 'number' && value >= min && value <= max),
  )
}
