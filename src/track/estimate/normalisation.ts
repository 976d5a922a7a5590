/** Points moved to the origin and to a size of about 1 before equations are built of them (Hartley 1997). */

/** x' = scale (x - meanX), y' = scale (y - meanY). */
export interface Normalisation {
  readonly meanX: number
  readonly meanY: number
  readonly scale: number
}

/**
 * So that the mean of the subset is 0 and its mean distance from there sqrt 2.
 *
 * @param points 2 numbers each
 * @returns null of no points, of points that are all the same, and of what is not finite
 */
export function normalisationOf(points: Float64Array, subset: ArrayLike<number>): Normalisation | null {
  const n = subset.length
  let meanX = 0
  let meanY = 0
  for (let i = 0; i < n; i++) {
    meanX += points[2 * subset[i]!]! / n
    meanY += points[2 * subset[i]! + 1]! / n
  }
  let spread = 0
  for (let i = 0; i < n; i++) {
    spread += Math.hypot(points[2 * subset[i]!]! - meanX, points[2 * subset[i]! + 1]! - meanY) / n
  }
  const distinct = spread > 1e-12 * (Math.abs(meanX) + Math.abs(meanY)) && spread < Infinity
  return distinct ? { meanX, meanY, scale: Math.SQRT2 / spread } : null
}

/** As a matrix on homogeneous points. */
export const toNormal = ({ meanX, meanY, scale }: Normalisation) =>
  Float64Array.of(scale, 0, -scale * meanX, 0, scale, -scale * meanY, 0, 0, 1)

/** Its inverse. */
export const toOriginal = ({ meanX, meanY, scale }: Normalisation) =>
  Float64Array.of(1 / scale, 0, meanX, 0, 1 / scale, meanY, 0, 0, 1)

/** The points of the subset, normalised, one behind the other. */
export function normalised(
  { meanX, meanY, scale }: Normalisation,
  points: Float64Array,
  subset: ArrayLike<number>,
): Float64Array {
  const out = new Float64Array(2 * subset.length)
  for (let i = 0; i < subset.length; i++) {
    out[2 * i] = scale * (points[2 * subset[i]!]! - meanX)
    out[2 * i + 1] = scale * (points[2 * subset[i]! + 1]! - meanY)
  }
  return out
}
