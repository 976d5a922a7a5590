/**
 * Whether what a turning camera leaves of the tracks is parallax: the residual of a track in a frame is then its nearness times
 * what a shift of that frame's camera does there. Shifts and nearnesses are found in turn by least squares (alternating least
 * squares for a factorisation: Wiberg 1976), and what they explain is compared with what they would explain of noise.
 */
import { solveCholesky } from '../geometry/dense.ts'
import { projectionJacobian, projectWithJacobian } from '../geometry/projection.ts'
import { camerasInside, type Reconstruction, solvedFrames } from './reconstruction.ts'
import { noisePx } from './score.ts'
import type { Shot } from './shot.ts'

const ROUNDS = 8
/** Keeps a frame's equations soluble where its tracks tell nothing of a shift. */
const DAMPING = 1e-6

/** Residuals of the kept observations, two rows each, and how they change when a frame's camera shifts or turns. */
interface Rows {
  readonly residual: Float64Array
  /** 3 per row, of a point at unit distance. */
  readonly byShift: Float64Array
  readonly byTurn: Float64Array
  /** Per row. */
  readonly frame: Int32Array
  readonly track: Int32Array
  readonly weight: Float64Array
}

/**
 * How many times as much of the squared residuals of a turning camera parallax explains as it would explain of noise: about 1
 * where there is none; null without observations to spare.
 */
export function leftParallax(shot: Shot, turning: Reconstruction): number | null {
  const rows = rowsOf(shot, turning)
  const tracks = new Set(rows.track).size
  const asked = 3 * solvedFrames(turning).length + tracks
  const spare = rows.residual.length - asked - tracks
  if (spare < 2 * asked) return null
  // Any start that tells tracks apart will do.
  const nearness = Float64Array.from({ length: shot.trackIds.length }, (_, t) => ((7919 * t) % 101) / 50 - 1)
  let after = 0
  for (let round = 0; round < ROUNDS; round++) {
    const motion = motionsOf(rows, nearness, shot.frameCount)
    after = takeNearness(rows, motion, nearness)
  }
  const before = rows.residual.reduce((sum, r, i) => sum + rows.weight[i]! * r * r, 0)
  return (before / after - 1) / (asked / spare)
}

/** Per frame the turn and the shift that explain most of its residuals. */
function motionsOf({ residual, byShift, byTurn, frame, track, weight }: Rows, nearness: Float64Array, frames: number) {
  const matrix = new Float64Array(36 * frames)
  const motion = new Float64Array(6 * frames)
  const row = new Float64Array(6)
  for (let i = 0; i < residual.length; i++) {
    const [f, n] = [frame[i]!, nearness[track[i]!]!]
    for (let a = 0; a < 3; a++) {
      row[a] = byTurn[3 * i + a]!
      row[3 + a] = n * byShift[3 * i + a]!
    }
    for (let a = 0; a < 6; a++) {
      const weighted = weight[i]! * row[a]!
      motion[6 * f + a]! += weighted * residual[i]!
      for (let b = 0; b <= a; b++) matrix[36 * f + 6 * a + b]! += weighted * row[b]!
    }
  }
  for (let f = 0; f < frames; f++) {
    const own = matrix.subarray(36 * f, 36 * f + 36)
    for (let a = 0; a < 6; a++) own[7 * a] = own[7 * a]! * (1 + DAMPING) + Number.MIN_VALUE
    if (!solveCholesky(own, motion.subarray(6 * f, 6 * f + 6), 6)) motion.fill(0, 6 * f, 6 * f + 6)
  }
  return motion
}

/** Nearnesses that go best with the motions, of root mean square 1. Returns the squared residuals that the ones before left. */
function takeNearness(
  { residual, byShift, byTurn, frame, track, weight }: Rows,
  motion: Float64Array,
  nearness: Float64Array,
): number {
  const [above, below] = [new Float64Array(nearness.length), new Float64Array(nearness.length)]
  let left = 0
  for (let i = 0; i < residual.length; i++) {
    const [f, t] = [6 * frame[i]!, track[i]!]
    const unturned = residual[i]! - dot(byTurn, 3 * i, motion, f)
    const shift = dot(byShift, 3 * i, motion, f + 3)
    above[t]! += weight[i]! * shift * unturned
    below[t]! += weight[i]! * shift * shift
    left += weight[i]! * (unturned - nearness[t]! * shift) ** 2
  }
  let [squares, count] = [0, 0]
  for (let t = 0; t < nearness.length; t++) {
    nearness[t] = below[t]! > 0 ? above[t]! / below[t]! : 0
    squares += nearness[t]! ** 2
    if (below[t]! > 0) count++
  }
  const size = Math.sqrt(squares / Math.max(1, count)) || 1
  for (let t = 0; t < nearness.length; t++) nearness[t]! /= size
  return left
}

const dot = (a: Float64Array, i: number, b: Float64Array, j: number) =>
  a[i]! * b[j]! + a[i + 1]! * b[j + 1]! + a[i + 2]! * b[j + 2]!

function rowsOf(shot: Shot, turning: Reconstruction): Rows {
  const inside = camerasInside(turning)
  const scratch = projectionJacobian()
  const limit = (2 * noisePx(shot, turning)) ** 2
  const [byShift, byTurn, residual, weight]: [number[], number[], number[], number[]] = [[], [], [], []]
  const [frame, track]: [number[], number[]] = [[], []]
  for (let i = 0; i < shot.track.length; i++) {
    const [f, t] = [shot.frame[i]!, shot.track[i]!]
    const rotation = turning.cameras[f]?.rotation
    if (turning.kept[i] === 0 || rotation === undefined || Number.isNaN(turning.points[3 * t]!)) continue
    const [x, y, z] = [0, 3, 6].map((row) => dot(rotation, row, turning.points, 3 * t)) as [number, number, number]
    if (!(z > 0) || !projectWithJacobian(inside(f), x, y, z, scratch)) continue
    const off = [shot.xy[2 * i]! - scratch.pixel[0]!, shot.xy[2 * i + 1]! - scratch.pixel[1]!]
    for (let row = 0; row < 2; row++) {
      const [a, b, c] = [scratch.byPoint[3 * row]!, scratch.byPoint[3 * row + 1]!, scratch.byPoint[3 * row + 2]!]
      byShift.push(a, b, c)
      byTurn.push(c * y - b * z, a * z - c * x, b * x - a * y)
      residual.push(off[row]!)
      weight.push(limit / (limit + off[0]! ** 2 + off[1]! ** 2))
      frame.push(f)
      track.push(t)
    }
  }
  return {
    residual: Float64Array.from(residual),
    byShift: Float64Array.from(byShift),
    byTurn: Float64Array.from(byTurn),
    frame: Int32Array.from(frame),
    track: Int32Array.from(track),
    weight: Float64Array.from(weight),
  }
}
