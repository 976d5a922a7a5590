/**
 * Which tracks have a marker in which frame: made once, asked for many pairs of frames. Only tracks that are in both frames of
 * a pair are compared, so that tracks of unequal length never look like motion.
 *
 * Positions come out in widths from the middle of the picture, x to the right and y down, pixels squared.
 */
import type { SolverTrack } from '#track/solution.ts'

/** Size of a picture; the pixel's width over its height, 1 when absent. */
export interface PictureShape {
  readonly widthPx: number
  readonly heightPx: number
  readonly pixelAspect?: number
}

/** Places of the same tracks in two frames, 2 numbers for each track. */
export interface PointPairs {
  /** Index of each track in the list that the index was made of. */
  readonly tracks: Int32Array
  readonly a: Float64Array
  readonly b: Float64Array
}

export interface FrameIndex {
  /** First and last frame with a marker; `last` below `first` when there is none. */
  readonly first: number
  readonly last: number
  /** Of the picture, in widths. */
  readonly height: number
  /** Indices of the tracks with a marker in a frame, ascending. */
  tracksIn(frame: number): Int32Array
  pairs(a: number, b: number): PointPairs
}

export function frameIndexOf(tracks: readonly Pick<SolverTrack, 'frames' | 'xy'>[], shape: PictureShape): FrameIndex {
  let [first, last, markers] = [Infinity, -Infinity, 0]
  for (const { frames } of tracks) {
    if (frames.length === 0) continue
    first = Math.min(first, frames[0]!)
    last = Math.max(last, frames.at(-1)!)
    markers += frames.length
  }
  if (markers === 0) [first, last] = [0, -1]
  // Markers sorted by frame, within a frame by track: a counting sort.
  const starts = new Int32Array(last - first + 2)
  for (const { frames } of tracks) for (const frame of frames) starts[frame - first + 1]! += 1
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!
  const next = starts.slice()
  const owner = new Int32Array(markers)
  const xy = new Float64Array(2 * markers)
  const { widthPx, heightPx, pixelAspect = 1 } = shape
  tracks.forEach((track, index) => {
    track.frames.forEach((frame, i) => {
      const at = next[frame - first]!++
      owner[at] = index
      xy[2 * at] = (track.xy[2 * i]! - widthPx / 2) / widthPx
      xy[2 * at + 1] = (track.xy[2 * i + 1]! - heightPx / 2) / (widthPx * pixelAspect)
    })
  })
  const rangeOf = (frame: number): readonly [number, number] =>
    frame < first || frame > last ? [0, 0] : [starts[frame - first]!, starts[frame - first + 1]!]
  return {
    first,
    last,
    height: heightPx / (widthPx * pixelAspect),
    tracksIn: (frame) => owner.subarray(...rangeOf(frame)),
    pairs: (a, b) => merge(owner, xy, rangeOf(a), rangeOf(b)),
  }
}

/** The tracks of two ranges of sorted markers. */
function merge(
  owner: Int32Array,
  xy: Float64Array,
  [fromA, toA]: readonly [number, number],
  [fromB, toB]: readonly [number, number],
): PointPairs {
  const most = Math.min(toA - fromA, toB - fromB)
  const [tracks, a, b] = [new Int32Array(most), new Float64Array(2 * most), new Float64Array(2 * most)]
  let n = 0
  for (let i = fromA, j = fromB; i < toA && j < toB; ) {
    const apart = owner[i]! - owner[j]!
    if (apart < 0) i++
    else if (apart > 0) j++
    else {
      tracks[n] = owner[i]!
      a[2 * n] = xy[2 * i]!
      a[2 * n + 1] = xy[2 * i + 1]!
      b[2 * n] = xy[2 * j]!
      b[2 * n + 1] = xy[2 * j + 1]!
      n++
      i++
      j++
    }
  }
  return { tracks: tracks.subarray(0, n), a: a.subarray(0, 2 * n), b: b.subarray(0, 2 * n) }
}
