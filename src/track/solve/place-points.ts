/** Gives points to tracks that have none and are seen by enough solved cameras. */
import { applyTransposed3 } from '../geometry/linear.ts'
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
  const place = reconstruction.tripod ? meanDirection : nearestPoint
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

interface Rays {
  count: number
  /** 3 per ray: camera centre and unit direction in world coordinates. */
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
): Rays {
  const rays: Rays = { count: 0, centre: [], direction: [], observation: [] }
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

/** Least squares of the distances to all rays: sum of (I - d dᵀ) (x - c) = 0. */
function nearestPoint({ count, centre: c, direction: d }: Rays, leastAngleRad: number): Float64Array | null {
  const least = Math.cos(leastAngleRad)
  let wide = false
  // Against the first and the last ray: in a video the widest angle has one of them in nearly all cases.
  for (let i = 0; i < count && !wide; i++) {
    for (const j of [0, count - 1]) {
      const cosine = d[3 * i]! * d[3 * j]! + d[3 * i + 1]! * d[3 * j + 1]! + d[3 * i + 2]! * d[3 * j + 2]!
      if (cosine < least) wide = true
    }
  }
  if (!wide) return null
  let [xx, xy, xz, yy, yz, zz, bx, by, bz] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
  for (let i = 0; i < 3 * count; i += 3) {
    const [dx, dy, dz] = [d[i]!, d[i + 1]!, d[i + 2]!]
    const along = dx * c[i]! + dy * c[i + 1]! + dz * c[i + 2]!
    xx += 1 - dx * dx
    xy -= dx * dy
    xz -= dx * dz
    yy += 1 - dy * dy
    yz -= dy * dz
    zz += 1 - dz * dz
    bx += c[i]! - dx * along
    by += c[i + 1]! - dy * along
    bz += c[i + 2]! - dz * along
  }
  const [a, b, e] = [yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy]
  const det = xx * a + xy * b + xz * e
  if (!(Math.abs(det) > 1e-14 * count ** 3)) return null
  return Float64Array.of(
    (a * bx + b * by + e * bz) / det,
    (b * bx + (xx * zz - xz * xz) * by + (xy * xz - xx * yz) * bz) / det,
    (e * bx + (xy * xz - xx * yz) * by + (xx * yy - xy * xy) * bz) / det,
  )
}

/** In front of every camera, and near enough to at least half of the observations. */
function fits(
  shot: Shot,
  { cameras, points }: Reconstruction,
  inside: (frame: number) => Camera,
  track: number,
  rays: Rays,
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
