/**
 * The epipolar constraint bᵀ F a = 0 between two pictures: its error, and the equations for making that smaller.
 *
 * Points are pixels with a fundamental matrix, or rays (x, y, 1) with an essential one; everything here holds for both.
 * The error is Sampson's: to first order, how far the four coordinates must move to fulfil the constraint (Hartley and
 * Zisserman, Multiple View Geometry, 11.4.3).
 */
import { factorCholesky, substituteCholesky } from '../geometry/dense.ts'

/** The nine coefficients of F in bᵀ F a = 0. */
export function epipolarRow(xa: number, ya: number, xb: number, yb: number, out: Float64Array, at: number): void {
  out[at] = xb * xa
  out[at + 1] = xb * ya
  out[at + 2] = xb
  out[at + 3] = yb * xa
  out[at + 4] = yb * ya
  out[at + 5] = yb
  out[at + 6] = xa
  out[at + 7] = ya
  out[at + 8] = 1
}

/** Room for `constraintAt`: coordinates of both points, slopes by them, value and the square sum of the slopes. */
const constraint = new Float64Array(10)

/** The constraint's value and slopes at correspondence i, written to `constraint`. Returns its squared Sampson error. */
function constraintAt(f: Float64Array, a: Float64Array, b: Float64Array, i: number): number {
  const xa = a[2 * i]!
  const ya = a[2 * i + 1]!
  const xb = b[2 * i]!
  const yb = b[2 * i + 1]!
  const lx = f[0]! * xa + f[1]! * ya + f[2]!
  const ly = f[3]! * xa + f[4]! * ya + f[5]!
  const mx = f[0]! * xb + f[3]! * yb + f[6]!
  const my = f[1]! * xb + f[4]! * yb + f[7]!
  const value = xb * lx + yb * ly + f[6]! * xa + f[7]! * ya + f[8]!
  const slope = lx * lx + ly * ly + mx * mx + my * my
  constraint[0] = xa
  constraint[1] = ya
  constraint[2] = xb
  constraint[3] = yb
  constraint[4] = lx
  constraint[5] = ly
  constraint[6] = mx
  constraint[7] = my
  constraint[8] = value
  constraint[9] = slope
  // Both points are epipoles: the constraint says nothing, so nothing needs to move.
  return slope > 0 ? (value * value) / slope : 0
}

/** Squared Sampson errors of all correspondences, in the square of their unit; 2 coordinates each in `a` and `b`. */
export function sampsonSquared(f: Float64Array, a: Float64Array, b: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = constraintAt(f, a, b, i)
}

/** What a parametrisation of F does for `refineEpipolar`. */
export interface EpipolarParameters<M> {
  readonly count: number
  matrix(model: M): Float64Array
  /** dF / d parameter k at the model, `count` matrices one behind the other. */
  tangents(model: M, out: Float64Array): void
  /** The model after a step of the parameters. */
  step(model: M, by: Float64Array): M
}

const maxParameters = 7
const maxSteps = 10

/**
 * Levenberg-Marquardt on the Sampson errors of a subset of the correspondences.
 *
 * @returns the model of least cost that was met; null where the subset is too small or the start is not finite.
 */
export function refineEpipolar<M>(
  parameters: EpipolarParameters<M>,
  start: M,
  a: Float64Array,
  b: Float64Array,
  subset: Int32Array,
): M | null {
  const n = parameters.count
  if (subset.length < n) return null
  const tangents = new Float64Array(9 * maxParameters)
  const normal = new Float64Array(n * n)
  const gradient = new Float64Array(n)
  const damped = new Float64Array(n * n)
  const by = new Float64Array(n)
  let model = start
  parameters.tangents(model, tangents)
  let cost = normalEquations(parameters.matrix(model), tangents, n, a, b, subset, normal, gradient)
  if (!Number.isFinite(cost)) return null
  for (let tries = 0, damping = 1e-6; tries < maxSteps; tries++) {
    damped.set(normal)
    for (let i = 0; i < n; i++) damped[i * n + i]! += damping * (normal[i * n + i]! + 1e-12)
    by.set(gradient)
    if (!factorCholesky(damped, n)) {
      damping = Math.max(1e-6, damping * 100)
      continue
    }
    substituteCholesky(damped, by, n)
    const next = parameters.step(model, by)
    const nextCost = epipolarCost(parameters.matrix(next), a, b, subset)
    if (!(nextCost < cost)) {
      if (damping > 1) break
      damping = Math.max(1e-3, damping * 100)
      continue
    }
    const gained = cost - nextCost
    model = next
    cost = nextCost
    if (gained < 1e-6 * cost) break
    damping /= 10
    parameters.tangents(model, tangents)
    normalEquations(parameters.matrix(model), tangents, n, a, b, subset, normal, gradient)
  }
  return model
}

function epipolarCost(f: Float64Array, a: Float64Array, b: Float64Array, subset: Int32Array): number {
  let cost = 0
  for (const i of subset) cost += constraintAt(f, a, b, i)
  return cost
}

const derivatives = new Float64Array(maxParameters)

/** Of r = v / sqrt(s), with v = bᵀ F a and s the sum of squares of the four slopes: dr = (dv - v ds / (2 s)) / sqrt(s). */
function normalEquations(
  f: Float64Array,
  tangents: Float64Array,
  n: number,
  a: Float64Array,
  b: Float64Array,
  subset: Int32Array,
  normal: Float64Array,
  gradient: Float64Array,
): number {
  normal.fill(0)
  gradient.fill(0)
  let cost = 0
  for (const i of subset) {
    constraintAt(f, a, b, i)
    const xa = constraint[0]!
    const ya = constraint[1]!
    const xb = constraint[2]!
    const yb = constraint[3]!
    const lx = constraint[4]!
    const ly = constraint[5]!
    const mx = constraint[6]!
    const my = constraint[7]!
    const value = constraint[8]!
    const slope = constraint[9]!
    if (!(slope > 0)) continue
    const root = Math.sqrt(slope)
    const residual = value / root
    cost += residual * residual
    for (let k = 0, t = 0; k < n; k++, t += 9) {
      const dlx = tangents[t]! * xa + tangents[t + 1]! * ya + tangents[t + 2]!
      const dly = tangents[t + 3]! * xa + tangents[t + 4]! * ya + tangents[t + 5]!
      const dmx = tangents[t]! * xb + tangents[t + 3]! * yb + tangents[t + 6]!
      const dmy = tangents[t + 1]! * xb + tangents[t + 4]! * yb + tangents[t + 7]!
      const dv = xb * dlx + yb * dly + tangents[t + 6]! * xa + tangents[t + 7]! * ya + tangents[t + 8]!
      const halfDs = lx * dlx + ly * dly + mx * dmx + my * dmy
      const d = (dv - (value * halfDs) / slope) / root
      derivatives[k] = d
      gradient[k]! -= d * residual
      for (let j = 0; j <= k; j++) normal[k * n + j]! += d * derivatives[j]!
    }
  }
  return cost
}
