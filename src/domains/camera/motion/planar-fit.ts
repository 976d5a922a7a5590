/**
 * The motion of a picture as a whole, of which no part may decide alone: weighted least squares over and over, what lies far
 * off counting less each time (Cauchy weights; Holland and Welsch, Robust regression using iteratively reweighted
 * least-squares, 1977). Three models, each holding the one before: a similarity (scale, turn and shift); the same with the two
 * terms by which a camera that turns to the side squeezes the one half of the picture and stretches the other, without which
 * tracks on one side only would make a turn look like a zoom; and a homography, which is all that a camera can do to the picture
 * by turning and zooming alone: what a homography leaves is depth, or moves on its own.
 */
import { solveCholesky } from '#track/geometry/dense.ts'
import type { PointPairs } from './frame-index.ts'

/** x' = a x - b y + c, y' = b x + a y + d. */
export type SimilarityFit = readonly [a: number, b: number, c: number, d: number]

export interface PlanarFit<Model> {
  readonly model: Model
  /** Distance that is left of each pair, in the unit of the points. */
  readonly residuals: Float64Array
}

type Pairs = Pick<PointPairs, 'a' | 'b'>

const rounds = 10
/** Residuals count half at this many of their median. */
const softness = 1.5
const leastScale = 1e-7
const fewestPairs = 4

/** @returns null with fewer than four pairs, or all of them in one place */
export function robustSimilarity({ a, b }: Pairs): PlanarFit<SimilarityFit> | null {
  const residuals = new Float64Array(a.length / 2)
  if (residuals.length < fewestPairs) return null
  const weights = new Float64Array(residuals.length).fill(1)
  let model: SimilarityFit | null = null
  for (let round = 0; round < rounds; round++) {
    model = similarityOf(a, b, weights)
    if (model === null) return null
    similarityResiduals(model, a, b, residuals)
    reweigh(residuals, weights)
  }
  return model && { model, residuals }
}

/**
 * (a x - b y + c) / (1 + g x + h y), (b x + a y + d) / (1 + g x + h y). Scale, turn and shift are those at the origin, to first
 * order.
 */
export type TurnFit = readonly [...SimilarityFit, g: number, h: number]

/** @returns null with fewer than five pairs, or where they do not determine it */
export function robustTurn(pairs: Pairs): PlanarFit<TurnFit> | null {
  const fit = refined(pairs, 6, ([p, q, c, d, g, h]) => Float64Array.of(p!, -q!, c!, q!, p!, d!, g!, h!), {
    across: (x, y, u, row) => setSix(row, x, -y, 1, 0, -u * x, -u * y),
    down: (x, y, v, row) => setSix(row, y, x, 0, 1, -v * x, -v * y),
  })
  if (fit === null) return null
  const [a, , c, b, , d, g, h] = fit.model
  return { model: [a!, b!, c!, d!, g!, h!], residuals: fit.residuals }
}

/**
 * Eight coefficients by rows, the ninth is 1: right for points around the origin, which no turn short of a quarter takes to
 * the horizon.
 *
 * @returns null with fewer than six pairs, or where they do not determine it
 */
export const robustHomography = (pairs: Pairs): PlanarFit<Float64Array> | null =>
  refined(pairs, 8, (parameters) => parameters, {
    across: (x, y, u, row) => {
      setSix(row, x, y, 1, 0, 0, 0)
      row[6] = -u * x
      row[7] = -u * y
    },
    down: (x, y, v, row) => {
      setSix(row, 0, 0, 0, x, y, 1)
      row[6] = -v * x
      row[7] = -v * y
    },
  })

/** Written one by one: a list for each of a million rows is garbage. */
function setSix(row: Float64Array, a: number, b: number, c: number, d: number, e: number, f: number): void {
  row[0] = a
  row[1] = b
  row[2] = c
  row[3] = d
  row[4] = e
  row[5] = f
}

interface Equations {
  across(x: number, y: number, u: number, row: Float64Array): void
  down(x: number, y: number, v: number, row: Float64Array): void
}

/**
 * From the similarity on, in rounds. Linear in the parameters (Hartley and Zisserman, Multiple View Geometry, 4.1.1), each
 * equation divided by the last round's denominator so that distances in the second picture are what is made small.
 */
function refined(
  { a, b }: Pairs,
  unknowns: number,
  homographyOf: (parameters: Float64Array) => Float64Array,
  equations: Equations,
): PlanarFit<Float64Array> | null {
  const n = a.length / 2
  const start = 2 * n < unknowns + 4 ? null : robustSimilarity({ a, b })
  if (start === null) return null
  const { residuals } = start
  const [p, q, c, d] = start.model
  let model: Float64Array = Float64Array.of(p, -q, c, q, p, d, 0, 0)
  const weights = new Float64Array(n)
  for (let round = 0; round < rounds; round++) {
    reweigh(residuals, weights)
    const parameters = leastSquares({ a, b }, weights, model, unknowns, equations)
    if (parameters === null) return null
    model = homographyOf(parameters)
    homographyResiduals(model, a, b, residuals)
  }
  return { model, residuals }
}

function reweigh(residuals: Float64Array, weights: Float64Array): void {
  const scale = Math.max(leastScale, softness * quantile(residuals, 0.5))
  for (let i = 0; i < weights.length; i++) weights[i] = 1 / (1 + (residuals[i]! / scale) ** 2)
}

/** Umeyama's similarity in the plane; null when all points are in one place. */
function similarityOf(a: Float64Array, b: Float64Array, weights: Float64Array): SimilarityFit | null {
  let [total, ax, ay, bx, by] = [0, 0, 0, 0, 0]
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!
    total += weight
    ax += weight * a[2 * i]!
    ay += weight * a[2 * i + 1]!
    bx += weight * b[2 * i]!
    by += weight * b[2 * i + 1]!
  }
  ;[ax, ay, bx, by] = [ax / total, ay / total, bx / total, by / total]
  let [along, across, spread] = [0, 0, 0]
  for (let i = 0; i < weights.length; i++) {
    const x = a[2 * i]! - ax
    const y = a[2 * i + 1]! - ay
    const u = b[2 * i]! - bx
    const v = b[2 * i + 1]! - by
    along += weights[i]! * (x * u + y * v)
    across += weights[i]! * (x * v - y * u)
    spread += weights[i]! * (x * x + y * y)
  }
  if (!(spread > 0)) return null
  const [p, q] = [along / spread, across / spread]
  return [p, q, bx - p * ax + q * ay, by - q * ax - p * ay]
}

function similarityResiduals([p, q, c, d]: SimilarityFit, a: Float64Array, b: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) {
    const x = a[2 * i]!
    const y = a[2 * i + 1]!
    out[i] = Math.hypot(b[2 * i]! - p * x + q * y - c, b[2 * i + 1]! - q * x - p * y - d)
  }
}

function leastSquares(
  { a, b }: Pairs,
  weights: Float64Array,
  last: Float64Array,
  unknowns: number,
  equations: Equations,
): Float64Array | null {
  const normal = new Float64Array(unknowns * unknowns)
  const right = new Float64Array(unknowns)
  const row = new Float64Array(unknowns)
  for (let i = 0; i < weights.length; i++) {
    const x = a[2 * i]!
    const y = a[2 * i + 1]!
    const u = b[2 * i]!
    const v = b[2 * i + 1]!
    const depth = last[6]! * x + last[7]! * y + 1
    const weight = weights[i]! / (depth * depth)
    equations.across(x, y, u, row)
    addEquation(normal, right, row, weight, u)
    equations.down(x, y, v, row)
    addEquation(normal, right, row, weight, v)
  }
  return solveCholesky(normal, right, unknowns) ? right : null
}

function addEquation(
  normal: Float64Array,
  right: Float64Array,
  row: Float64Array,
  weight: number,
  value: number,
): void {
  const unknowns = row.length
  for (let j = 0; j < unknowns; j++) {
    const own = row[j]!
    if (own === 0) continue
    const weighed = weight * own
    const at = unknowns * j
    for (let k = 0; k <= j; k++) normal[at + k]! += weighed * row[k]!
    right[j]! += weighed * value
  }
}

function homographyResiduals(h: Float64Array, a: Float64Array, b: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) {
    const x = a[2 * i]!
    const y = a[2 * i + 1]!
    const depth = h[6]! * x + h[7]! * y + 1
    const u = (h[0]! * x + h[1]! * y + h[2]!) / depth
    const v = (h[3]! * x + h[4]! * y + h[5]!) / depth
    out[i] = depth > 0 ? Math.hypot(b[2 * i]! - u, b[2 * i + 1]! - v) : Infinity
  }
}

/** The value that a share of the values lies below; NaN of none. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = new Float64Array(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
}
