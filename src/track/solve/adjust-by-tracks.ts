/**
 * How far an adjusted figure may be off when only whole tracks are independent of each other: the errors of one track lean the
 * same way for many frames, so each track counts as one witness. The cluster-robust ("sandwich") variance of Liang and Zeger
 * (Longitudinal data analysis using generalized linear models, 1986), of an M-estimator (Huber 1967).
 */
import type { Layout } from './adjust-layout.ts'
import { type Measure, observe, type Rows, rowsOf } from './adjust-observe.ts'
import { backwardPoint, factorPoint, forwardPoint, gatherPoint, pointEquations } from './adjust-points.ts'
import type { State } from './adjust-state.ts'

/**
 * Standard deviation of a sum of unknowns, points eliminated, at a minimum of the cost.
 *
 * @param along the inverse of the normal equations times what sums the unknowns, laid out
 * @param shrink by how much residuals are smaller than the errors that they come from: sqrt(spare / all)
 * @returns Infinity with fewer than two tracks
 */
export function sigmaByTracks(
  layout: Layout,
  state: State,
  measure: Measure,
  along: Float64Array,
  shrink: number,
): number {
  const { start, camera, weight, most } = layout.sightings
  const rows = rowsOf(layout, most)
  const moved = new Float64Array(2 * most)
  const directions = layout.poseSize === 3 ? state.points : null
  let [squares, tracks, slopes, stiffness] = [0, 0, 0, 0]
  for (let p = 0; p + 1 < start.length; p++) {
    const [from, count] = [start[p]!, start[p + 1]! - start[p]!]
    for (let k = 0; k < count; k++) {
      observe(state, layout, measure, from + k, 3 * p, rows, k)
      movedBy(layout, rows, k, layout.block[camera[from + k]!]!, along, moved)
      const square = rows.root[k]! ** 2
      if (square === 0) continue
      slopes += square
      const distance = (rows.residual[2 * k]! ** 2 + rows.residual[2 * k + 1]! ** 2) / square
      stiffness += weight[from + k]! * measure.loss.stiffness(distance)
    }
    if (layout.pointsFree && !withoutPoint(rows, moved, count, directions, p)) continue
    let pull = 0
    for (let row = 0; row < 2 * count; row++) pull += moved[row]! * rows.residual[row]!
    squares += pull * pull
    if (pull !== 0) tracks++
  }
  if (tracks < 2 || stiffness === 0) return Infinity
  // The equations take the loss for a parabola as steep as its slope; what it really is resists less.
  return ((slopes / stiffness) * Math.sqrt((squares * tracks) / (tracks - 1))) / shrink
}

/** How the prediction of observation k changes when cameras and what they share go along. */
function movedBy(
  { blocks, blockSize, shared }: Layout,
  { byCamera, byShared }: Rows,
  k: number,
  block: number,
  along: Float64Array,
  moved: Float64Array,
): void {
  for (let row = 2 * k; row < 2 * k + 2; row++) {
    let sum = 0
    for (let j = 0; block >= 0 && j < blockSize; j++)
      sum += byCamera[row * blockSize + j]! * along[block * blockSize + j]!
    for (let j = 0; j < shared.length; j++) sum += byShared[row * shared.length + j]! * along[blocks * blockSize + j]!
    moved[row] = sum
  }
}

const equations = pointEquations()
const factors = new Float64Array(6)
const step = new Float64Array(3)

/** Takes out of `moved` what the point follows; false where it cannot be told. */
function withoutPoint(
  rows: Rows,
  moved: Float64Array,
  count: number,
  directions: Float64Array | null,
  p: number,
): boolean {
  const { byPoint } = rows
  gatherPoint({ ...rows, residual: moved }, count, equations)
  if (!factorPoint(equations, 0, directions, 3 * p, factors, 0)) return false
  forwardPoint(factors, 0, equations, 6, step, 0)
  backwardPoint(factors, 0, step, 0)
  for (let row = 0; row < 2 * count; row++)
    moved[row]! += byPoint[3 * row]! * step[0]! + byPoint[3 * row + 1]! * step[1]! + byPoint[3 * row + 2]! * step[2]!
  return true
}
