/** Tracks of one feature made one track: across a gap, or where both followed it at once. */
import type { Track } from '#track/tracks.ts'

/** Markers of one feature, ascending by frame. */
export interface Stretch {
  readonly frames: readonly number[]
  readonly xy: readonly number[]
  readonly correlation: readonly number[]
}

/**
 * The earlier track with what follows it. Two tracks of one feature are of two points of it, up to a pixel apart: the later
 * one's markers are moved by `offset`, so that all are of the earlier one's point.
 *
 * @param between markers of the frames between the two
 * @param offset 2: the earlier one's point less the later one's
 */
export function joinTracks(earlier: Track, between: Stretch, later: Track, offset: ArrayLike<number>): Track {
  const moved = later.xy.map((value, i) => value + offset[i % 2]!)
  return {
    ...earlier,
    frames: Int32Array.of(...earlier.frames, ...between.frames, ...later.frames),
    xy: Float64Array.of(...earlier.xy, ...between.xy, ...moved),
    correlation: Float32Array.of(...earlier.correlation, ...between.correlation, ...later.correlation),
    end: later.end,
  }
}
