/** The motion of a camera of known lens between two pictures, from correspondences of which many may be wrong. */
import { dot } from '../geometry/linear.ts'
import type { Rigid3 } from '../geometry/rigid3.ts'
import { angleBetween } from '../geometry/so3.ts'
import { sampsonSquared } from './epipolar.ts'
import { decomposeEssential, essentialOf, refineRelativePose, relativePose, type RelativePose } from './essential.ts'
import { fivePoint } from './five-point.ts'
import { planeMotions, robustHomography } from './homography.ts'
import { fitOf, msac, narrowed, sharpest, type RobustFit, type RobustModel, type RobustOptions } from './robust.ts'

export interface TwoViewPose extends RobustFit<Float64Array>, RelativePose {}

/**
 * The motion between two pictures. `model` is its essential matrix.
 *
 * Two pictures of a plane allow two motions (Longuet-Higgins 1986), and other scenes sometimes nearly so: see `rivalPose`.
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
  return pose === null ? rivalOf(a, b, fit, options, () => false) : { ...fit, ...pose }
}

/** The same without asking on which side of the cameras the points are: of a camera that only turns, any E that fits. */
export const robustEssential = (
  a: Float64Array,
  b: Float64Array,
  options: RobustOptions,
): RobustFit<Float64Array> | null => msac(essentialModel(a, b), options)

/**
 * Another motion that explains the correspondences about as well as `pose`, which `robustRelativePose` found in them: only a
 * third picture can tell which is true. Null where there is none, which is so unless the scene is about a plane.
 */
export const rivalPose = (a: Float64Array, b: Float64Array, pose: TwoViewPose, options: RobustOptions) =>
  rivalOf(a, b, pose, options, ({ bFromA }) => areAlike(bFromA, pose.bFromA))

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

function rivalOf(
  a: Float64Array,
  b: Float64Array,
  fit: RobustFit<Float64Array>,
  options: RobustOptions,
  isKnown: (pose: RelativePose) => boolean,
): TwoViewPose | null {
  const plane = robustHomography(a, b, { maxSamples: 300, ...options })
  if (plane === null) return null
  const model = essentialModel(a, b)
  const found = planeMotions(plane.model).flatMap((motion): TwoViewPose[] => {
    const rival = sharpest(model, [essentialOf(motion)], options.threshold)
    const pose = rival && relativePose(rival.model, a, b, rival.inliers)
    return rival === null || pose === null || isKnown(pose) ? [] : [{ ...rival, ...pose }]
  })
  const limit = narrowed(options.threshold, Math.max(fit.sigma, plane.sigma))
  const cost = ({ model: essential }: RobustFit<Float64Array>) => fitOf(model, essential, limit).cost
  const [best] = found.sort((one, other) => cost(one) - cost(other))
  return best !== undefined && cost(best) <= rivalCost * cost(fit) ? { ...best, samples: fit.samples } : null
}

const alikeRad = 0.02

const areAlike = (one: Rigid3, other: Rigid3) =>
  angleBetween(one.rotation, other.rotation) < alikeRad &&
  dot(one.translation, other.translation) > Math.cos(5 * alikeRad)
