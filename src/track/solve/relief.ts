/**
 * What the depth of a scene says beyond a plane. Points of a plane go with more than one lens and with more than one motion
 * (Maybank, Theory of Reconstruction from Image Motion, 1993), so a scene that hardly leaves its best plane tells little.
 */
import { centreOf } from '../geometry/rigid3.ts'
import { factorCholesky, substituteCholesky } from '../geometry/dense.ts'
import { camerasInside, type Reconstruction, solvedFrames } from './reconstruction.ts'
import { quantile } from './shot.ts'

export interface Relief {
  /** How far points shift in the picture because the camera moves, pixels; the middle one. */
  readonly shiftPx: number
  /** The same, less what points of the best plane in their places would shift: of the upper fifth. */
  readonly offPlanePx: number
  /** How many times as far as the nearest tenth of the points the farthest tenth is. */
  readonly depthRange: number
}

/**
 * A wall leaves its best plane by less than so many times the noise; it faces the camera where its far end is hardly farther away
 * than its near one.
 */
const [FLAT, FACING] = [20, 1.1]

/**
 * Before a wall that faces it a camera that moves in and a lens that zooms look alike, and the standard deviation of the one that
 * was found knows nothing of the other.
 */
export const isFacedWall = ({ offPlanePx, depthRange }: Relief, noisePx: number): boolean =>
  offPlanePx < FLAT * noisePx && depthRange < FACING

/** Cameras that shifts are told for. */
const LOOKS = 5

/** Of a moving camera; null where too few points lie before the middle camera. */
export function reliefOf(final: Reconstruction): Relief | null {
  const frames = solvedFrames(final)
  const middle = frames[frames.length >> 1]!
  const { rotation: r } = final.cameras[middle]!
  const { rays, depths } = seenFrom(final, middle)
  const plane = planeOf(rays)
  if (plane === null) return null
  const focalPx = camerasInside(final)(middle).focalXPx
  const origin = centreOf(final.cameras[middle]!)
  const steps = Array.from({ length: LOOKS }, (_, i) => {
    const centre = centreOf(final.cameras[frames[Math.round((i * (frames.length - 1)) / (LOOKS - 1))]!]!)
    const d = centre.map((value, axis) => value - origin[axis]!)
    return [0, 3, 6].map((row) => r[row]! * d[0]! + r[row + 1]! * d[1]! + r[row + 2]! * d[2]!)
  })
  const [shifts, off]: [number[], number[]] = [[], []]
  for (let i = 0; i < rays.length; i += 3) {
    const [u, v, near] = [rays[i]!, rays[i + 1]!, rays[i + 2]!]
    const perNearness = focalPx * Math.max(...steps.map(([x, y, z]) => Math.hypot(x! - u * z!, y! - v * z!)))
    shifts.push(perNearness * near)
    off.push(perNearness * Math.abs(near - (plane[0]! + plane[1]! * u + plane[2]! * v)))
  }
  const depthRange = quantile(depths, 0.9) / quantile(depths, 0.1)
  return { shiftPx: quantile(shifts, 0.5), offPlanePx: quantile(off, 0.8), depthRange }
}

/** The points moved into their best plane, along the rays of the middle camera; null where too few lie before it. */
export function flattened(final: Reconstruction): Reconstruction | null {
  const frames = solvedFrames(final)
  const middle = frames[frames.length >> 1]!
  const { rotation: r, translation: t } = final.cameras[middle]!
  const { rays, at } = seenFrom(final, middle)
  const plane = planeOf(rays)
  if (plane === null) return null
  const points = new Float64Array(final.points.length).fill(NaN)
  for (const [i, p] of at.entries()) {
    const [u, v] = [rays[3 * i]!, rays[3 * i + 1]!]
    const depth = 1 / (plane[0]! + plane[1]! * u + plane[2]! * v)
    // A plane that bends back over the camera has no such point.
    if (!(depth > 0 && Number.isFinite(depth))) continue
    const [x, y, z] = [u * depth - t[0]!, v * depth - t[1]!, depth - t[2]!]
    for (let a = 0; a < 3; a++) points[p + a] = r[a]! * x + r[3 + a]! * y + r[6 + a]! * z
  }
  return { ...final, points }
}

/** The points before a camera: tangents to the right and down, and the inverse depth, 3 numbers each; depths; where they are kept. */
function seenFrom({ cameras, points }: Reconstruction, frame: number) {
  const { rotation: r, translation: t } = cameras[frame]!
  const [rays, depths, at]: [number[], number[], number[]] = [[], [], []]
  for (let p = 0; p < points.length; p += 3) {
    const [x, y, z] = [points[p]!, points[p + 1]!, points[p + 2]!]
    const depth = r[6]! * x + r[7]! * y + r[8]! * z + t[2]!
    // Also what is not a point.
    if (!(depth > 0)) continue
    const u = (r[0]! * x + r[1]! * y + r[2]! * z + t[0]!) / depth
    const v = (r[3]! * x + r[4]! * y + r[5]! * z + t[1]!) / depth
    rays.push(u, v, 1 / depth)
    depths.push(depth)
    at.push(p)
  }
  return { rays, depths, at }
}

/** Of a plane the inverse depth is linear in the picture: its coefficients of 1, u and v, by least squares. */
function planeOf(rays: readonly number[]): Float64Array | null {
  const matrix = new Float64Array(9)
  const right = new Float64Array(3)
  for (let i = 0; i < rays.length; i += 3) {
    const row = [1, rays[i]!, rays[i + 1]!]
    for (let a = 0; a < 3; a++) {
      right[a]! += row[a]! * rays[i + 2]!
      for (let b = 0; b <= a; b++) matrix[3 * a + b]! += row[a]! * row[b]!
    }
  }
  if (rays.length < 12 || !factorCholesky(matrix, 3)) return null
  substituteCholesky(matrix, right, 3)
  return right
}
