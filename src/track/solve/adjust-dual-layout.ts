/** Where the points stand in equations from which the cameras are eliminated. */
import type { Layout } from './adjust-layout.ts'

/** Which points stand in the equations, and what each camera sees of them. */
export interface DualLayout {
  /** First column of each point, -1: it has no observations. */
  readonly column: Int32Array
  /** Columns of all points; what cameras share comes after. */
  readonly border: number
  /**
   * Sightings of camera c, by columns of their points: `sighting[start[c]]` to, not including, `sighting[start[c +
   * 1]]`.
   */
  readonly start: Int32Array
  readonly sighting: Int32Array
  /** Of each sighting. */
  readonly point: Int32Array
  /** Sightings of one camera. */
  readonly most: number
}

/** Points in the order in which cameras first see them, which keeps those that are seen together close. */
export function dualLayoutOf({ sightings, block, blocks }: Layout): DualLayout {
  const { start, camera, count } = sightings
  const pointCount = start.length - 1
  const rank = (p: number) => (start[p + 1]! > start[p]! ? block[camera[start[p]!]!]! : blocks)
  const order = Int32Array.from({ length: pointCount }, (_, p) => p).sort((a, b) => rank(a) - rank(b) || a - b)
  const column = new Int32Array(pointCount).fill(-1)
  let border = 0
  const point = new Int32Array(count)
  const perCamera = Array.from(block, (): number[] => [])
  for (const p of order) {
    if (start[p + 1] === start[p]) continue
    column[p] = border
    border += 3
    for (let i = start[p]!; i < start[p + 1]!; i++) {
      point[i] = p
      perCamera[camera[i]!]!.push(i)
    }
  }
  const starts = new Int32Array(block.length + 1)
  perCamera.forEach((list, c) => {
    starts[c + 1] = starts[c]! + list.length
  })
  const most = perCamera.reduce((longest, list) => Math.max(longest, list.length), 0)
  return { column, border, start: starts, sighting: Int32Array.from(perCamera.flat()), point, most }
}

/** For each point in the order of columns the first column that a camera sees together with it. */
export function dualEnvelope({ block }: Layout, { column, border, start, sighting, point }: DualLayout): Int32Array {
  const first = Int32Array.from({ length: border / 3 }, (_, i) => 3 * i)
  for (let c = 0; c + 1 < start.length; c++) {
    if (block[c]! < 0 || start[c + 1] === start[c]) continue
    const lowest = column[point[sighting[start[c]!]!]!]!
    for (let s = start[c]!; s < start[c + 1]!; s++) {
      const at = column[point[sighting[s]!]!]! / 3
      first[at] = Math.min(first[at]!, lowest)
    }
  }
  return first
}
