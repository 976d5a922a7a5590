/** Pairs of tracks that are in one place at the same time. */
import type { Track } from '#track/tracks.ts'
import { markerAt, markersByFrame } from './markers.ts'

export interface Companions {
  /** Places in the list of tracks, the lower one first. */
  readonly one: number
  readonly other: number
  /** Frames that both have, and those of them in which they are within the radius. */
  readonly common: number
  readonly near: number
  /** 2: where `one` is less where `other` is, on average over the common frames. */
  readonly offset: readonly [number, number]
}

/**
 * All pairs that are within a radius of each other in so many frames or more. Only positions of the same frame are
 * compared: what is in one place at different times is mostly two things.
 */
export function findCompanions(tracks: readonly Track[], radiusPx: number, fewestFrames: number): Companions[] {
  const counts = new Map<number, number>()
  for (const markers of markersByFrame(tracks).values()) {
    const sorted = markers
      .map(({ index, at }) => ({ index, x: tracks[index]!.xy[2 * at]!, y: tracks[index]!.xy[2 * at + 1]! }))
      .sort((a, b) => a.x - b.x || a.index - b.index)
    sorted.forEach((a, i) => {
      for (let j = i + 1; j < sorted.length && sorted[j]!.x - a.x <= radiusPx; j++) {
        const b = sorted[j]!
        if (Math.hypot(b.x - a.x, b.y - a.y) > radiusPx) continue
        const key = Math.min(a.index, b.index) * tracks.length + Math.max(a.index, b.index)
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    })
  }
  return [...counts]
    .filter(([, near]) => near >= fewestFrames)
    .sort(([a], [b]) => a - b)
    .map(([key, near]) => {
      const [one, other] = [Math.floor(key / tracks.length), key % tracks.length]
      return { one, other, near, ...together(tracks[one]!, tracks[other]!) }
    })
}

function together(one: Track, other: Track): Pick<Companions, 'common' | 'offset'> {
  let [x, y, common] = [0, 0, 0]
  one.frames.forEach((frame, a) => {
    const b = markerAt(other, frame)
    if (b < 0) return
    x += one.xy[2 * a]! - other.xy[2 * b]!
    y += one.xy[2 * a + 1]! - other.xy[2 * b + 1]!
    common++
  })
  return { common, offset: [x / common, y / common] }
}
