/** How the camera of test footage moves: smooth in time, with the small unrest of a hand. */
import { seededRng } from '#core/rng.ts'
import { cross } from './render.ts'
import type { Pose, Vector } from './truth.ts'

export type Motion = 'walk' | 'forward' | 'tripod' | 'still'

export interface PathOptions {
  readonly motion: Motion
  readonly seed: string
  readonly first: number
  readonly last: number
  readonly speed: number
}

/** Metres, and degrees to the right, a frame at speed 1. */
const stride = 0.045
const turns: Readonly<Record<Motion, number>> = { walk: -0.2, forward: 0.1, tripod: 0.6, still: 0 }

/** Camera to world at a time in frames; the camera looks along -Z, y up (as the truth files have it). */
export function cameraPath(options: PathOptions): (time: number) => Pose {
  const { motion, first, last, speed } = options
  const unrest = waves(options.seed)
  const middle = (first + last) / 2
  const hand = motion === 'still' ? 0 : Math.min(1, speed)
  return (time) => {
    const t = time - first
    const along = (time - middle) * speed
    const shake = motion === 'tripod' ? 0 : 0.012 * hand
    const start: Vector = motion === 'forward' ? [0.3, -1.6, 1.6] : [0, -1.4, 1.6]
    const go = motion === 'tripod' || motion === 'still' ? 0 : stride * along
    const eye: Vector = [
      start[0] + (motion === 'walk' ? go : 0.1 * go) + shake * unrest(0, t),
      start[1] + (motion === 'forward' ? go + (stride * speed * (last - first)) / 2 : 0.2 * go) + shake * unrest(1, t),
      start[2] + shake * unrest(2, t),
    ]
    const degrees = Math.PI / 180
    const turn = turns[motion] * along
    return lookOut(eye, {
      yaw: degrees * (turn + 0.25 * hand * unrest(3, t)),
      pitch: degrees * (-7 + (motion === 'tripod' ? 0.12 * along : 0) + 0.25 * hand * unrest(4, t)),
      roll: degrees * 0.3 * hand * unrest(5, t),
    })
  }
}

/** Yaw turns from +y towards +x, pitch upwards, roll clockwise; radians. */
export function lookOut(eye: Vector, angles: { yaw: number; pitch: number; roll: number }): Pose {
  const { yaw, pitch, roll } = angles
  const ahead: Vector = [Math.sin(yaw) * Math.cos(pitch), Math.cos(yaw) * Math.cos(pitch), Math.sin(pitch)]
  const level: Vector = [Math.cos(yaw), -Math.sin(yaw), 0]
  const up = cross(level, ahead)
  const mix = (a: Vector, p: number, b: Vector, q: number) =>
    a.map((w, i) => p * w + q * (b[i] ?? 0)) as unknown as Vector
  const right = mix(level, Math.cos(roll), up, -Math.sin(roll))
  const top = mix(up, Math.cos(roll), level, Math.sin(roll))
  const row = (i: 0 | 1 | 2) => [right[i], top[i], -ahead[i], eye[i]]
  return [row(0), row(1), row(2), [0, 0, 0, 1]]
}

/** For each axis a sum of three slow sines with random phase, about -1 to 1. */
function waves(seed: string): (axis: number, time: number) => number {
  const rng = seededRng(`${seed}/path`)
  const axes = Array.from({ length: 6 }, () =>
    [0.11, 0.29, 0.53].map((rate, i) => ({
      rate: rate * (0.8 + 0.4 * rng.next()),
      phase: 2 * Math.PI * rng.next(),
      height: [0.6, 0.3, 0.15][i] ?? 0,
    })),
  )
  return (axis, time) => (axes[axis] ?? []).reduce((sum, w) => sum + w.height * Math.sin(w.rate * time + w.phase), 0)
}
