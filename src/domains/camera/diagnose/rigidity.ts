/** How many tracks do not follow the motion that most share, and where in the picture they lie. */
import { frameIndexOf, type FrameIndex, type PictureShape, type PointPairs } from '../motion/frame-index.ts'
import { lengths } from '../motion/parallax.ts'
import { quantile } from '../motion/planar-fit.ts'
import type { SolverTrack } from '#track/solution.ts'
import { fitWidths, rigidFit } from './rigid-fit.ts'

export interface Rigidity {
  /** Share of the tracks that do not fit, median over pairs of frames. */
  readonly looseShare: number
  /** Median error in widths of tracks in the outer part of the picture, and in the middle; null with too few there. */
  readonly rimError: number | null
  readonly centreError: number | null
}

/** Pairs of frames that are looked at. */
const mostPairs = 8
const fewestTracks = 24
/** Frames are so far apart that the picture moved by this share of its width: then a mover has left its place. */
const enoughMotion = 0.03
const leastMotion = 0.008
const longestApart = 32
/** Of the way from the middle to a corner. */
export const rimFrom = 0.7
const centreTo = 0.4
const fewestPlaced = 6

/** @returns null where too few tracks span frames, or nothing moved */
export function rigidityOf(
  tracks: readonly Pick<SolverTrack, 'frames' | 'xy'>[],
  shape: PictureShape,
): Rigidity | null {
  const loose: number[] = []
  const [rim, centre]: [number[], number[]] = [[], []]
  for (const pairs of movedPairsOf(tracks, shape)) {
    const fit = rigidFit(pairs)
    if (fit === null) continue
    const errors = fit.errors(pairs)
    loose.push(errors.reduce((n, error) => n + (error > fitWidths ? 1 : 0), 0) / errors.length)
    errors.forEach((error, i) => {
      const from = wayToCorner(pairs, i, shape)
      if (from > rimFrom) rim.push(error)
      else if (from < centreTo) centre.push(error)
    })
  }
  if (loose.length === 0) return null
  return { looseShare: quantile(loose, 0.5), rimError: medianOf(rim), centreError: medianOf(centre) }
}

export const medianOf = (errors: readonly number[]): number | null =>
  errors.length < fewestPlaced ? null : quantile(errors, 0.5)

/** How far from the middle to a corner a point of the first frame lies. */
export const wayToCorner = ({ a }: PointPairs, i: number, { widthPx, heightPx }: PictureShape): number =>
  Math.hypot(a[2 * i]!, a[2 * i + 1]!) / (Math.hypot(1, heightPx / widthPx) / 2)

/** Places in frames over the whole clip and in others so far from them that the picture has moved. */
export function movedPairsOf(
  tracks: readonly Pick<SolverTrack, 'frames' | 'xy'>[],
  shape: PictureShape,
  most = mostPairs,
): readonly PointPairs[] {
  const index = frameIndexOf(tracks, shape)
  const stride = Math.max(1, Math.ceil((index.last - index.first) / most))
  const found: PointPairs[] = []
  for (let frame = index.first; frame < index.last; frame += stride) {
    const pairs = movedPairs(index, frame)
    if (pairs !== null) found.push(pairs)
  }
  return found
}

/** A frame and the first after it to which the picture moved enough, or most. */
function movedPairs(index: FrameIndex, frame: number): PointPairs | null {
  let most: PointPairs | null = null
  let motion = leastMotion
  for (let apart = 1; apart <= longestApart && frame + apart <= index.last && motion < enoughMotion; apart *= 2) {
    const pairs = index.pairs(frame, frame + apart)
    if (pairs.tracks.length < fewestTracks) break
    // Not the median: most tracks may be of what stands still.
    const moved = quantile(lengths(pairs), 0.75)
    if (moved > motion) [most, motion] = [pairs, moved]
  }
  return most
}
