/**
 * Numbers are indexed under a coarse bucket: sign, power of two, and which half of it. A fact per number would be too many,
 * and one list of all numbers in their order would put every new row on another page; this way the rows of each bucket
 * stay in time order, new ones go to its end, and a range is a handful of buckets.
 */
const view = new DataView(new ArrayBuffer(8))
const signBit = 0x8000_0000
/** Of the upper 32 bits of a double: 1 sign, 11 exponent, 1 mantissa bit are kept. */
const droppedBits = 19

/** A bucket's number, in the order of the numbers in it. */
export function bucketOf(number: number): number {
  view.setFloat64(0, number === 0 ? 0 : number)
  const upper = view.getUint32(0)
  // Negative numbers are ordered the other way round, and come first.
  const ordered = (upper & signBit) === 0 ? upper | signBit : ~upper
  return (ordered >>> 0) >>> droppedBits
}

/** Four hex digits, in the same order: how a bucket is written in the index. */
export const bucketText = (bucket: number): string => bucket.toString(16).padStart(4, '0')
