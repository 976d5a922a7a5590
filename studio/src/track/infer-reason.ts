/**
 * Why a person probably deletes a track, guessed from the track where nobody says it. What was measured goes before where
 * the track lies: a bad track in a corner is deleted for being bad.
 */
import type { InferredReason } from '#http/contract.ts'
import type { ClipTrack, ClipSize } from './track-data.ts'

export type { InferredReason }

export const reasonWords: Readonly<Record<InferredReason, string>> = {
  'high-error': 'high error',
  'short-lifespan': 'too short',
  jittery: 'jitters',
  'edge-region': 'in a corner',
  'user-manual': 'by choice',
}

/** Reasons that only a person can know; the record takes them in their own words. */
export const saidReasons = ['wrong object', 'moves on its own', 'reflection', 'slides'] as const

const errorLimitPx = 2
const shortFrames = 10
const jitterLimitPx = 0.5

export function inferReason(track: ClipTrack, size: ClipSize): InferredReason {
  if (track.errorPx !== null && track.errorPx > errorLimitPx) return 'high-error'
  if (track.frames.length < shortFrames) return 'short-lifespan'
  const jitter = jitterPx(track)
  if (jitter !== null && jitter > jitterLimitPx) return 'jittery'
  return isInCorner(track, size) ? 'edge-region' : 'user-manual'
}

/**
 * How far markers lie off a smooth path, pixels: root mean square of the second differences over frames without a gap,
 * divided by the root of 6, which is what independent noise of one pixel has. null for fewer than 3 markers in a row.
 */
export function jitterPx({ frames, xy }: ClipTrack): number | null {
  let sum = 0
  let count = 0
  for (let i = 1; i + 1 < frames.length; i++) {
    if ((frames[i + 1] as number) - (frames[i - 1] as number) !== 2) continue
    for (const axis of [0, 1]) {
      const bend =
        (xy[2 * i - 2 + axis] as number) - 2 * (xy[2 * i + axis] as number) + (xy[2 * i + 2 + axis] as number)
      sum += bend * bend
    }
    count += 2
  }
  return count === 0 ? null : Math.sqrt(sum / count / 6)
}

/** Outer thirds of the picture in both directions, by the middle of the track. */
function isInCorner({ frames, xy }: ClipTrack, { widthPx, heightPx }: ClipSize): boolean {
  if (frames.length === 0) return false
  const middle = 2 * (frames.length >> 1)
  const isOuter = (share: number) => share < 1 / 3 || share > 2 / 3
  return isOuter((xy[middle] as number) / widthPx) && isOuter((xy[middle + 1] as number) / heightPx)
}
