/**
 * Large arrays that one adjustment leaves to the next: the equations of a long shot take tens of megabytes, and made anew for each
 * adjustment several of them are there at once before the garbage collector comes by. What nobody takes up it collects.
 */

/** Smaller ones are not worth looking for. */
const leastLength = 2 ** 14
const mostKept = 4

let kept: readonly WeakRef<Float64Array<ArrayBuffer>>[] = []

/** So many zeros. Whoever is done with them may give them back by `leaveRoom`, and must not use them after. */
export function roomFor(length: number): Float64Array<ArrayBuffer> {
  if (length < leastLength) return new Float64Array(length)
  kept = kept.filter((one) => one.deref() !== undefined)
  for (const one of kept) {
    const room = one.deref()
    // A much larger one is left to those who need it.
    if (room === undefined || room.length < length || room.length > 2 * length) continue
    kept = kept.filter((other) => other !== one)
    return room.subarray(0, length).fill(0)
  }
  return new Float64Array(length)
}

export function leaveRoom(...rooms: readonly Float64Array<ArrayBuffer>[]): void {
  const large = rooms.filter(({ length }) => length >= leastLength)
  kept = [...large.map(({ buffer }) => new WeakRef(new Float64Array(buffer))), ...kept].slice(0, mostKept)
}
