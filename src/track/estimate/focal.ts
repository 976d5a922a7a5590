/**
 * The focal length from pictures alone: hints to start an adjustment from, when nothing is known or the guess may be far off.
 *
 * A moving camera: with the right focal length every fundamental matrix becomes an essential one, whose two singular values
 * are equal (Mendonça and Cipolla, A simple technique for self-calibration, CVPR 1999). One pair often says little (nothing at
 * all where the optical axes meet at equal distances: Sturm 2001), so that all pairs vote. A turning camera: points of the two
 * pictures differ by a rotation only with the right focal length.
 */
import { cofactors3, frobenius3, multiply3 } from '../geometry/linear.ts'
import { homographySquared } from './homography.ts'
import { sharpest, type RobustFit, type RobustModel, type RobustOptions } from './robust.ts'
import { robustRotation, rotationBetween } from './rotation.ts'

export interface FocalRange {
  /** Lowest and highest focal length that is believed, in the unit of the points. */
  readonly from: number
  readonly to: number
}

export interface FocalHint {
  /** In the unit of the points: pixels for pixels. */
  readonly focal: number
  /** Mean over the pairs of (s1 - s2)^2 / (s1^2 + s2^2) of the essential matrices: 0 where all agree. */
  readonly disagreement: number
  /** Where the disagreement is below twice its least value (and 1e-6), as a hint of how sure this is. */
  readonly range: FocalRange
}

const gridSteps = 60

/**
 * @param fundamentals of pairs of pictures, for points measured from the principal point
 * @param weights of the pairs; absent: all 1
 * @returns null with no pair, or where the least disagreement lies at an end of the range, or all of it is as good: then the pairs do not tell
 */
export function focalFromFundamentals(
  fundamentals: readonly Float64Array[],
  range: FocalRange,
  weights: readonly number[] = fundamentals.map(() => 1),
): FocalHint | null {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (!(total > 0)) return null
  const disagreement = (logFocal: number) => {
    const focal = Math.exp(logFocal)
    return fundamentals.reduce((sum, f, i) => sum + weights[i]! * inequality(f, focal), 0) / total
  }
  const [low, high] = [Math.log(range.from), Math.log(range.to)]
  const best = leastOnGrid(disagreement, low, high)
  if (best === null) return null
  const limit = Math.max(1e-6, 2 * best.value)
  const step = (high - low) / gridSteps
  let [from, to] = [best.at, best.at]
  while (from > low && disagreement(from) <= limit) from -= step / 4
  while (to < high && disagreement(to) <= limit) to += step / 4
  if (from <= low && to >= high) return null
  return {
    focal: Math.exp(best.at),
    disagreement: best.value,
    range: { from: Math.exp(Math.max(low, from)), to: Math.exp(Math.min(high, to)) },
  }
}

/** (s1 - s2)^2 / (s1^2 + s2^2) of K F K; s1^2 + s2^2 is its square sum, and s1 s2 that of its cofactors, since s3 = 0. */
function inequality(f: Float64Array, focal: number): number {
  const k = Float64Array.of(focal, 0, 0, 0, focal, 0, 0, 0, 1)
  const essential = multiply3(multiply3(k, f), k)
  const product = frobenius3(cofactors3(essential))
  return Math.max(0, 1 - (2 * product) / frobenius3(essential) ** 2)
}

/** The least of a function inside an interval: a grid, then golden sections about its best point. */
function leastOnGrid(
  f: (x: number) => number,
  low: number,
  high: number,
  steps = gridSteps,
): { at: number; value: number } | null {
  const step = (high - low) / steps
  const values = Float64Array.from({ length: steps + 1 }, (_, i) => f(low + i * step))
  const best = values.indexOf(values.reduce((least, value) => Math.min(least, value), Infinity))
  if (best <= 0 || best === steps) return null
  let [from, to] = [low + (best - 1) * step, low + (best + 1) * step]
  const golden = (Math.sqrt(5) - 1) / 2
  let [a, b] = [to - golden * (to - from), from + golden * (to - from)]
  let [atA, atB] = [f(a), f(b)]
  while (to - from > 1e-7) {
    if (atA < atB) {
      ;[to, b, atB] = [b, a, atA]
      a = to - golden * (to - from)
      atA = f(a)
    } else {
      ;[from, a, atA] = [a, b, atB]
      b = from + golden * (to - from)
      atB = f(b)
    }
  }
  return atA < atB ? { at: a, value: atA } : { at: b, value: atB }
}

export interface TurnAndFocal {
  /** bFromA. */
  readonly rotation: Float64Array
  /** The focal length over the one that the rays were made with. */
  readonly focalFactor: number
  /** The homography between the given rays that these two make; the errors are its. */
  readonly homography: Float64Array
}

/**
 * The rotation between two pictures of a camera that only turns and whose focal length is not known.
 *
 * @param a rays made with a guessed focal length: x, y of (x, y, 1), 2 numbers each
 * @param options `threshold` in units of the guessed focal length
 * @param factors how far the guess may be off
 * @returns null where no rotation fits. The turn must be large enough to tell: at small angles the factor is loose
 */
export function robustTurnAndFocal(
  a: Float64Array,
  b: Float64Array,
  options: RobustOptions,
  factors: FocalRange = { from: 0.4, to: 2.5 },
): RobustFit<TurnAndFocal> | null {
  const [low, high] = [Math.log(factors.from), Math.log(factors.to)]
  const starts = 9
  const reach = (high - low) / (starts - 1)
  let best: { fit: RobustFit<Float64Array>; factor: number; cost: number } | null = null
  for (let i = 0; i < starts; i++) {
    const factor = Math.exp(low + i * reach)
    const threshold = options.threshold / factor
    // Poor factors need no certainty: the best one is fitted again below.
    const fit = robustRotation(scaled(a, factor), scaled(b, factor), { ...options, threshold, maxSamples: 60 })
    const cost = fit === null ? Infinity : fit.cost * factor ** 2
    if (fit !== null && (best === null || cost < best.cost)) best = { fit, factor, cost }
  }
  if (best === null) return null
  const start = turnAndFocal(best.fit.model, best.factor)
  const fit = sharpest(turnModel(a, b, reach), [start], options.threshold)
  return fit && { ...fit, samples: best.fit.samples }
}

const turnModel = (a: Float64Array, b: Float64Array, reach: number): RobustModel<TurnAndFocal> => ({
  dataCount: a.length / 2,
  sampleSize: 3,
  residualFreedom: 2,
  solve: () => [],
  residuals: ({ homography }, squared) => homographySquared(homography, a, b, squared),
  refine({ focalFactor }, data) {
    const squared = new Float64Array(a.length / 2)
    const at = (logFactor: number) => {
      const factor = Math.exp(logFactor)
      const rotation = rotationBetween(scaled(a, factor), scaled(b, factor), data)
      return rotation && turnAndFocal(rotation, factor)
    }
    const cost = (logFactor: number) => {
      const turn = at(logFactor)
      if (turn === null) return Infinity
      homographySquared(turn.homography, a, b, squared)
      return data.reduce((sum, i) => sum + squared[i]!, 0)
    }
    const middle = Math.log(focalFactor)
    const least = leastOnGrid(cost, middle - reach, middle + reach, 8)
    return least && at(least.at)
  },
})

const scaled = (rays: Float64Array, factor: number) => rays.map((value) => value / factor)

/** D R D^-1 with D = diag(factor, factor, 1). */
function turnAndFocal(rotation: Float64Array, focalFactor: number): TurnAndFocal {
  const homography = rotation.slice()
  homography[2]! *= focalFactor
  homography[5]! *= focalFactor
  homography[6]! /= focalFactor
  homography[7]! /= focalFactor
  return { rotation, focalFactor, homography }
}
