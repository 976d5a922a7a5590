// Steepest descent images, normal equations and Gauss-Newton steps; twin of ../../reference/template.ts.
import { gridLength, strideOf, sumOf } from './layout'

export const LOC: i32 = 0
export const LOC_ROT: i32 = 1
export const LOC_SCALE: i32 = 2
export const LOC_ROT_SCALE: i32 = 3
export const AFFINE: i32 = 4
export const PERSPECTIVE: i32 = 5

const TEXTURELESS: f64 = 0.01
const DAMPING: f64 = 1e-5
const LOWEST_GAIN: f64 = 0.25

export function dimensionOf(model: i32): i32 {
  if (model == LOC) return 2
  if (model == LOC_ROT || model == LOC_SCALE) return 3
  if (model == LOC_ROT_SCALE) return 4
  return model == AFFINE ? 6 : 8
}

/**
 * A mask is a grid of 32 bits: all set where a pixel counts, none set elsewhere and beyond the grid. Weights are a grid of
 * floats, 0 where and only where the mask has none set.
 */
export function maskAll(mask: usize, n: i32): void {
  memory.fill(mask, 0, usize(gridLength(n)) << 2)
  for (let y = 0; y < n; y++) memory.fill(mask + (usize(y * strideOf(n)) << 2), 255, usize(n) << 2)
}

/** What `centre` found. */
export let mean: f32 = 0
export let energy: f32 = 0

/** Takes the mean out of a patch, and sets to 0 what does not count in its three grids. */
export function centre(value: usize, gx: usize, gy: usize, mask: usize, n: i32, count: i32): void {
  const end = usize(gridLength(n)) << 2
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  for (let i: usize = 0; i < end; i += 32) {
    s0 = f32x4.add(s0, v128.and(v128.load(value + i), v128.load(mask + i)))
    s1 = f32x4.add(s1, v128.and(v128.load(value + i, 16), v128.load(mask + i, 16)))
  }
  mean = sumOf(f32x4.add(s0, s1)) / f32(count)
  const m = f32x4.splat(mean)
  let e0 = f32x4.splat(0)
  for (let i: usize = 0; i < end; i += 16) {
    const keep = v128.load(mask + i)
    const v = v128.and(f32x4.sub(v128.load(value + i), m), keep)
    v128.store(value + i, v)
    e0 = f32x4.add(e0, f32x4.mul(v, v))
    v128.store(gx + i, v128.and(v128.load(gx + i), keep))
    v128.store(gy + i, v128.and(v128.load(gy + i), keep))
  }
  energy = sumOf(e0)
}

/**
 * Steepest descent images (grids one after the other) of a centred patch (three grids one after the other) and the Cholesky
 * factor (8 x 8 f64). `weights` is a grid of floats. False when the patch has too little
 * texture for the model.
 */
export function prepareDescent(
  patch: usize,
  n: i32,
  weights: usize,
  model: i32,
  normalize: bool,
  images: usize,
  factor: usize,
): bool {
  const length = usize(gridLength(n)) << 2
  const dimension = dimensionOf(model)
  fillImages(patch + length, patch + 2 * length, n, model, images)
  sumWeights(patch, weights, length)
  const total = weightSum
  for (let k = 0; normalize && k < dimension; k++) projectOut(images + usize(k) * length, patch, weights, length)
  // What is weighted once serves for both: for a row of the equations, and after it as steepest descent image.
  for (let k = 0; k < dimension; k++) {
    const image = images + usize(k) * length
    store<f64>(at(factor, k, k), f64(weigh(image, weights, length)))
    for (let l = k + 1; l < dimension; l++) {
      store<f64>(at(factor, l, k), f64(dot(image, images + usize(l) * length, length)))
    }
  }
  return factorise(factor, dimension, total)
}

let weightSum: f64 = 0
let weightedValue: f64 = 0
let weightedSquare: f64 = 0

function sumWeights(value: usize, weights: usize, length: usize): void {
  let s = f32x4.splat(0)
  let st = f32x4.splat(0)
  let stt = f32x4.splat(0)
  for (let i: usize = 0; i < length; i += 16) {
    const w = v128.load(weights + i)
    const t = v128.load(value + i)
    const wt = f32x4.mul(w, t)
    s = f32x4.add(s, w)
    st = f32x4.add(st, wt)
    stt = f32x4.add(stt, f32x4.mul(wt, t))
  }
  weightSum = f64(sumOf(s))
  weightedValue = f64(sumOf(st))
  weightedSquare = f64(sumOf(stt))
}

function fillImages(gx: usize, gy: usize, n: i32, model: i32, images: usize): void {
  const length = usize(gridLength(n)) << 2
  memory.copy(images, gx, length)
  memory.copy(images + length, gy, length)
  if (model == LOC) return
  const rowBytes = usize(strideOf(n)) << 2
  const scale: f32 = f32(2) / f32(n - 1)
  for (let k = 2, d = dimensionOf(model); k < d; k++) {
    // The last vector of a grid may lie behind its last row.
    memory.fill(images + usize(k + 1) * length - 16, 0, 16)
  }
  for (let j = 0; j < n; j++) {
    const y = f32x4.splat(f32(j) * scale - 1)
    const row = usize(j) * rowBytes
    for (let i = 0; i < n; i += 4) {
      const at = row + (usize(i) << 2)
      const x = f32x4.sub(f32x4.mul(f32x4.add(f32x4.splat(f32(i)), f32x4(0, 1, 2, 3)), f32x4.splat(scale)), f32x4.splat(1))
      const a = v128.load(gx + at)
      const b = v128.load(gy + at)
      const to = images + 2 * length + at
      if (model >= AFFINE) {
        const ax = f32x4.mul(a, x)
        const by = f32x4.mul(b, y)
        v128.store(to, ax)
        v128.store(to + length, f32x4.mul(a, y))
        v128.store(to + 2 * length, f32x4.mul(b, x))
        v128.store(to + 3 * length, by)
        if (model == PERSPECTIVE) {
          const grow = f32x4.add(ax, by)
          v128.store(to + 4 * length, f32x4.mul(grow, x))
          v128.store(to + 5 * length, f32x4.mul(grow, y))
        }
      } else {
        const turn = f32x4.sub(f32x4.mul(x, b), f32x4.mul(y, a))
        const grow = f32x4.add(f32x4.mul(x, a), f32x4.mul(y, b))
        v128.store(to, model == LOC_SCALE ? grow : turn)
        if (model == LOC_ROT_SCALE) v128.store(to + length, grow)
      }
    }
  }
}

/** Makes an image orthogonal to a constant and to the patch, under the weights that were summed. */
function projectOut(image: usize, value: usize, weights: usize, length: usize): void {
  let sum = f32x4.splat(0)
  let product = f32x4.splat(0)
  for (let i: usize = 0; i < length; i += 16) {
    const v = f32x4.mul(v128.load(image + i), v128.load(weights + i))
    sum = f32x4.add(sum, v)
    product = f32x4.add(product, f32x4.mul(v, v128.load(value + i)))
  }
  const determinant = weightSum * weightedSquare - weightedValue * weightedValue
  if (!(determinant > 0)) return
  const s = f64(sumOf(sum))
  const p = f64(sumOf(product))
  const offset = f32x4.splat(f32((s * weightedSquare - p * weightedValue) / determinant))
  const gain = f32x4.splat(f32((p * weightSum - s * weightedValue) / determinant))
  for (let i: usize = 0; i < length; i += 16) {
    const rest = f32x4.sub(f32x4.sub(v128.load(image + i), offset), f32x4.mul(gain, v128.load(value + i)))
    v128.store(image + i, rest)
  }
}

/** Multiplies an image by weights; the weighted sum of what it was, squared. */
function weigh(image: usize, weights: usize, length: usize): f32 {
  let sum = f32x4.splat(0)
  for (let i: usize = 0; i < length; i += 16) {
    const v = v128.load(image + i)
    const weighed = f32x4.mul(v, v128.load(weights + i))
    v128.store(image + i, weighed)
    sum = f32x4.add(sum, f32x4.mul(v, weighed))
  }
  return sumOf(sum)
}

/** Of two grids; `length` is their bytes. */
function dot(a: usize, b: usize, length: usize): f32 {
  let p = f32x4.splat(0)
  let q = f32x4.splat(0)
  for (let i: usize = 0; i < length; i += 32) {
    p = f32x4.add(p, f32x4.mul(v128.load(a + i), v128.load(b + i)))
    q = f32x4.add(q, f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)))
  }
  return sumOf(f32x4.add(p, q))
}

// @ts-ignore: decorator
@inline function at(matrix: usize, row: i32, column: i32): usize {
  return matrix + (usize(row * 8 + column) << 3)
}

function factorise(h: usize, n: i32, weight: f64): bool {
  for (let k = 0; k < n; k++) {
    let pivot = load<f64>(at(h, k, k)) * (1 + DAMPING)
    for (let i = 0; i < k; i++) pivot -= load<f64>(at(h, k, i)) * load<f64>(at(h, k, i))
    if (!(pivot >= TEXTURELESS * weight)) return false
    const root = Math.sqrt(pivot)
    store<f64>(at(h, k, k), root)
    for (let j = k + 1; j < n; j++) {
      let sum = load<f64>(at(h, j, k))
      for (let i = 0; i < k; i++) sum -= load<f64>(at(h, j, i)) * load<f64>(at(h, k, i))
      store<f64>(at(h, j, k), sum / root)
    }
  }
  return true
}

function solveFactored(l: usize, n: i32, b: usize): void {
  for (let k = 0; k < n; k++) {
    let sum = load<f64>(b + (usize(k) << 3))
    for (let i = 0; i < k; i++) sum -= load<f64>(at(l, k, i)) * load<f64>(b + (usize(i) << 3))
    store<f64>(b + (usize(k) << 3), sum / load<f64>(at(l, k, k)))
  }
  for (let k = n - 1; k >= 0; k--) {
    let sum = load<f64>(b + (usize(k) << 3))
    for (let i = k + 1; i < n; i++) sum -= load<f64>(at(l, i, k)) * load<f64>(b + (usize(i) << 3))
    store<f64>(b + (usize(k) << 3), sum / load<f64>(at(l, k, k)))
  }
}

/** What the last step found; NaN where the window is flat. */
export let correlation: f32 = 0

/** Replaces `window` by its difference from the patch, leaves in `step` (f64) the parameters of the Gauss-Newton step. */
export function gaussNewtonStep(
  value: usize,
  patchMean: f32,
  patchEnergy: f32,
  count: i32,
  n: i32,
  mask: usize,
  images: usize,
  factor: usize,
  dimension: i32,
  normalize: bool,
  window: usize,
  step: usize,
): void {
  const length = usize(gridLength(n)) << 2
  const m = f32x4.splat(patchMean)
  let s = f32x4.splat(0)
  let ss = f32x4.splat(0)
  let st = f32x4.splat(0)
  let b0 = f32x4.splat(0)
  let b1 = f32x4.splat(0)
  const image1 = images + length
  for (let i: usize = 0; i < length; i += 16) {
    const t = v128.load(value + i)
    const r = v128.and(f32x4.sub(f32x4.sub(v128.load(window + i), m), t), v128.load(mask + i))
    v128.store(window + i, r)
    s = f32x4.add(s, r)
    ss = f32x4.add(ss, f32x4.mul(r, r))
    st = f32x4.add(st, f32x4.mul(r, t))
    b0 = f32x4.add(b0, f32x4.mul(r, v128.load(images + i)))
    b1 = f32x4.add(b1, f32x4.mul(r, v128.load(image1 + i)))
  }
  const sum = f64(sumOf(s))
  const along = f64(sumOf(st))
  const own = f64(patchEnergy)
  const other = own + 2 * along + f64(sumOf(ss)) - (sum * sum) / f64(count)
  correlation = other > 0 ? f32((own + along) / Math.sqrt(own * other)) : f32.NaN
  const divisor = normalize ? Math.max(LOWEST_GAIN, Math.sqrt(Math.max(0, other / own))) : 1
  store<f64>(step, f64(sumOf(b0)) / divisor)
  store<f64>(step, f64(sumOf(b1)) / divisor, 8)
  for (let k = 2; k < dimension; k++) {
    store<f64>(step + (usize(k) << 3), f64(dot(images + usize(k) * length, window, length)) / divisor)
  }
  solveFactored(factor, dimension, step)
}
