// Pyramidal Lucas-Kanade translation; twin of ../../reference/flow.ts.
import { prepareDescent } from './descent'
import { DESCENT, gridBytes, gridLength, height, levelOf, levels, strideOf, sumOf, width } from './layout'
import { dimensionOf, LOC } from './models'
import { centre, energy, maskAll, mean } from './patch'
import { sampleWindow, sampleWithSlopes, tileLength } from './sample-window'
import { gaussNewtonStep } from './step'

const COARSE_EPSILON: f64 = 0.1
const LEAST_SHARE: f64 = 0.2

let n: i32 = 0
let patch: usize = 0
let images: usize = 0
let window: usize = 0
let everywhere: usize = 0
let mask: usize = 0
let weights: usize = 0
let descent: usize = 0
let step: usize = 0
let tile: usize = 0

/** Bytes of scratch that `flow` needs for windows of side `size`. */
export function flowScratch(size: i32): usize {
  return 9 * gridBytes(size) + DESCENT + 128 + (usize(tileLength(size)) << 2)
}

function useScratch(scratch: usize, size: i32): void {
  const grid = gridBytes(size)
  n = size
  patch = scratch
  images = patch + 3 * grid
  window = images + 2 * grid
  everywhere = window + grid
  mask = everywhere + grid
  weights = mask + grid
  descent = weights + grid
  step = descent + DESCENT
  tile = step + 128
  // What lies behind the last row is never written again.
  memory.fill(scratch, 0, 9 * grid)
  maskAll(everywhere, size)
}

let moveX: f64 = 0
let moveY: f64 = 0
let residual: f32 = 0

/** See `Kernel.flow`. `points`, `guesses` and `xy` are 2 f32 a point, `ok` a byte, `residuals` an f32. */
export function flow(
  from: usize,
  to: usize,
  points: usize,
  guesses: usize,
  count: i32,
  size: i32,
  levelCount: i32,
  maxIterations: i32,
  epsilon: f64,
  xy: usize,
  ok: usize,
  residuals: usize,
  scratch: usize,
): void {
  useScratch(scratch, size)
  for (let i: usize = 0; i < usize(count); i++) {
    const u = f64(load<f32>(points + (i << 3))) - 0.5
    const v = f64(load<f32>(points + (i << 3), 4)) - 0.5
    moveX = f64(load<f32>(guesses + (i << 3))) - 0.5 - u
    moveY = f64(load<f32>(guesses + (i << 3), 4)) - 0.5 - v
    const followed = followPoint(from, to, u, v, levelCount, maxIterations, epsilon)
    store<f32>(xy + (i << 3), f32(u + moveX + 0.5))
    store<f32>(xy + (i << 3), f32(v + moveY + 0.5), 4)
    store<u8>(ok + i, followed ? 1 : 0)
    store<f32>(residuals + (i << 2), followed ? residual : f32.NaN)
  }
}

function followPoint(
  from: usize,
  to: usize,
  u: f64,
  v: f64,
  levelCount: i32,
  maxIterations: i32,
  epsilon: f64,
): bool {
  if (!isIn(levelOf(from, 0), u, v) || !(Math.abs(moveX) + Math.abs(moveY) < Infinity)) return false
  for (let level = min(levelCount, min(levels(from), levels(to))) - 1; level >= 0; level--) {
    const scale = 1 / f64(1 << level)
    const fullX = moveX
    const fullY = moveY
    moveX *= scale
    moveY *= scale
    const limit = level > 0 ? Math.max(epsilon, COARSE_EPSILON) : epsilon
    if (followAtLevel(levelOf(from, level), levelOf(to, level), u * scale, v * scale, maxIterations, limit)) {
      moveX /= scale
      moveY /= scale
    } else {
      moveX = fullX
      moveY = fullY
      if (level == 0) return false
    }
  }
  return isIn(levelOf(to, 0), u + moveX, v + moveY)
}

// @ts-ignore: decorator
@inline function isIn(level: usize, u: f64, v: f64): bool {
  return u >= -0.5 && v >= -0.5 && u <= f64(width(level)) - 0.5 && v <= f64(height(level)) - 0.5
}

function followAtLevel(from: usize, to: usize, u: f64, v: f64, maxIterations: i32, epsilon: f64): bool {
  const grid = gridBytes(n)
  const reach = f64(n - 1) * 0.5
  const left = u - reach
  const top = v - reach
  sampleWithSlopes(from, left, top, n, patch, patch + grid, patch + 2 * grid, tile)
  const whole = covers(from, left, top)
  const counting = whole ? everywhere : mask
  const count = whole ? n * n : maskOutside(from, left, top)
  if (f64(count) < LEAST_SHARE * f64(n * n)) return false
  centre(patch, patch + grid, patch + 2 * grid, counting, n, count)
  const patchMean = mean
  const patchEnergy = energy
  onesWhere(counting)
  if (prepareDescent(patch, n, weights, LOC, true, images, descent) < dimensionOf(LOC)) return false
  const startX = moveX
  const startY = moveY
  for (let i = 0; i < maxIterations; i++) {
    const x = left + moveX
    const y = top + moveY
    if (!(shareInside(to, x, y) >= LEAST_SHARE)) return false
    sampleWindow(to, x, y, n, window, tile)
    if (!covers(to, x, y)) ignoreOutside(patchMean, to, x, y)
    gaussNewtonStep(patch, patchMean, patchEnergy, count, n, counting, weights, images, descent, 2, true, window, step)
    const dx = load<f64>(step)
    const dy = load<f64>(step, 8)
    moveX -= dx
    moveY -= dy
    const farX = moveX - startX
    const farY = moveY - startY
    if (!(farX * farX + farY * farY <= f64(n * n))) return false
    if (dx * dx + dy * dy < epsilon * epsilon) break
  }
  residual = meanAbsolute(counting, count)
  return true
}

// @ts-ignore: decorator
@inline function covers(level: usize, left: f64, top: f64): bool {
  return left >= 0 && top >= 0 && left + f64(n) <= f64(width(level)) && top + f64(n) <= f64(height(level))
}

function shareInside(level: usize, left: f64, top: f64): f64 {
  const across = Math.min(f64(width(level)), left + f64(n)) - Math.max(0, left)
  const down = Math.min(f64(height(level)), top + f64(n)) - Math.max(0, top)
  return (Math.max(0, across) * Math.max(0, down)) / f64(n * n)
}

/** Leaves out of `mask` what lies outside the level; how many are left. */
function maskOutside(level: usize, left: f64, top: f64): i32 {
  const rowBytes = usize(strideOf(n)) << 2
  let count = 0
  memory.fill(mask, 0, gridBytes(n))
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      if (!isIn(level, left + f64(i), top + f64(j))) continue
      store<u32>(mask + usize(j) * rowBytes + (usize(i) << 2), 0xffffffff)
      count++
    }
  }
  return count
}

/** Makes weights of a mask. */
function onesWhere(counting: usize): void {
  const one = f32x4.splat(1)
  for (let i: usize = 0, end = gridBytes(n); i < end; i += 16) {
    v128.store(weights + i, v128.and(v128.load(counting + i), one))
  }
}

/** Makes pixels of the window equal to the patch where they lie outside the picture. */
function ignoreOutside(patchMean: f32, level: usize, left: f64, top: f64): void {
  const rowBytes = usize(strideOf(n)) << 2
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      if (isIn(level, left + f64(i), top + f64(j))) continue
      const at = usize(j) * rowBytes + (usize(i) << 2)
      store<f32>(window + at, patchMean + load<f32>(patch + at))
    }
  }
}

/** Of the differences in `window`, their mean taken out. */
function meanAbsolute(counting: usize, count: i32): f32 {
  const end = usize(gridLength(n)) << 2
  let sum = f32x4.splat(0)
  for (let i: usize = 0; i < end; i += 16) sum = f32x4.add(sum, v128.load(window + i))
  const average = f32x4.splat(sumOf(sum) / f32(count))
  let total = f32x4.splat(0)
  for (let i: usize = 0; i < end; i += 16) {
    const off = f32x4.abs(f32x4.sub(v128.load(window + i), average))
    total = f32x4.add(total, v128.and(off, v128.load(counting + i)))
  }
  return sumOf(total) / f32(count)
}
