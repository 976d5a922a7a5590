/** How the picture moved, from the tracks: speeds, directions, depth. */
import type { Track } from '#track/tracks.ts'
import type { FrameSample, OpticalFlow } from '../session.ts'
import type { Level, Pair } from '../terms.ts'
import { meanOf, pairOf, rounded, share } from './rounded.ts'
import { type PictureSize, sampleFrames, uvPath } from './track-records.ts'

/** Steps of all tracks from one frame to the next. */
export interface Steps {
  /** Where each step leads. */
  readonly frame: Int32Array
  /** In shares of width and height, y up. */
  readonly du: Float64Array
  readonly dv: Float64Array
}

export function stepsOf(tracks: readonly Track[], size: PictureSize): Steps {
  const longest = tracks.reduce((sum, { frames }) => sum + Math.max(0, frames.length - 1), 0)
  const [frame, du, dv] = [new Int32Array(longest), new Float64Array(longest), new Float64Array(longest)]
  let count = 0
  for (const track of tracks) {
    const { u, v } = uvPath(track, size)
    for (let i = 1; i < u.length; i++) {
      if (track.frames[i]! - track.frames[i - 1]! !== 1) continue
      frame[count] = track.frames[i]!
      du[count] = u[i]! - u[i - 1]!
      dv[count] = v[i]! - v[i - 1]!
      count++
    }
  }
  return { frame: frame.subarray(0, count), du: du.subarray(0, count), dv: dv.subarray(0, count) }
}

/** Speeds in shares of the picture per frame, x and y each of their own side. */
export const speedsOf = ({ du, dv }: Steps): Float64Array => du.map((value, i) => Math.hypot(value, dv[i]!))

export interface Spread {
  readonly mean: number
  readonly std: number
  readonly max: number
}

export function spreadOf(values: Float64Array): Spread | null {
  if (values.length === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, std: Math.sqrt(variance), max: values.reduce((most, value) => Math.max(most, value), 0) }
}

/** From the speeds at which the training-data guide draws its lines, in shares of the picture per frame. */
export function motionLevel(meanSpeedUv: number): Level {
  if (meanSpeedUv > 0.03) return 'high'
  return meanSpeedUv > 0.01 ? 'medium' : 'low'
}

/**
 * @param samples of each frame
 * @param parallax 0 to 1
 * @param lost share of the tracks that the tracker lost
 */
export function flowOf(
  steps: Steps,
  samples: readonly FrameSample[],
  parallax: number | null,
  lost: number | null,
): OpticalFlow {
  const spread = spreadOf(speedsOf(steps))
  const heading = headingOf(steps)
  return {
    velocityMeanUv: rounded(spread?.mean ?? null),
    velocityStdUv: rounded(spread?.std ?? null),
    velocityMaxUv: rounded(spread?.max ?? null),
    parallax: share(parallax),
    dominantDirection: heading?.direction ?? null,
    directionEntropy: share(heading?.disorder ?? null),
    accelerationUv: rounded(trendOf(samples)),
    dropoutRate: share(lost),
  }
}

/**
 * The mean direction of all steps, and how little they agree in it: 1 less the length of the mean of their unit vectors
 * (circular variance; Mardia and Jupp, Directional Statistics, 2000). null when nothing moved.
 */
function headingOf({ du, dv }: Steps): { direction: Pair | null; disorder: number } | null {
  let [x, y, count] = [0, 0, 0]
  for (let i = 0; i < du.length; i++) {
    const length = Math.hypot(du[i]!, dv[i]!)
    if (length === 0) continue
    x += du[i]! / length
    y += dv[i]! / length
    count++
  }
  if (count === 0) return null
  const length = Math.hypot(x, y)
  return { direction: length === 0 ? null : pairOf(x / length, y / length), disorder: 1 - length / count }
}

/** Slope of the line through the mean speeds of the frames: how much faster each frame is than the one before. */
function trendOf(samples: readonly FrameSample[]): number | null {
  const known = samples.flatMap(({ frame, averageVelocityUv }) =>
    typeof frame === 'number' && typeof averageVelocityUv === 'number' ? [{ frame, speed: averageVelocityUv }] : [],
  )
  const [meanFrame, meanSpeed] = [meanOf(known.map((k) => k.frame)), meanOf(known.map((k) => k.speed))]
  if (known.length < 3 || meanFrame === null || meanSpeed === null) return null
  const over = known.reduce((sum, { frame, speed }) => sum + (frame - meanFrame) * (speed - meanSpeed), 0)
  return over / known.reduce((sum, { frame }) => sum + (frame - meanFrame) ** 2, 0)
}

/**
 * Of each frame that was looked at: tracks that have a marker there, tracks whose last marker was in the frame before, and
 * the mean speed into it.
 */
export function frameSamples(
  tracks: readonly Track[],
  steps: Steps,
  { from, to }: { readonly from: number; readonly to: number },
): readonly FrameSample[] {
  const length = Math.max(0, to - from + 1)
  const [active, lost, moved] = [new Int32Array(length), new Int32Array(length), new Int32Array(length)]
  const sum = new Float64Array(length)
  for (const { frames } of tracks) {
    for (const frame of frames) active[frame - from]! += 1
    const after = frames.at(-1)! + 1 - from
    if (after < length) lost[after]! += 1
  }
  const speeds = speedsOf(steps)
  steps.frame.forEach((frame, i) => {
    moved[frame - from]! += 1
    sum[frame - from]! += speeds[i]!
  })
  return Array.from(active, (activeTracks, i) => ({
    frame: from + i,
    activeTracks,
    tracksLost: lost[i]!,
    averageVelocityUv: moved[i] === 0 ? null : rounded(sum[i]! / moved[i]!),
  }))
}

/** Mean speeds over stretches of a few frames each; stretches without a step are left out. */
export function motionProfile(samples: readonly FrameSample[]): readonly number[] {
  const profile: number[] = []
  for (let i = 0; i < samples.length; i += sampleFrames) {
    const stretch = samples.slice(i, i + sampleFrames)
    const speed = meanOf(stretch.flatMap(({ averageVelocityUv }) => averageVelocityUv ?? []))
    if (speed !== null) profile.push(rounded(speed) ?? 0)
  }
  return profile
}

/** Shares of steps by direction, eight from -pi on, and by speed, as AutoSolve draws the lines. */
export function histogramsOf(steps: Steps): { directions: readonly number[]; magnitudes: readonly number[] } | null {
  const directions = new Float64Array(8)
  const magnitudes = new Float64Array(5)
  let count = 0
  speedsOf(steps).forEach((speed, i) => {
    if (speed === 0) return
    const turn = (Math.atan2(steps.dv[i]!, steps.du[i]!) + Math.PI) / (2 * Math.PI)
    directions[Math.min(7, Math.floor(8 * turn))]! += 1
    const slot = magnitudeEdges.findIndex((edge) => speed < edge)
    magnitudes[slot < 0 ? magnitudeEdges.length : slot]! += 1
    count++
  })
  if (count === 0) return null
  const shares = (counts: Float64Array) => Array.from(counts, (n) => rounded(n / count) ?? 0)
  return { directions: shares(directions), magnitudes: shares(magnitudes) }
}

const magnitudeEdges = [0.003, 0.01, 0.025, 0.05]

/** Mean over tracks of where they went from first to last marker; and how alike their speeds were, 1 alike, 0 not at all. */
export function globalMotion(
  tracks: readonly Track[],
  size: PictureSize,
): { motionUv: Pair | null; consistency: number | null } {
  const moves = tracks.flatMap((track) => {
    const { u, v } = uvPath(track, size)
    const last = u.length - 1
    const elapsed = track.frames[last]! - track.frames[0]!
    return elapsed === 0 ? [] : [{ du: u[last]! - u[0]!, dv: v[last]! - v[0]!, elapsed }]
  })
  const [du, dv] = [meanOf(moves.map((move) => move.du)), meanOf(moves.map((move) => move.dv))]
  const spread = spreadOf(Float64Array.from(moves, (move) => Math.hypot(move.du, move.dv) / move.elapsed))
  return {
    motionUv: du === null || dv === null ? null : pairOf(du, dv),
    consistency: spread === null || spread.mean === 0 ? null : share(1 - spread.std / spread.mean),
  }
}
