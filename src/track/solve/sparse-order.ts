/**
 * The order of cameras in which the envelope of their equations is small: as they are given, which is best for frames
 * of one path, or reverse Cuthill-McKee (Cuthill and McKee 1969; George and Liu 1981, section 4.3), where they come as
 * a solver met them.
 */
import type { Problem } from './problem.ts'

/** A point that more cameras see ties them together in any order; see `adjust-lasting.ts` for what is made of it. */
const MOST_SIGHTINGS = 64

/** Cameras that see a point in common, both ways, ascending. */
function neighboursOf({ cameras, points, observations }: Problem): Int32Array[] {
  const { camera, point } = observations
  const next = new Int32Array(points.length / 3 + 1)
  for (const p of point) next[p + 1]!++
  for (let p = 0; p + 1 < next.length; p++) next[p + 1]! += next[p]!
  const byPoint = new Int32Array(camera.length)
  const start = next.slice()
  point.forEach((p, i) => {
    byPoint[next[p]!++] = camera[i]!
  })
  const words = Math.ceil(cameras.length / 32)
  const seen = new Uint32Array(words * cameras.length)
  const both = new Uint32Array(words)
  for (let p = 0; p + 1 < start.length; p++) {
    if (start[p + 1]! - start[p]! > MOST_SIGHTINGS) continue
    // All cameras of a point as one row of bits, put into the row of each of them.
    both.fill(0)
    for (let i = start[p]!; i < start[p + 1]!; i++) both[byPoint[i]! >> 5]! |= 1 << (byPoint[i]! & 31)
    for (let i = start[p]!; i < start[p + 1]!; i++) {
      const row = byPoint[i]! * words
      for (let word = 0; word < words; word++) seen[row + word]! |= both[word]!
    }
  }
  return cameras.map((_, a) =>
    Int32Array.from(cameras.keys()).filter((b) => b !== a && ((seen[a * words + (b >> 5)]! >>> (b & 31)) & 1) === 1),
  )
}

/** How many blocks a row by row Cholesky factorisation touches, squared row by row: its work. */
function envelopeWork(neighbours: readonly Int32Array[], order: Int32Array): number {
  const rank = rankOf(order)
  let work = 0
  for (const camera of order) {
    let first = rank[camera]!
    for (const other of neighbours[camera]!) first = Math.min(first, rank[other]!)
    work += (rank[camera]! - first) ** 2
  }
  return work
}

function rankOf(order: Int32Array): Int32Array {
  const rank = new Int32Array(order.length)
  order.forEach((camera, i) => {
    rank[camera] = i
  })
  return rank
}

/** The cameras of a problem, first block to last. */
export function cameraOrder(problem: Problem): Int32Array {
  const given = Int32Array.from(problem.cameras.keys())
  const neighbours = neighboursOf(problem)
  const levelled = reverseCuthillMcKee(neighbours)
  return envelopeWork(neighbours, levelled) < 0.9 * envelopeWork(neighbours, given) ? levelled : given
}

/** Level by level from a camera at the rim of each connected part, those with few neighbours first; then backwards. */
function reverseCuthillMcKee(neighbours: readonly Int32Array[]): Int32Array {
  const done = new Uint8Array(neighbours.length)
  const order: number[] = []
  for (let camera = 0; camera < neighbours.length; camera++) {
    if (done[camera] === 1) continue
    for (const each of levelsFrom(neighbours, rimOf(neighbours, camera)).order) {
      done[each] = 1
      order.push(each)
    }
  }
  return Int32Array.from(order.reverse())
}

/** A camera that is as far as possible from another (George and Liu's pseudo-peripheral node). */
function rimOf(neighbours: readonly Int32Array[], start: number): number {
  let camera = start
  for (let levels = 0; ; ) {
    const found = levelsFrom(neighbours, camera)
    if (found.levels <= levels) return camera
    levels = found.levels
    camera = found.order.at(-1)!
  }
}

function levelsFrom(neighbours: readonly Int32Array[], start: number): { order: number[]; levels: number } {
  const seen = new Set([start])
  let level = [start]
  const order: number[] = []
  let levels = 0
  for (; level.length > 0; levels++) {
    order.push(...level)
    const next: number[] = []
    for (const camera of level) {
      const unseen = [...neighbours[camera]!].filter((other) => !seen.has(other))
      unseen.sort((a, b) => neighbours[a]!.length - neighbours[b]!.length || a - b)
      for (const other of unseen) seen.add(other)
      next.push(...unseen)
    }
    level = next
  }
  return { order, levels }
}
