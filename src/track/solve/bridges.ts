/**
 * What holds the two sides of a moment together. Two scenes in one shot, of a cut or a dissolve that nobody saw, can each be
 * solved well and still be laid side by side by a handful of tracks that happen to run on: few points are then kept on both
 * sides of one moment, of the many that are followed through it.
 */
import type { Reconstruction } from './reconstruction.ts'
import { solvedFrames } from './reconstruction.ts'
import type { Shot } from './shot.ts'

export interface Bridge {
  /** The first frame of the later side, counted from the shot's first. */
  readonly frame: number
  /** Points that are kept on both sides. */
  readonly kept: number
  /** Tracks that are seen on both sides. */
  readonly seen: number
}

/** A track is on a side if it is there in one of so many frames next to the moment. */
const SIDE = 2

/** The moment between solved frames that the fewest points hold together, the earliest of several; null with one frame. */
export function weakestBridge(shot: Shot, final: Reconstruction): Bridge | null {
  const frames = solvedFrames(final)
  const [first, last] = [frames[0] ?? 0, frames.at(-1) ?? 0]
  const kept = spansOf(shot, (i) => final.kept[i] === 1 && !Number.isNaN(final.points[3 * shot.track[i]!]!))
  const seen = spansOf(shot, () => true)
  let weakest: Bridge | null = null
  for (let frame = first + 1; frame <= last; frame++) {
    const bridge = { frame, kept: kept[frame]!, seen: seen[frame]! }
    if (weakest === null || bridge.kept < weakest.kept) weakest = bridge
  }
  return weakest
}

/** For each frame the tracks that have a chosen observation just before it, and in it or just after. */
function spansOf(shot: Shot, chosen: (observation: number) => boolean): Int32Array {
  const spans = new Int32Array(shot.frameCount + 1)
  for (let t = 0; t + 1 < shot.trackStart.length; t++) {
    let before = -Infinity
    for (let i = shot.trackStart[t]!; i < shot.trackStart[t + 1]!; i++) {
      if (!chosen(i)) continue
      const frame = shot.frame[i]!
      // Moments m with before < m <= frame, both within reach.
      const from = Math.max(before + 1, frame - SIDE + 1)
      for (let m = from; m <= Math.min(frame, before + SIDE); m++) spans[m]!++
      before = frame
    }
  }
  return spans
}
