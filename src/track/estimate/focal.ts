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
import type { RobustFit, RobustOptions } from './robust.ts'
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
 * @returns null with no pair, or where the least disagreement lies at an end of the range: then the pairs do not tell
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

export interface TurnAndFocal extends RobustFit<Float64Array> {
  /** bFromA. `model` is the homography between the given rays that it makes, which the errors are of. */
  readonly rotation: Float64Array
  /** The focal length over the one that the rays were made with. */
  readonly focalFactor: number
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
): TurnAndFocal | null {
  const [low, high] = [Math.log(factors.from), Math.log(factors.to)]
  const starts = 9
  let best: { fit: RobustFit<Float64Array>; factor: number; cost: number } | null = null
  for (let i = 0; i < starts; i++) {
    const factor = Math.exp(low + ((high - low) * i) / (starts - 1))
    const fit = robustRotation(scaled(a, factor), scaled(b, factor), {
      ...options,
      threshold: options.threshold / factor,
      // Poor factors need no certainty: the best one is fitted again below.
      maxSamples: 60,
    })
    const cost = fit === null ? Infinity : fit.cost * factor ** 2
    if (fit !== null && (best === null || cost < best.cost)) best = { fit, factor, cost }
  }
  return best && refineTurn(a, b, options, best.fit, best.factor, (high - low) / (starts - 1))
}

/** Fits the factor to what fits, and again to what fits then. */
function refineTurn(
  a: Float64Array,
  b: Float64Array,
  { threshold }: RobustOptions,
  start: RobustFit<Float64Array>,
  startFactor: number,
  reach: number,
): TurnAndFocal | null {
  const squared = new Float64Array(a.length / 2)
  let { inliers } = start
  let factor = startFactor
  let h = turnHomography(start.model, factor)
  let rotation = start.model
  for (let round = 0; round < 4; round++) {
    const costAt = (logFactor: number) => {
      const turn = rotationAt(a, b, inliers, Math.exp(logFactor))
      if (turn === null) return Infinity
      homographySquared(turnHomography(turn, Math.exp(logFactor)), a, b, squared)
      return inliers.reduce((sum, i) => sum + squared[i]!, 0)
    }
    const found = leastOnGrid(costAt, Math.log(factor) - reach, Math.log(factor) + reach, 8)
    if (found !== null) factor = Math.exp(found.at)
    rotation = rotationAt(a, b, inliers, factor) ?? rotation
    h = turnHomography(rotation, factor)
    homographySquared(h, a, b, squared)
    const fitting: number[] = []
    squared.forEach((value, i) => {
      if (value < threshold * threshold) fitting.push(i)
    })
    if (fitting.length < 3) return null
    inliers = Int32Array.from(fitting)
  }
  const limit = threshold * threshold
  const cost = squared.reduce((sum, value) => sum + (value < limit ? value : limit), 0)
  const inlierShare = inliers.length / squared.length
  return { model: h, inliers, inlierShare, cost, samples: start.samples, rotation, focalFactor: factor }
}

const scaled = (rays: Float64Array, factor: number) => rays.map((value) => value / factor)

const rotationAt = (a: Float64Array, b: Float64Array, subset: Int32Array, factor: number) =>
  rotationBetween(scaled(a, factor), scaled(b, factor), subset)

/** D R D^-1 with D = diag(factor, factor, 1). */
function turnHomography(rotation: Float64Array, factor: number): Float64Array {
  const h = rotation.slice()
  h[2]! *= factor
  h[5]! *= factor
  h[6]! /= factor
  h[7]! /= factor
  return h
}
