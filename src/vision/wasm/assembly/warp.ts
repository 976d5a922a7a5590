// Homographies as 8 f64, row-major; twin of ../../reference/warp.ts.
import { AFFINE, LOC_ROT, LOC_ROT_SCALE, LOC_SCALE, PERSPECTIVE } from './models'

const LARGEST_GROWTH: f64 = 16
const LONGEST_STRETCH: f64 = 8

// @ts-ignore: decorator
@inline function get(m: usize, i: i32): f64 {
  return load<f64>(m + (usize(i) << 3))
}

// @ts-ignore: decorator
@inline function set(m: usize, i: i32, value: f64): void {
  store<f64>(m + (usize(i) << 3), value)
}

function setLinear(m: usize, a: f64, b: f64, c: f64, d: f64): void {
  set(m, 0, a)
  set(m, 1, b)
  set(m, 3, c)
  set(m, 4, d)
}

/** The step that parameters mean, as a warp of the pattern onto itself. */
export function stepWarp(model: i32, q: usize, reach: f64, out: usize): void {
  setLinear(out, 1, 0, 0, 1)
  set(out, 2, get(q, 0))
  set(out, 5, get(q, 1))
  set(out, 6, 0)
  set(out, 7, 0)
  if (model == LOC_ROT) {
    const tangent = get(q, 2) / reach
    const cosine = 1 / Math.sqrt(1 + tangent * tangent)
    setLinear(out, cosine, -tangent * cosine, tangent * cosine, cosine)
  } else if (model == LOC_SCALE) {
    setLinear(out, 1 + get(q, 2) / reach, 0, 0, 1 + get(q, 2) / reach)
  } else if (model == LOC_ROT_SCALE) {
    const turn = get(q, 2) / reach
    const scale = 1 + get(q, 3) / reach
    setLinear(out, scale, -turn, turn, scale)
  } else if (model >= AFFINE) {
    setLinear(out, 1 + get(q, 2) / reach, get(q, 3) / reach, get(q, 4) / reach, 1 + get(q, 5) / reach)
  }
  if (model == PERSPECTIVE) {
    set(out, 6, -get(q, 6) / (reach * reach))
    set(out, 7, -get(q, 7) / (reach * reach))
  }
}

/** warp := warp after the inverse of step. */
export function composeInverse(warp: usize, step: usize): void {
  const a = get(step, 0)
  const b = get(step, 1)
  const c = get(step, 2)
  const d = get(step, 3)
  const e = get(step, 4)
  const f = get(step, 5)
  const g = get(step, 6)
  const h = get(step, 7)
  const i0 = e - f * h
  const i1 = c * h - b
  const i2 = b * f - c * e
  const i3 = f * g - d
  const i4 = a - c * g
  const i5 = c * d - a * f
  const i6 = d * h - e * g
  const i7 = b * g - a * h
  const i8 = a * e - b * d
  const w6 = get(warp, 6)
  const w7 = get(warp, 7)
  const scale = 1 / (w6 * i2 + w7 * i5 + i8)
  for (let row = 0; row < 6; row += 3) {
    const p = get(warp, row)
    const q = get(warp, row + 1)
    const r = get(warp, row + 2)
    set(warp, row, (p * i0 + q * i3 + r * i6) * scale)
    set(warp, row + 1, (p * i1 + q * i4 + r * i7) * scale)
    set(warp, row + 2, (p * i2 + q * i5 + r * i8) * scale)
  }
  set(warp, 6, (w6 * i0 + w7 * i3 + i6) * scale)
  set(warp, 7, (w6 * i1 + w7 * i4 + i7) * scale)
}

/** The farthest that a step moves a corner of the pattern, pixels. */
export function farthestMove(step: usize, reach: f64): f64 {
  let farthest: f64 = 0
  for (let corner = 0; corner < 4; corner++) {
    const x = corner & 1 ? reach : -reach
    const y = corner & 2 ? reach : -reach
    const w = get(step, 6) * x + get(step, 7) * y + 1
    const dx = (get(step, 0) * x + get(step, 1) * y + get(step, 2)) / w - x
    const dy = (get(step, 3) * x + get(step, 4) * y + get(step, 5)) / w - y
    farthest = Math.max(farthest, w > 0 ? Math.sqrt(dx * dx + dy * dy) : Infinity)
  }
  return farthest
}

/** Whether the warped pattern lies in a picture of this size and is a pattern still. */
export function isUsable(warp: usize, reach: f64, w: i32, h: i32): bool {
  const g = get(warp, 6)
  const k = get(warp, 7)
  for (let corner = 0; corner < 4; corner++) {
    const x = corner & 1 ? reach : -reach
    const y = corner & 2 ? reach : -reach
    const z = g * x + k * y + 1
    if (!(z > 0)) return false
    const u = (get(warp, 0) * x + get(warp, 1) * y + get(warp, 2)) / z
    const v = (get(warp, 3) * x + get(warp, 4) * y + get(warp, 5)) / z
    if (!(u >= -0.5 && v >= -0.5 && u <= f64(w) - 0.5 && v <= f64(h) - 0.5)) return false
    const far = Math.max(Math.abs(u - get(warp, 2)), Math.abs(v - get(warp, 5)))
    if (!(far <= LONGEST_STRETCH * reach)) return false
    const xx = get(warp, 0) - u * g
    const xy = get(warp, 1) - u * k
    const yx = get(warp, 3) - v * g
    const yy = get(warp, 4) - v * k
    const area = (xx * yy - xy * yx) / (z * z)
    if (!(area * LARGEST_GROWTH >= 1 && area <= LARGEST_GROWTH)) return false
  }
  return true
}

/** Moves what a homography yields by the same amount in x and y. */
export function shift(warp: usize, by: f64): void {
  for (let row = 0; row < 6; row += 3) {
    set(warp, row, get(warp, row) + by * get(warp, 6))
    set(warp, row + 1, get(warp, row + 1) + by * get(warp, 7))
    set(warp, row + 2, get(warp, row + 2) + by)
  }
}

/** The same warp where pattern and picture are `factor` times as large. */
export function resize(warp: usize, factor: f64): void {
  set(warp, 2, get(warp, 2) * factor)
  set(warp, 5, get(warp, 5) * factor)
  set(warp, 6, get(warp, 6) / factor)
  set(warp, 7, get(warp, 7) / factor)
}
