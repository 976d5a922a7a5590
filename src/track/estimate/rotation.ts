/** The rotation between two pictures of a camera that only turns, from rays (x, y of (x, y, 1), 2 numbers each). */
import { multiply3, transpose3 } from '../geometry/linear.ts'
import { svd3 } from '../geometry/svd.ts'
import { homographySquared } from './homography.ts'
import { msacByFit, type RobustFit, type RobustOptions } from './robust.ts'

/**
 * The rotation R that takes the directions of `a` nearest to those of `b` (Kabsch 1976).
 *
 * @param subset at least two correspondences
 * @returns bFromA; null where fewer than two directions differ
 */
export function rotationBetween(a: Float64Array, b: Float64Array, subset: ArrayLike<number>): Float64Array | null {
  const sum = new Float64Array(9)
  for (let i = 0; i < subset.length; i++) {
    const at = 2 * subset[i]!
    const weight = 1 / (Math.hypot(a[at]!, a[at + 1]!, 1) * Math.hypot(b[at]!, b[at + 1]!, 1))
    const x = weight * a[at]!
    const y = weight * a[at + 1]!
    const z = weight
    for (let row = 0; row < 3; row++) {
      const value = row === 2 ? 1 : b[at + row]!
      sum[3 * row]! += value * x
      sum[3 * row + 1]! += value * y
      sum[3 * row + 2]! += value * z
    }
  }
  const { u, s, v } = svd3(sum)
  // With one direction alone, or none, the turn about it is open.
  if (!(s[1]! + s[2]! > 1e-12 * s[0]!)) return null
  return multiply3(u, transpose3(v))
}

/**
 * @param options `threshold` in units of the focal length: pixels / focalPx
 * @returns bFromA as `model`, with errors as `homographySquared` has them
 */
export const robustRotation = (
  a: Float64Array,
  b: Float64Array,
  options: RobustOptions,
): RobustFit<Float64Array> | null =>
  msacByFit(
    {
      dataCount: a.length / 2,
      sampleSize: 2,
      residualFreedom: 2,
      fit: (data) => rotationBetween(a, b, data),
      residuals: (rotation, squared) => homographySquared(rotation, a, b, squared),
    },
    options,
  )
