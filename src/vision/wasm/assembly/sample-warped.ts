// Brightness under a warp, by the cubic B-spline kernel; twin of ../../reference/sample.ts.
import { pixels, stride, strideOf } from './layout'

/** 1.5 times 2^23: a float near it has a unit of 1, so that its bits count whole numbers from those of this one. */
const ROUNDER: f32 = 12582912
const ROUNDER_BITS: i32 = 0x4b400000

/** Bytes of `constants` that `sampleWarped` needs. */
export const CONSTANTS: usize = 64

/** Vectors that every sample needs: a literal would be built anew each time, and take longer than what is done with it. */
export function fillConstants(constants: usize): void {
  v128.store(constants, f32x4.splat(1.0 / 6.0))
  v128.store(constants, f32x4.splat(0.5), 16)
  v128.store(constants, f32x4.splat(2.0 / 3.0), 32)
  v128.store(constants, f32x4.splat(1), 48)
}

/**
 * Brightness under a warped grid of n x n points around its centre: `warp` is a homography (8 f64, row-major) to (u, v).
 * All of it must lie within one pixel of the level.
 */
export function sampleWarped(level: usize, warp: usize, n: i32, out: usize, constants: usize): void {
  const h0 = load<f64>(warp)
  const h1 = load<f64>(warp, 8)
  const h3 = load<f64>(warp, 24)
  const h4 = load<f64>(warp, 32)
  const h6 = load<f64>(warp, 48)
  const h7 = load<f64>(warp, 56)
  // Counted from the pixel under the centre, so that single precision is enough in the largest picture.
  const bu = Math.floor(load<f64>(warp, 16))
  const bv = Math.floor(load<f64>(warp, 40))
  const ux = f32x4.splat(f32(h0 - bu * h6))
  const uy = f32(h1 - bu * h7)
  const u0 = f32(load<f64>(warp, 16) - bu)
  const vx = f32x4.splat(f32(h3 - bv * h6))
  const vy = f32(h4 - bv * h7)
  const v0 = f32(load<f64>(warp, 40) - bv)
  const rowPixels = stride(level)
  const base = pixels(level) + (isize((i32(bv) - 1) * rowPixels + i32(bu) - 1) << 2)
  const rowsOut = usize(strideOf(n)) << 2
  const reach = f32(n - 1) * f32(0.5)
  const affine = h6 == 0 && h7 == 0
  const first = f32x4.sub(f32x4(0, 1, 2, 3), f32x4.splat(reach))
  for (let j = 0; j < n; j++) {
    const y = f32(j) - reach
    const uRow = f32x4.splat(uy * y + u0)
    const vRow = f32x4.splat(vy * y + v0)
    const wRow = f32x4.splat(f32(h7) * y + 1)
    const to = out + usize(j) * rowsOut
    for (let i = 0; i < n; i += 4) {
      // Lanes beyond the grid repeat the last column: they must not read outside the picture.
      const x = f32x4.min(f32x4.add(first, f32x4.splat(f32(i))), f32x4.splat(reach))
      let u = f32x4.add(f32x4.mul(ux, x), uRow)
      let v = f32x4.add(f32x4.mul(vx, x), vRow)
      if (!affine) {
        const w = f32x4.div(v128.load(constants, 48), f32x4.add(f32x4.mul(f32x4.splat(f32(h6)), x), wRow))
        u = f32x4.mul(u, w)
        v = f32x4.mul(v, w)
      }
      v128.store(to + (usize(i) << 2), fourSamples(base, rowPixels, u, v, constants))
    }
  }
}

/** At four places, in pixels from the one that is below and right of `base`. */
// @ts-ignore: decorator
@inline function fourSamples(base: usize, rowPixels: i32, u: v128, v: v128, constants: usize): v128 {
  const sixth = v128.load(constants)
  const half = v128.load(constants, 16)
  const twoThirds = v128.load(constants, 32)
  const one = v128.load(constants, 48)
  const iu = f32x4.floor(u)
  const iv = f32x4.floor(v)
  const pixel = i32x4.add(i32x4.mul(integer(iv), i32x4.splat(rowPixels)), integer(iu))
  const at = i32x4.add(i32x4.shl(pixel, 2), i32x4.splat(i32(base)))
  // Weights of all four places at once, tap by tap.
  const fu = f32x4.sub(u, iu)
  const gu = f32x4.sub(one, fu)
  const x0 = outer(gu, sixth)
  const x1 = inner(fu, half, twoThirds, one)
  const x3 = outer(fu, sixth)
  const x2 = f32x4.sub(f32x4.sub(one, x1), f32x4.add(x0, x3))
  const fv = f32x4.sub(v, iv)
  const gv = f32x4.sub(one, fv)
  const y0 = outer(gv, sixth)
  const y1 = inner(fv, half, twoThirds, one)
  const y3 = outer(fv, sixth)
  const y2 = f32x4.sub(f32x4.sub(one, y1), f32x4.add(y0, y3))
  // Across, each place needs its four in one vector.
  const a = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5)
  const b = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7)
  const c = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5)
  const d = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7)
  const row = usize(rowPixels) << 2
  const p = taps(i32x4.extract_lane(at, 0), row, v128.shuffle<f32>(a, c, 0, 1, 4, 5), y0, y1, y2, y3, 0)
  const q = taps(i32x4.extract_lane(at, 1), row, v128.shuffle<f32>(a, c, 2, 3, 6, 7), y0, y1, y2, y3, 1)
  const r = taps(i32x4.extract_lane(at, 2), row, v128.shuffle<f32>(b, d, 0, 1, 4, 5), y0, y1, y2, y3, 2)
  const s = taps(i32x4.extract_lane(at, 3), row, v128.shuffle<f32>(b, d, 2, 3, 6, 7), y0, y1, y2, y3, 3)
  // The sums of the lanes of each, transposed into one vector.
  const pq = f32x4.add(v128.shuffle<f32>(p, q, 0, 4, 1, 5), v128.shuffle<f32>(p, q, 2, 6, 3, 7))
  const rs = f32x4.add(v128.shuffle<f32>(r, s, 0, 4, 1, 5), v128.shuffle<f32>(r, s, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f32>(pq, rs, 0, 1, 4, 5), v128.shuffle<f32>(pq, rs, 2, 3, 6, 7))
}

/** Of whole numbers below 2^22. */
// @ts-ignore: decorator
@inline function integer(x: v128): v128 {
  return i32x4.sub(f32x4.add(x, f32x4.splat(ROUNDER)), i32x4.splat(ROUNDER_BITS))
}

/** f^3 / 6 */
// @ts-ignore: decorator
@inline function outer(f: v128, sixth: v128): v128 {
  return f32x4.mul(f32x4.mul(f, f), f32x4.mul(f, sixth))
}

/** 2/3 - f^2 (1 - f / 2) */
// @ts-ignore: decorator
@inline function inner(f: v128, half: v128, twoThirds: v128, one: v128): v128 {
  return f32x4.sub(twoThirds, f32x4.mul(f32x4.mul(f, f), f32x4.sub(one, f32x4.mul(f, half))))
}

/** The four columns around a place, each weighted and summed down its rows; `lane` of y0 to y3 weighs the rows. */
// @ts-ignore: decorator
@inline function taps(from: usize, row: usize, x: v128, y0: v128, y1: v128, y2: v128, y3: v128, lane: i32): v128 {
  const third = from + 2 * row
  const sum = f32x4.add(
    f32x4.add(f32x4.mul(v128.load(from), spread(y0, lane)), f32x4.mul(v128.load(from + row), spread(y1, lane))),
    f32x4.add(
      f32x4.mul(v128.load(third), spread(y2, lane)),
      f32x4.mul(v128.load(third + row), spread(y3, lane)),
    ),
  )
  return f32x4.mul(x, sum)
}

// @ts-ignore: decorator
@inline function spread(v: v128, lane: i32): v128 {
  if (lane == 0) return v128.shuffle<f32>(v, v, 0, 0, 0, 0)
  if (lane == 1) return v128.shuffle<f32>(v, v, 1, 1, 1, 1)
  if (lane == 2) return v128.shuffle<f32>(v, v, 2, 2, 2, 2)
  return v128.shuffle<f32>(v, v, 3, 3, 3, 3)
}
