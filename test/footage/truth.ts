/**
 * The truth of a generated clip, and its projection. This is the referee's own mathematics: nothing here may come from
 * the code under test.
 *
 * Pixels: top-left corner origin, centre of the first pixel at (0.5, 0.5). The truth's cameras look along -Z with y up.
 */
import { readFileSync } from 'node:fs'

export type Vector = readonly [number, number, number]

/** 4 x 4, row-major, camera to world. */
export type Pose = readonly (readonly number[])[]

export interface TrueFrame {
  readonly frame: number
  readonly cam_to_world: Pose
  readonly focal_px: number
}

/** What make_clips.py writes, as far as it is judged by. */
export interface Truth {
  readonly clip: string
  readonly mode: string
  readonly seed: number
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly frame_count: number
  readonly sensor_width_mm: number
  readonly principal_point_px: readonly [number, number]
  readonly distortion: { readonly model: string; readonly k1: number; readonly k2: number; readonly k3: number }
  readonly camera_moves: 'free' | 'rotation'
  readonly zoom: boolean
  readonly cut_frame: number | null
  readonly segments: readonly { readonly first: number; readonly last: number }[]
  /** The jump at a cut is not counted. */
  readonly path_length_m: number
  readonly frames: readonly TrueFrame[]
  /** Points on things that stand still; `visible` has a 1 for each frame in which it can be seen. */
  readonly points: readonly { readonly xyz: Vector; readonly from_frame: number; readonly visible: string }[]
  /** Per moving object and frame the box x0, y0, x1, y1 around it in the picture; null when out of view. */
  readonly movers: readonly { readonly boxes: readonly (readonly [number, number, number, number] | null)[] }[]
}

export const readTruth = (path: string): Truth => JSON.parse(readFileSync(path, 'utf8')) as Truth

/** Mean focal length in pixels over frames `first` to `last`. */
export function meanFocal(truth: Truth, first = 0, last = truth.frame_count - 1): number {
  const focals = truth.frames.slice(first, last + 1).map((f) => f.focal_px)
  return focals.reduce((a, b) => a + b, 0) / focals.length
}

export function positionOf(pose: Pose): Vector {
  return [pose[0]?.[3] ?? NaN, pose[1]?.[3] ?? NaN, pose[2]?.[3] ?? NaN]
}

/** The true camera of one frame, laid out for projecting many points. */
export interface TrueCamera {
  /** World to camera, rows x right, y down, z forward. */
  readonly rotation: Float64Array
  readonly centre: Vector
  readonly focalPx: number
  readonly cx: number
  readonly cy: number
  readonly k1: number
  readonly k2: number
}

export function trueCamera(truth: Truth, frame: number): TrueCamera {
  const at = truth.frames[frame]
  if (!at) throw new RangeError(`${truth.clip} has no frame ${frame}`)
  return cameraOf(at.cam_to_world, at.focal_px, truth.distortion, truth.principal_point_px)
}

export function cameraOf(
  pose: Pose,
  focalPx: number,
  lens: { readonly k1: number; readonly k2: number },
  centrePx: readonly [number, number],
): TrueCamera {
  const rotation = new Float64Array(9)
  // The columns of camera to world are the camera's axes; y and z turn over.
  for (let row = 0; row < 3; row++)
    for (let col = 0; col < 3; col++) rotation[3 * row + col] = (pose[col]?.[row] ?? NaN) * (row === 0 ? 1 : -1)
  const [cx, cy] = centrePx
  return { rotation, centre: positionOf(pose), focalPx, cx, cy, k1: lens.k1, k2: lens.k2 }
}

/** Pixel of a point in world coordinates; null behind the camera. */
export function project(camera: TrueCamera, point: Vector): [number, number] | null {
  const d = point.map((p, i) => p - (camera.centre[i] ?? 0))
  const along = (row: number) => d.reduce((sum, v, i) => sum + v * (camera.rotation[3 * row + i] ?? 0), 0)
  const z = along(2)
  return z > 0 ? distort(camera, along(0), along(1), z) : null
}

/** Pixel of a direction or point in camera coordinates (x right, y down, z forward; z above 0). */
export function distort(camera: TrueCamera, x: number, y: number, z: number): [number, number] {
  const [u, v] = [x / z, y / z]
  const r2 = u * u + v * v
  const s = 1 + r2 * (camera.k1 + r2 * camera.k2)
  return [camera.cx + camera.focalPx * u * s, camera.cy + camera.focalPx * v * s]
}
