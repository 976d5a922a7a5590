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
}

/** Cameras that shifts are told for. */
const LOOKS = 5

/** Of a moving camera; null where too few points lie before the middle camera. */
export function reliefOf(final: Reconstruction): Relief | null {
  const frames = solvedFrames(final)
  const middle = frames[frames.length >> 1]!
  const { rotation: r, translation: t } = final.cameras[middle]!
  const rays: number[] = []
  for (let p = 0; p < final.points.length; p += 3) {
    const [x, y, z] = [final.points[p]!, final.points[p + 1]!, final.points[p + 2]!]
    const depth = r[6]! * x + r[7]! * y + r[8]! * z + t[2]!
    // Also what is not a point.
    if (!(depth > 0)) continue
    const u = (r[0]! * x + r[1]! * y + r[2]! * z + t[0]!) / depth
    const v = (r[3]! * x + r[4]! * y + r[5]! * z + t[1]!) / depth
    rays.push(u, v, 1 / depth)
  }
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
  return { shiftPx: quantile(shifts, 0.5), offPlanePx: quantile(off, 0.8) }
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
