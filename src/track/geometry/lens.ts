/**
 * Lens distortion on the image plane at distance 1: from ideal rays (x, y, 1) to distorted ones and back, with derivatives.
 *
 * The models are those of libmv, as Blender uses them (`libmv/simple_pipeline/distortion_models.h`), r being the length of
 * the ideal ray's (x, y) and R that of the distorted one:
 * - polynomial  distorted = ideal (1 + k1 r^2 + k2 r^4 + k3 r^6)
 * - brown       the same with k4 r^8, plus (p1 (r^2 + 2 x^2) + 2 p2 x y, p2 (r^2 + 2 y^2) + 2 p1 x y). Brown 1966. Note that
 *               p1 belongs to x here (OpenCV calls it p2). Our y runs down and Blender's up: p2 changes its sign between them.
 * - division    distorted = ideal / (1 + k1 r^2 + k2 r^4). As Blender 3.4 was seen to do: by the ideal radius, where Fitzgibbon
 *               2001 goes the other way, from the distorted radius to the ideal ray.
 * - nuke        ideal = distorted / (1 + k1 R^2 + k2 R^4), where R is measured in half the longer side of the picture.
 *
 * Each is one-to-one only up to some radius, where the picture folds back. Beyond it there is no answer.
 */
import type { Intrinsics } from './intrinsics.ts'
import { smallestPositiveRoot } from './polynomial.ts'

/** A lens made ready for many points: coefficients in units of the focal length, and how far they can be trusted. */
export interface LensMap {
  readonly model: Intrinsics['lens']['model']
  readonly k1: number
  readonly k2: number
  readonly k3: number
  readonly k4: number
  readonly p1: number
  readonly p2: number
  /** The focal length in the model's own unit of length: k1 here is that of the `Lens` times its square, k2 times its fourth power. */
  readonly unit: number
  /** Ideal rays of (x, y) shorter than this have a distorted one; Infinity where the model never folds. */
  readonly idealRadius: number
  /** Every distorted ray of (x, y) shorter than this has an ideal one. */
  readonly distortedRadius: number
}

export function lensMap(intrinsics: Intrinsics): LensMap {
  const { lens } = intrinsics
  const none = { model: lens.model, k1: 0, k2: 0, k3: 0, k4: 0, p1: 0, p2: 0, unit: 1 }
  if (lens.model === 'none') return { ...none, idealRadius: Infinity, distortedRadius: Infinity }
  const { model: _, ...given } = lens
  if (!Object.values(given).every(Number.isFinite)) return { ...none, idealRadius: 0, distortedRadius: 0 }
  if (lens.model === 'nuke') {
    const unit = intrinsics.focalPx / halfLongSidePx(intrinsics)
    const scaled = { ...none, k1: lens.k1 * unit ** 2, k2: lens.k2 * unit ** 4, unit }
    const [from, to] = divisionRange(scaled.k1, scaled.k2)
    return { ...scaled, idealRadius: to, distortedRadius: from }
  }
  const coefficients = { ...none, ...lens }
  if (lens.model === 'division') {
    const [from, to] = divisionRange(lens.k1, lens.k2)
    return { ...coefficients, idealRadius: from, distortedRadius: to }
  }
  const [from, to] = polynomialRange(coefficients)
  return { ...coefficients, idealRadius: from, distortedRadius: to }
}

/** The unit of the Nuke model, in widths of a pixel. */
const halfLongSidePx = ({ widthPx, heightPx, pixelAspect }: Intrinsics) => Math.max(widthPx, heightPx / pixelAspect) / 2

type Coefficients = Pick<LensMap, 'k1' | 'k2' | 'k3' | 'k4' | 'p1' | 'p2'>

/**
 * The map's Jacobian is symmetric. While its smallest eigenvalue stays positive on a disc, the map is the gradient of a
 * convex function there and hence one-to-one. The radial part's eigenvalues are s = 1 + k1 r^2 + ... and (r s)'; the
 * tangential part's are at least -6 |p| r. Without a tangential part this radius is exact, else on the safe side.
 */
function polynomialRange({ k1, k2, k3, k4, p1, p2 }: Coefficients): [from: number, to: number] {
  const p = Math.hypot(p1, p2)
  const slope = Float64Array.of(1, -6 * p, 3 * k1, 0, 5 * k2, 0, 7 * k3, 0, 9 * k4)
  const scale = Float64Array.of(1, -6 * p, k1, 0, k2, 0, k3, 0, k4)
  const from = Math.min(smallestPositiveRoot(slope, 8), smallestPositiveRoot(scale, 8))
  if (from === Infinity) return [Infinity, Infinity]
  const q = from * from
  return [from, from * (1 + q * (k1 + q * (k2 + q * (k3 + q * k4)))) - 3 * p * q]
}

/** r / (1 + k1 r^2 + k2 r^4) rises until its slope or its denominator vanishes. */
function divisionRange(k1: number, k2: number): [from: number, to: number] {
  const fold = smallestPositiveRoot(Float64Array.of(1, -k1, -3 * k2), 2)
  const pole = smallestPositiveRoot(Float64Array.of(1, k1, k2), 2)
  if (pole <= fold) return [Math.sqrt(pole), Infinity]
  return [Math.sqrt(fold), Math.sqrt(fold) / (1 + fold * (k1 + fold * k2))]
}

/** The factor of the radial part for a square of the radius: s(q). */
function radialScale(lens: LensMap, q: number): number {
  if (lens.model === 'polynomial' || lens.model === 'brown') {
    return 1 + q * (lens.k1 + q * (lens.k2 + q * (lens.k3 + q * lens.k4)))
  }
  return 1 / (1 + q * (lens.k1 + q * lens.k2))
}

/** ds/dq. */
function radialSlope(lens: LensMap, q: number): number {
  if (lens.model === 'polynomial' || lens.model === 'brown') {
    return lens.k1 + q * (2 * lens.k2 + q * (3 * lens.k3 + q * 4 * lens.k4))
  }
  const s = radialScale(lens, q)
  return -(lens.k1 + 2 * q * lens.k2) * s * s
}

/**
 * The distorted ray of the ideal ray (x, y, 1), to `out[at]` and `out[at + 1]`.
 *
 * @returns false, with NaN written, where the ray lies beyond the fold.
 */
export function distort(lens: LensMap, x: number, y: number, out: Float64Array, at = 0): boolean {
  const q = x * x + y * y
  if (!(q < lens.idealRadius * lens.idealRadius)) return nothing(out, at)
  if (lens.model === 'none') return pair(x, y, out, at)
  if (lens.model === 'nuke') return rescale(lens, x, y, lens.distortedRadius, out, at)
  const s = radialScale(lens, q)
  if (lens.model !== 'brown') return pair(x * s, y * s, out, at)
  const { p1, p2 } = lens
  return pair(x * s + p1 * (q + 2 * x * x) + 2 * p2 * x * y, y * s + p2 * (q + 2 * y * y) + 2 * p1 * x * y, out, at)
}

/**
 * The ideal ray of the distorted ray (x, y, 1), to `out[at]` and `out[at + 1]`; exact to rounding.
 *
 * @returns false, with NaN written, where no ray within the fold lands there.
 */
export function undistort(lens: LensMap, x: number, y: number, out: Float64Array, at = 0): boolean {
  if (lens.model === 'none') return Number.isFinite(x + y) ? pair(x, y, out, at) : nothing(out, at)
  if (lens.model === 'brown') return undistortBrown(lens, x, y, out, at)
  const q = x * x + y * y
  if (!(q < lens.distortedRadius * lens.distortedRadius)) return nothing(out, at)
  if (lens.model !== 'nuke') return rescale(lens, x, y, lens.idealRadius, out, at)
  const s = radialScale(lens, q)
  return pair(x * s, y * s, out, at)
}

function pair(x: number, y: number, out: Float64Array, at: number): true {
  out[at] = x
  out[at + 1] = y
  return true
}

function nothing(out: Float64Array, at: number): false {
  out[at] = NaN
  out[at + 1] = NaN
  return false
}

/** Undoes the radial factor: the point r in the same direction with r s(r^2) = |(x, y)|, r below `limit`. */
function rescale(lens: LensMap, x: number, y: number, limit: number, out: Float64Array, at: number): boolean {
  const target = Math.sqrt(x * x + y * y)
  const r = radiusOf(lens, target, limit)
  const factor = target < 1e-9 ? 1 / radialScale(lens, r * r) : r / target
  return pair(x * factor, y * factor, out, at)
}

/** Newton steps inside a bracket: r s(r^2) rises from 0 to the limit. */
function radiusOf(lens: LensMap, target: number, limit: number): number {
  let low = 0
  let high = limit
  let r = Math.min(target, 0.9 * limit)
  for (let step = 0; step < 100; step++) {
    const q = r * r
    const s = radialScale(lens, q)
    const excess = r * s - target
    if (excess > 0) high = r
    else low = r
    let next = r - excess / (s + 2 * q * radialSlope(lens, q))
    if (!(next >= low && next <= high)) next = high < Infinity ? 0.5 * (low + high) : 2 * low
    if (Math.abs(next - r) <= 2e-16 * next) return next
    r = next
  }
  return r
}

const brownJacobian = new Float64Array(4)
const brownPoint = new Float64Array(2)

/** Newton steps, halved until they help: within the fold the map is the gradient of a convex function. */
function undistortBrown(lens: LensMap, xd: number, yd: number, out: Float64Array, at: number): boolean {
  if (!Number.isFinite(xd + yd)) return nothing(out, at)
  const start = Math.min(1, (0.9 * lens.idealRadius) / Math.hypot(xd, yd))
  let x = xd * start || 0
  let y = yd * start || 0
  let error = Infinity
  for (let step = 0, share = 1, dx = 0, dy = 0; step < 100; step++) {
    const inside = distort(lens, x - share * dx, y - share * dy, brownPoint)
    const ex = brownPoint[0]! - xd
    const ey = brownPoint[1]! - yd
    const now = Math.hypot(ex, ey)
    if (!inside || !(now < error)) {
      // Rounding is all that is left when even a tiny step does not help.
      share /= 4
      if (share < 1e-4) break
      continue
    }
    x -= share * dx
    y -= share * dy
    error = now
    share = 1
    const [xx, xy, , yy] = jacobianOf(lens, x, y, brownJacobian) as unknown as readonly [number, number, number, number]
    const det = xx * yy - xy * xy
    dx = (yy * ex - xy * ey) / det
    dy = (xx * ey - xy * ex) / det
    if (now === 0) break
  }
  return error <= 1e-13 * (1 + Math.hypot(xd, yd)) ? pair(x, y, out, at) : nothing(out, at)
}

/** Of the forward map r -> r s(r^2) with its tangential part, [xx, xy, xy, yy]. */
function jacobianOf(lens: LensMap, x: number, y: number, out: Float64Array): Float64Array {
  const q = x * x + y * y
  const s = radialScale(lens, q)
  const slope = 2 * radialSlope(lens, q)
  const { p1, p2 } = lens
  out[0] = s + slope * x * x + 6 * p1 * x + 2 * p2 * y
  out[1] = slope * x * y + 2 * p1 * y + 2 * p2 * x
  out[2] = out[1]
  out[3] = s + slope * y * y + 6 * p2 * y + 2 * p1 * x
  return out
}

/** How a distorted ray changes with its ideal ray and with the lens. */
export interface DistortionJacobian {
  /** d distorted / d ideal: [xx, xy, yx, yy]; symmetric in every model. */
  readonly byRay: Float64Array
  /** d distorted / d (k1, k2, k3) of `LensMap`: [x by k1, x by k2, x by k3, y by k1, ...]. */
  readonly byK: Float64Array
}

/** Like `distort`, with derivatives written to `jacobian`, which are untouched where the answer is false. */
export function distortWithJacobian(
  lens: LensMap,
  x: number,
  y: number,
  out: Float64Array,
  { byRay, byK }: DistortionJacobian,
): boolean {
  if (!distort(lens, x, y, out)) return false
  for (let i = 0; i < 6; i++) byK[i] = 0
  if (lens.model === 'none') {
    byRay[0] = 1
    byRay[1] = 0
    byRay[2] = 0
    byRay[3] = 1
    return true
  }
  const nuke = lens.model === 'nuke'
  // The Nuke model is the inverse of a division by the distorted radius: its derivatives are taken at the distorted ray.
  const fromX = nuke ? out[0]! : x
  const fromY = nuke ? out[1]! : y
  jacobianOf(lens, fromX, fromY, byRay)
  coefficientDerivatives(lens, fromX, fromY, byK)
  if (nuke) invertImplicit(byRay, byK)
  return true
}

function coefficientDerivatives(lens: LensMap, x: number, y: number, byK: Float64Array): void {
  const q = x * x + y * y
  const polynomial = lens.model === 'polynomial' || lens.model === 'brown'
  const s = polynomial ? 1 : -(radialScale(lens, q) ** 2)
  const terms = polynomial ? 3 : 2
  for (let i = 0, power = q; i < terms; i++, power *= q) {
    byK[i] = x * s * power
    byK[3 + i] = y * s * power
  }
}

/** From F(distorted, k) = ideal: d distorted / d ideal = F'^-1 and d distorted / dk = -F'^-1 dF/dk. */
function invertImplicit(byRay: Float64Array, byK: Float64Array): void {
  const xx = byRay[0]!
  const xy = byRay[1]!
  const yy = byRay[3]!
  const det = xx * yy - xy * xy
  byRay[0] = yy / det
  byRay[1] = -xy / det
  byRay[2] = -xy / det
  byRay[3] = xx / det
  for (let i = 0; i < 3; i++) {
    const fx = byK[i]!
    const fy = byK[3 + i]!
    byK[i] = -(byRay[0]! * fx + byRay[1]! * fy)
    byK[3 + i] = -(byRay[2]! * fx + byRay[3]! * fy)
  }
}
