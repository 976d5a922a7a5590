/**
 * What came of an attempt, from 0 to 1, for a learner that compares settings.
 *
 * Three parts. Success, half of it: whether there is a camera, by the program's own verdict or, where a person gave one,
 * theirs. Accuracy, a third: the error of positions that took no part in the solve, in pixels of a picture 960 wide, on a
 * logarithmic scale from 0.05 (1) to 5 (0), clipped, because errors have heavy tails. Survival, a sixth: the share of all
 * tracks that lasted and that nobody took out by hand. What was not measured leaves its weight to the rest; a solve that does
 * not exist has no accuracy, which is measured, and 0.
 *
 * Failures differ: one that has cameras for half of the clip is worth more than one that has none, and one whose tracks lasted
 * more than one whose tracks died.
 */
import { type Combined, combine } from '#core/combine.ts'
import type { Edit } from '#core/edit.ts'
import { isJsonObject, type Json } from '#core/json.ts'
import type { CameraBehavior } from '../behavior.ts'
import type { CameraSession } from '../session.ts'

export const outcomeWeights = { success: 1 / 2, accuracy: 1 / 3, survival: 1 / 6 } as const

/** In pixels of a picture of this width. */
export const usualWidthPx = 960
const bestPx = 0.05
const worstPx = 5
/** Of an error that the solver could see, to make one of positions that it could not: where none were spared. */
const seenToUnseen = 1.5
/** What cameras for the whole clip are worth that are not sure enough to be a success. */
const partialWorth = 0.5

/** 1 at 0.05 pixels or less, 0 at 5 or more, with equal steps for equal factors. */
export const accuracyOf = (errorPx: number): number =>
  1 - Math.min(1, Math.max(0, Math.log(errorPx / bestPx) / Math.log(worstPx / bestPx)))

/** What people said of an attempt, the oldest first. */
export interface PeopleSaid {
  /** The last word of those who gave one; null: nobody did. */
  readonly accepted: boolean | null
  /** Tracks that took part, and that somebody deleted or disabled. */
  readonly takenOut: number
}

export function peopleSaid(edits: readonly Edit[]): PeopleSaid {
  let accepted: boolean | null = null
  const out = new Set<string>()
  for (const { kind, after } of edits) {
    if (kind === 'accept' || kind === 'reject') accepted = kind === 'accept'
    const rating = kind === 'rating' ? ratingOf(after) : null
    if (rating !== null && rating !== 0) accepted = rating > 0
    if (kind !== 'camera.behavior' || !isJsonObject(after)) continue
    const { deletions, disabled, enabled } = after as CameraBehavior
    for (const { track } of [...(deletions ?? []), ...(disabled ?? [])]) if (track) out.add(track)
    for (const { track } of enabled ?? []) if (track) out.delete(track)
  }
  return { accepted, takenOut: out.size }
}

function ratingOf(after: Json): number | null {
  const value = isJsonObject(after) ? (after['rating'] ?? after['value']) : after
  return typeof value === 'number' ? value : null
}

/** Held-out error in pixels of a usual picture; null: not measured, or nothing was solved. */
export function usualErrorPx({ context, outcome }: CameraSession): number | null {
  const sidePx = Math.max(context.widthPx ?? 0, context.heightPx ?? 0)
  const { heldOutErrorPx, solveErrorPx } = outcome
  const errorPx = heldOutErrorPx ?? (typeof solveErrorPx === 'number' ? seenToUnseen * solveErrorPx : null)
  if (errorPx === null || sidePx === 0) return null
  // An error of nonsense is an error still, and a number.
  return Math.min(Number.MAX_SAFE_INTEGER, errorPx * (usualWidthPx / sidePx))
}

/** @returns null when nothing was measured */
export function outcomeOf(session: CameraSession, said: PeopleSaid): Combined | null {
  const { outcome, telemetry } = session
  const errorPx = usualErrorPx(session)
  const failed = outcome.status === 'failed'
  const lasted = telemetry?.survival?.rate ?? null
  return combine({
    success: { value: successOf(session, said), weight: outcomeWeights.success },
    accuracy: {
      value: failed ? 0 : errorPx === null ? null : accuracyOf(Math.max(errorPx, 1e-6)),
      weight: outcomeWeights.accuracy,
    },
    survival: {
      value: lasted === null ? null : lasted * (1 - shareTakenOut(session, said)),
      weight: outcomeWeights.survival,
    },
  })
}

function successOf({ outcome, settings }: CameraSession, { accepted }: PeopleSaid): number | null {
  const { status, solvedFrames } = outcome
  if (status === 'failed' || accepted === false) return 0
  if (status === 'succeeded' || accepted === true) return 1
  if (status !== 'partial') return null
  const { fromFrame, toFrame } = settings.values
  const frames = typeof fromFrame === 'number' && typeof toFrame === 'number' ? toFrame - fromFrame + 1 : 0
  // One that does not say how far it came is worth what it shows.
  return frames > 0 ? partialWorth * Math.min(1, (solvedFrames ?? 0) / frames) : 0
}

function shareTakenOut({ outcome }: CameraSession, { takenOut }: PeopleSaid): number {
  const total = outcome.totalTracks ?? 0
  return total > 0 ? Math.min(1, takenOut / total) : 0
}
