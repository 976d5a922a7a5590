/**
 * Alignment of two sets of points by a similarity: a solved camera path has a scale and axes of its own.
 * Umeyama, Least-squares estimation of transformation parameters between two point patterns, PAMI 1991.
 */
import { apply3, multiply3, transpose3 } from '../geometry/linear.ts'
import { svd3 } from '../geometry/svd.ts'

/** x_in_b = scale R x_in_a + t. */
export interface Similarity {
  readonly scale: number
  readonly rotation: Float64Array
  readonly translation: Float64Array
}

export interface Alignment {
  readonly bFromA: Similarity
  /** Root mean square of the distances that are left, in units of b. */
  readonly rms: number
}

/**
 * The similarity that takes the points `a` nearest to the points `b` (3 numbers each, in pairs).
 *
 * @param withScale false: scale stays 1
 * @returns null with fewer than two points, or all of `a` in one place. Of points on one line (or two points) the turn about
 * it is open, and some turn is given.
 */
export function alignPoints(a: Float64Array, b: Float64Array, withScale = true): Alignment | null {
  const n = a.length / 3
  const meanA = meanOf(a)
  const meanB = meanOf(b)
  const covariance = new Float64Array(9)
  let spreadA = 0
  for (let i = 0; i < a.length; i += 3) {
    for (let j = 0; j < 3; j++) {
      const dA = a[i + j]! - meanA[j]!
      spreadA += dA * dA
      for (let k = 0; k < 3; k++) covariance[3 * k + j]! += (b[i + k]! - meanB[k]!) * dA
    }
  }
  if (n < 2 || !(spreadA > 0 && spreadA < Infinity)) return null
  const { u, s, v } = svd3(covariance)
  const rotation = multiply3(u, transpose3(v))
  const scale = withScale ? (s[0]! + s[1]! + s[2]!) / spreadA : 1
  const translation = apply3(rotation, meanA).map((value, i) => meanB[i]! - scale * value)
  const bFromA = { scale, rotation, translation }
  return { bFromA, rms: rmsOf(bFromA, a, b) }
}

/** The point of a in b. */
export function transformBySimilarity(
  { scale, rotation, translation }: Similarity,
  pointInA: Float64Array,
): Float64Array {
  return apply3(rotation, pointInA).map((value, i) => scale * value + translation[i]!)
}

function rmsOf(bFromA: Similarity, a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 3) {
    transformBySimilarity(bFromA, a.subarray(i, i + 3)).forEach((value, j) => {
      sum += (value - b[i + j]!) ** 2
    })
  }
  return Math.sqrt(sum / (a.length / 3))
}

function meanOf(points: Float64Array): Float64Array {
  const mean = new Float64Array(3)
  for (let i = 0; i < points.length; i++) mean[i % 3]! += points[i]! / (points.length / 3)
  return mean
}
