/**
 * Finds sessions in the order of lists without ever sorting a million of them. Each filter could be the source of candidates; a
 * bounded count of each tells which is the shortest. Number ranges and text are only taken while they are few: else
 * the time order (or a facet, which is kept in time order) is walked, and the rest is checked candidate by candidate.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Position } from './cursor.ts'
import type { PackedFacets } from './derived.ts'
import { type Filters, isWindow, type NumberRange } from './query-filters.ts'
import { type Candidate, type Direction, isOrdered, readChunk, type Source, weighSource } from './query-sources.ts'
import type { Database } from './sqlite-driver.ts'

/** What a source that must be sorted may hold; sorting these takes about 15 ms. */
const sortable = 40_000
/** When all are wanted in any case, sorting costs less than looking at every session there is. */
const sortableForAll = 200_000
/** After so many candidates in vain, sorting a range costs less than walking on. */
const vainCandidates = 50_000
/** Candidates read at once: about 5 ms, so that other requests get their turn. */
const largestChunk = 2_000
const firstChecked = 500

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

/** @param all whether every session is wanted, and not just a page */
function chooseSource(db: Database, filters: Filters, all: boolean): Source {
  const [first = { type: 'time' }, ...others] = possibleSources(filters)
  // With a single filter that is kept in order there is nothing to weigh.
  if (others.length === 0 || (first.type === 'term' && others.length === 1)) return first
  const mostSorted = all ? sortableForAll : sortable
  let best: Source = { type: 'time' }
  let fewest = Number.POSITIVE_INFINITY
  for (const source of [first, ...others]) {
    if (source.type === 'time' && !isWindow(filters)) continue // what is left when nothing else is short
    const weight = weighSource(db, filters, source, Math.min(mostSorted + 1, fewest))
    if (weight >= fewest || (weight > mostSorted && !isOrdered(db, filters, source))) continue
    best = source
    fewest = weight
  }
  return best
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
export async function* walk({
  db,
  filters,
  direction,
  after,
  wanted,
  maxSeq,
  ...given
}: Walk): AsyncGenerator<readonly Position[]> {
  let source = given.source ?? chooseSource(db, filters, wanted === undefined)
  // With more than one filter some candidates will not fit, and each further read costs a sort or a seek.
  const first = possibleSources(filters).length > 2 ? firstChecked : (wanted ?? largestChunk)
  let chunkSize = Math.min(first, largestChunk)
  let position = after
  let vain = 0
  for (;;) {
    const { found, checked, end } = readRound({ db, filters, direction, after: position, source, chunkSize })
    const seen = maxSeq === undefined ? found : found.filter(({ seq }) => seq <= maxSeq)
    if (seen.length > 0) yield seen
    if (end === null) return
    position = end
    vain = seen.length > 0 ? 0 : vain + checked
    const inVain = vain > vainCandidates && wanted !== undefined
    if (inVain && filters.ranges.length > 0 && source.type !== 'range') source = { type: 'range', index: 0 }
    chunkSize = Math.min(chunkSize * 4, largestChunk)
    await turn()
  }
}

interface Round extends Pick<Walk, 'db' | 'filters' | 'direction' | 'after'> {
  readonly source: Source
  readonly chunkSize: number
}

/** One chunk of each place, merged as far as all of them reach. */
function readRound({ db, filters, direction, after, source, chunkSize }: Round) {
  const limit = Math.max(Math.ceil(chunkSize / Math.max(filters.places.length, 1)), Math.min(chunkSize, 60))
  const before = (a: Position, b: Position) =>
    direction === 'newest first' ? b.at - a.at || b.seq - a.seq : a.at - b.at || a.seq - b.seq
  const all: Candidate[] = []
  let end: Position | null = null
  for (const place of filters.places) {
    const chunk = readChunk({ db, filters, source, place, direction, after, limit })
    all.push(...chunk)
    const last = chunk.at(-1)
    // A full chunk may go on behind its last: nothing beyond that is known to be in order yet.
    if (last && chunk.length === limit && (end === null || before(last, end) < 0)) end = last
  }
  if (filters.places.length > 1) all.sort(before)
  const reached = end
  const known = reached === null ? all : all.filter((candidate) => before(candidate, reached) <= 0)
  const ranges = filters.ranges.filter((_, index) => source.type !== 'range' || source.index !== index)
  const words = filters.words.filter((_, index) => source.type !== 'word' || source.index !== index)
  const found = known.filter(
    (candidate) => candidate.fits === 1 && hasWords(candidate.words, words) && inRanges(candidate.facets, ranges),
  )
  return { found, checked: known.length, end }
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
