/** Where tracks are, frame by frame. */
import type { Track } from '#track/tracks.ts'

/** The place of a frame in a track's lists; -1 where the track has no marker in it. */
export function markerAt({ frames }: Pick<Track, 'frames'>, frame: number): number {
  // Nearly all tracks have a marker in every frame that they span.
  const straight = frame - frames[0]!
  if (frames[straight] === frame) return straight
  let low = 0
  let high = frames.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = frames[middle]!
    if (found === frame) return middle
    if (found < frame) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/** A track's marker: which track of the list, and which of its markers. */
export interface Marker {
  readonly index: number
  readonly at: number
}

/** All markers by their frame, in the order of the tracks. */
export function markersByFrame(tracks: readonly Pick<Track, 'frames'>[]): ReadonlyMap<number, readonly Marker[]> {
  const byFrame = new Map<number, Marker[]>()
  tracks.forEach(({ frames }, index) => {
    frames.forEach((frame, at) => {
      const there = byFrame.get(frame)
      if (there === undefined) byFrame.set(frame, [{ index, at }])
      else there.push({ index, at })
    })
  })
  return byFrame
}

/** What counts as one pixel in a picture 960 wide: tolerances grow with the picture, as what is in it does. */
export const pixelUnit = (widthPx: number) => Math.max(0.5, widthPx / 960)
