/**
 * How much depth the motion shows: what is left of it when the best homography is taken out, between frames so far apart that
 * the picture has moved enough to tell. A turning or zooming camera leaves nothing but noise, one that moves through space
 * leaves what stands near and far. One plane alone shows no depth, however the camera moves.
 */
import type { SolverTrack } from '#track/solution.ts'
import { type FrameIndex, frameIndexOf, type PictureShape, type PointPairs } from './frame-index.ts'
import { quantile, robustHomography } from './planar-fit.ts'

const mostPairs = 12
const fewestTracks = 10
/** Below this share of the picture's width a motion is not told from noise. */
const leastMotion = 0.002
/** At this much, noise counts for little: frames farther apart tell no more, and have fewer tracks in common. */
const enoughMotion = 0.04
const longestApart = 64
/** Not the median: most points may lie on one plane, which has no depth. Movers below a quarter still decide nothing. */
const deepShare = 0.75

/** 0 none, 1 as much as the motion itself; null when too little moved, or too few tracks span the frames. */
export const parallaxOf = (tracks: readonly Pick<SolverTrack, 'frames' | 'xy'>[], shape: PictureShape): number | null =>
  parallaxIn(frameIndexOf(tracks, shape))

/** The same of tracks that are indexed already, over a stretch of the clip. */
export function parallaxIn(index: FrameIndex, first = index.first, last = index.last): number | null {
  if (last - first < 1) return null
  const stride = Math.max(1, Math.ceil((last - first) / mostPairs))
  const ratios: number[] = []
  for (let frame = first; frame < last; frame += stride) {
    const ratio = parallaxFrom(index, frame, last)
    if (ratio !== null) ratios.push(ratio)
  }
  return ratios.length === 0 ? null : quantile(ratios, 0.5)
}

/** Between a frame and the first one after it to which the picture moved enough, or farthest of those that can be compared. */
function parallaxFrom(index: FrameIndex, frame: number, last: number): number | null {
  const near = index.pairs(frame, frame + 1)
  let far: PointPairs | null = null
  let motion = 0
  for (let apart = 1; apart <= longestApart && frame + apart <= last && motion < enoughMotion; apart *= 2) {
    const pairs = index.pairs(frame, frame + apart)
    if (pairs.tracks.length < fewestTracks) break
    const moved = quantile(lengths(pairs), 0.5)
    if (moved > motion) [far, motion] = [pairs, moved]
  }
  if (far === null || motion < leastMotion) return null
  const [left, noise] = [leftOf(far), leftOf(near)]
  if (left === null || noise === null) return null
  // Neighbours that are too near each other to show depth show the noise: it is taken out in the square.
  const nearMotion = quantile(lengths(near), 0.5)
  const depth = nearMotion > motion / 3 ? left : Math.sqrt(Math.max(0, left * left - noise * noise))
  return Math.min(1, depth / motion)
}

function leftOf(pairs: PointPairs): number | null {
  const fit = robustHomography(pairs)
  return fit && quantile(fit.residuals, deepShare)
}

/** How far each track went, in widths. */
export const lengths = ({ a, b }: PointPairs): Float64Array =>
  Float64Array.from({ length: a.length / 2 }, (_, i) =>
    Math.hypot(b[2 * i]! - a[2 * i]!, b[2 * i + 1]! - a[2 * i + 1]!),
  )
