// Cutting patterns; twin of ../../reference/patterns.ts.
import {
  BYTE_SQUARES,
  BYTE_SUM,
  byteStride,
  bytesOf,
  COARSE_ENERGY,
  COARSE_MEAN,
  coarseGrid,
  coarseSide,
  ENERGY,
  fineGrid,
  gridBytes,
  HAS_COARSE,
  height,
  INSIDE,
  levelOf,
  levels,
  MEAN,
  patternBytes,
  patternSize,
  PREPARED,
  REMAINDER_X,
  REMAINDER_Y,
  width,
} from './layout'
import { centre, energy, maskAll, mean } from './patch'
import { sampleWithSlopes, tileLength } from './sample-window'

/** Bytes of scratch that `cut` needs. */
export function cutScratch(n: i32): usize {
  return gridBytes(n) + gridBytes(coarseSide(n)) + (usize(tileLength(n)) << 2)
}

/** Cuts patterns `which[i]` of `patterns` around `points[i]`, and says in `inside` which lie in the picture. */
export function cut(
  pyramid: usize,
  patterns: usize,
  n: i32,
  which: usize,
  points: usize,
  count: i32,
  inside: usize,
  scratch: usize,
): void {
  const coarse = coarseSide(n)
  const fineMask = scratch
  const coarseMask = scratch + gridBytes(n)
  const tile = coarseMask + gridBytes(coarse)
  maskAll(fineMask, n)
  maskAll(coarseMask, coarse)
  const size = patternSize(n)
  for (let i: usize = 0; i < usize(count); i++) {
    const pattern = patterns + usize(load<i32>(which + (i << 2))) * size
    const u = f64(load<f32>(points + (i << 3))) - 0.5
    const v = f64(load<f32>(points + (i << 3), 4)) - 0.5
    const isInside = liesInside(levelOf(pyramid, 0), u, v, n)
    store<i32>(pattern, isInside ? 1 : 0, INSIDE)
    store<i32>(pattern, 0, PREPARED)
    store<u8>(inside + i, isInside ? 1 : 0)
    if (!isInside) continue
    cutPatch(levelOf(pyramid, 0), u, v, n, fineGrid(pattern), fineMask, tile)
    store<f32>(pattern, mean, MEAN)
    store<f32>(pattern, energy, ENERGY)
    const hasCoarse = levels(pyramid) > 1
    store<i32>(pattern, hasCoarse ? 1 : 0, HAS_COARSE)
    if (hasCoarse) {
      cutPatch(levelOf(pyramid, 1), u * 0.5, v * 0.5, coarse, coarseGrid(pattern, n), coarseMask, tile)
      store<f32>(pattern, mean, COARSE_MEAN)
      store<f32>(pattern, energy, COARSE_ENERGY)
    }
    cutBytes(pyramid, pattern, u, v, n)
  }
}

function liesInside(level: usize, u: f64, v: f64, n: i32): bool {
  const reach = f64(n - 1) * 0.5
  const isAfter = u >= reach && v >= reach
  return isAfter && u + reach <= f64(width(level) - 1) && v + reach <= f64(height(level) - 1)
}

function cutPatch(level: usize, u: f64, v: f64, n: i32, grids: usize, mask: usize, tile: usize): void {
  const reach = f64(n - 1) * 0.5
  const grid = gridBytes(n)
  // Behind the last row; only what the mask keeps is left of it.
  sampleWithSlopes(level, u - reach, v - reach, n, grids, grids + grid, grids + 2 * grid, tile)
  centre(grids, grids + grid, grids + 2 * grid, mask, n, n * n)
}

/** The whole pixels around the one that is nearest to the centre, as 16 bits, and their sums. */
function cutBytes(pyramid: usize, pattern: usize, u: f64, v: f64, n: i32): void {
  const pixelX = Math.floor(u + 0.5)
  const pixelY = Math.floor(v + 0.5)
  store<f64>(pattern, u - pixelX, REMAINDER_X)
  store<f64>(pattern, v - pixelY, REMAINDER_Y)
  const w = width(levelOf(pyramid, 0))
  const reach = (n - 1) >> 1
  const to = patternBytes(pattern, n)
  const rowBytes = usize(byteStride(n)) << 1
  memory.fill(to, 0, rowBytes * usize(n))
  let sum: i32 = 0
  let squares: i32 = 0
  for (let j = 0; j < n; j++) {
    const from = bytesOf(pyramid) + usize((i32(pixelY) - reach + j) * w + i32(pixelX) - reach)
    for (let i = 0; i < n; i++) {
      const t = i32(load<u8>(from + usize(i)))
      store<i16>(to + usize(j) * rowBytes + (usize(i) << 1), i16(t))
      sum += t
      squares += t * t
    }
  }
  store<i32>(pattern, sum, BYTE_SUM)
  store<i32>(pattern, squares, BYTE_SQUARES)
}
