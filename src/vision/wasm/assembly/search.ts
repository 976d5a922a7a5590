// Exhaustive search by normalised cross-correlation in whole numbers; twin of ../../reference/search.ts.
import {
  BYTE_SQUARES,
  BYTE_SUM,
  byteStride,
  bytesOf,
  height,
  INSIDE,
  levelOf,
  patternBytes,
  patternSize,
  REMAINDER_X,
  REMAINDER_Y,
  width,
} from './layout'

const FLAT: f64 = -2

/** Places across a search that are computed together; rows of scores are padded to a multiple. */
const TOGETHER: i32 = 4

// @ts-ignore: decorator
@inline function placesOf(n: i32, searchPx: i32): i32 {
  return 2 * (max(0, searchPx - n) >> 1) + 1
}

// @ts-ignore: decorator
@inline function paddedPlaces(n: i32, searchPx: i32): i32 {
  return (placesOf(n, searchPx) + TOGETHER - 1) & ~(TOGETHER - 1)
}

/** Bytes of scratch that `search` needs. */
export function searchScratch(n: i32, searchPx: i32): usize {
  const places = usize(paddedPlaces(n, searchPx))
  const columns = places + usize(n) + 8
  return places * places * 8 + places * 12 + columns * 8
}

/** See `Kernel.search`. `centres` and `xy` are 2 f32 each. */
export function search(
  pyramid: usize,
  patterns: usize,
  n: i32,
  which: usize,
  centres: usize,
  count: i32,
  searchPx: i32,
  xy: usize,
  scores: usize,
  scratch: usize,
): void {
  const size = patternSize(n)
  for (let i: usize = 0; i < usize(count); i++) {
    const pattern = patterns + usize(load<i32>(which + (i << 2))) * size
    const x = load<f32>(centres + (i << 3))
    const y = load<f32>(centres + (i << 3), 4)
    foundX = x
    foundY = y
    const score = load<i32>(pattern, INSIDE) ? findPeak(pyramid, pattern, n, x, y, searchPx, scratch) : NaN
    store<f32>(xy + (i << 3), f32(foundX))
    store<f32>(xy + (i << 3), f32(foundY), 4)
    store<f32>(scores + (i << 2), f32(score))
  }
}

let foundX: f64 = 0
let foundY: f64 = 0

function findPeak(pyramid: usize, pattern: usize, n: i32, x: f64, y: f64, searchPx: i32, scratch: usize): f64 {
  if (!(Math.abs(x) + Math.abs(y) < 1e9)) return NaN
  const level = levelOf(pyramid, 0)
  const reach = (n - 1) >> 1
  const room = max(0, searchPx - n) >> 1
  const left = i32(Math.floor(x - load<f64>(pattern, REMAINDER_X))) - reach
  const top = i32(Math.floor(y - load<f64>(pattern, REMAINDER_Y))) - reach
  const x0 = max(0, left - room)
  const y0 = max(0, top - room)
  const across = min(width(level) - n, left + room) - x0 + 1
  const down = min(height(level) - n, top + room) - y0 + 1
  if (across <= 0 || down <= 0) return NaN
  const row = (across + TOGETHER - 1) & ~(TOGETHER - 1)
  const map = scratch
  correlations(pyramid, pattern, n, x0, y0, across, down, map, map + (usize(row * down) << 3))
  let bx = 0
  let by = 0
  let best = load<f64>(map)
  for (let j = 0; j < down; j++) {
    const at = map + (usize(j * row) << 3)
    for (let i = 0; i < across; i++) {
      const score = load<f64>(at + (usize(i) << 3))
      if (score <= best) continue
      best = score
      bx = i
      by = j
    }
  }
  if (best <= FLAT) return NaN
  const peak = map + (usize(by * row + bx) << 3)
  const above = usize(row) << 3
  const dx = bx > 0 && bx < across - 1 ? summit(load<f64>(peak - 8), best, load<f64>(peak + 8)) : 0
  const dy = by > 0 && by < down - 1 ? summit(load<f64>(peak - above), best, load<f64>(peak + above)) : 0
  foundX = f64(x0 + bx + reach) + dx + load<f64>(pattern, REMAINDER_X) + 0.5
  foundY = f64(y0 + by + reach) + dy + load<f64>(pattern, REMAINDER_Y) + 0.5
  return best
}

function summit(before: f64, middle: f64, after: f64): f64 {
  const bend = before - 2 * middle + after
  return before >= -1 && after >= -1 && bend < 0 ? (before - after) / (2 * bend) : 0
}

/** Scores of each place into `map` (f64, rows padded to whole groups); `scratch` for one row of sums. */
function correlations(
  pyramid: usize,
  pattern: usize,
  n: i32,
  x0: i32,
  y0: i32,
  across: i32,
  down: i32,
  map: usize,
  scratch: usize,
): void {
  const w = width(levelOf(pyramid, 0))
  const row = (across + TOGETHER - 1) & ~(TOGETHER - 1)
  const columns = across + n - 1
  const cross = scratch
  const sums = cross + (usize(row) << 2)
  const squares = sums + (usize(row) << 2)
  const columnSums = squares + (usize(row) << 2)
  const columnSquares = columnSums + (usize(columns) << 2)
  const area = f64(n * n)
  const own = f64(load<i32>(pattern, BYTE_SUM))
  const ownSpread = area * f64(load<i32>(pattern, BYTE_SQUARES)) - own * own
  memory.fill(columnSums, 0, usize(columns) << 3)
  for (let y = 0; y < down; y++) {
    const first = bytesOf(pyramid) + usize((y0 + y) * w + x0)
    if (y == 0) {
      for (let j = 0; j < n; j++) addRow(first + usize(j * w), columns, columnSums, columnSquares)
    } else {
      moveColumns(first - usize(w), first + usize((n - 1) * w), columns, columnSums, columnSquares)
    }
    slideWindow(columnSums, columnSquares, n, across, sums, squares)
    for (let x = 0; x < across; x += TOGETHER) crossSums(first + usize(x), w, pattern, n, cross + (usize(x) << 2))
    scoreRow(cross, sums, squares, row, area, own, ownSpread, map + (usize(y * row) << 3))
  }
}

function addRow(from: usize, columns: i32, sums: usize, squares: usize): void {
  for (let x: usize = 0; x < usize(columns); x++) {
    const p = i32(load<u8>(from + x))
    store<i32>(sums + (x << 2), load<i32>(sums + (x << 2)) + p)
    store<i32>(squares + (x << 2), load<i32>(squares + (x << 2)) + p * p)
  }
}

/** Takes the row at `before` out of the columns' sums and the row at `after` in. */
function moveColumns(before: usize, after: usize, columns: i32, sums: usize, squares: usize): void {
  for (let x: usize = 0; x < usize(columns); x++) {
    const p = i32(load<u8>(after + x))
    const q = i32(load<u8>(before + x))
    store<i32>(sums + (x << 2), load<i32>(sums + (x << 2)) + p - q)
    store<i32>(squares + (x << 2), load<i32>(squares + (x << 2)) + (p - q) * (p + q))
  }
}

function slideWindow(columnSums: usize, columnSquares: usize, n: i32, across: i32, sums: usize, squares: usize): void {
  let sum: i32 = 0
  let square: i32 = 0
  const side = usize(n)
  for (let x: usize = 0; x < side - 1; x++) {
    sum += load<i32>(columnSums + (x << 2))
    square += load<i32>(columnSquares + (x << 2))
  }
  for (let x: usize = 0; x < usize(across); x++) {
    sum += load<i32>(columnSums + ((x + side - 1) << 2))
    square += load<i32>(columnSquares + ((x + side - 1) << 2))
    store<i32>(sums + (x << 2), sum)
    store<i32>(squares + (x << 2), square)
    sum -= load<i32>(columnSums + (x << 2))
    square -= load<i32>(columnSquares + (x << 2))
  }
}

/** Sums of products of pattern and picture at four neighbouring places. */
function crossSums(from: usize, w: i32, pattern: usize, n: i32, out: usize): void {
  let a = i32x4.splat(0)
  let b = i32x4.splat(0)
  let c = i32x4.splat(0)
  let d = i32x4.splat(0)
  const blocks = usize(byteStride(n))
  let t = patternBytes(pattern, n)
  for (let j = 0; j < n; j++, from += usize(w), t += blocks << 1) {
    for (let x: usize = 0; x < blocks; x += 8) {
      const own = v128.load(t + (x << 1))
      const at = from + x
      a = i32x4.add(a, i32x4.dot_i16x8_s(own, v128.load8x8_u(at)))
      b = i32x4.add(b, i32x4.dot_i16x8_s(own, v128.load8x8_u(at, 1)))
      c = i32x4.add(c, i32x4.dot_i16x8_s(own, v128.load8x8_u(at, 2)))
      d = i32x4.add(d, i32x4.dot_i16x8_s(own, v128.load8x8_u(at, 3)))
    }
  }
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7))
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7))
  v128.store(out, i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7)))
}

/** Two places at a time; where picture or pattern has no contrast the score is `FLAT`. */
function scoreRow(
  cross: usize,
  sums: usize,
  squares: usize,
  row: i32,
  area: f64,
  own: f64,
  ownSpread: f64,
  out: usize,
): void {
  const n2 = f64x2.splat(area)
  const own2 = f64x2.splat(own)
  const spread2 = f64x2.splat(ownSpread)
  const zero = f64x2.splat(0)
  const flat = f64x2.splat(FLAT)
  for (let x: usize = 0; x < usize(row); x += 2) {
    const sum = f64x2.convert_low_i32x4_s(v128.load64_zero(sums + (x << 2)))
    const square = f64x2.convert_low_i32x4_s(v128.load64_zero(squares + (x << 2)))
    const product = f64x2.convert_low_i32x4_s(v128.load64_zero(cross + (x << 2)))
    const spread = f64x2.mul(f64x2.sub(f64x2.mul(n2, square), f64x2.mul(sum, sum)), spread2)
    const common = f64x2.sub(f64x2.mul(n2, product), f64x2.mul(sum, own2))
    const score = f64x2.div(common, f64x2.sqrt(spread))
    v128.store(out + (x << 3), v128.bitselect(score, flat, f64x2.gt(spread, zero)))
  }
}
