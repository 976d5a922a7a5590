/**
 * Keyframes: enough of the shot to fix structure and lens, few enough to adjust all at once. Between two of them the
 * picture has moved by a share of itself at most and most tracks live on; every other frame is resected against them later.
 */
import { median, sharedTracks, type Shot } from './shot.ts'

/** Between keyframes the middle track moves no further than this share of the picture's diagonal. */
const MOVED_SHARE = 0.06
/** And at least this share of the tracks is seen in both. */
const SHARED_SHARE = 0.6
/** A short shot still gets about this many. */
const LEAST = 12
const LONGEST_STEP = 8

/** Frames of the shot, ascending, the first and the last usable one among them. */
export function selectKeyframes(shot: Shot, diagonalPx: number, fewestTracks: number): number[] {
  const usable: number[] = []
  for (let f = 0; f < shot.frameCount; f++) {
    if (shot.frameStart[f + 1]! - shot.frameStart[f]! >= fewestTracks) usable.push(f)
  }
  const longestStep = Math.min(LONGEST_STEP, Math.max(1, Math.round(usable.length / LEAST)))
  const chosen: number[] = []
  for (let at = 0; at < usable.length; ) {
    const from = usable[at]!
    chosen.push(from)
    let next = at + 1
    while (next + 1 < usable.length && next + 1 - at <= longestStep) {
      if (!near(shot, from, usable[next + 1]!, diagonalPx, fewestTracks)) break
      next++
    }
    // The last frame is a keyframe, so that the end of the path is interpolated, not extrapolated.
    at = next
  }
  return chosen
}

function near(shot: Shot, a: number, b: number, diagonalPx: number, fewestTracks: number): boolean {
  const { count, inA, inB } = sharedTracks(shot, a, b)
  const before = shot.frameStart[a + 1]! - shot.frameStart[a]!
  if (count < Math.max(fewestTracks, SHARED_SHARE * before)) return false
  const moved = Float64Array.from(inA, (i, k) => {
    const j = inB[k]!
    return Math.hypot(shot.xy[2 * j]! - shot.xy[2 * i]!, shot.xy[2 * j + 1]! - shot.xy[2 * i + 1]!)
  })
  return median(moved) <= MOVED_SHARE * diagonalPx
}
