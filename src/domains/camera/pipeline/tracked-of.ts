/** An attempt in the form that the writers of results know: a clip that was tracked and solved. */
import type { TrackedClip } from '#track/track-clip.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { Attempt } from './attempt.ts'
import type { Range } from './follow.ts'

export function trackedOf(attempt: Attempt, info: ClipInfo, frames: Range): TrackedClip {
  const { choice, tracks, cuts, detections, adaptations, shots, durationsMs } = attempt
  const { widthPx, heightPx, pixelAspect } = info
  const { settings } = choice
  return {
    info,
    frames,
    followed: {
      tracks,
      cuts,
      detections,
      settings: settings.tracker,
      frames: frames.to - frames.from + 1,
      // Of the tracks that were started after it.
      changes: adaptations.map(({ frame, before, after, cause }) => ({ frame, track: null, before, after, cause })),
    },
    solveOptions: { ...settings.solve, widthPx, heightPx, pixelAspect },
    shots,
    timings: {
      followMs: (durationsMs.detect ?? 0) + (durationsMs.track ?? 0),
      solveMs: (durationsMs.solve ?? 0) + (durationsMs.refine ?? 0),
    },
  }
}
