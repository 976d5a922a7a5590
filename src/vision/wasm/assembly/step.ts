// Gauss-Newton steps; twin of ../../reference/template.ts.
import { at, dot, GAINS, OFFSETS } from './descent'
import { gridLength, sumOf } from './layout'

const LOWEST_GAIN: f64 = 0.25

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

let dotA: f32 = 0
let dotB: f32 = 0
let dotC: f32 = 0
let dotD: f32 = 0

/** Of the four images of an affine warp's shape and the window, which is read once. */
function fourDots(images: usize, window: usize, length: usize): void {
  let a = f32x4.splat(0)
  let b = f32x4.splat(0)
  let c = f32x4.splat(0)
  let d = f32x4.splat(0)
  const image1 = images + length
  const image2 = image1 + length
  const image3 = image2 + length
  for (let i: usize = 0; i < length; i += 16) {
    const r = v128.load(window + i)
    a = f32x4.add(a, f32x4.mul(r, v128.load(images + i)))
    b = f32x4.add(b, f32x4.mul(r, v128.load(image1 + i)))
    c = f32x4.add(c, f32x4.mul(r, v128.load(image2 + i)))
    d = f32x4.add(d, f32x4.mul(r, v128.load(image3 + i)))
  }
  dotA = sumOf(a)
  dotB = sumOf(b)
  dotC = sumOf(c)
  dotD = sumOf(d)
}

/** What the last step found; NaN where the window is flat. */
export let correlation: f32 = 0

/** Replaces `window` by its difference from the patch; leaves in `step` (f64) the parameters of the step. */
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
  if (dimension == 6) fourDots(images + 2 * length, window, length)
  for (let k = 0; k < dimension; k++) {
    const i = usize(k) << 3
    let b: f32
    if (k < 2) b = sumOf(k == 0 ? b0 : b1)
    else if (dimension == 6) b = k == 2 ? dotA : k == 3 ? dotB : k == 4 ? dotC : dotD
    else b = dot(images + usize(k) * length, window, length)
    const offset = load<f64>(descent + OFFSETS + i) * weighted
    const gain = load<f64>(descent + GAINS + i) * weightedAlong
    store<f64>(step + i, (f64(b) - offset - gain) / divisor)
  }
  solveFactored(descent, dimension, step)
}
