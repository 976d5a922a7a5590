// Gauss-Newton refinement of warps; twin of ../../reference/refine.ts.
import { prepareDescent } from './descent'
import {
  COARSE_ENERGY,
  COARSE_MEAN,
  coarseGrid,
  coarseSide,
  DESCENT,
  ENERGY,
  fineGrid,
  gridBytes,
  HAS_COARSE,
  height,
  INSIDE,
  keptDescent,
  levelOf,
  levels,
  MEAN,
  MOST_KEPT,
  patternSize,
  PREPARED,
  RANK,
  width,
} from './layout'
import { dimensionOf, LOC } from './models'
import { maskAll } from './patch'
import { CONSTANTS, fillConstants, sampleWarped } from './sample-warped'
import { sampleWindow, tileLength } from './sample-window'
import { correlation, gaussNewtonStep } from './step'
import { composeInverse, farthestMove, isUsable, resize, shift, stepWarp } from './warp'

const GOOD_CORRELATION: f32 = 0.8
const COARSE_ITERATIONS: i32 = 10
const COARSE_EPSILON: f64 = 0.1

let spareImages: usize = 0
let window: usize = 0
let fineMask: usize = 0
let coarseMask: usize = 0
let constants: usize = 0
let fineWeights: usize = 0
let coarseWeights: usize = 0
let spareDescent: usize = 0
/** What the warp being refined goes by. */
let images: usize = 0
let descent: usize = 0
let parameters: usize = 0
let step: usize = 0
let warp: usize = 0
let kept: usize = 0
let tile: usize = 0

/** Bytes of scratch that `refine` needs for patterns of side n. */
export function refineScratch(n: i32): usize {
  return 10 * gridBytes(n) + gridBytes(coarseSide(n)) + DESCENT + 4 * 64 + CONSTANTS + (usize(tileLength(n)) << 2)
}

function useScratch(scratch: usize, n: i32): void {
  const grid = gridBytes(n)
  spareImages = scratch
  window = spareImages + 8 * grid
  fineMask = window + grid
  coarseMask = fineMask + grid
  spareDescent = coarseMask + gridBytes(coarseSide(n))
  parameters = spareDescent + DESCENT
  step = parameters + 64
  warp = step + 64
  kept = warp + 64
  constants = kept + 64
  tile = constants + CONSTANTS
  fillConstants(constants)
  maskAll(fineMask, n)
  maskAll(coarseMask, coarseSide(n))
}

/**
 * See `Kernel.refine`. `warps` (8 f32 each) are replaced where `ok`; bells are grids of weights for
 * both sizes of pattern.
 */
export function refine(
  pyramid: usize,
  patterns: usize,
  n: i32,
  which: usize,
  warps: usize,
  count: i32,
  model: i32,
  maxIterations: i32,
  epsilon: f64,
  normalize: bool,
  correlations: usize,
  ok: usize,
  fineBell: usize,
  coarseBell: usize,
  scratch: usize,
): void {
  useScratch(scratch, n)
  fineWeights = fineBell
  coarseWeights = coarseBell
  const size = patternSize(n)
  for (let i: usize = 0; i < usize(count); i++) {
    const pattern = patterns + usize(load<i32>(which + (i << 2))) * size
    const at = warps + (i << 5)
    const fit = load<i32>(pattern, INSIDE)
      ? refinePattern(pyramid, pattern, n, at, model, maxIterations, epsilon, normalize)
      : f32.NaN
    store<f32>(correlations + (i << 2), fit)
    store<u8>(ok + i, fit == fit ? 1 : 0)
    if (fit != fit) continue
    shift(warp, 0.5)
    for (let k: usize = 0; k < 8; k++) store<f32>(at + (k << 2), f32(load<f64>(warp + (k << 3))))
  }
}

function loadStart(at: usize): void {
  for (let k: usize = 0; k < 8; k++) store<f64>(warp + (k << 3), f64(load<f32>(at + (k << 2))))
  shift(warp, -0.5)
}

/** Leaves the better of two attempts in `warp`; its correlation, NaN when both failed. */
function refinePattern(
  pyramid: usize,
  pattern: usize,
  n: i32,
  start: usize,
  model: i32,
  maxIterations: i32,
  epsilon: f64,
  normalize: bool,
): f32 {
  const fine = levelOf(pyramid, 0)
  const grid = fineGrid(pattern)
  const mean = load<f32>(pattern, MEAN)
  const energy = load<f32>(pattern, ENERGY)
  loadStart(start)
  if (!useKept(pattern, n, model, normalize)) return f32.NaN
  const first = refineWarp(fine, grid, mean, energy, n, fineMask, fineWeights, model, maxIterations, epsilon, normalize)
  if (first >= GOOD_CORRELATION || !load<i32>(pattern, HAS_COARSE) || levels(pyramid) < 2) return first
  memory.copy(kept, warp, 64)
  loadStart(start)
  resize(warp, 0.5)
  const side = coarseSide(n)
  images = spareImages
  descent = spareDescent
  const hasTexture =
    prepareDescent(coarseGrid(pattern, n), side, coarseWeights, LOC, normalize, images, descent) == dimensionOf(LOC)
  const near = !hasTexture ? f32.NaN : refineWarp(
    levelOf(pyramid, 1),
    coarseGrid(pattern, n),
    load<f32>(pattern, COARSE_MEAN),
    load<f32>(pattern, COARSE_ENERGY),
    side,
    coarseMask,
    coarseWeights,
    LOC,
    COARSE_ITERATIONS,
    COARSE_EPSILON,
    normalize,
  )
  if (near == near) {
    resize(warp, 2)
    useKept(pattern, n, model, normalize)
    const second = refineWarp(
      fine,
      grid,
      mean,
      energy,
      n,
      fineMask,
      fineWeights,
      model,
      maxIterations,
      epsilon,
      normalize,
    )
    if (second == second && !(first >= second)) return second
  }
  memory.copy(warp, kept, 64)
  return first
}

/**
 * Finds a descent for a pattern at full size, and keeps it with the pattern: every frame refines by the same one, first the
 * whole warp and then its translation, which is the beginning of the former. False when there is too little texture.
 */
function useKept(pattern: usize, n: i32, model: i32, normalize: bool): bool {
  const dimension = dimensionOf(model)
  if (dimension > MOST_KEPT) {
    images = spareImages
    descent = spareDescent
    return prepareDescent(fineGrid(pattern), n, fineWeights, model, normalize, images, descent) == dimension
  }
  descent = keptDescent(pattern, n)
  images = descent + DESCENT
  const kept = load<i32>(pattern, PREPARED)
  if (kept != keyOf(model, normalize) && (model != LOC || kept == 0 || bool(kept & 1) != normalize)) {
    store<i32>(pattern, prepareDescent(fineGrid(pattern), n, fineWeights, model, normalize, images, descent), RANK)
    store<i32>(pattern, keyOf(model, normalize), PREPARED)
  }
  return load<i32>(pattern, RANK) >= dimension
}

// @ts-ignore: decorator
@inline function keyOf(model: i32, normalize: bool): i32 {
  return ((model + 1) << 1) | i32(normalize)
}

/** Improves `warp`; the correlation of where it ended, NaN when it ran away or there is no texture to hold it. */
function refineWarp(
  level: usize,
  grid: usize,
  mean: f32,
  energy: f32,
  n: i32,
  mask: usize,
  weights: usize,
  model: i32,
  maxIterations: i32,
  epsilon: f64,
  normalize: bool,
): f32 {
  const count = n * n
  const reach = f64(n - 1) * 0.5
  const dimension = dimensionOf(model)
  const w = width(level)
  const h = height(level)
  let fit = f32.NaN
  for (let i = 0; i < maxIterations; i++) {
    if (!isUsable(warp, reach, w, h)) return f32.NaN
    sample(level, n, reach)
    gaussNewtonStep(
      grid,
      mean,
      energy,
      count,
      n,
      mask,
      weights,
      images,
      descent,
      dimension,
      normalize,
      window,
      parameters,
    )
    fit = correlation
    stepWarp(model, parameters, reach, step)
    const move = farthestMove(step, reach)
    if (!(move <= f64(n))) return f32.NaN
    composeInverse(warp, step)
    if (move < epsilon) break
  }
  return isUsable(warp, reach, w, h) ? fit : f32.NaN
}

/** A mere translation has the same weights everywhere, which is several times cheaper. */
function sample(level: usize, n: i32, reach: f64): void {
  const isStraight = load<f64>(warp) == 1 && load<f64>(warp, 32) == 1 && load<f64>(warp, 8) == 0
  if (isStraight && load<f64>(warp, 24) == 0 && load<f64>(warp, 48) == 0 && load<f64>(warp, 56) == 0) {
    sampleWindow(level, load<f64>(warp, 16) - reach, load<f64>(warp, 40) - reach, n, window, tile)
  } else {
    sampleWarped(level, warp, n, window, constants)
  }
}
