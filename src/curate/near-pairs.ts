/**
 * All pairs of 64-bit fingerprints that differ in few bits, without comparing every pair.
 *
 * Method: multi-index hashing (M. Norouzi, A. Punjani, D. Fleet, Fast Exact Search in Hamming Space with Multi-Index
 * Hashing, 2014). The bits are cut into four bands of 16. Two fingerprints at most d = 4 r + a bits apart differ in at most
 * r bits in one of the bands 0 to a, or in at most r - 1 in one of the others, since otherwise more than d bits would
 * differ. So looking up these near values of each band finds every pair: the search is exact.
 */

/** Beyond this unrelated pictures begin to meet, and the search would cost as much as comparing all pairs. */
export const maxNearDistance = 15

const bands = 4
const bandValues = 1 << 16

/**
 * Calls `visit` once for each pair of fingerprints at most `maxDistance` bits apart, as indices `a < b`.
 *
 * @param fingerprints 16 hex digits each; equal ones are best given once, as n equal ones have n² / 2 pairs
 * @param maxDistance 0 to {@link maxNearDistance} bits
 */
export function visitNearPairs(
  fingerprints: readonly string[],
  maxDistance: number,
  visit: (a: number, b: number, distance: number) => void,
): void {
  if (!Number.isInteger(maxDistance) || maxDistance < 0 || maxDistance > maxNearDistance) {
    throw new RangeError(`expected a distance from 0 to ${maxNearDistance} bits, found ${maxDistance}`)
  }
  const words = readWords(fingerprints)
  const radii = Array.from({ length: bands }, (_, band) => Math.floor((maxDistance - band) / bands))
  const search: Search = { words, radii, maxDistance, visit }
  for (const [band, radius] of radii.entries()) {
    if (radius < 0) continue
    const index = indexBand(words, band)
    const masks = masksUpTo(radius)
    for (let a = 0; a < fingerprints.length; a++) {
      const value = words[a * bands + band] ?? 0
      for (const mask of masks) visitBucket(search, index, band, a, value ^ mask)
    }
  }
}

interface Search {
  /** The bands of all fingerprints, four values each. */
  readonly words: Uint16Array
  /** How many bits may differ in each band; below 0 the band needs no look. */
  readonly radii: readonly number[]
  readonly maxDistance: number
  readonly visit: (a: number, b: number, distance: number) => void
}

/** Indices of the fingerprints, ordered by the value of one band; those of value v stand from `starts[v]` on. */
interface BandIndex {
  readonly starts: Uint32Array
  readonly order: Uint32Array
}

function visitBucket(search: Search, { starts, order }: BandIndex, band: number, a: number, value: number): void {
  const end = starts[value + 1] ?? 0
  for (let at = starts[value] ?? 0; at < end; at++) {
    const b = order[at] ?? 0
    if (b <= a) continue
    const distance = distanceOnce(search, band, a, b)
    if (distance >= 0) search.visit(a, b, distance)
  }
}

/** The distance of a pair; -1 when it is too far, or was met in an earlier band already. */
function distanceOnce({ words, radii, maxDistance }: Search, band: number, a: number, b: number): number {
  let distance = 0
  for (let i = 0; i < bands; i++) {
    const bits = bitCounts[(words[a * bands + i] ?? 0) ^ (words[b * bands + i] ?? 0)] ?? 0
    distance += bits
    if (distance > maxDistance || (i < band && bits <= (radii[i] ?? -1))) return -1
  }
  return distance
}

function readWords(fingerprints: readonly string[]): Uint16Array {
  const words = new Uint16Array(fingerprints.length * bands)
  for (const [i, text] of fingerprints.entries()) {
    if (!/^[0-9a-f]{16}$/.test(text)) throw new RangeError(`expected 16 hex digits, found "${text}"`)
    for (let band = 0; band < bands; band++) {
      words[i * bands + band] = Number.parseInt(text.slice(band * 4, band * 4 + 4), 16)
    }
  }
  return words
}

function indexBand(words: Uint16Array, band: number): BandIndex {
  const count = words.length / bands
  const starts = new Uint32Array(bandValues + 1)
  for (let i = 0; i < count; i++) {
    const value = words[i * bands + band] ?? 0
    starts[value + 1] = (starts[value + 1] ?? 0) + 1
  }
  for (let value = 0; value < bandValues; value++) starts[value + 1] = (starts[value + 1] ?? 0) + (starts[value] ?? 0)
  const next = starts.slice()
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const value = words[i * bands + band] ?? 0
    const at = next[value] ?? 0
    order[at] = i
    next[value] = at + 1
  }
  return { starts, order }
}

/** All 16-bit values with at most `bits` bits set. */
function masksUpTo(bits: number): readonly number[] {
  let level: readonly number[] = [0]
  const masks = [0]
  for (let set = 0; set < bits; set++) {
    // Each gets one more bit, above its highest, so that none is made twice.
    level = level.flatMap((mask) =>
      Array.from({ length: 16 - lengthInBits(mask) }, (_, i) => mask | (1 << (lengthInBits(mask) + i))),
    )
    masks.push(...level)
  }
  return masks
}

const lengthInBits = (value: number) => 32 - Math.clz32(value)

const bitCounts = new Uint8Array(bandValues)
for (let value = 1; value < bandValues; value++) bitCounts[value] = (bitCounts[value >> 1] ?? 0) + (value & 1)
