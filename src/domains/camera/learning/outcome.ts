/**
 * What came of an attempt, from 0 to 1, for a learner that compares settings.
 *
 * Three parts. Success, half of it: the share of the frames that have a camera, times the chance that the camera is right as
 * the solver judges it; where a person gave a verdict, theirs. Accuracy, four tenths: the error of positions that took no part
 * in the solve, in pixels of a picture 960 wide, on a logarithmic scale from 0.05 (1) to 5 (0), clipped, because errors have
 * heavy tails; those positions are few, so the error of those that took part is averaged in. Survival, a tenth: the share of
 * all tracks that lasted and that nobody took out by hand. What was not measured leaves its weight to the rest; a solve that
 * does not exist has no accuracy, which is measured, and 0.
 *
 * Failures differ: one that has cameras for half of the clip is worth more than one that has none, and one whose tracks lasted
 * more than one whose tracks died. The weights, and the chance in place of a plain verdict, are those that agree best with the
 * truth among the settings of one and the same drawn clip: docs/measurements-learning.md.
 */
import { type Combined, combine } from '#core/combine.ts'
import type { Edit } from '#core/edit.ts'
import { isJsonObject, type Json } from '#core/json.ts'
import type { CameraBehavior } from '../behavior.ts'
import type { CameraSession } from '../session.ts'

export const outcomeWeights = { success: 0.5, accuracy: 0.4, survival: 0.1 } as const

/** In pixels of a picture of this width. */
export const usualWidthPx = 960
const bestPx = 0.05
const worstPx = 5
/** Of an error that the solver could see, to make one of positions that it could not. */
const seenToUnseen = 1.5
/** What cameras for the whole clip are worth where nobody says how sure they are, and that they are no success. */
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
  return inUsualPx(outcome.heldOutErrorPx ?? null, Math.max(context.widthPx ?? 0, context.heightPx ?? 0))
}

/** An error of nonsense is an error still, and a number. */
const inUsualPx = (errorPx: number | null, sidePx: number): number | null =>
  errorPx === null || sidePx === 0 ? null : Math.min(Number.MAX_SAFE_INTEGER, errorPx * (usualWidthPx / sidePx))

/** What the value of an attempt is made of; null: not measured. */
export interface Measured {
  readonly status: CameraSession['outcome']['status']
  /** Share of the frames that have a camera. */
  readonly solvedShare: number | null
  /** Chance that the camera is right. */
  readonly confidence: number | null
  /** Of positions that took no part in the solve, pixels. */
  readonly heldOutErrorPx: number | null
  /** Of those that did. */
  readonly solveErrorPx: number | null
  /** The longer side of the picture, pixels. */
  readonly sidePx: number
  /** Share of all tracks that lasted. */
  readonly survival: number | null
  /** Share of all tracks that a person took out. */
  readonly takenOut: number
  /** What a person said of it; null: nothing. */
  readonly accepted: boolean | null
}

/** @returns null when nothing was measured */
export function valueOf(measured: Measured): Combined | null {
  const { status, survival, takenOut } = measured
  return combine({
    success: { value: successOf(measured), weight: outcomeWeights.success },
    accuracy: { value: status === 'failed' ? 0 : accuracyIn(measured), weight: outcomeWeights.accuracy },
    survival: { value: survival === null ? null : survival * (1 - takenOut), weight: outcomeWeights.survival },
  })
}

function successOf({ status, accepted, solvedShare, confidence }: Measured): number | null {
  if (status === 'failed' || accepted === false) return 0
  if (accepted === true) return 1
  if (confidence !== null) return confidence * (solvedShare ?? Number(status === 'succeeded'))
  if (status === 'succeeded') return 1
  // One that does not say how far it came is worth what it shows.
  return status === 'partial' ? partialWorth * (solvedShare ?? 0) : null
}

/** The mean of both errors' accuracies is that of their geometric mean. */
function accuracyIn({ heldOutErrorPx, solveErrorPx, sidePx }: Measured): number | null {
  const errors = [inUsualPx(heldOutErrorPx, sidePx), inUsualPx(solveErrorPx, sidePx)]
  const [unseen, seen] = errors.map((px) => (px === null ? null : Math.max(px, 1e-6)))
  if (unseen !== null && unseen !== undefined) {
    return seen === null || seen === undefined ? accuracyOf(unseen) : (accuracyOf(unseen) + accuracyOf(seen)) / 2
  }
  return seen === null || seen === undefined ? null : accuracyOf(seenToUnseen * seen)
}

/** @returns null when nothing was measured */
export function outcomeOf({ context, settings, outcome, telemetry }: CameraSession, said: PeopleSaid): Combined | null {
  const { status, solvedFrames, totalTracks } = outcome
  const { fromFrame, toFrame } = settings.values
  const frames = typeof fromFrame === 'number' && typeof toFrame === 'number' ? toFrame - fromFrame + 1 : 0
  return valueOf({
    status,
    solvedShare: frames > 0 && typeof solvedFrames === 'number' ? Math.min(1, solvedFrames / frames) : null,
    confidence: outcome.confidence ?? null,
    heldOutErrorPx: outcome.heldOutErrorPx ?? null,
    solveErrorPx: outcome.solveErrorPx ?? null,
    sidePx: Math.max(context.widthPx ?? 0, context.heightPx ?? 0),
    survival: telemetry?.survival?.rate ?? null,
    takenOut: totalTracks ? Math.min(1, said.takenOut / totalTracks) : 0,
    accepted: said.accepted,
  })
}
