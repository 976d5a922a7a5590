/**
 * How good a solved camera is, against the true one. A solve has a world of its own: positions are compared after the
 * best similarity, rotations relative to the shot's first solved camera, so that neither owes anything to the choice of
 * axes. Each shot of a clip is judged by itself.
 */
import { meanFocal, positionOf, trueCamera, type Truth, type Vector } from '#test/footage/truth.ts'
import { alignPoints } from '#track/estimate/similarity.ts'

export interface PlacedCamera {
  readonly frame: number
  readonly centre: Vector
  /** World to camera, rows x right, y down, z forward. */
  readonly rotation: ArrayLike<number>
  readonly focalPx: number
}

export interface Placed {
  readonly cameras: readonly PlacedCamera[]
  /** Radial, from ideal to distorted rays, radius in focal lengths; 0 without. */
  readonly k1: number
  readonly k2: number
}

export interface Segment {
  readonly first: number
  readonly last: number
}

export interface Judged3d {
  readonly cameras: number
  readonly frames: number
  /** Root mean square distance from the true positions, as a share of the path's length; null for a tripod. */
  readonly pathShare: number | null
  readonly rotationMeanDeg: number
  readonly rotationMaxDeg: number
  /** Mean over the solved frames of how far the focal length is off, as a share; for a zoom that of its curve. */
  readonly focalShare: number
  readonly focalMaxShare: number
  /** null without distortion in the truth. */
  readonly k1Share: number | null
  /** Mean and largest distance in pixels, over the picture, between where the two lenses put a ray, focal lengths alike. */
  readonly lensPx: number | null
}

/** null: fewer than three of the shot's cameras were solved. */
export function judge3d(placed: Placed, truth: Truth, { first, last }: Segment): Judged3d | null {
  const cameras = placed.cameras.filter((c) => c.frame >= first && c.frame <= last)
  if (cameras.length < 3) return null
  const turns = rotationErrors(cameras, truth)
  const focals = cameras.map((c) => Math.abs(c.focalPx / (truth.frames[c.frame]?.focal_px ?? NaN) - 1))
  const { k1, model } = truth.distortion
  const distorted = model !== 'none'
  return {
    cameras: cameras.length,
    frames: last - first + 1,
    pathShare: truth.camera_moves === 'rotation' ? null : pathError(cameras, truth, { first, last }),
    rotationMeanDeg: mean(turns),
    rotationMaxDeg: Math.max(...turns),
    focalShare: mean(focals),
    focalMaxShare: Math.max(...focals),
    k1Share: distorted ? Math.abs(placed.k1 / k1 - 1) : null,
    lensPx: distorted ? lensDistance(placed, truth) : null,
  }
}

function pathError(cameras: readonly PlacedCamera[], truth: Truth, { first, last }: Segment): number {
  const trueAt = (frame: number) => positionOf(truth.frames[frame]?.cam_to_world ?? [])
  const from = Float64Array.from(cameras.flatMap((c) => [...c.centre]))
  const to = Float64Array.from(cameras.flatMap((c) => [...trueAt(c.frame)]))
  let length = 0
  for (let f = first + 1; f <= last; f++) length += distance(trueAt(f - 1), trueAt(f))
  return (alignPoints(from, to)?.rms ?? NaN) / length
}

/** Degrees between the true and the solved turn from the first camera to each other one. */
function rotationErrors(cameras: readonly PlacedCamera[], truth: Truth): number[] {
  const start = cameras[0]
  if (!start) return []
  const trueStart = trueCamera(truth, start.frame).rotation
  return cameras.slice(1).map((c) => {
    const solved = relative(c.rotation, start.rotation)
    const real = relative(trueCamera(truth, c.frame).rotation, trueStart)
    return angleDeg(relative(solved, real))
  })
}

/** A B^T of 3 x 3 matrices. */
function relative(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return Array.from({ length: 9 }, (_, k) => {
    const [row, col] = [3 * Math.floor(k / 3), 3 * (k % 3)]
    return [0, 1, 2].reduce((sum, i) => sum + (a[row + i] ?? NaN) * (b[col + i] ?? NaN), 0)
  })
}

/** By sine and cosine, since the cosine alone cannot tell small angles. */
function angleDeg(r: readonly number[]): number {
  const [m0 = NaN, m1 = NaN, m2 = NaN, m3 = NaN, m4 = NaN, m5 = NaN, m6 = NaN, m7 = NaN, m8 = NaN] = r
  const sine = Math.hypot(m7 - m5, m2 - m6, m3 - m1) / 2
  return (Math.atan2(sine, (m0 + m4 + m8 - 1) / 2) * 180) / Math.PI
}

function lensDistance(placed: Placed, truth: Truth): number {
  const { k1, k2 } = truth.distortion
  const focal = meanFocal(truth)
  const [cx, cy] = truth.principal_point_px
  let [sum, count] = [0, 0]
  for (let j = 0; j <= 16; j++)
    for (let i = 0; i <= 16; i++) {
      const r = Math.hypot((i / 16 - 0.5) * truth.width, (j / 16 - 0.5) * truth.height) / focal
      if (r * focal > Math.hypot(cx, cy)) continue
      const off = r * r * r * (placed.k1 - k1 + r * r * (placed.k2 - k2))
      sum += Math.abs(off) * focal
      count++
    }
  return sum / count
}

const mean = (a: readonly number[]) => a.reduce((sum, v) => sum + v, 0) / a.length

const distance = (a: Vector, b: Vector) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
