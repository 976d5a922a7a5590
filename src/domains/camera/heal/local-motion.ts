/**
 * How the picture round a place moves from one frame to another, from the tracks near it: an affine map by weighted least
 * squares, with a pull towards mere translation, so that two anchors are as good a question as twelve; anchors that go
 * their own way lose their weight (Cauchy weights; Holland and Welsch 1977).
 */
import { factorCholesky, substituteCholesky } from '#track/geometry/dense.ts'

export interface LocalMotion {
  /** The linear part, row by row. */
  readonly linear: readonly [number, number, number, number]
  /** Where the place is in the other frame. */
  readonly x: number
  readonly y: number
  /** Root mean square of what the map leaves of the anchors' motion: their noise, and the depth of the scene there. */
  readonly sigmaPx: number
}

/** So much a linear part differs from no change at all, for each pixel of what it leaves. */
const pullPx = 10
const rounds = 3
/** Anchors agree no better than this. */
const leastScalePx = 0.3

/**
 * @param from anchors in the one frame, 2 numbers each, at least one
 * @param to the same anchors in the other frame
 * @param x the place in the one frame
 * @returns null when the anchors are not finite
 */
export function localMotion(from: Float64Array, to: Float64Array, x: number, y: number): LocalMotion | null {
  const count = from.length >> 1
  const near = nearness(from, x, y)
  const weights = near.slice()
  const residuals = new Float64Array(count)
  const rows = new Float64Array(6)
  for (let round = 0; round < rounds; round++) {
    if (!fit(from, to, x, y, weights, rows)) return null
    for (let i = 0; i < count; i++) residuals[i] = residual(from, to, x, y, rows, i)
    const scale = Math.max(leastScalePx, middleOf(residuals))
    for (let i = 0; i < count; i++) weights[i] = near[i]! / (1 + (residuals[i]! / scale) ** 2)
  }
  let [sum, total] = [0, 0]
  for (let i = 0; i < count; i++) {
    sum += weights[i]! * residuals[i]! ** 2
    total += weights[i]!
  }
  const [a, b, c, d] = [rows[0]!, rows[1]!, rows[3]!, rows[4]!]
  return { linear: [a, b, c, d], x: x + rows[2]!, y: y + rows[5]!, sigmaPx: Math.sqrt(sum / total) }
}

/** Weights that fall with the distance, in units of the middle one. */
function nearness(from: Float64Array, x: number, y: number): Float64Array {
  const away = Float64Array.from({ length: from.length >> 1 }, (_, i) =>
    Math.hypot(from[2 * i]! - x, from[2 * i + 1]! - y),
  )
  const scale = Math.max(1, middleOf(away))
  return away.map((distance) => 1 / (1 + (distance / scale) ** 2))
}

const middleOf = (values: Float64Array) => values.slice().sort()[values.length >> 1]!

/** Distance of an anchor from where the map takes it. */
function residual(from: Float64Array, to: Float64Array, x: number, y: number, rows: Float64Array, i: number): number {
  const [px, py] = [from[2 * i]! - x, from[2 * i + 1]! - y]
  const dx = x + rows[0]! * px + rows[1]! * py + rows[2]! - to[2 * i]!
  const dy = y + rows[3]! * px + rows[4]! * py + rows[5]! - to[2 * i + 1]!
  return Math.hypot(dx, dy)
}

/** Two rows (m0, m1, shift) of the map of places relative to x, y. */
function fit(
  from: Float64Array,
  to: Float64Array,
  x: number,
  y: number,
  weights: Float64Array,
  rows: Float64Array,
): boolean {
  const normal = new Float64Array(9)
  const [across, down] = [new Float64Array(3), new Float64Array(3)]
  let total = 0
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!
    const px = from[2 * i]! - x
    const py = from[2 * i + 1]! - y
    const qx = to[2 * i]! - x
    const qy = to[2 * i + 1]! - y
    const wx = w * px
    const wy = w * py
    normal[0]! += wx * px
    normal[3]! += wx * py
    normal[4]! += wy * py
    normal[6]! += wx
    normal[7]! += wy
    across[0]! += wx * qx
    across[1]! += wy * qx
    across[2]! += w * qx
    down[0]! += wx * qy
    down[1]! += wy * qy
    down[2]! += w * qy
    total += w
  }
  const pull = pullPx * pullPx * total
  normal[0]! += pull
  normal[4]! += pull
  normal[8] = total
  across[0]! += pull
  down[1]! += pull
  if (!(total > 0) || !factorCholesky(normal, 3)) return false
  substituteCholesky(normal, across, 3)
  substituteCholesky(normal, down, 3)
  rows.set(across)
  rows.set(down, 3)
  return true
}
