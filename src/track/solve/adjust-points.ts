/**
 * The equations of one point (3 unknowns), and points brought to rest on their own while the cameras stand.
 *
 * After each step of all unknowns together each point takes a few steps alone. They cost little, and points far off or
 * badly placed, whose valley is long and bent, no longer hold up the rest (embedded point iterations: Jeong, Nister,
 * Steedly, Szeliski and Kweon, Pushing the Envelope of Modern Methods for Bundle Adjustment, 2012).
 */
import type { Layout } from './adjust-layout.ts'
import { distanceCost, type Measure, observePoint, type Rows } from './adjust-observe.ts'
import { normalise, type State } from './adjust-state.ts'

/** V (00, 10, 11, 20, 21, 22), -Jᵀr (3), and what damping adds to the diagonal (3). */
export type PointEquations = Float64Array

export const pointEquations = (): PointEquations => new Float64Array(12)

/** A coordinate of a point is damped by at least this share of the sum of all three. */
export const LEAST_DIAGONAL = 1e-8

/** JᵀJ and -Jᵀr from the rows of a point's observations. */
export function gatherPoint({ byPoint, residual }: Rows, count: number, out: PointEquations): void {
  let v00 = 0
  let v10 = 0
  let v11 = 0
  let v20 = 0
  let v21 = 0
  let v22 = 0
  let g0 = 0
  let g1 = 0
  let g2 = 0
  for (let row = 0; row < 2 * count; row++) {
    const x = byPoint[3 * row]!
    const y = byPoint[3 * row + 1]!
    const z = byPoint[3 * row + 2]!
    const r = residual[row]!
    v00 += x * x
    v10 += y * x
    v11 += y * y
    v20 += z * x
    v21 += z * y
    v22 += z * z
    g0 -= x * r
    g1 -= y * r
    g2 -= z * r
  }
  out[0] = v00
  out[1] = v10
  out[2] = v11
  out[3] = v20
  out[4] = v21
  out[5] = v22
  out[6] = g0
  out[7] = g1
  out[8] = g2
}

/**
 * V + lambda D = L Lᵀ, written to `factors[at]` on as 1/l00, l10, 1/l11, l20, l21, 1/l22; all 0 when there is no such
 * factor. A direction (`along`, a unit vector at `along[from]`) has no length to adjust: changing it is made stiff,
 * which takes nothing from the rest.
 */
export function factorPoint(
  v: PointEquations,
  lambda: number,
  along: Float64Array | null,
  from: number,
  factors: Float64Array,
  at: number,
): boolean {
  const sum = v[0]! + v[2]! + v[5]!
  const least = LEAST_DIAGONAL * sum
  const d0 = lambda * Math.max(v[0]!, least)
  const d1 = lambda * Math.max(v[2]!, least)
  const d2 = lambda * Math.max(v[5]!, least)
  v[9] = d0
  v[10] = d1
  v[11] = d2
  const x = along === null ? 0 : along[from]!
  const y = along === null ? 0 : along[from + 1]!
  const z = along === null ? 0 : along[from + 2]!
  const i0 = 1 / Math.sqrt(v[0]! + d0 + sum * x * x)
  const l10 = (v[1]! + sum * y * x) * i0
  const l20 = (v[3]! + sum * z * x) * i0
  const i1 = 1 / Math.sqrt(v[2]! + d1 + sum * y * y - l10 * l10)
  const l21 = (v[4]! + sum * z * y - l20 * l10) * i1
  const i2 = 1 / Math.sqrt(v[5]! + d2 + sum * z * z - l20 * l20 - l21 * l21)
  const sound = i0 + i1 + i2 < Infinity
  factors[at] = sound ? i0 : 0
  factors[at + 1] = sound ? l10 : 0
  factors[at + 2] = sound ? i1 : 0
  factors[at + 3] = sound ? l20 : 0
  factors[at + 4] = sound ? l21 : 0
  factors[at + 5] = sound ? i2 : 0
  return sound
}

/** out = L⁻¹ b, with b at `b[from]`. */
export function forwardPoint(
  factors: Float64Array,
  at: number,
  b: Float64Array,
  from: number,
  out: Float64Array,
  to: number,
) {
  const x = b[from]! * factors[at]!
  const y = (b[from + 1]! - factors[at + 1]! * x) * factors[at + 2]!
  out[to] = x
  out[to + 1] = y
  out[to + 2] = (b[from + 2]! - factors[at + 3]! * x - factors[at + 4]! * y) * factors[at + 5]!
}

/** Solves Lᵀ x = y in place. */
export function backwardPoint(factors: Float64Array, at: number, x: Float64Array, to: number): void {
  x[to + 2]! *= factors[at + 5]!
  x[to + 1] = (x[to + 1]! - factors[at + 4]! * x[to + 2]!) * factors[at + 2]!
  x[to] = (x[to]! - factors[at + 1]! * x[to + 1]! - factors[at + 3]! * x[to + 2]!) * factors[at]!
}

/** Steps of a point alone, and how many dampings each tries. */
const MOST_STEPS = 2
const DAMPINGS = [1e-4, 1e-2, 1]
/** A step that lowers a point's cost by less than this share is its last. */
const LEAST_FALL = 1e-3

/**
 * Moves the points of a state. Returns twice the robust cost of all observations afterwards, never more than before.
 */
export function settlePoints(state: State, layout: Layout, measure: Measure, rows: Rows): number {
  const { start } = layout.sightings
  let sum = 0
  for (let p = 0; p + 1 < start.length; p++) {
    if (start[p + 1]! > start[p]!) sum += settlePoint(state, layout, measure, rows, p)
  }
  return sum
}

const equations = pointEquations()
const factor = new Float64Array(6)
const move = new Float64Array(3)

function settlePoint(state: State, layout: Layout, measure: Measure, rows: Rows, p: number): number {
  const { start } = layout.sightings
  const from = start[p]!
  const to = start[p + 1]!
  let cost = Infinity
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    let before = 0
    for (let i = from; i < to; i++) before += observePoint(state, layout, measure, i, 3 * p, rows, i - from)
    gatherPoint(rows, to - from, equations)
    cost = stepOfPoint(state, layout, measure, p, before)
    if (!(before - cost > LEAST_FALL * before)) break
  }
  return cost
}

/** Takes the first step that helps, or none. Returns the point's cost afterwards. */
function stepOfPoint(state: State, layout: Layout, measure: Measure, p: number, before: number): number {
  const { points } = state
  const directions = layout.poseSize === 3 ? points : null
  const at = 3 * p
  const x = points[at]!
  const y = points[at + 1]!
  const z = points[at + 2]!
  for (const damping of DAMPINGS) {
    if (!factorPoint(equations, damping, directions, at, factor, 0)) continue
    forwardPoint(factor, 0, equations, 6, move, 0)
    backwardPoint(factor, 0, move, 0)
    points[at] = x + move[0]!
    points[at + 1] = y + move[1]!
    points[at + 2] = z + move[2]!
    if (directions !== null) normalise(points, at)
    const cost = costOfPoint(state, layout, measure, p)
    if (cost < before) return cost
    points[at] = x
    points[at + 1] = y
    points[at + 2] = z
  }
  return before
}

function costOfPoint(state: State, { sightings }: Layout, measure: Measure, p: number): number {
  let sum = 0
  for (let i = sightings.start[p]!; i < sightings.start[p + 1]!; i++)
    sum += distanceCost(state, sightings, measure, i, 3 * p)
  return sum
}
