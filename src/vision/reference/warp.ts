/**
 * Homographies as 8 numbers, row-major, the ninth being 1: from pattern coordinates (pixels from the pattern's centre) to
 * pixel coordinates (u, v) of a plane.
 */
import type { MotionModel } from '../kernel.ts'

/** The step that parameters mean, as a warp of the pattern onto itself; each parameter is pixels at the border. */
export function stepWarp(model: MotionModel, q: Float64Array, reach: number, out: Float64Array): void {
  out.set([1, 0, q[0]!, 0, 1, q[1]!, 0, 0])
  if (model === 'LocRot') {
    const tangent = q[2]! / reach
    const cosine = 1 / Math.sqrt(1 + tangent * tangent)
    setLinear(out, cosine, -tangent * cosine, tangent * cosine, cosine)
  } else if (model === 'LocScale') {
    setLinear(out, 1 + q[2]! / reach, 0, 0, 1 + q[2]! / reach)
  } else if (model === 'LocRotScale') {
    const [turn, scale] = [q[2]! / reach, 1 + q[3]! / reach]
    setLinear(out, scale, -turn, turn, scale)
  } else if (model === 'Affine' || model === 'Perspective') {
    setLinear(out, 1 + q[2]! / reach, q[3]! / reach, q[4]! / reach, 1 + q[5]! / reach)
  }
  if (model === 'Perspective') {
    out[6] = -q[6]! / (reach * reach)
    out[7] = -q[7]! / (reach * reach)
  }
}

function setLinear(out: Float64Array, a: number, b: number, c: number, d: number): void {
  out[0] = a
  out[1] = b
  out[3] = c
  out[4] = d
}

/** warp := warp after the inverse of step. */
export function composeInverse(warp: Float64Array, step: Float64Array): void {
  const [a, b, c, d, e, f, g, h] = step as unknown as Eight
  // The adjugate: a homography's scale is free.
  const [i0, i1, i2] = [e - f * h, c * h - b, b * f - c * e]
  const [i3, i4, i5] = [f * g - d, a - c * g, c * d - a * f]
  const [i6, i7, i8] = [d * h - e * g, b * g - a * h, a * e - b * d]
  const [w0, w1, w2, w3, w4, w5, w6, w7] = warp as unknown as Eight
  const scale = 1 / (w6 * i2 + w7 * i5 + i8)
  warp[0] = (w0 * i0 + w1 * i3 + w2 * i6) * scale
  warp[1] = (w0 * i1 + w1 * i4 + w2 * i7) * scale
  warp[2] = (w0 * i2 + w1 * i5 + w2 * i8) * scale
  warp[3] = (w3 * i0 + w4 * i3 + w5 * i6) * scale
  warp[4] = (w3 * i1 + w4 * i4 + w5 * i7) * scale
  warp[5] = (w3 * i2 + w4 * i5 + w5 * i8) * scale
  warp[6] = (w6 * i0 + w7 * i3 + i6) * scale
  warp[7] = (w6 * i1 + w7 * i4 + i7) * scale
}

type Eight = readonly [number, number, number, number, number, number, number, number]

/** The farthest that a step moves a corner of the pattern, pixels. */
export function farthestMove(step: Float64Array, reach: number): number {
  let farthest = 0
  for (let corner = 0; corner < 4; corner++) {
    const x = corner & 1 ? reach : -reach
    const y = corner & 2 ? reach : -reach
    const w = step[6]! * x + step[7]! * y + 1
    const dx = (step[0]! * x + step[1]! * y + step[2]!) / w - x
    const dy = (step[3]! * x + step[4]! * y + step[5]!) / w - y
    farthest = Math.max(farthest, w > 0 ? Math.hypot(dx, dy) : Number.POSITIVE_INFINITY)
  }
  return farthest
}

/** How much larger or smaller than in the pattern an area may become. */
const largestGrowth = 16

/** How far from the centre a corner may come, across or down, in halves of the pattern's side. */
const longestStretch = 8

/**
 * Whether the warped pattern lies in a picture of this size, border included, and is a pattern still: not folded over, no
 * corner stretched or shrunk beyond all likelihood. False for what is not finite.
 */
export function isUsable(warp: Float64Array, reach: number, width: number, height: number): boolean {
  const [a, b, c, d, e, f, g, h] = warp as unknown as Eight
  for (let corner = 0; corner < 4; corner++) {
    const x = corner & 1 ? reach : -reach
    const y = corner & 2 ? reach : -reach
    const w = g * x + h * y + 1
    if (!(w > 0)) return false
    const u = (a * x + b * y + c) / w
    const v = (d * x + e * y + f) / w
    if (!(u >= -0.5 && v >= -0.5 && u <= width - 0.5 && v <= height - 0.5)) return false
    if (!(Math.max(Math.abs(u - c), Math.abs(v - f)) <= longestStretch * reach)) return false
    const area = ((a - u * g) * (e - v * h) - (b - u * h) * (d - v * g)) / (w * w)
    if (!(area * largestGrowth >= 1 && area <= largestGrowth)) return false
  }
  return true
}
