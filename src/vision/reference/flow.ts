/**
 * Pyramidal Lucas-Kanade translation, inverse compositional, indifferent to gain and offset of brightness. Pixels that lie
 * outside either picture do not count.
 *
 * Bouguet, "Pyramidal Implementation of the Lucas Kanade Feature Tracker", 2001; Baker and Matthews 2004.
 */
import type { FlowOptions, FlowResult } from '../kernel.ts'
import type { Plane, ReferencePyramid } from './plane.ts'
import { emptySamples, type Samples, sampleWindow, sampleWithSlopes } from './sample.ts'
import { centre, type Difference, gaussNewtonStep, type Patch, prepareDescent } from './template.ts'

/** Of a coarse level: a finer one follows, which needs no better start. Pixels of the level. */
export const coarseEpsilonPx = 0.1

/** The share of a window that must lie in both pictures. A point in the very corner has a quarter. */
export const leastShare = 0.2

interface Scratch {
  readonly samples: Samples
  readonly window: Float32Array
  readonly mask: Float32Array
  readonly step: Float64Array
  readonly difference: Difference
}

/** See `Kernel.flow`. */
export function flow(
  from: ReferencePyramid,
  to: ReferencePyramid,
  points: Float32Array,
  guesses: Float32Array,
  options: FlowOptions,
): FlowResult {
  const count = points.length / 2
  const result = {
    xy: new Float32Array(2 * count),
    ok: new Uint8Array(count),
    residual: new Float32Array(count).fill(Number.NaN),
  }
  const side = options.windowPx
  const scratch: Scratch = {
    samples: emptySamples(side),
    window: new Float32Array(side * side),
    mask: new Float32Array(side * side),
    step: new Float64Array(2),
    difference: { correlation: 0, gain: 1 },
  }
  for (let i = 0; i < count; i++) {
    const [u, v] = [points[2 * i]! - 0.5, points[2 * i + 1]! - 0.5]
    const move: Move = { x: guesses[2 * i]! - points[2 * i]!, y: guesses[2 * i + 1]! - points[2 * i + 1]!, residual: 0 }
    const followed = followPoint(from, to, u, v, move, options, scratch)
    result.xy[2 * i] = u + move.x + 0.5
    result.xy[2 * i + 1] = v + move.y + 0.5
    result.ok[i] = followed ? 1 : 0
    if (followed) result.residual[i] = move.residual
  }
  return result
}

interface Move {
  x: number
  y: number
  residual: number
}

function followPoint(
  from: ReferencePyramid,
  to: ReferencePyramid,
  u: number,
  v: number,
  move: Move,
  options: FlowOptions,
  scratch: Scratch,
): boolean {
  if (!isIn(from, u, v) || !Number.isFinite(move.x + move.y)) return false
  const levels = Math.min(options.levels, from.levels, to.levels)
  for (let level = levels - 1; level >= 0; level--) {
    const scale = 1 / (1 << level)
    const at: Move = { x: move.x * scale, y: move.y * scale, residual: 0 }
    const epsilon = level > 0 ? Math.max(options.epsilonPx, coarseEpsilonPx) : options.epsilonPx
    const done = followAtLevel(from.plane(level), to.plane(level), u * scale, v * scale, at, options, epsilon, scratch)
    if (done) {
      move.x = at.x / scale
      move.y = at.y / scale
      move.residual = at.residual
    } else if (level === 0) return false
  }
  return isIn(to, u + move.x, v + move.y)
}

const isIn = ({ widthPx, heightPx }: ReferencePyramid, u: number, v: number) =>
  u >= -0.5 && v >= -0.5 && u <= widthPx - 0.5 && v <= heightPx - 0.5

/** Improves `move`; false, and `move` is worth nothing, where there is no texture or it ran away. */
function followAtLevel(
  from: Plane,
  to: Plane,
  u: number,
  v: number,
  move: Move,
  options: FlowOptions,
  epsilon: number,
  scratch: Scratch,
): boolean {
  const side = options.windowPx
  const reach = (side - 1) / 2
  const [left, top] = [u - reach, v - reach]
  const { samples, window, step, difference } = scratch
  sampleWithSlopes(from, left, top, samples)
  const mask = covers(from, left, top, side) ? null : maskOutside(from, left, top, side, scratch.mask)
  const patch = centre(samples, mask)
  if (patch.count < leastShare * side * side) return false
  const descent = prepareDescent(patch, 'Loc', true, mask)
  if (descent === null) return false
  const [startX, startY] = [move.x, move.y]
  for (let i = 0; i < options.maxIterations; i++) {
    const [x, y] = [left + move.x, top + move.y]
    if (shareInside(to, x, y, side) < leastShare) return false
    sampleWindow(to, x, y, side, window)
    if (mask !== null || !covers(to, x, y, side)) ignoreOutside(window, patch, mask, to, x, y)
    gaussNewtonStep(patch, descent, window, true, step, difference)
    move.x -= step[0]!
    move.y -= step[1]!
    if (!(Math.hypot(move.x - startX, move.y - startY) <= side)) return false
    if (Math.hypot(step[0]!, step[1]!) < epsilon) break
  }
  move.residual = meanAbsolute(window, patch.count)
  return true
}

const covers = ({ width, height }: Plane, left: number, top: number, side: number) =>
  left >= 0 && top >= 0 && left + side <= width && top + side <= height

function shareInside({ width, height }: Plane, left: number, top: number, side: number): number {
  const across = Math.min(width, left + side) - Math.max(0, left)
  const down = Math.min(height, top + side) - Math.max(0, top)
  return (Math.max(0, across) * Math.max(0, down)) / (side * side)
}

const isSampleIn = ({ width, height }: Plane, x: number, y: number) =>
  x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5

function maskOutside(plane: Plane, left: number, top: number, side: number, mask: Float32Array): Float32Array {
  for (let i = 0; i < mask.length; i++) {
    mask[i] = isSampleIn(plane, left + (i % side), top + Math.floor(i / side)) ? 1 : 0
  }
  return mask
}

/** Makes pixels equal to the patch where they lie outside the picture, or did in the patch's. */
function ignoreOutside(
  window: Float32Array,
  { samples, mean }: Patch,
  mask: Float32Array | null,
  plane: Plane,
  left: number,
  top: number,
): void {
  const { side, value } = samples
  for (let i = 0; i < window.length; i++) {
    const counts = mask?.[i] !== 0 && isSampleIn(plane, left + (i % side), top + Math.floor(i / side))
    if (!counts) window[i] = mean + value[i]!
  }
}

/** Of differences that are 0 wherever they do not count. */
function meanAbsolute(differences: Float32Array, count: number): number {
  let sum = 0
  for (const r of differences) sum += r
  const mean = sum / count
  let total = 0
  for (const r of differences) total += Math.abs(r - mean)
  return (total - (differences.length - count) * Math.abs(mean)) / count
}
