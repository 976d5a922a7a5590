/** Robust fits between two pictures, from correspondences of which many may be wrong. */
import type { Rigid3 } from '../geometry/rigid3.ts'
import { sampsonSquared } from './epipolar.ts'
import { decomposeEssential, essentialOf, refineRelativePose, relativePose } from './essential.ts'
import { fivePoint } from './five-point.ts'
import { msac, type RobustFit, type RobustOptions } from './robust.ts'

export interface TwoViewPose extends RobustFit<Float64Array> {
  /** The second camera from the first, with a translation of length 1. `model` is its essential matrix. */
  readonly bFromA: Rigid3
  /** How many of the inliers lie in front of both cameras. */
  readonly inFront: number
}

/**
 * The motion of a camera of known lens between two pictures.
 *
 * @param a rays (x, y of (x, y, 1)) in the first picture, 2 each
 * @param b the same in the second
 * @param options `threshold` in units of the focal length: pixels / focalPx
 * @returns null where no motion fits, or the points do not decide on which side of the cameras they are.
 */
export function robustRelativePose(a: Float64Array, b: Float64Array, options: RobustOptions): TwoViewPose | null {
  const fit = msac<Float64Array>(
    {
      dataCount: a.length / 2,
      sampleSize: 5,
      solve: (sample) => fivePoint(a, b, sample),
      residuals: (essential, squared) => sampsonSquared(essential, a, b, squared),
      refine(essential, data) {
        // The four motions of a matrix have the same errors: any of them will do.
        const refined = refineRelativePose(decomposeEssential(essential)[0]!, a, b, data)
        return refined && essentialOf(refined)
      },
    },
    options,
  )
  const pose = fit && relativePose(fit.model, a, b, fit.inliers)
  return pose && { ...fit, ...pose }
}
