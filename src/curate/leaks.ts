/** What makes the score of a split worthless: parts that know each other's pictures. */
import type { SplitName } from '#core/dataset.ts'
import { visitNearPairs } from './near-pairs.ts'

export interface LeakItem {
  readonly id: string
  readonly group: string
  readonly split: SplitName
  /** Perceptual hashes of its pictures, 16 hex digits each; none when it has no picture or none was computed. */
  readonly fingerprints: readonly string[]
}

export interface LeakReport {
  readonly items: number
  /** Groups that lie in more than one part. */
  readonly groups: { readonly count: number; readonly examples: readonly GroupLeak[] }
  /** Items with a picture that looks like one of another part. */
  readonly twins: { readonly count: number; readonly examples: readonly TwinLeak[] }
  /** Items that could not be compared, since they have no fingerprint. */
  readonly unseen: number
}

export interface GroupLeak {
  readonly group: string
  readonly counts: Readonly<Partial<Record<SplitName, number>>>
}

/** `a` is in the earlier part, in the order train, val, test. */
export interface TwinLeak {
  readonly a: string
  readonly b: string
  readonly splits: readonly [a: SplitName, b: SplitName]
  /** Bits that differ, of 64. */
  readonly distance: number
}

/**
 * Looks for groups and for near-equal pictures that lie in several parts of a split.
 *
 * @param maxDistance pictures at most this many of 64 bits apart count as the same, 0 to 15
 * @param maxExamples how many of each kind are named; all are counted
 */
export function findLeaks(items: Iterable<LeakItem>, maxDistance = 4, maxExamples = 20): LeakReport {
  const groups = new Map<string, Partial<Record<SplitName, number>>>()
  const seen = new Map<string, Sighting[]>()
  let count = 0
  let unseen = 0
  for (const { id, group, split, fingerprints } of items) {
    count += 1
    if (fingerprints.length === 0) unseen += 1
    const counts = groups.get(group) ?? {}
    counts[split] = (counts[split] ?? 0) + 1
    groups.set(group, counts)
    for (const fingerprint of new Set(fingerprints)) {
      const there = seen.get(fingerprint)
      if (there === undefined) seen.set(fingerprint, [{ id, split }])
      else there.push({ id, split })
    }
  }
  const straddling = [...groups].filter(([, counts]) => Object.keys(counts).length > 1)
  straddling.sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    items: count,
    groups: {
      count: straddling.length,
      examples: straddling.slice(0, maxExamples).map(([group, counts]) => ({ group, counts })),
    },
    twins: findTwins(seen, maxDistance, maxExamples),
    unseen,
  }
}

/** An item that shows a picture. */
interface Sighting {
  readonly id: string
  readonly split: SplitName
}

/** One bit per part, so that a set of parts is a number. */
const bitOf: Readonly<Record<SplitName, number>> = { train: 1, val: 2, test: 4 }

function findTwins(seen: ReadonlyMap<string, readonly Sighting[]>, maxDistance: number, maxExamples: number) {
  // In text order, so that the examples do not depend on the order of the items.
  const fingerprints = [...seen.keys()].sort()
  const shown = fingerprints.map((fingerprint) => (seen.get(fingerprint) ?? []).toSorted(byId))
  const own = Uint8Array.from(shown, (sightings) => sightings.reduce((bits, { split }) => bits | bitOf[split], 0))
  /** The parts in which something near was seen. */
  const around = own.slice()
  const examples: TwinLeak[] = []
  const note = (a: number, b: number, distance: number) => {
    const twin = firstAcross(shown[a] ?? [], shown[b] ?? [])
    if (twin === null) return
    const [one, other] = twin.toSorted((x, y) => bitOf[x.split] - bitOf[y.split])
    if (one && other) examples.push({ a: one.id, b: other.id, splits: [one.split, other.split], distance })
    if (examples.length > 50 * maxExamples) keepNearest(examples, maxExamples)
  }
  for (const i of shown.keys()) if (severalParts(own[i] ?? 0)) note(i, i, 0)
  visitNearPairs(fingerprints, maxDistance, (a, b, distance) => {
    const [partsOfA, partsOfB] = [own[a] ?? 0, own[b] ?? 0]
    around[a] = (around[a] ?? 0) | partsOfB
    around[b] = (around[b] ?? 0) | partsOfA
    if (severalParts(partsOfA | partsOfB)) note(a, b, distance)
  })
  keepNearest(examples, maxExamples)
  const leaking = new Set<string>()
  for (const [i, sightings] of shown.entries()) {
    if (!severalParts(around[i] ?? 0)) continue
    for (const { id, split } of sightings) if (around[i] !== bitOf[split]) leaking.add(id)
  }
  return { count: leaking.size, examples }
}

const severalParts = (bits: number) => (bits & (bits - 1)) !== 0

/** The nearest pairs are the ones that people can judge at a glance. */
function keepNearest(examples: TwinLeak[], maxExamples: number): void {
  examples.sort((a, b) => a.distance - b.distance || compareText(a.a, b.a) || compareText(a.b, b.b))
  examples.length = Math.min(examples.length, maxExamples)
}

/** A pair of different parts; `a` and `b` hold several parts together. */
function firstAcross(a: readonly Sighting[], b: readonly Sighting[]): readonly [Sighting, Sighting] | null {
  const [first] = a
  if (first === undefined) return null
  const other = b.find(({ split }) => split !== first.split)
  if (other !== undefined) return [first, other]
  const [opposite] = b
  const one = opposite && a.find(({ split }) => split !== opposite.split)
  return one && opposite ? [one, opposite] : null
}

const compareText = (a: string, b: string) => Number(a > b) - Number(a < b)
const byId = (a: Sighting, b: Sighting) => compareText(a.id, b.id)
