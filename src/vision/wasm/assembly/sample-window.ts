// Brightness between the pixels of a straight window, by the cubic B-spline kernel; twin of ../../reference/sample.ts.
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
