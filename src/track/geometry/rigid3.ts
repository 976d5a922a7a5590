/**
 * Rigid motions in space. `bFromA` maps a point from frame a to frame b: x_in_b = R x_in_a + t. Products read as cancelling
 * fractions: cFromA = compose(cFromB, bFromA).
 *
 * Camera coordinates: x to the right, y down, z into the picture (as COLMAP and OpenCV). Matrices are row-major.
 */
import { apply3, applyTransposed3, multiply3, transpose3 } from './linear.ts'

export interface Rigid3 {
  /** 3 x 3, orthonormal, determinant 1. */
  readonly rotation: Float64Array
  readonly translation: Float64Array
}

export const identity3 = (): Rigid3 => ({
  rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  translation: new Float64Array(3),
})

export function compose(cFromB: Rigid3, bFromA: Rigid3): Rigid3 {
  const translation = apply3(cFromB.rotation, bFromA.translation)
  for (let i = 0; i < 3; i++) translation[i]! += cFromB.translation[i]!
  return { rotation: multiply3(cFromB.rotation, bFromA.rotation), translation }
}

/** aFromB of bFromA. */
export const inverse = (bFromA: Rigid3): Rigid3 => ({
  rotation: transpose3(bFromA.rotation),
  translation: centreOf(bFromA),
})

/** The point of frame a in frame b. `out` may be `pointInA`. */
export function transform(bFromA: Rigid3, pointInA: Float64Array, out = new Float64Array(3)): Float64Array {
  apply3(bFromA.rotation, pointInA, out)
  for (let i = 0; i < 3; i++) out[i]! += bFromA.translation[i]!
  return out
}

/** Where the origin of frame b lies in frame a: of camFromWorld the position of the camera in the world, -Rᵀ t. */
export function centreOf(bFromA: Rigid3): Float64Array {
  const centre = applyTransposed3(bFromA.rotation, bFromA.translation)
  for (let i = 0; i < 3; i++) centre[i] = -centre[i]!
  return centre
}

/** camFromWorld of a camera that stands at `centreInWorld`. */
export function rigidFromCentre(rotation: Float64Array, centreInWorld: Float64Array): Rigid3 {
  const translation = apply3(rotation, centreInWorld)
  for (let i = 0; i < 3; i++) translation[i] = -translation[i]!
  return { rotation, translation }
}
