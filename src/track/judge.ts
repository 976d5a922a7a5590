/**
 * How far a solved camera path is from the truth. Positions are compared after the similarity that lays the solved path
 * over the true one (its root mean square error is known as ATE), rotations relative to the first camera, as
 * match-movers feel both.
 */
import { alignPoints } from './estimate/similarity.ts'
import { multiply3, transpose3 } from './geometry/linear.ts'
import { centreOf, type Rigid3 } from './geometry/rigid3.ts'
import { angleBetween } from './geometry/so3.ts'

export interface JudgedCamera {
  readonly frame: number
  readonly camFromWorld: Rigid3
  readonly focalPx: number
}

/** One pose and focal length for each frame of the clip. */
export interface TruePath {
  readonly camFromWorld: readonly Rigid3[]
  readonly focalsPx: ArrayLike<number>
}

export interface Verdict {
  readonly cameras: number
  /** Share of the clip's frames that have a camera. */
  readonly solvedShare: number
  /**
   * Root mean square, in the unit of the truth, and as a share of the length of the true path; null of a camera on a
   * tripod.
   */
  readonly positionRms: number | null
  readonly positionShare: number | null
  readonly rotationMeanDeg: number
  readonly rotationMaxDeg: number
  /** Error of the focal length as a share, mean and worst over frames. */
  readonly focalMeanShare: number
  readonly focalMaxShare: number
}

/** Shorter than this share of their distance from the origin, paths are taken to stand still. */
const STANDING = 1e-9

/** Judges the cameras of one shot; null with fewer than two. */
export function judge(cameras: readonly JudgedCamera[], truth: TruePath): Verdict | null {
  const first = cameras[0]
  if (first === undefined || cameras.length < 2) return null
  const trueCamera = (frame: number) => truth.camFromWorld[frame]!
  const position = judgePositions(cameras, truth)
  const angles = cameras.map(({ frame, camFromWorld }) => {
    const found = multiply3(camFromWorld.rotation, transpose3(first.camFromWorld.rotation))
    const real = multiply3(trueCamera(frame).rotation, transpose3(trueCamera(first.frame).rotation))
    return (angleBetween(found, real) * 180) / Math.PI
  })
  const focal = cameras.map(({ frame, focalPx }) => Math.abs(focalPx / truth.focalsPx[frame]! - 1))
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    cameras: cameras.length,
    solvedShare: cameras.length / truth.camFromWorld.length,
    positionRms: position?.rms ?? null,
    positionShare: position?.share ?? null,
    rotationMeanDeg: mean(angles),
    rotationMaxDeg: Math.max(...angles),
    focalMeanShare: mean(focal),
    focalMaxShare: Math.max(...focal),
  }
}

function judgePositions(cameras: readonly JudgedCamera[], { camFromWorld }: TruePath) {
  const path = camFromWorld.map(centreOf)
  const length = path.reduce((sum, at, i) => sum + (i === 0 ? 0 : distance(at, path[i - 1]!)), 0)
  if (!(length > STANDING * (1 + Math.hypot(...path[0]!)))) return null
  const real = Float64Array.from(cameras.flatMap(({ frame }) => [...path[frame]!]))
  const found = Float64Array.from(cameras.flatMap((camera) => [...centreOf(camera.camFromWorld)]))
  const alignment = alignPoints(found, real)
  // All cameras in one place: as wrong as a path can be.
  const rms = alignment?.rms ?? spreadOf(real)
  return { rms, share: rms / length }
}

const distance = (a: Float64Array, b: Float64Array) => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!)

function spreadOf(points: Float64Array): number {
  const count = points.length / 3
  const mean = [0, 1, 2].map((axis) => points.reduce((sum, value, i) => sum + (i % 3 === axis ? value / count : 0), 0))
  return Math.sqrt(points.reduce((sum, value, i) => sum + (value - mean[i % 3]!) ** 2, 0) / count)
}
