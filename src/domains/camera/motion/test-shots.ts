/** Tracks of points seen by a camera whose every move is given: for tests of what kind of motion it is. */
import { seededRng } from '#core/rng.ts'
import { project } from '#track/geometry/projection.ts'
import { rigidFromCentre } from '#track/geometry/rigid3.ts'
import { expSo3 } from '#track/geometry/so3.ts'
import { transpose3 } from '#track/geometry/linear.ts'
import type { SolverTrack } from '#track/solution.ts'
import { gaussianPair } from '#track/synthetic.ts'

export const shape = { widthPx: 960, heightPx: 540 }

/** Angles in degrees: to the right, up, clockwise; place in metres: to the right, down, ahead. */
export interface Stance {
  readonly yaw?: number
  readonly pitch?: number
  readonly roll?: number
  readonly place?: readonly [number, number, number]
  readonly focalPx?: number
}

export interface ShotOptions {
  readonly frames?: number
  readonly points?: number
  readonly noisePx?: number
  readonly seed?: number
  /** Nearest and farthest point, metres. */
  readonly depth?: readonly [number, number]
}

/** Each point is seen for as long as it is in the picture. */
export function shotOf(stanceAt: (frame: number) => Stance, options: ShotOptions = {}): SolverTrack[] {
  const { frames = 60, points = 250, noisePx = 0.2, seed = 1, depth = [4, 25] } = options
  const rng = seededRng(seed)
  const intrinsics = {
    ...shape,
    pixelAspect: 1,
    principalXPx: shape.widthPx / 2,
    principalYPx: shape.heightPx / 2,
    lens: { model: 'none' as const },
  }
  const cameras = Array.from({ length: frames }, (_, frame) => {
    const { yaw = 0, pitch = 0, roll = 0, place = [0, 0, 0], focalPx = 800 } = stanceAt(frame)
    const [x, y, z] = [pitch, yaw, roll].map((angle) => (angle * Math.PI) / 180)
    return {
      intrinsics: { ...intrinsics, focalPx },
      pose: rigidFromCentre(transpose3(expSo3(x!, y!, z!)), Float64Array.from(place)),
    }
  })
  return Array.from({ length: points }, (_, id): SolverTrack => {
    const [near, far] = depth
    const z = near * (far / near) ** rng.next()
    // Wider than the picture: a turn brings others into it.
    const point = Float64Array.of((rng.next() - 0.5) * 2.2 * z, (rng.next() - 0.5) * 1.2 * z, z)
    const seen: number[] = []
    const xy: number[] = []
    cameras.forEach(({ intrinsics: lens, pose }, frame) => {
      const pixel = project(lens, pose, point)
      const [dx, dy] = gaussianPair(rng)
      if (pixel === null || seen.at(-1) !== (seen.length === 0 ? undefined : frame - 1)) return
      const [u, v] = [pixel[0] + noisePx * dx, pixel[1] + noisePx * dy]
      if (u < 0 || v < 0 || u > shape.widthPx || v > shape.heightPx) return
      seen.push(frame)
      xy.push(u, v)
    })
    return { id, frames: Int32Array.from(seen), xy: Float64Array.from(xy) }
  }).filter(({ frames: seen }) => seen.length > 1)
}

/** The same shot in a mirror. */
export const mirrored = (tracks: readonly SolverTrack[]): SolverTrack[] =>
  tracks.map((track) => ({
    ...track,
    xy: track.xy.map((value, i) => (i % 2 === 0 ? shape.widthPx - value : value)),
  }))

/** The same shot with other numbers on its frames. */
export const shifted = (tracks: readonly SolverTrack[], by: number): SolverTrack[] =>
  tracks.map((track) => ({ ...track, frames: track.frames.map((frame) => frame + by) }))

/** Tracks in the middle of the picture end after a third of the shot: what is left of them lies at the border. */
export const endingEarly = (tracks: readonly SolverTrack[], frames: number): SolverTrack[] =>
  tracks.map((track) => {
    const isCentral = Math.hypot(track.xy[0]! - shape.widthPx / 2, track.xy[1]! - shape.heightPx / 2) < 200
    const kept = isCentral ? track.frames.filter((frame) => frame < frames / 3).length : track.frames.length
    return { ...track, frames: track.frames.slice(0, kept), xy: track.xy.slice(0, 2 * kept) }
  })
