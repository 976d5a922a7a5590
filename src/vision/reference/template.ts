/**
 * What the inverse compositional method prepares once for a patch, so that an iteration costs one resampling and a few dot
 * products: steepest descent images and the factor of the normal equations.
 *
 * A picture that is brighter or of more contrast is no matter: its offset and gain are linear, so they are projected out of
 * the steepest descent images (Hager and Belhumeur, "Efficient Region Tracking with Parametric Models of Geometry and
 * Illumination", 1998), and an iteration does not know of them.
 *
 * Baker and Matthews, "Lucas-Kanade 20 Years On: A Unifying Framework", 2004.
 */
import type { MotionModel } from '../kernel.ts'
import type { Samples } from './sample.ts'

/** A patch with the mean taken out, and its slopes. Left out pixels are 0 in all three. */
export interface Patch {
  readonly samples: Samples
  readonly mean: number
  /** Sum of squares around the mean. */
  readonly energy: number
  /** Pixels that count. */
  readonly count: number
}

/** Grey levels squared a pixel, of a pivot of the normal equations: below it there is nothing but rounding of samples. */
export const textureless = 0.01

/** Relative damping of the normal equations: it slows what the texture hardly shows, and moves no solution. */
const damping = 1e-5

const dimensions: Readonly<Record<MotionModel, number>> = {
  Loc: 2,
  LocRot: 3,
  LocScale: 3,
  LocRotScale: 4,
  Affine: 6,
  Perspective: 8,
}

/** Takes the mean out of samples, in place; `mask` is 1 where a pixel counts, else 0; null where all do. */
export function centre(samples: Samples, mask: Float32Array | null): Patch {
  const { value, gx, gy } = samples
  let sum = 0
  let count = 0
  for (let i = 0; i < value.length; i++) {
    if (mask !== null && mask[i] === 0) continue
    sum += value[i]!
    count++
  }
  const mean = sum / count
  let energy = 0
  for (let i = 0; i < value.length; i++) {
    if (mask !== null && mask[i] === 0) {
      value[i] = gx[i] = gy[i] = 0
      continue
    }
    const v = value[i]! - mean
    value[i] = v
    energy += v * v
  }
  return { samples, mean, energy, count }
}

/** Steepest descent images and the Cholesky factor of their normal equations. */
export interface Descent {
  /** `dimension` images. */
  readonly images: Float64Array
  readonly dimension: number
  /** Lower triangle, row-major, of L L' = H. */
  readonly factor: Float64Array
}

/**
 * `weights` says how much each pixel counts, 0 to 1; null: all alike. null comes back when the patch has too little texture to
 * be held in all the ways the model moves it.
 */
export function prepareDescent(
  patch: Patch,
  model: MotionModel,
  normalize: boolean,
  weights: Float32Array | null,
): Descent | null {
  const dimension = dimensions[model]
  const length = patch.samples.value.length
  const weight = weights ?? new Float32Array(length).fill(1)
  const images = new Float64Array(dimension * length)
  fillImages(images, patch.samples, model)
  if (normalize) projectOut(images, patch.samples.value, weight)
  const factor = normalEquations(images, weight)
  for (let i = 0; i < images.length; i++) images[i] = images[i]! * weight[i % length]!
  const total = weight.reduce((sum, w) => sum + w, 0)
  return factorise(factor, dimension, total) ? { images, dimension, factor } : null
}

/** How brightness changes with each parameter: pixels of displacement at the patch's border. */
function fillImages(images: Float64Array, { side, gx, gy }: Samples, model: MotionModel): void {
  const length = side * side
  const reach = (side - 1) / 2
  for (let i = 0; i < length; i++) {
    const x = (i % side) / reach - 1
    const y = Math.floor(i / side) / reach - 1
    const [a, b] = [gx[i]!, gy[i]!]
    images[i] = a
    images[length + i] = b
    const turn = x * b - y * a
    const grow = x * a + y * b
    if (model === 'LocRot' || model === 'LocRotScale') images[2 * length + i] = turn
    if (model === 'LocScale') images[2 * length + i] = grow
    if (model === 'LocRotScale') images[3 * length + i] = grow
    if (model === 'Affine' || model === 'Perspective') {
      images[2 * length + i] = a * x
      images[3 * length + i] = a * y
      images[4 * length + i] = b * x
      images[5 * length + i] = b * y
    }
    if (model === 'Perspective') {
      images[6 * length + i] = grow * x
      images[7 * length + i] = grow * y
    }
  }
}

/** Makes the images orthogonal to a constant and to the patch, under the weights. */
function projectOut(images: Float64Array, value: Float32Array, weight: Float32Array): void {
  const { length } = value
  const [w, wt, wtt] = [weightedSum(weight), weightedSum(weight, value), weightedSum(weight, value, value)]
  const determinant = w * wtt - wt * wt
  for (let k = 0; k < images.length; k += length) {
    const image = images.subarray(k, k + length)
    const [sum, along] = [weightedSum(weight, image), weightedSum(weight, image, value)]
    const offset = determinant > 0 ? (sum * wtt - along * wt) / determinant : 0
    const gain = determinant > 0 ? (along * w - sum * wt) / determinant : 0
    for (let i = 0; i < length; i++) image[i] = image[i]! - offset - gain * value[i]!
  }
}

type Numbers = Float32Array | Float64Array

function weightedSum(weight: Float32Array, a?: Numbers, b?: Numbers): number {
  let sum = 0
  for (let i = 0; i < weight.length; i++) sum += weight[i]! * (a?.[i] ?? 1) * (b?.[i] ?? 1)
  return sum
}

function normalEquations(images: Float64Array, weight: Float32Array): Float64Array {
  const { length } = weight
  const dimension = images.length / length
  const h = new Float64Array(dimension * dimension)
  for (let k = 0; k < dimension; k++) {
    for (let l = 0; l <= k; l++) {
      let sum = 0
      for (let i = 0; i < length; i++) sum += weight[i]! * images[k * length + i]! * images[l * length + i]!
      h[k * dimension + l] = sum
    }
  }
  return h
}

/** Cholesky, in place, damped; false when a pivot is that of a textureless patch. */
function factorise(h: Float64Array, n: number, weight: number): boolean {
  for (let k = 0; k < n; k++) {
    let pivot = h[k * n + k]! * (1 + damping)
    for (let i = 0; i < k; i++) pivot -= h[k * n + i]! ** 2
    if (!(pivot >= textureless * weight)) return false
    const root = Math.sqrt(pivot)
    h[k * n + k] = root
    for (let j = k + 1; j < n; j++) {
      let sum = h[j * n + k]!
      for (let i = 0; i < k; i++) sum -= h[j * n + i]! * h[k * n + i]!
      h[j * n + k] = sum / root
    }
  }
  return true
}

/** Solves L L' q = b in place. */
export function solveFactored({ factor, dimension: n }: Descent, b: Float64Array): void {
  for (let k = 0; k < n; k++) {
    let sum = b[k]!
    for (let i = 0; i < k; i++) sum -= factor[k * n + i]! * b[i]!
    b[k] = sum / factor[k * n + k]!
  }
  for (let k = n - 1; k >= 0; k--) {
    let sum = b[k]!
    for (let i = k + 1; i < n; i++) sum -= factor[i * n + k]! * b[i]!
    b[k] = sum / factor[k * n + k]!
  }
}

/** How a resampled window differs from the patch. */
export interface Difference {
  /** Normalised cross-correlation; NaN where the window is flat. */
  correlation: number
  /** Contrast of the window over that of the patch. */
  gain: number
}

/** Below this the gain no longer shortens steps' divisor: an almost flat window says nothing of how far to go. */
const lowestGain = 0.25

/** Replaces `window` by its difference from the patch, leaves in `step` the parameters of the Gauss-Newton step. */
export function gaussNewtonStep(
  patch: Patch,
  descent: Descent,
  window: Float32Array,
  normalize: boolean,
  step: Float64Array,
  difference: Difference,
): void {
  const { value } = patch.samples
  const { images, dimension } = descent
  const length = value.length
  let sum = 0
  let square = 0
  let along = 0
  for (let i = 0; i < length; i++) {
    const t = value[i]!
    const r = window[i]! - patch.mean - t
    window[i] = r
    sum += r
    square += r * r
    along += r * t
  }
  const energy = patch.energy + 2 * along + square - (sum * sum) / patch.count
  difference.gain = Math.sqrt(Math.max(0, energy / patch.energy))
  difference.correlation = energy > 0 ? (patch.energy + along) / Math.sqrt(patch.energy * energy) : Number.NaN
  const divisor = normalize ? Math.max(lowestGain, difference.gain) : 1
  for (let k = 0; k < dimension; k++) {
    let b = 0
    for (let i = 0; i < length; i++) b += images[k * length + i]! * window[i]!
    step[k] = b / divisor
  }
  solveFactored(descent, step)
}
