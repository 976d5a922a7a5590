/** The motion of a camera of known lens between two pictures, from correspondences of which many may be wrong. */
import { sampsonSquared } from './epipolar.ts'
import { decomposeEssential, essentialOf, refineRelativePose, relativePose, type RelativePose } from './essential.ts'
import { fivePoint } from './five-point.ts'
import { planeMotions, robustHomography } from './homography.ts'
import { fitOf, msac, narrowed, sharpest, type RobustFit, type RobustModel, type RobustOptions } from './robust.ts'

export interface TwoViewPose extends RobustFit<Float64Array>, RelativePose {}

/**
 * The motion between two pictures. `model` is its essential matrix.
 *
 * Two pictures of a plane allow two motions (Longuet-Higgins 1986), and other scenes sometimes nearly so: only a third picture
 * can tell which is true.
 *
 * @param a rays (x, y of (x, y, 1)) in the first picture, 2 each
 * @param b the same in the second
 * @param options `threshold` in units of the focal length: pixels / focalPx
 * @returns null where no motion fits, or the points do not decide on which side of the cameras they are
 */
export function robustRelativePose(a: Float64Array, b: Float64Array, options: RobustOptions): TwoViewPose | null {
  const fit = robustEssential(a, b, options)
  if (fit === null) return null
  const pose = relativePose(fit.model, a, b, fit.inliers)
  // Of a plane the matrix that fits best may be the one that puts points behind a camera.
  return pose === null ? planarPose(a, b, fit, options) : { ...fit, ...pose }
}

/** The same without asking on which side of the cameras the points are: of a camera that only turns, any E that fits. */
export const robustEssential = (
  a: Float64Array,
  b: Float64Array,
  options: RobustOptions,
): RobustFit<Float64Array> | null => msac(essentialModel(a, b), options)

const essentialModel = (a: Float64Array, b: Float64Array): RobustModel<Float64Array> => ({
  dataCount: a.length / 2,
  sampleSize: 5,
  residualFreedom: 1,
  solve: (sample) => fivePoint(a, b, sample),
  residuals: (essential, squared) => sampsonSquared(essential, a, b, squared),
  refine(essential, data) {
    // The four motions of a matrix have the same errors: any of them will do.
    const refined = refineRelativePose(decomposeEssential(essential)[0]!, a, b, data)
    return refined && essentialOf(refined)
  },
})

/** Two motions are rivals while their errors differ by no more than this factor. */
const rivalCost = 1.3

/** The best motion before a plane, where it explains the correspondences about as well as `fit`. */
function planarPose(
  a: Float64Array,
  b: Float64Array,
  fit: RobustFit<Float64Array>,
  options: RobustOptions,
): TwoViewPose | null {
  const plane = robustHomography(a, b, { maxSamples: 300, ...options })
  if (plane === null) return null
  const model = essentialModel(a, b)
  const found = planeMotions(plane.model).flatMap((motion): TwoViewPose[] => {
    const rival = sharpest(model, [essentialOf(motion)], options.threshold)
    const pose = rival && relativePose(rival.model, a, b, rival.inliers)
    return rival === null || pose === null ? [] : [{ ...rival, ...pose }]
  })
  const limit = narrowed(options.threshold, Math.max(fit.sigma, plane.sigma))
  const cost = ({ model: essential }: RobustFit<Float64Array>) => fitOf(model, essential, limit).cost
  const [best] = found.sort((one, other) => cost(one) - cost(other))
  return best !== undefined && cost(best) <= rivalCost * cost(fit) ? { ...best, samples: fit.samples } : null
}
