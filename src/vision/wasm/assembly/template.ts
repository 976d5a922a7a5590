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

/** Bytes that a descent takes: the Cholesky factor (8 x 8 f64, lower triangle), then four rows of 8 f64 about brightness. */
export const DESCENT: usize = 768
const OFFSETS: usize = 512
const GAINS: usize = 576
const SUMS: usize = 640
const PRODUCTS: usize = 704

/**
 * Steepest descent images under the weights (grids one after the other) of a centred patch (three grids one after the other)
 * and what its steps need. Gain and offset of brightness are not projected out of each image, as the twin does: they are
 * taken out of the sums, which comes to the same and saves two passes over every image. False when the patch has too little
 * texture for the model.
 */
export function prepareDescent(
  patch: usize,
  n: i32,
  weights: usize,
  model: i32,
  normalize: bool,
  images: usize,
  descent: usize,
): bool {
  const length = usize(gridLength(n)) << 2
  const dimension = dimensionOf(model)
  fillImages(patch + length, patch + 2 * length, n, model, images)
  memory.fill(descent + OFFSETS, 0, DESCENT - OFFSETS)
  for (let k = 0; k < dimension; k++) {
    const image = images + usize(k) * length
    store<f64>(at(descent, k, k), f64(weigh(image, patch, weights, length)))
    store<f64>(descent + SUMS + (usize(k) << 3), weighedSum)
    store<f64>(descent + PRODUCTS + (usize(k) << 3), weighedProduct)
    for (let l = k + 1; l < dimension; l++) {
      store<f64>(at(descent, l, k), f64(dot(image, images + usize(l) * length, length)))
    }
  }
  sumWeights(patch, weights, length)
  if (normalize) takeOutBrightness(descent, dimension)
  return factorise(descent, dimension, weightSum)
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

/** What is left of the normal equations when brightness is solved for as well and eliminated. */
function takeOutBrightness(descent: usize, dimension: i32): void {
  const determinant = weightSum * weightedSquare - weightedValue * weightedValue
  if (!(determinant > 0)) return
  for (let k = 0; k < dimension; k++) {
    const i = usize(k) << 3
    const sum = load<f64>(descent + SUMS + i)
    const product = load<f64>(descent + PRODUCTS + i)
    store<f64>(descent + OFFSETS + i, (sum * weightedSquare - product * weightedValue) / determinant)
    store<f64>(descent + GAINS + i, (product * weightSum - sum * weightedValue) / determinant)
  }
  for (let k = 0; k < dimension; k++) {
    for (let l = 0; l <= k; l++) {
      const i = usize(k) << 3
      const j = usize(l) << 3
      const offset = load<f64>(descent + SUMS + i) * load<f64>(descent + OFFSETS + j)
      const gain = load<f64>(descent + PRODUCTS + i) * load<f64>(descent + GAINS + j)
      store<f64>(at(descent, k, l), load<f64>(at(descent, k, l)) - offset - gain)
    }
  }
}

function fillImages(gx: usize, gy: usize, n: i32, model: i32, images: usize): void {
  const length = usize(gridLength(n)) << 2
  memory.copy(images, gx, length)
  memory.copy(images + length, gy, length)
  if (model == LOC) return
  const rowBytes = usize(strideOf(n)) << 2
  const scale: f32 = f32(2) / f32(n - 1)
  for (let k = 2, d = dimensionOf(model); k < d; k++) {
    // The last vectors of a grid may lie behind its last row.
    memory.fill(images + usize(k + 1) * length - 64, 0, 64)
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

let weighedSum: f64 = 0
let weighedProduct: f64 = 0

/** Multiplies an image by weights; the sum of what it was, squared, under the weights. */
function weigh(image: usize, value: usize, weights: usize, length: usize): f32 {
  let sum = f32x4.splat(0)
  let square = f32x4.splat(0)
  let product = f32x4.splat(0)
  let sum2 = f32x4.splat(0)
  let square2 = f32x4.splat(0)
  let product2 = f32x4.splat(0)
  for (let i: usize = 0; i < length; i += 32) {
    const v = v128.load(image + i)
    const weighed = f32x4.mul(v, v128.load(weights + i))
    v128.store(image + i, weighed)
    sum = f32x4.add(sum, weighed)
    square = f32x4.add(square, f32x4.mul(v, weighed))
    product = f32x4.add(product, f32x4.mul(weighed, v128.load(value + i)))
    const v2 = v128.load(image + i, 16)
    const weighed2 = f32x4.mul(v2, v128.load(weights + i, 16))
    v128.store(image + i, weighed2, 16)
    sum2 = f32x4.add(sum2, weighed2)
    square2 = f32x4.add(square2, f32x4.mul(v2, weighed2))
    product2 = f32x4.add(product2, f32x4.mul(weighed2, v128.load(value + i, 16)))
  }
  weighedSum = f64(sumOf(f32x4.add(sum, sum2)))
  weighedProduct = f64(sumOf(f32x4.add(product, product2)))
  return sumOf(f32x4.add(square, square2))
}

/** Of two grids; `length` is their bytes. */
function dot(a: usize, b: usize, length: usize): f32 {
  let p = f32x4.splat(0)
  let q = f32x4.splat(0)
  let r = f32x4.splat(0)
  let s = f32x4.splat(0)
  for (const end = a + length; a < end; a += 64, b += 64) {
    p = f32x4.add(p, f32x4.mul(v128.load(a), v128.load(b)))
    q = f32x4.add(q, f32x4.mul(v128.load(a, 16), v128.load(b, 16)))
    r = f32x4.add(r, f32x4.mul(v128.load(a, 32), v128.load(b, 32)))
    s = f32x4.add(s, f32x4.mul(v128.load(a, 48), v128.load(b, 48)))
  }
  return sumOf(f32x4.add(f32x4.add(p, q), f32x4.add(r, s)))
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
  weights: usize,
  images: usize,
  descent: usize,
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
  let ws = f32x4.splat(0)
  let wst = f32x4.splat(0)
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
    const wr = f32x4.mul(r, v128.load(weights + i))
    ws = f32x4.add(ws, wr)
    wst = f32x4.add(wst, f32x4.mul(wr, t))
    b0 = f32x4.add(b0, f32x4.mul(r, v128.load(images + i)))
    b1 = f32x4.add(b1, f32x4.mul(r, v128.load(image1 + i)))
  }
  const sum = f64(sumOf(s))
  const along = f64(sumOf(st))
  const own = f64(patchEnergy)
  const other = own + 2 * along + f64(sumOf(ss)) - (sum * sum) / f64(count)
  correlation = other > 0 ? f32((own + along) / Math.sqrt(own * other)) : f32.NaN
  const divisor = normalize ? Math.max(LOWEST_GAIN, Math.sqrt(Math.max(0, other / own))) : 1
  const weighted = f64(sumOf(ws))
  const weightedAlong = f64(sumOf(wst))
  for (let k = 0; k < dimension; k++) {
    const i = usize(k) << 3
    const b = k == 0 ? sumOf(b0) : k == 1 ? sumOf(b1) : dot(images + usize(k) * length, window, length)
    const offset = load<f64>(descent + OFFSETS + i) * weighted
    const gain = load<f64>(descent + GAINS + i) * weightedAlong
    store<f64>(step + i, (f64(b) - offset - gain) / divisor)
  }
  solveFactored(descent, dimension, step)
}
