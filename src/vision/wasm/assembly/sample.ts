// Brightness between the pixels, by the cubic B-spline kernel; twin of ../../reference/sample.ts.
import { height, pixels, RIM, stride, strideOf, width } from './layout'

let tapsAt: usize = 0
let tapsRow: usize = 0

/** Finds the (n + 3)^2 taps of a window, or collects them in `tile` where they reach beyond the rim. */
function findTaps(level: usize, iu: i32, iv: i32, n: i32, tile: usize): void {
  const count = n + 3
  const x0 = iu - 1
  const y0 = iv - 1
  const w = width(level)
  const h = height(level)
  const rowBytes = usize(stride(level)) << 2
  if (x0 >= -RIM && y0 >= -RIM && x0 + count <= w + RIM && y0 + count <= h + RIM) {
    tapsAt = pixels(level) + isize(y0) * rowBytes + (isize(x0) << 2)
    tapsRow = rowBytes
    return
  }
  tapsAt = tile
  tapsRow = usize(strideOf(count)) << 2
  for (let y = 0; y < count; y++) {
    const row = pixels(level) + usize(max(0, min(h - 1, y0 + y))) * rowBytes
    const to = tile + usize(y) * tapsRow
    for (let x = 0; x < count; x++) {
      store<f32>(to + (usize(x) << 2), load<f32>(row + (usize(max(0, min(w - 1, x0 + x))) << 2)))
    }
  }
}

/** Floats that `tile` must hold for windows of side n, with what whole vectors read beyond. */
export function tileLength(n: i32): i32 {
  return strideOf(n + 3) * (n + 3) + 8
}

// @ts-ignore: decorator
@inline function weight0(f: f32): f32 {
  const g: f32 = 1 - f
  return g * g * g * f32(1.0 / 6.0)
}

// @ts-ignore: decorator
@inline function weight1(f: f32): f32 {
  return f32(2.0 / 3.0) - f * f * (1 - f * f32(0.5))
}

// @ts-ignore: decorator
@inline function slope0(f: f32): f32 {
  const g: f32 = 1 - f
  return g * g * f32(-0.5)
}

// @ts-ignore: decorator
@inline function slope1(f: f32): f32 {
  return f * (f32(1.5) * f - 2)
}

/** Brightness at (u + i, v + j), i and j below n, into a grid. What lies beyond column n is left over. */
export function sampleWindow(level: usize, u: f64, v: f64, n: i32, out: usize, tile: usize): void {
  const iu = Math.floor(u)
  const iv = Math.floor(v)
  findTaps(level, i32(iu), i32(iv), n, tile)
  const fu = f32(u - iu)
  const fv = f32(v - iv)
  const a = f32x4.splat(weight0(fu))
  const b = f32x4.splat(weight1(fu))
  const c = f32x4.splat(weight1(1 - fu))
  const d = f32x4.splat(weight0(1 - fu))
  const e = f32x4.splat(weight0(fv))
  const f = f32x4.splat(weight1(fv))
  const g = f32x4.splat(weight1(1 - fv))
  const h = f32x4.splat(weight0(1 - fv))
  const row = tapsRow
  const outRow = usize(strideOf(n)) << 2
  for (let x: usize = 0; x < outRow; x += 16) {
    let at = tapsAt + x
    let p = along(at, a, b, c, d)
    at += row
    let q = along(at, a, b, c, d)
    at += row
    let r = along(at, a, b, c, d)
    let to = out + x
    for (let y = 0; y < n; y++, to += outRow) {
      at += row
      const s = along(at, a, b, c, d)
      v128.store(to, mix(p, q, r, s, e, f, g, h))
      p = q
      q = r
      r = s
    }
  }
}

// @ts-ignore: decorator
@inline function along(at: usize, a: v128, b: v128, c: v128, d: v128): v128 {
  return mix(v128.load(at), v128.load(at, 4), v128.load(at, 8), v128.load(at, 12), a, b, c, d)
}

// @ts-ignore: decorator
@inline function mix(p: v128, q: v128, r: v128, s: v128, a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(a, p), f32x4.mul(b, q)),
    f32x4.add(f32x4.mul(c, r), f32x4.mul(d, s)),
  )
}

/** Brightness and its slopes at (u + i, v + j), i and j below n, into three grids. */
export function sampleWithSlopes(
  level: usize,
  u: f64,
  v: f64,
  n: i32,
  value: usize,
  gx: usize,
  gy: usize,
  tile: usize,
): void {
  const iu = Math.floor(u)
  const iv = Math.floor(v)
  findTaps(level, i32(iu), i32(iv), n, tile)
  const fu = f32(u - iu)
  const fv = f32(v - iv)
  const a = f32x4.splat(weight0(fu))
  const b = f32x4.splat(weight1(fu))
  const c = f32x4.splat(weight1(1 - fu))
  const d = f32x4.splat(weight0(1 - fu))
  const as = f32x4.splat(slope0(fu))
  const bs = f32x4.splat(slope1(fu))
  const cs = f32x4.splat(-slope1(1 - fu))
  const ds = f32x4.splat(-slope0(1 - fu))
  const e = f32x4.splat(weight0(fv))
  const f = f32x4.splat(weight1(fv))
  const g = f32x4.splat(weight1(1 - fv))
  const h = f32x4.splat(weight0(1 - fv))
  const es = f32x4.splat(slope0(fv))
  const fs = f32x4.splat(slope1(fv))
  const gs = f32x4.splat(-slope1(1 - fv))
  const hs = f32x4.splat(-slope0(1 - fv))
  const row = tapsRow
  const outRow = usize(strideOf(n)) << 2
  for (let x: usize = 0; x < outRow; x += 16) {
    let at = tapsAt + x
    let p = along(at, a, b, c, d)
    let ps = along(at, as, bs, cs, ds)
    at += row
    let q = along(at, a, b, c, d)
    let qs = along(at, as, bs, cs, ds)
    at += row
    let r = along(at, a, b, c, d)
    let rs = along(at, as, bs, cs, ds)
    let to = x
    for (let y = 0; y < n; y++, to += outRow) {
      at += row
      const s = along(at, a, b, c, d)
      const ss = along(at, as, bs, cs, ds)
      v128.store(value + to, mix(p, q, r, s, e, f, g, h))
      v128.store(gx + to, mix(ps, qs, rs, ss, e, f, g, h))
      v128.store(gy + to, mix(p, q, r, s, es, fs, gs, hs))
      p = q
      q = r
      r = s
      ps = qs
      qs = rs
      rs = ss
    }
  }
}

/** Fractions of a pixel that the table of weights knows. */
const FRACTION_BITS: i32 = 10
const FRACTIONS: f32 = 1024

/** 1.5 times 2^23: a float near it has a unit of 1, so that adding it rounds, and its bits count from those of this one. */
const ROUNDER: f32 = 12582912

/**
 * Brightness under a warped grid of n x n points around its centre: `warp` is a homography (8 f64, row-major) to (u, v). All
 * of it must lie within one pixel of the level, and within 4,000 of the centre. `table` holds the weights of four pixels for
 * each 1024th of a pixel: computing them for every sample would take several times as long as all the rest.
 */
export function sampleWarped(level: usize, warp: usize, n: i32, out: usize, table: usize): void {
  const h0 = load<f64>(warp)
  const h1 = load<f64>(warp, 8)
  const h3 = load<f64>(warp, 24)
  const h4 = load<f64>(warp, 32)
  const h6 = load<f64>(warp, 48)
  const h7 = load<f64>(warp, 56)
  // Counted from the pixel under the centre, so that single precision is enough in the largest picture.
  const bu = Math.floor(load<f64>(warp, 16))
  const bv = Math.floor(load<f64>(warp, 40))
  const ux = FRACTIONS * f32(h0 - bu * h6)
  const uy = FRACTIONS * f32(h1 - bu * h7)
  const u0 = FRACTIONS * f32(load<f64>(warp, 16) - bu)
  const vx = FRACTIONS * f32(h3 - bv * h6)
  const vy = FRACTIONS * f32(h4 - bv * h7)
  const v0 = FRACTIONS * f32(load<f64>(warp, 40) - bv)
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
      let u = f32x4.add(f32x4.mul(f32x4.splat(ux), x), uRow)
      let v = f32x4.add(f32x4.mul(f32x4.splat(vx), x), vRow)
      if (!affine) {
        const w = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.mul(f32x4.splat(f32(h6)), x), wRow))
        u = f32x4.mul(u, w)
        v = f32x4.mul(v, w)
      }
      v128.store(to + (usize(i) << 2), fourSamples(base, rowPixels, u, v, table))
    }
  }
}

// @ts-ignore: decorator
@inline function rounded(x: v128): v128 {
  return i32x4.sub(f32x4.add(x, f32x4.splat(ROUNDER)), i32x4.splat(0x4b400000))
}

/** At four places, in 1024ths of a pixel from `base`. */
// @ts-ignore: decorator
@inline function fourSamples(base: usize, rowPixels: i32, u: v128, v: v128, table: usize): v128 {
  const iu = rounded(u)
  const iv = rounded(v)
  const pixel = i32x4.add(
    i32x4.mul(i32x4.shr_s(iv, FRACTION_BITS), i32x4.splat(rowPixels)),
    i32x4.shr_s(iu, FRACTION_BITS),
  )
  const at = i32x4.add(i32x4.shl(pixel, 2), i32x4.splat(i32(base)))
  const last = i32x4.splat(i32(FRACTIONS) - 1)
  const across = i32x4.add(i32x4.shl(v128.and(iu, last), 4), i32x4.splat(i32(table)))
  const down = i32x4.add(i32x4.shl(v128.and(iv, last), 4), i32x4.splat(i32(table)))
  const row = usize(rowPixels) << 2
  const p = tapProducts(i32x4.extract_lane(at, 0), row, i32x4.extract_lane(across, 0), i32x4.extract_lane(down, 0))
  const q = tapProducts(i32x4.extract_lane(at, 1), row, i32x4.extract_lane(across, 1), i32x4.extract_lane(down, 1))
  const r = tapProducts(i32x4.extract_lane(at, 2), row, i32x4.extract_lane(across, 2), i32x4.extract_lane(down, 2))
  const s = tapProducts(i32x4.extract_lane(at, 3), row, i32x4.extract_lane(across, 3), i32x4.extract_lane(down, 3))
  // The sums of the lanes of each, transposed into one vector.
  const pq = f32x4.add(v128.shuffle<f32>(p, q, 0, 4, 1, 5), v128.shuffle<f32>(p, q, 2, 6, 3, 7))
  const rs = f32x4.add(v128.shuffle<f32>(r, s, 0, 4, 1, 5), v128.shuffle<f32>(r, s, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f32>(pq, rs, 0, 1, 4, 5), v128.shuffle<f32>(pq, rs, 2, 3, 6, 7))
}

/** The four columns around a place, each weighted and summed down its rows. */
// @ts-ignore: decorator
@inline function tapProducts(from: usize, row: usize, across: usize, down: usize): v128 {
  const third = from + 2 * row
  const sum = f32x4.add(
    f32x4.add(
      f32x4.mul(v128.load(from), v128.load32_splat(down)),
      f32x4.mul(v128.load(from + row), v128.load32_splat(down, 4)),
    ),
    f32x4.add(
      f32x4.mul(v128.load(third), v128.load32_splat(down, 8)),
      f32x4.mul(v128.load(third + row), v128.load32_splat(down, 12)),
    ),
  )
  return f32x4.mul(v128.load(across), sum)
}
