/**
 * Rigid motions in space. `bFromA` maps a point from frame a to frame b: x_in_b = R x_in_a + t. Products read as cancelling
 * fractions: cFromA = compose(cFromB, bFromA).
 *
 * Camera coordinates: x to the right, y down, z into the picture (as COLMAP and OpenCV). Matrices are row-major.
 */
export interface Rigid3 {
  /** 3 x 3, orthonormal, determinant 1. */
  readonly rotation: Float64Array
  readonly translation: Float64Array
}

export const identity3 = (): Rigid3 => ({
  rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  translation: new Float64Array(3),
})
