/**
 * How far an adjusted problem may be off: standard deviations from the inverse of its normal equations (Triggs et al.,
 * Bundle Adjustment: A Modern Synthesis, 2000, section 9), scaled by the noise that the residuals show.
 *
 * Where the world's frame lies means nothing, so poses are not judged against the camera that happened to be held.
 * Positions are seen in the frame and scale that fit those of all cameras best, as a path is when it is laid over the
 * true one; rotations in the frame that fits all rotations best. The covariance is carried there by S-transforms
 * (Baarda 1973). Two held cameras or fixed points define a frame; then that one counts.
 */
import { factorCholesky, substituteCholesky } from '../geometry/dense.ts'
import { centreOf } from '../geometry/rigid3.ts'
import { inverseAt, type LaidOutInverse } from './adjust-inverse.ts'
import { sigmaByTracks } from './adjust-by-tracks.ts'
import { type Layout, layoutOf } from './adjust-layout.ts'
import { type Measure, measureOf, observePoint, rowsOf } from './adjust-observe.ts'
import { priorsOf } from './adjust-priors.ts'
import { type State, stateOf, workingIntrinsics } from './adjust-state.ts'
import type { AdjustOptions, Problem } from './problem.ts'
import { cameraOrder } from './sparse-order.ts'

/** Standard deviations; of what was fixed, null. */
export interface Covariance {
  /** Of one coordinate of an observation of weight 1. */
  readonly noisePx: number
  /** Of the focal length that all cameras share. */
  readonly focalPx: number | null
  /** Of each camera's own focal length. */
  readonly focalsPx: Float64Array | null
  /** Of the logarithm of the focal length, or of its mean over cameras, when each track is one witness; null where fixed. */
  readonly focalByTracks: number | null
  /** Of k1, k2, k3, as many as were free. */
  readonly radial: readonly number[]
  readonly principalPx: readonly [x: number, y: number] | null
  /**
   * Root mean square length of each camera's displacement, in the unit of the world; null where cameras do not move.
   */
  readonly position: Float64Array | null
  /** Root mean square angle of each camera's misorientation. */
  readonly rotationDeg: Float64Array | null
}

/** Enough to factor equations that leave a far point's depth open, too little to matter. */
const DAMPING = 1e-10

/**
 * The covariance of what `adjust` found. `problem` is its result, `options` what it was asked; the time is that of two
 * or three iterations. Outliers count as little as in the adjustment.
 *
 * @returns null when the unknowns are not determined, or nothing is left over to see the noise by.
 */
export function covariance(problem: Problem, options: AdjustOptions): Covariance | null {
  const layout = layoutOf(problem, options, cameraOrder(problem))
  const priors = priorsOf(problem.cameras.length, options)
  const measure = measureOf(problem, options)
  const state = stateOf(problem, options)
  const left = noiseOf(layout, state, measure)
  if (left === null) return null
  const { noise, shrink } = left
  const inverse = inverseAt(layout, state, measure, priors, DAMPING)
  if (inverse === null) return null
  const open = pointsOpenFrame(layout)
  const byPositions = open ? frameOf(inverse, layout, state, 7, positionWeights(problem)) : null
  const byRotations = open ? frameOf(inverse, layout, state, 3, [1, 1, 1, 0, 0, 0]) : null
  const along = focalDirection(layout)
  if (along !== null) inverse.multiply(along)
  const focalByTracks = along && sigmaByTracks(layout, state, measure, along, shrink)
  const variances = inverse.diagonal()
  const sigma = (column: number, unit = 1) => noise * unit * Math.sqrt(variances[column]!)
  const { blocks, blockSize, shared, poseSize, block } = layout
  const border = blocks * blockSize
  const sharedSigma = (parameter: number, unit = 1) => {
    const at = shared.indexOf(parameter)
    return at < 0 ? null : sigma(border + at, unit)
  }
  const [x, y] = [sharedSigma(4), sharedSigma(5)]
  return {
    noisePx: noise,
    focalPx: sharedSigma(0, workingIntrinsics(problem, options).focalPx),
    focalsPx:
      options.focal === 'per-camera'
        ? Float64Array.from(block, (each, camera) => sigma((each + 1) * blockSize - 1, state.focals[camera]))
        : null,
    focalByTracks,
    radial: [1, 2, 3].flatMap((parameter) => sharedSigma(parameter) ?? []),
    principalPx: x === null || y === null ? null : [x, y],
    position: poseSize === 6 ? spreadOf(variances, layout, state, byPositions, 3, noise) : null,
    rotationDeg: poseSize > 0 ? spreadOf(variances, layout, state, byRotations, 0, (noise * 180) / Math.PI) : null,
  }
}

/** What takes the logarithm of the focal length, or its mean over cameras, out of the unknowns. */
function focalDirection({ size, shared, blocks, blockSize, poseSize }: Layout): Float64Array | null {
  const out = new Float64Array(size)
  const at = shared.indexOf(0)
  if (at >= 0) out[blocks * blockSize + at] = 1
  else if (blockSize === poseSize) return null
  else for (let block = 0; block < blocks; block++) out[(block + 1) * blockSize - 1] = 1 / blocks
  return out
}

/** The size of the residuals, with those that the robust loss makes light counted as lightly, and what the fit left of it. */
function noiseOf(layout: Layout, state: State, measure: Measure): { noise: number; shrink: number } | null {
  const { start, weight } = layout.sightings
  const rows = rowsOf(layout, 1)
  let [squares, count, points] = [0, 0, 0]
  for (let p = 0; p + 1 < start.length; p++) {
    if (start[p + 1]! > start[p]!) points++
    for (let i = start[p]!; i < start[p + 1]!; i++) {
      observePoint(state, layout, measure, i, 3 * p, rows, 0)
      squares += rows.residual[0]! ** 2 + rows.residual[1]! ** 2
      count += (2 * rows.root[0]! ** 2) / weight[i]!
    }
  }
  const { size, poseSize, held, block, pointsFree, scaleCamera } = layout
  const idle = held.reduce((sum, isHeld, camera) => sum + (isHeld === 1 && block[camera]! >= 0 ? poseSize : 0), 0)
  const perPoint = !pointsFree ? 0 : poseSize === 3 ? 2 : 3
  const spare = count - (size - idle - (scaleCamera === null ? 0 : 1)) - perPoint * points
  return spare > 0
    ? { noise: Math.sqrt(squares / spare), shrink: Math.sqrt(spare / (count - perPoint * points)) }
    : null
}

/** What carries the covariance S of the held camera's frame to the best one: P S Pᵀ with P = 1 - G (GᵀWG)⁻¹ GᵀW. */
interface Frame {
  /** Columns of G: ways to move the world as a whole. */
  readonly ways: number
  /** Cholesky factor of GᵀWG. */
  readonly gram: Float64Array
  /** S W G, a column after another. */
  readonly carried: readonly Float64Array[]
  /** GᵀW S W G. */
  readonly spread: Float64Array
}

const pointsOpenFrame = ({ poseSize, pointsFree, held }: Layout) =>
  poseSize > 0 && pointsFree && held.reduce((sum, each) => sum + each, 0) < 2

/**
 * The best frame by these weights of a camera's unknowns, reached by the first `ways` of moving the world; null: there
 * is none.
 */
function frameOf(
  inverse: LaidOutInverse,
  layout: Layout,
  state: State,
  ways: number,
  weights: readonly number[],
): Frame | null {
  const { poseSize, held, size, block, blockSize } = layout
  const gram = new Float64Array(ways * ways)
  const weighted = Array.from({ length: ways }, () => new Float64Array(size))
  for (let camera = 0; camera < held.length; camera++) {
    for (let row = 0; row < poseSize; row++) {
      for (let a = 0; a < ways; a++) {
        const g = weights[row]! * way(state, camera, row, a)
        for (let b = 0; b <= a; b++) gram[a * ways + b]! += g * way(state, camera, row, b)
        if (held[camera] === 0) weighted[a]![block[camera]! * blockSize + row] = g
      }
    }
  }
  if (!factorCholesky(gram, ways)) return null
  const carried = weighted.map((column) => column.slice())
  for (const column of carried) inverse.multiply(column)
  const spread = Float64Array.from({ length: ways * ways }, (_, i) => {
    const [a, b] = [weighted[Math.floor(i / ways)]!, carried[i % ways]!]
    return a.reduce((sum, value, row) => sum + value * b[row]!, 0)
  })
  return { ways, gram, carried, spread }
}

/** Of a straight path positions leave the turn about it open: rotations count just enough to settle that. */
function positionWeights({ cameras }: Problem): number[] {
  const centres = cameras.map(centreOf)
  const mean = [0, 1, 2].map((axis) => centres.reduce((sum, centre) => sum + centre[axis]! / centres.length, 0))
  const square = centres.reduce((sum, centre) => sum + mean.reduce((s, m, axis) => s + (centre[axis]! - m) ** 2, 0), 0)
  return [...Array<number>(3).fill((1e-6 * square) / centres.length), 1, 1, 1]
}

/**
 * How row `row` of a camera's unknowns (turn, then translation, in its own axes) changes when the world is turned (ways
 * 0 to 2), shifted (3 to 5) or grows (6) about its origin.
 */
function way({ rotations, translations }: State, camera: number, row: number, a: number): number {
  const r = (i: number, j: number) => rotations[9 * camera + 3 * i + j]!
  const t = (i: number) => translations[3 * camera + i]!
  if (row < 3) return a < 3 ? -r(row, a) : 0
  const i = row - 3
  if (a === 6) return t(i)
  if (a >= 3) return -r(i, a - 3)
  const [j, k] = [(i + 1) % 3, (i + 2) % 3]
  return r(j, a) * t(k) - r(k, a) * t(j)
}

/** Root of the summed variances of three unknowns of each camera, from `first` on. */
function spreadOf(
  variances: Float64Array,
  layout: Layout,
  state: State,
  frame: Frame | null,
  first: number,
  unit: number,
) {
  const { block, blockSize, held } = layout
  return Float64Array.from(block, (each, camera) => {
    let variance = 0
    for (let row = first; row < first + 3; row++) {
      const column = each * blockSize + row
      const free = held[camera] === 0
      if (free) variance += variances[column]!
      if (frame !== null) variance += correction(frame, state, camera, row, free ? column : null)
    }
    return unit * Math.sqrt(Math.max(0, variance))
  })
}

/** What the change of frame adds to the variance of one unknown: -2 n·(S W G) + n (GᵀWSWG) nᵀ with n = G (GᵀWG)⁻¹. */
function correction(
  { ways, gram, carried, spread }: Frame,
  state: State,
  camera: number,
  row: number,
  column: number | null,
) {
  const n = Float64Array.from({ length: ways }, (_, a) => way(state, camera, row, a))
  substituteCholesky(gram, n, ways)
  let sum = 0
  for (let a = 0; a < ways; a++) {
    if (column !== null) sum -= 2 * n[a]! * carried[a]![column]!
    for (let b = 0; b < ways; b++) sum += n[a]! * spread[a * ways + b]! * n[b]!
  }
  return sum
}
