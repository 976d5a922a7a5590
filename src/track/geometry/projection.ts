/**
 * From points to pixels and from pixels to rays. Pixels have their origin at the top-left corner of the picture; camera
 * coordinates are x to the right, y down, z forward. A point that is behind the camera or beyond the fold of the lens has no
 * pixel, and a pixel that no ray reaches has no ray: null, or NaN inside typed arrays.
 */
import type { Intrinsics } from './intrinsics.ts'
import { distort, distortWithJacobian, lensMap, undistort, type LensMap } from './lens.ts'
import type { Rigid3 } from './rigid3.ts'

/** Intrinsics made ready for many points. */
export interface Camera {
  readonly focalXPx: number
  readonly focalYPx: number
  readonly principalXPx: number
  readonly principalYPx: number
  readonly lens: LensMap
}

export const cameraOf = (intrinsics: Intrinsics): Camera => ({
  focalXPx: intrinsics.focalPx,
  focalYPx: intrinsics.focalPx * intrinsics.pixelAspect,
  principalXPx: intrinsics.principalXPx,
  principalYPx: intrinsics.principalYPx,
  lens: lensMap(intrinsics),
})

type Point = ArrayLike<number>

/** The pixel at which a camera sees a point of the world; null behind the camera or beyond the fold of the lens. */
export function project(
  intrinsics: Intrinsics,
  camFromWorld: Rigid3,
  pointInWorld: Point,
): readonly [number, number] | null {
  const out = new Float64Array(2)
  projectAll(
    cameraOf(intrinsics),
    camFromWorld,
    Float64Array.of(pointInWorld[0]!, pointInWorld[1]!, pointInWorld[2]!),
    out,
  )
  return Number.isNaN(out[0]!) ? null : [out[0]!, out[1]!]
}

/** The direction (x, y, 1) in camera coordinates that a pixel shows, undistorted; null where the lens has none. */
export function ray(intrinsics: Intrinsics, pixel: Point): readonly [number, number, 1] | null {
  const out = raysOf(cameraOf(intrinsics), Float64Array.of(pixel[0]!, pixel[1]!))
  return Number.isNaN(out[0]!) ? null : [out[0]!, out[1]!, 1]
}

/** Points of the world (3 each) to pixels (2 each, NaN where there is none). */
export function projectAll(
  camera: Camera,
  camFromWorld: Rigid3,
  pointsInWorld: Float64Array,
  out = new Float64Array((pointsInWorld.length / 3) * 2),
): Float64Array {
  const { rotation: r, translation: t } = camFromWorld
  for (let from = 0, to = 0; from < pointsInWorld.length; from += 3, to += 2) {
    const x = pointsInWorld[from]!
    const y = pointsInWorld[from + 1]!
    const z = pointsInWorld[from + 2]!
    const depth = r[6]! * x + r[7]! * y + r[8]! * z + t[2]!
    const u = (r[0]! * x + r[1]! * y + r[2]! * z + t[0]!) / depth
    const v = (r[3]! * x + r[4]! * y + r[5]! * z + t[1]!) / depth
    pixelOfRay(camera, depth > 0 ? u : NaN, v, out, to)
  }
  return out
}

/** The pixel of the ideal ray (x, y, 1), to `out[at]`, `out[at + 1]`; false, with NaN written, beyond the fold. */
export function pixelOfRay(camera: Camera, x: number, y: number, out: Float64Array, at = 0): boolean {
  const inside = distort(camera.lens, x, y, out, at)
  out[at] = camera.focalXPx * out[at]! + camera.principalXPx
  out[at + 1] = camera.focalYPx * out[at + 1]! + camera.principalYPx
  return inside
}

/** Pixels (2 each) to ideal rays (x, y of (x, y, 1); NaN where there is none). `out` may be `pixels`. */
export function raysOf(camera: Camera, pixels: Float64Array, out = new Float64Array(pixels.length)): Float64Array {
  for (let at = 0; at < pixels.length; at += 2) {
    const x = (pixels[at]! - camera.principalXPx) / camera.focalXPx
    const y = (pixels[at + 1]! - camera.principalYPx) / camera.focalYPx
    undistort(camera.lens, x, y, out, at)
  }
  return out
}

/** What `projectWithJacobian` writes to: made once, used for many points. */
export interface ProjectionJacobian {
  readonly pixel: Float64Array
  /** d pixel / d point in camera coordinates, 2 x 3. */
  readonly byPoint: Float64Array
  /** d pixel / d (focalPx, k1, k2, k3, principalXPx, principalYPx), 2 x 6; the coefficients are those of the `Lens`. */
  readonly byIntrinsics: Float64Array
  /** Scratch: the ideal ray and the distorted one, and the derivatives of the distortion. */
  readonly ray: Float64Array
  readonly distorted: Float64Array
  readonly byRay: Float64Array
  readonly byK: Float64Array
}

export const projectionJacobian = (): ProjectionJacobian => ({
  pixel: new Float64Array(2),
  byPoint: new Float64Array(6),
  byIntrinsics: new Float64Array(12),
  ray: new Float64Array(2),
  distorted: new Float64Array(2),
  byRay: new Float64Array(4),
  byK: new Float64Array(6),
})

/**
 * Projects a point given in CAMERA coordinates, with derivatives by the point; those by the intrinsics follow from what is
 * left in `out`, for who needs them: `jacobianByIntrinsics`.
 *
 * @returns false behind the camera or beyond the fold; the derivatives are then not meaningful.
 */
export function projectWithJacobian(camera: Camera, x: number, y: number, z: number, out: ProjectionJacobian): boolean {
  if (!(z > 0)) return false
  const { pixel, byPoint, ray, distorted, byRay } = out
  const u = x / z
  const v = y / z
  if (!distortWithJacobian(camera.lens, u, v, distorted, out)) return false
  ray[0] = u
  ray[1] = v
  const { focalXPx: fx, focalYPx: fy } = camera
  byPoint[0] = (fx * byRay[0]!) / z
  byPoint[1] = (fx * byRay[1]!) / z
  byPoint[2] = (-fx * (byRay[0]! * u + byRay[1]! * v)) / z
  byPoint[3] = (fy * byRay[2]!) / z
  byPoint[4] = (fy * byRay[3]!) / z
  byPoint[5] = (-fy * (byRay[2]! * u + byRay[3]! * v)) / z
  pixel[0] = fx * distorted[0]! + camera.principalXPx
  pixel[1] = fy * distorted[1]! + camera.principalYPx
  return true
}

/** Fills `byIntrinsics` for the point that `projectWithJacobian` projected last. */
export function jacobianByIntrinsics(camera: Camera, out: ProjectionJacobian): void {
  const { byIntrinsics, ray, distorted, byRay, byK } = out
  const { focalXPx: fx, focalYPx: fy, lens } = camera
  const unit2 = lens.unit * lens.unit
  for (let row = 0; row < 2; row++) {
    const f = row === 0 ? fx : fy
    const at = 6 * row
    // Nuke's unit is the picture, not the focal length: a longer lens moves the point along its distorted curve.
    const along = lens.model === 'nuke' ? byRay[2 * row]! * ray[0]! + byRay[2 * row + 1]! * ray[1]! : distorted[row]!
    byIntrinsics[at] = along * (f / fx)
    for (let i = 0, power = unit2; i < 3; i++, power *= unit2) byIntrinsics[at + 1 + i] = f * byK[3 * row + i]! * power
    byIntrinsics[at + 4] = 1 - row
    byIntrinsics[at + 5] = row
  }
}
