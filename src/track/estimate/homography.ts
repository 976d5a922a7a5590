/**
 * Homographies between two pictures: b ~ H a for points of a plane, or of anything under a pure rotation. Points are pixels
 * or rays, 2 numbers each. Hartley and Zisserman, Multiple View Geometry, 4.1 (normalised DLT) and 4.2.6 (Sampson error).
 */
import { apply3, cross, det3, multiply3, transpose3, unit } from '../geometry/linear.ts'
import type { Rigid3 } from '../geometry/rigid3.ts'
import { projectToSo3 } from '../geometry/so3.ts'
import { leastVector, nullSpace, svd3 } from '../geometry/svd.ts'
import { normalisationOf, normalised, toNormal, toOriginal } from './normalisation.ts'
import { msacByFit, type RobustFit, type RobustOptions } from './robust.ts'

/**
 * @param subset at least four correspondences
 * @returns H (3 x 3, determinant 1); null where they do not determine it (as with three of four on one line)
 */
export function homography(a: Float64Array, b: Float64Array, subset: ArrayLike<number>): Float64Array | null {
  const n = subset.length
  const normalA = normalisationOf(a, subset)
  const normalB = normalisationOf(b, subset)
  if (n < 4 || normalA === null || normalB === null) return null
  const rows = new Float64Array(2 * n * 9)
  const from = normalised(normalA, a, subset)
  const to = normalised(normalB, b, subset)
  for (let i = 0; i < n; i++) {
    const x = from[2 * i]!
    const y = from[2 * i + 1]!
    const u = to[2 * i]!
    const v = to[2 * i + 1]!
    rows.set([x, y, 1, 0, 0, 0, -u * x, -u * y, -u, 0, 0, 0, x, y, 1, -v * x, -v * y, -v], 18 * i)
  }
  const vector = n === 4 ? fromFour(rows) : fromMany(rows, n)
  if (vector === null || !(Math.abs(det3(vector)) > 1e-9)) return null
  const h = multiply3(multiply3(toOriginal(normalB), vector), toNormal(normalA))
  const det = det3(h)
  const scale = Math.cbrt(det)
  return h.map((value) => value / scale)
}

function fromFour(rows: Float64Array): Float64Array | null {
  const out = new Float64Array(9)
  return nullSpace(rows, 8, 9, out) ? out : null
}

function fromMany(rows: Float64Array, n: number): Float64Array | null {
  const { vector, sizes } = leastVector(rows, 2 * n, 9)
  return sizes[7]! > 1e-9 * sizes[0]! ? vector : null
}

/**
 * Squared Sampson errors of all correspondences under b ~ H a: to first order, how far the four coordinates must move. Of a
 * rotation R between rays it is the error of H = R. Infinity where a lies on the horizon or beyond.
 */
export function homographySquared(h: Float64Array, a: Float64Array, b: Float64Array, out: Float64Array): void {
  const h0 = h[0]!
  const h1 = h[1]!
  const h2 = h[2]!
  const h3 = h[3]!
  const h4 = h[4]!
  const h5 = h[5]!
  const h6 = h[6]!
  const h7 = h[7]!
  const h8 = h[8]!
  for (let i = 0; i < out.length; i++) {
    const x = a[2 * i]!
    const y = a[2 * i + 1]!
    const u = b[2 * i]!
    const v = b[2 * i + 1]!
    const w = h6 * x + h7 * y + h8
    const p = h0 * x + h1 * y + h2 - u * w
    const q = h3 * x + h4 * y + h5 - v * w
    const px = h0 - u * h6
    const py = h1 - u * h7
    const qx = h3 - v * h6
    const qy = h4 - v * h7
    // J Jᵀ of (p, q) by the four coordinates.
    const pp = px * px + py * py + w * w
    const pq = px * qx + py * qy
    const qq = qx * qx + qy * qy + w * w
    out[i] = w > 0 ? (p * (qq * p - pq * q) + q * (pp * q - pq * p)) / (pp * qq - pq * pq) : Infinity
  }
}

/**
 * The two motions of a camera that a homography between rays allows, H ~ R + t nᵀ, n being the normal of the plane; the sign
 * of each t is open. Ma, Soatto, Košecká and Sastry, An Invitation to 3-D Vision, 2004, 5.3.3.
 *
 * @returns bFromA with translations of length 1; none of a mere rotation
 */
export function planeMotions(h: Float64Array): Rigid3[] {
  const { s, v } = svd3(h)
  const largest = s[0]! / s[1]!
  const middle = s[1]!
  const smallest = Math.abs(s[2]!) / s[1]!
  if (!(middle > 0) || !(largest - smallest > 1e-9)) return []
  const scaled = h.map((value) => value / middle)
  const along = Math.sqrt(Math.max(0, 1 - smallest ** 2) / (largest ** 2 - smallest ** 2))
  const across = Math.sqrt(Math.max(0, largest ** 2 - 1) / (largest ** 2 - smallest ** 2))
  return [across, -across].flatMap((side) => {
    // Vectors of the plane through v2 and u keep their length under H / s2.
    const axis = Float64Array.of(v[1]!, v[4]!, v[7]!)
    const u = Float64Array.from({ length: 3 }, (_, i) => along * v[3 * i]! + side * v[3 * i + 2]!)
    const normal = cross(axis, u)
    const axisThere = apply3(scaled, axis)
    const uThere = apply3(scaled, u)
    const here = columns(axis, u, normal)
    const there = columns(axisThere, uThere, cross(axisThere, uThere))
    const rotation = projectToSo3(multiply3(there, transpose3(here)))
    const offset = scaled.map((value, i) => value - rotation[i]!)
    const translation = unit(apply3(offset, normal))
    return translation === null ? [] : [{ rotation, translation }]
  })
}

const columns = (x: Float64Array, y: Float64Array, z: Float64Array) =>
  Float64Array.of(x[0]!, y[0]!, z[0]!, x[1]!, y[1]!, z[1]!, x[2]!, y[2]!, z[2]!)

/** @param options `threshold` in the unit of the points */
export const robustHomography = (
  a: Float64Array,
  b: Float64Array,
  options: RobustOptions,
): RobustFit<Float64Array> | null =>
  msacByFit(
    {
      dataCount: a.length / 2,
      sampleSize: 4,
      residualFreedom: 2,
      fit: (data) => homography(a, b, data),
      residuals: (h, squared) => homographySquared(h, a, b, squared),
    },
    options,
  )
