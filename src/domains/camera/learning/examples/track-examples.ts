/**
 * What the track-quality filter learns from: the tracks of runs that a person worked on, as the solve left them, and which of
 * them the person deleted, switched off or moved to where they belong. Only what was there before the person came is looked at. What the clean-up had
 * removed by itself was never before their eyes and is no example; nor are tracks of a run that nobody touched.
 */
import type { Edit } from '#core/edit.ts'
import type { AnySession } from '#core/session.ts'
import type { CameraBehavior } from '../../behavior.ts'
import { asCamera, groupOf } from '../../classes.ts'
import type { CameraSession } from '../../session.ts'
import type { TrackRecord } from '../../telemetry.ts'
import type { Pair } from '../../terms.ts'
import { usualWidthPx } from '../outcome.ts'
import { type Example, shareOf } from './example.ts'

export const trackFeatureNames = [
  'error over the usual one',
  'log error px',
  'has a point',
  'share of the clip',
  'gaps',
  'speed',
  'jitter',
  'correlation',
  'lowest correlation seen',
  'corner strength',
  'distance to the border',
  'share dropped by the solver',
  'frames cleaned',
  'was lost',
  'placed later',
] as const

/** The feature that a person sorts tracks by where nothing else is known. */
export const trackBaselineFeature: (typeof trackFeatureNames)[number] = 'log error px'

const lost: ReadonlySet<TrackRecord['endReason']> = new Set(['lost-match', 'drift', 'occluded', 'jumped'])

/** Of all tracks of a session, in their order. */
export function trackRows(session: CameraSession): { readonly name: string; readonly values: (number | null)[] }[] {
  const tracks = session.telemetry?.tracks ?? []
  const usual = medianOf(tracks.flatMap(({ reprojectionErrorPx }) => reprojectionErrorPx ?? []))
  return tracks.flatMap((track) => {
    const { name } = track
    return typeof name === 'string' ? [{ name, values: trackRow(track, session, usual) }] : []
  })
}

function trackRow(track: TrackRecord, { context }: CameraSession, usualPx: number | null): (number | null)[] {
  const { reprojectionErrorPx: error, lifespanFrames, markerCount } = track
  const known = typeof error === 'number'
  const spans = typeof lifespanFrames === 'number' ? lifespanFrames + 1 : null
  const confidences = track.trajectory?.confidences ?? []
  return [
    known && usualPx !== null && usualPx > 0 ? error / usualPx : null,
    known ? Math.log(Math.max(error, leastErrorPx)) : null,
    track.contributedToSolve === true ? 1 : track.contributedToSolve === false ? 0 : null,
    shareOf(spans, context.frameCount),
    spans === null || typeof markerCount !== 'number' ? null : 1 - markerCount / spans,
    track.averageVelocityUv ?? null,
    // It has no upper end; what is worse than this is only bad.
    typeof track.jitter === 'number' ? Math.min(mostJitter, track.jitter) : null,
    track.averageConfidence ?? null,
    confidences.length === 0 ? null : Math.min(...confidences),
    track.featureQuality ?? null,
    borderOf(track.trajectory?.positionsUv ?? (track.initialUv ? [track.initialUv] : [])),
    shareOf(track.droppedFrames?.length, markerCount),
    track.cleanedFrames?.length ?? null,
    track.endReason ? Number(lost.has(track.endReason)) : null,
    track.origin ? Number(track.origin !== 'detected') : null,
  ]
}

/** Below it errors are noise of the figure itself; of its logarithm nothing may become infinite. */
const leastErrorPx = 0.01
const mostJitter = 5

/** The least over its places, in shares of the picture. */
function borderOf(places: readonly Pair[]): number | null {
  if (places.length === 0) return null
  return Math.min(...places.map(([u, v]) => Math.min(u, v, 1 - u, 1 - v)))
}

function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? null
}

/** Why tracks go that a model proposed and a person accepted, with its version behind. */
export const proposedReason = 'proposed by track-quality'

/**
 * What a model proposed and made the solve worse was a mistake, whoever accepted it: else a model would be taught by its own
 * mistakes.
 */
const wasMistaken = ({ resolve }: CameraBehavior, reasonText: string | null | undefined): boolean =>
  resolve?.improved === false && reasonText?.startsWith(proposedReason) === true

/**
 * The tracks that a person took out, by what they did last, and whether they worked on the tracks at all.
 *
 * @param isMistaken deletions that do not count; default: what a model proposed in vain
 * @returns null when nobody did
 */
export function takenOut(
  edits: readonly Edit[],
  isMistaken: typeof wasMistaken = wasMistaken,
): ReadonlySet<string> | null {
  const rounds = edits.filter(({ kind }) => kind === 'camera.behavior').map(({ after }) => after as CameraBehavior)
  const own = rounds.filter(({ deletions, disabled, enabled, markerDeletions, refinements, additions }) =>
    [deletions, disabled, enabled, markerDeletions, refinements, additions].some((list) => (list?.length ?? 0) > 0),
  )
  if (own.length === 0) return null
  const out = new Set<string>()
  for (const round of own) {
    const { deletions, disabled, enabled } = round
    for (const { track, reasonText } of [...(deletions ?? []), ...(disabled ?? [])]) {
      if (track && !isMistaken(round, reasonText)) out.add(track)
    }
    for (const { track } of enabled ?? []) if (track) out.delete(track)
  }
  return out
}

/** A marker that a person moved further than this, in pixels of a picture 960 wide, was on something else. */
const wrongPx = 2

/** The tracks that people kept, but not as they were: those that were wrong by what was changed, and those of which nobody knows. */
function mended(edits: readonly Edit[], sidePx: number): { readonly wrong: Set<string>; readonly unsure: Set<string> } {
  const [wrong, unsure] = [new Set<string>(), new Set<string>()]
  for (const { kind, after } of edits) {
    if (kind !== 'camera.behavior') continue
    const { refinements, markerDeletions } = after as CameraBehavior
    for (const { track, distancePx } of refinements ?? []) {
      if (!track) continue
      const isFar = typeof distancePx === 'number' && distancePx * (usualWidthPx / Math.max(1, sidePx)) > wrongPx
      ;(isFar ? wrong : unsure).add(track)
    }
    // Some of its markers were wrong, and the rest was worth keeping.
    for (const { track } of markerDeletions ?? []) if (track) unsure.add(track)
  }
  return { wrong, unsure }
}

/**
 * Tracks that were moved far were as wrong as those that were taken out. Of those that were touched up nobody can say.
 *
 * @param edits of the session, oldest first
 */
export function trackExamples(session: AnySession, edits: readonly Edit[]): readonly Example[] {
  const out = takenOut(edits)
  if (out === null) return []
  const camera = asCamera(session)
  const clip = groupOf(camera)
  const { widthPx, heightPx } = camera.context
  const { wrong, unsure } = mended(edits, Math.max(widthPx ?? 0, heightPx ?? 0))
  return trackRows(camera).flatMap(({ name, values }) => {
    const isBad = out.has(name) || wrong.has(name)
    return !isBad && unsure.has(name) ? [] : [{ values, target: isBad ? 1 : 0, clip }]
  })
}
