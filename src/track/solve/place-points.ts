/** Gives points to tracks that have none and are seen by enough solved cameras. */
import { applyTransposed3 } from '../geometry/linear.ts'
import { nearestToRays, type Rays } from '../estimate/triangulate.ts'
import { undistort } from '../geometry/lens.ts'
import type { Camera } from '../geometry/projection.ts'
import { camerasInside, pixelOfPoint, type Reconstruction } from './reconstruction.ts'
import type { Shot } from './shot.ts'

export interface PlaceOptions {
  /** Two of the rays must differ at least by what this many pixels are in the middle of the picture. */
  readonly leastParallaxPx: number
  /** A new point must come this near to its observations in the middle. */
  readonly gatePx: number
  /** Only observations in these frames are used; all solved frames when absent. */
  readonly frames?: readonly number[]
  /** Points that exist are placed anew as well. */
  readonly again?: boolean
}

/** Of a tripod: the mean direction. Otherwise the point nearest to all rays, if they meet at a wide enough angle. */
export function placePoints(shot: Shot, reconstruction: Reconstruction, options: PlaceOptions): Reconstruction {
  const points = reconstruction.points.slice()
  const inUse = new Uint8Array(shot.frameCount).fill(options.frames === undefined ? 1 : 0)
  for (const frame of options.frames ?? []) inUse[frame] = 1
  const inside = camerasInside(reconstruction)
  const placed = { ...reconstruction, points }
  const leastAngleRad = options.leastParallaxPx / reconstruction.intrinsics.focalPx
  const place = reconstruction.tripod ? meanDirection : nearestToRays
  for (let t = 0; t + 1 < shot.trackStart.length; t++) {
    if (!options.again && !Number.isNaN(points[3 * t]!)) continue
    const rays = raysOf(shot, reconstruction, inside, t, inUse)
    const point = rays.count < (reconstruction.tripod ? 1 : 2) ? null : place(rays, leastAngleRad)
    points.set(point ?? [NaN, NaN, NaN], 3 * t)
    if (point !== null && !fits(shot, placed, inside, t, rays, options.gatePx)) {
      points.fill(NaN, 3 * t, 3 * t + 3)
    }
  }
  return { ...reconstruction, points }
}

interface ObservedRays extends Rays {
  readonly centre: number[]
  readonly direction: number[]
  readonly observation: number[]
}

function raysOf(
  shot: Shot,
  { cameras, kept }: Reconstruction,
  inside: (frame: number) => Camera,
  track: number,
  inUse: Uint8Array,
): ObservedRays {
  const rays: ObservedRays = { count: 0, centre: [], direction: [], observation: [] }
  const ray = new Float64Array(3)
  const centre = new Float64Array(3)
  for (let i = shot.trackStart[track]!; i < shot.trackStart[track + 1]!; i++) {
    const frame = shot.frame[i]!
    const camera = cameras[frame] ?? null
    if (camera === null || kept[i] === 0 || inUse[frame] === 0) continue
    const eye = inside(frame)
    const x = (shot.xy[2 * i]! - eye.principalXPx) / eye.focalXPx
    const y = (shot.xy[2 * i + 1]! - eye.principalYPx) / eye.focalYPx
    if (!undistort(eye.lens, x, y, ray)) continue
    ray[2] = 1
    const length = Math.hypot(ray[0]!, ray[1]!, ray[2]!)
    applyTransposed3(camera.rotation, ray, ray)
    applyTransposed3(camera.rotation, camera.translation, centre)
    rays.direction.push(ray[0]! / length, ray[1]! / length, ray[2]! / length)
    rays.centre.push(-centre[0]!, -centre[1]!, -centre[2]!)
    rays.observation.push(i)
    rays.count++
  }
  return rays
}

function meanDirection({ direction }: Rays): Float64Array {
  const sum = new Float64Array(3)
  for (let i = 0; i < direction.length; i++) sum[i % 3]! += direction[i]!
  const length = Math.hypot(...sum)
  return sum.map((v) => v / length)
}

/** In front of every camera, and near enough to at least half of the observations. */
function fits(
  shot: Shot,
  { cameras, points }: Reconstruction,
  inside: (frame: number) => Camera,
  track: number,
  rays: ObservedRays,
  gatePx: number,
): boolean {
  const at = new Float64Array(2)
  let near = 0
  for (const i of rays.observation) {
    const frame = shot.frame[i]!
    if (!pixelOfPoint(inside(frame), cameras[frame]!, points, 3 * track, at)) return false
    if (Math.hypot(at[0]! - shot.xy[2 * i]!, at[1]! - shot.xy[2 * i + 1]!) <= gatePx) near++
  }
  return 2 * near >= rays.count
}
