/**
 * How much depth the motion shows: what is left of it when the best similarity (scale, turn and shift of the picture as a
 * whole) is taken out, between frames some way apart. A turning or zooming camera leaves little, one that moves through space
 * leaves what stands near and far. Tracks of both frames only, so that those of unequal length do not count as depth.
 */
import type { Track } from '#track/tracks.ts'
import type { PictureSize } from './track-records.ts'

const apartFrames = 10
const mostPairs = 12
const fewestTracks = 8
/** Below this share of the picture's width a motion is not told from noise. */
const leastMotion = 0.002

/** 0 none, 1 as much as the motion itself; null when too little moved, or too few tracks span the frames. */
export function parallaxOf(tracks: readonly Track[], { widthPx }: PictureSize): number | null {
  const first = tracks.reduce((least, { frames }) => Math.min(least, frames[0]!), Infinity)
  const last = tracks.reduce((most, { frames }) => Math.max(most, frames.at(-1)!), -Infinity)
  const apart = Math.min(apartFrames, last - first)
  if (!(apart > 0)) return null
  const stride = Math.max(1, Math.ceil((last - first - apart + 1) / mostPairs))
  const ratios: number[] = []
  for (let frame = first; frame + apart <= last; frame += stride) {
    const ratio = parallaxBetween(commonPoints(tracks, frame, frame + apart), leastMotion * widthPx)
    if (ratio !== null) ratios.push(ratio)
  }
  return ratios.length === 0 ? null : medianOf(ratios)
}

/** x, y in the one frame and x, y in the other, of each track that is in both. */
function commonPoints(tracks: readonly Track[], a: number, b: number): Float64Array {
  const points: number[] = []
  for (const { frames, xy } of tracks) {
    if (frames[0]! > a || frames.at(-1)! < b) continue
    const [i, j] = [frames.indexOf(a), frames.indexOf(b)]
    if (i >= 0 && j >= 0) points.push(xy[2 * i]!, xy[2 * i + 1]!, xy[2 * j]!, xy[2 * j + 1]!)
  }
  return Float64Array.from(points)
}

const rounds = 10

/** Weighted least squares over and over, far points counting less each time (Cauchy weights), so movers decide nothing. */
function parallaxBetween(points: Float64Array, leastMotionPx: number): number | null {
  const n = points.length / 4
  if (n < fewestTracks) return null
  const motion = medianOf(Array.from({ length: n }, (_, i) => lengthOf(points, i, [1, 0, 0, 0])))
  if (motion < leastMotionPx) return null
  const weights = new Float64Array(n).fill(1)
  let residuals: number[] = []
  for (let round = 0; round < rounds; round++) {
    const fit = similarityOf(points, weights)
    if (fit === null) return null
    residuals = Array.from({ length: n }, (_, i) => lengthOf(points, i, fit))
    const scale = Math.max(1e-6, 1.5 * medianOf(residuals))
    residuals.forEach((residual, i) => {
      weights[i] = 1 / (1 + (residual / scale) ** 2)
    })
  }
  return Math.min(1, medianOf(residuals) / motion)
}

/** x' = a x - b y + c, y' = b x + a y + d. */
type SimilarityFit = readonly [a: number, b: number, c: number, d: number]

const lengthOf = (p: Float64Array, i: number, [a, b, c, d]: SimilarityFit) => {
  const [x, y] = [p[4 * i]!, p[4 * i + 1]!]
  return Math.hypot(p[4 * i + 2]! - a * x + b * y - c, p[4 * i + 3]! - b * x - a * y - d)
}

/** Umeyama's similarity in the plane; null when all points are in one place. */
function similarityOf(p: Float64Array, weights: Float64Array): SimilarityFit | null {
  const mean = new Float64Array(4)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  weights.forEach((weight, i) => {
    for (let k = 0; k < 4; k++) mean[k]! += (weight * p[4 * i + k]!) / total
  })
  let [along, across, spread] = [0, 0, 0]
  weights.forEach((weight, i) => {
    const [x, y] = [p[4 * i]! - mean[0]!, p[4 * i + 1]! - mean[1]!]
    const [u, v] = [p[4 * i + 2]! - mean[2]!, p[4 * i + 3]! - mean[3]!]
    along += weight * (x * u + y * v)
    across += weight * (x * v - y * u)
    spread += weight * (x * x + y * y)
  })
  if (!(spread > 0)) return null
  const [a, b] = [along / spread, across / spread]
  return [a, b, mean[2]! - a * mean[0]! + b * mean[1]!, mean[3]! - b * mean[0]! - a * mean[1]!]
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[sorted.length >> 1]!
}
