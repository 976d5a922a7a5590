/**
 * Does the camera turn, does it look at a plane, or does it move through a scene with depth? Three models of the same
 * correspondences, weighed by GRIC: robust errors plus the price of the model's dimension and parameters.
 *
 * Torr, An assessment of information criteria for motion model selection, CVPR 1997; Torr, Bayesian model estimation and
 * selection for epipolar geometry and generic manifold fitting, IJCV 2002. All three models are scored by Sampson errors,
 * which measure the same thing (how far four coordinates must move) for each.
 */
import { sampsonSquared } from './epipolar.ts'
import { robustTurnAndFocal } from './focal.ts'
import { homographySquared, robustHomography } from './homography.ts'
import type { RobustFit, RobustOptions } from './robust.ts'
import { robustRotation } from './rotation.ts'
import { robustEssential } from './two-view.ts'

export type MotionKind = 'rotation' | 'plane' | 'general'

export interface MotionOptions extends RobustOptions {
  /**
   * `known`: the rays are right. `free`: they were made with a guess, so that a rotation may change the focal length of both
   * pictures alike; a wrong focal length would else look like depth.
   */
  readonly focal: 'known' | 'free'
  /** The tracks' noise is never taken for less than this, in the unit of the rays; about 0.05 pixels / focalPx. */
  readonly leastSigma: number
}

export interface MotionChoice {
  /** The model of least score. */
  readonly kind: MotionKind
  /** GRIC of each model, less is better; Infinity where it could not be fitted. */
  readonly scores: Readonly<Record<MotionKind, number>>
  /** Standard deviation of one coordinate that the scores were made with, estimated from the general model. */
  readonly sigma: number
  /** With a free focal length, the one of the best rotation over the guessed one; 1 where it is known. */
  readonly focalFactor: number
  /** bFromA of the rotation; null where none fits. */
  readonly rotation: Float64Array | null
  readonly plane: RobustFit<Float64Array> | null
  /** The essential matrix. */
  readonly general: RobustFit<Float64Array> | null
}

/** Dimension of the set of correspondences that fulfil a model, and its parameters (Torr 2002, table 1). */
const manifolds = {
  rotation: { dimension: 2, parameters: 3 },
  plane: { dimension: 2, parameters: 8 },
  general: { dimension: 3, parameters: 5 },
} as const

/**
 * @param a rays (x, y of (x, y, 1)) in the first picture, 2 numbers each
 * @param b the same in the second
 * @param options `threshold` in units of the focal length: pixels / focalPx
 * @returns null where no model fits at all
 */
export function chooseMotion(a: Float64Array, b: Float64Array, options: MotionOptions): MotionChoice | null {
  const general = robustEssential(a, b, options)
  // Where there is no plane and no turn, none needs to be looked for until all hope is gone.
  const brief = { maxSamples: 300, ...options }
  const plane = robustHomography(a, b, brief)
  const free = options.focal === 'free' ? robustTurnAndFocal(a, b, brief) : null
  const turn = options.focal === 'free' ? free?.model.homography : robustRotation(a, b, brief)?.model
  const errors = {
    rotation: turn === undefined ? null : squaredErrors(a, (out) => homographySquared(turn, a, b, out)),
    plane: plane && squaredErrors(a, (out) => homographySquared(plane.model, a, b, out)),
    general: general && squaredErrors(a, (out) => sampsonSquared(general.model, a, b, out)),
  }
  const sigma = noiseOf(errors, options)
  const score = (kind: MotionKind) => {
    const squared = errors[kind]
    const { dimension, parameters } = manifolds[kind]
    const extra = kind === 'rotation' && free !== null ? 1 : 0
    return squared === null ? Infinity : gric(squared, sigma, dimension, parameters + extra)
  }
  const scores = { rotation: score('rotation'), plane: score('plane'), general: score('general') }
  const kind = kinds.reduce((best, next) => (scores[next] < scores[best] ? next : best))
  if (scores[kind] === Infinity) return null
  const rotation = free?.model.rotation ?? turn ?? null
  return { kind, scores, sigma, focalFactor: free?.model.focalFactor ?? 1, rotation, plane, general }
}

/** From the simplest, which wins a draw. */
const kinds = ['rotation', 'plane', 'general'] as const

function squaredErrors(a: Float64Array, write: (out: Float64Array) => void): Float64Array {
  const out = new Float64Array(a.length / 2)
  write(out)
  return out
}

/**
 * The standard deviation of the noise from the errors of the general model, which fits whatever is true: their median, of
 * which half may be outliers, then the sharper mean square of what lies within 2.5 of it.
 */
function noiseOf(
  errors: Readonly<Record<MotionKind, Float64Array | null>>,
  { leastSigma, threshold }: MotionOptions,
): number {
  const chi = errors.general === null ? chiSquared[2] : chiSquared[1]
  const squared = errors.general ?? errors.plane ?? errors.rotation
  if (squared === null) return leastSigma
  const fitting = squared.filter((value) => value < threshold * threshold).sort()
  const rough = (fitting[fitting.length >> 1] ?? 0) / chi.median
  const near = fitting.filter((value) => value < 6.25 * rough)
  const freedom = near.length - manifolds.general.parameters
  const fine = freedom > 0 ? near.reduce((sum, value) => sum + value, 0) / (freedom * chi.meanWithin) : rough
  return Math.max(leastSigma, Math.sqrt(fine))
}

/** By degrees of freedom: the median, and the mean of what is below 6.25, over the degrees of freedom of unit variance. */
const chiSquared = {
  1: { median: 0.4549, meanWithin: 0.9113 },
  2: { median: 1.3863, meanWithin: 1.7128 },
} as const

/** The price of a correspondence that no model explains: twice its four coordinates. */
const outlierPrice = 8

/**
 * Sum of min(e^2 / sigma^2 + log(r) d, price) + log(r n) k, with r = 4 coordinates to a correspondence. Torr lets an outlier
 * pay 2 (r - d) + log(r) d, which is less in models of higher dimension: with many outliers those then win for no reason.
 */
function gric(squared: Float64Array, sigma: number, dimension: number, parameters: number): number {
  const base = Math.log(4) * dimension
  let sum = Math.log(4 * squared.length) * parameters
  for (const value of squared) sum += Math.min(value / (sigma * sigma) + base, outlierPrice)
  return sum
}
