/**
 * Inverse compositional Gauss-Newton refinement of a pattern's warp. Where the fine picture alone does not lead to a good
 * fit, a translation is first looked for in the picture of half the size, whose basin is twice as wide.
 *
 * Baker and Matthews, "Lucas-Kanade 20 Years On: A Unifying Framework", 2004.
 */
import type { RefineOptions, RefineResult } from '../kernel.ts'
import type { Pattern, ReferencePatterns } from './patterns.ts'
import type { Plane, ReferencePyramid } from './plane.ts'
import { sampleWarped } from './sample.ts'
import { type Difference, gaussNewtonStep, type Patch, prepareDescent } from './template.ts'
import { composeInverse, farthestMove, isUsable, stepWarp } from './warp.ts'

/**
 * Width of the bell that says how much a pixel counts in refinement, in halves of the pattern's side. What the model does not
 * know (perspective under a translation, what lies behind an edge) grows with the distance from the centre, and the centre is
 * what is asked for; under noise alone it costs a fourteenth of the accuracy.
 */
export const bellWidth = 0.7

/** How much each pixel of a pattern counts. */
export function bell(side: number): Float32Array {
  const weights = new Float32Array(side * side)
  const across = Float64Array.from({ length: side }, (_, i) =>
    Math.exp(-0.5 * ((2 * i + 1 - side) / side / bellWidth) ** 2),
  )
  for (let i = 0; i < weights.length; i++) weights[i] = across[i % side]! * across[Math.floor(i / side)]!
  return weights
}

/** A fit below this correlation is tried again from the picture of half the size. */
export const goodCorrelation = 0.8

/** See `Kernel.refine`. */
export function refine(
  image: ReferencePyramid,
  patterns: ReferencePatterns,
  which: Int32Array,
  warps: Float32Array,
  options: RefineOptions,
): RefineResult {
  const count = which.length
  const result = {
    warps: warps.slice(),
    correlation: new Float32Array(count).fill(Number.NaN),
    ok: new Uint8Array(count),
  }
  for (let i = 0; i < count; i++) {
    const pattern = patterns.at(which[i]!)
    if (pattern === null) continue
    const fit = refinePattern(image, pattern, toPlane(warps.subarray(8 * i, 8 * i + 8)), options)
    if (fit === null) continue
    result.ok[i] = 1
    result.correlation[i] = fit.correlation
    result.warps.set(toPicture(fit.warp), 8 * i)
  }
  return result
}

interface Fit {
  readonly warp: Float64Array
  readonly correlation: number
}

/** The better of what the fine picture finds from `start`, and, where that is not good, from the coarse picture's find. */
function refinePattern(
  image: ReferencePyramid,
  pattern: Pattern,
  start: Float64Array,
  options: RefineOptions,
): Fit | null {
  const plane = image.plane(0)
  const first = refineWarp(plane, pattern.fine, start, options)
  if ((first !== null && first.correlation >= goodCorrelation) || pattern.coarse === null || image.levels < 2)
    return first
  const near = refineWarp(image.plane(1), pattern.coarse, halved(start), {
    model: 'Loc',
    maxIterations: coarseIterations,
    epsilonPx: coarseEpsilonPx,
    normalize: options.normalize,
  })
  const second = near === null ? null : refineWarp(plane, pattern.fine, doubled(near.warp), options)
  return second === null || (first !== null && first.correlation >= second.correlation) ? first : second
}

const coarseIterations = 10
const coarseEpsilonPx = 0.1

/** From pixels of the picture to pixel coordinates (u, v) of its plane: the last column moves by half a pixel. */
function toPlane(warp: Float32Array): Float64Array {
  return shifted(Float64Array.from(warp), -0.5)
}

function toPicture(warp: Float64Array): Float64Array {
  return shifted(warp.slice(), 0.5)
}

/** A translation after a homography adds multiples of its last row to the others. */
function shifted(warp: Float64Array, by: number): Float64Array {
  for (const row of [0, 3]) {
    warp[row] = warp[row]! + by * warp[6]!
    warp[row + 1] = warp[row + 1]! + by * warp[7]!
    warp[row + 2] = warp[row + 2]! + by
  }
  return warp
}

/** The same warp between the halved pattern and the halved plane; halving only scales (u, v). */
function halved(warp: Float64Array): Float64Array {
  const [a, b, c, d, e, f, g, h] = warp as unknown as [number, number, number, number, number, number, number, number]
  return Float64Array.of(a, b, c / 2, d, e, f / 2, 2 * g, 2 * h)
}

function doubled(warp: Float64Array): Float64Array {
  const [a, b, c, d, e, f, g, h] = warp as unknown as [number, number, number, number, number, number, number, number]
  return Float64Array.of(a, b, 2 * c, d, e, 2 * f, g / 2, h / 2)
}

/** null when it ran away or there is no texture to hold it. */
function refineWarp(
  plane: Plane,
  patch: Patch,
  start: Float64Array,
  { model, maxIterations, epsilonPx, normalize }: RefineOptions,
): Fit | null {
  const { side } = patch.samples
  const descent = prepareDescent(patch, model, normalize, bell(side))
  if (descent === null) return null
  const warp = start.slice()
  const reach = (side - 1) / 2
  const window = new Float32Array(side * side)
  const parameters = new Float64Array(descent.dimension)
  const step = new Float64Array(8)
  const difference: Difference = { correlation: Number.NaN, gain: 1 }
  for (let i = 0; i < maxIterations; i++) {
    if (!isUsable(warp, reach, plane.width, plane.height)) return null
    sampleWarped(plane, warp, side, window)
    gaussNewtonStep(patch, descent, window, normalize, parameters, difference)
    stepWarp(model, parameters, reach, step)
    const move = farthestMove(step, reach)
    if (!(move <= side)) return null
    composeInverse(warp, step)
    if (move < epsilonPx) break
  }
  const { correlation } = difference
  return isUsable(warp, reach, plane.width, plane.height) && Number.isFinite(correlation) ? { warp, correlation } : null
}
