// Steepest descent images and normal equations; twin of ../../reference/template.ts.
import { DESCENT, gridLength, strideOf, sumOf } from './layout'
import { AFFINE, dimensionOf, LOC, LOC_ROT_SCALE, LOC_SCALE, PERSPECTIVE } from './models'

const TEXTURELESS: f64 = 0.01
const DAMPING: f64 = 1e-5

/** Rows about brightness of a descent. */
export const OFFSETS: usize = 512
export const GAINS: usize = 576
const SUMS: usize = 640
const PRODUCTS: usize = 704

/**
 * Steepest descent images under the weights (grids one after the other) of a centred patch (three grids one after the
 * other) and what its steps need. Gain and offset of brightness are not projected out of each image, as the twin does:
 * they are taken out of the sums, which comes to the same and saves two passes over every image.
 *
 * How many parameters, from the first on, the texture of the patch holds: all of the model's when it is enough. What is
 * prepared for the first ones is what would have been prepared for them alone.
 */
export function prepareDescent(
  patch: usize,
  n: i32,
  weights: usize,
  model: i32,
  normalize: bool,
  images: usize,
  descent: usize,
): i32 {
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
      const column = f32x4.add(f32x4.splat(f32(i)), f32x4(0, 1, 2, 3))
      const x = f32x4.sub(f32x4.mul(column, f32x4.splat(scale)), f32x4.splat(1))
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
export function dot(a: usize, b: usize, length: usize): f32 {
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
@inline export function at(matrix: usize, row: i32, column: i32): usize {
  return matrix + (usize(row * 8 + column) << 3)
}

/** Cholesky in place, as far as pivots are those of texture; how many are. */
function factorise(h: usize, n: i32, weight: f64): i32 {
  for (let k = 0; k < n; k++) {
    let pivot = load<f64>(at(h, k, k)) * (1 + DAMPING)
    for (let i = 0; i < k; i++) pivot -= load<f64>(at(h, k, i)) * load<f64>(at(h, k, i))
    if (!(pivot >= TEXTURELESS * weight)) return k
    const root = Math.sqrt(pivot)
    store<f64>(at(h, k, k), root)
    for (let j = k + 1; j < n; j++) {
      let sum = load<f64>(at(h, j, k))
      for (let i = 0; i < k; i++) sum -= load<f64>(at(h, j, i)) * load<f64>(at(h, k, i))
      store<f64>(at(h, j, k), sum / root)
    }
  }
  return n
}
