/** How camera sessions are found and named in lists. */
import type { Facet } from '#core/query.ts'
import type { AnySession } from '#core/session.ts'
import {
  asCamera,
  footageClass,
  fpsClass,
  lightOf,
  motionClass,
  movementOf,
  resolutionClass,
  solvedShare,
} from './classes.ts'
import type { CameraSession } from './session.ts'

export function cameraFacets(any: AnySession): readonly Facet[] {
  const session = asCamera(any)
  const { context, settings, outcome } = session
  return [
    ...text('class', footageClass(context)),
    ...text('resolution', resolutionClass(context.widthPx)),
    ...text('fps', fpsClass(context.fps)),
    ...text('footage', context.footageType),
    ...text('motion', motionClass(session)),
    ...text('texture', context.probe?.textureClass),
    ...text('movement', movementOf(session)),
    ...text('light', lightOf(session)),
    ...text('failure', outcome.failureType),
    ...text('model', settings.values.motionModel),
    ...text('clip', context.clip?.fingerprint),
    ...number('error', outcome.solveErrorPx),
    ...number('heldOutError', outcome.heldOutErrorPx),
    ...number('points', outcome.bundleCount),
    ...number('tracks', outcome.totalTracks),
    ...number('solvedShare', solvedShare(session)),
    ...number('frames', context.frameCount),
    ...number('attempt', context.attempt),
  ]
}

const text = (key: string, value: string | null | undefined): Facet[] => (value ? [{ key, text: value }] : [])
const number = (key: string, value: number | null | undefined): Facet[] =>
  value === null || value === undefined ? [] : [{ key, number: value }]

/** "HD 24 fps, 240 frames, 45 tracks, 35 points, 0.42 px". */
export function cameraSummary(any: AnySession): string {
  const { context, outcome } = asCamera(any)
  const format = [resolutionClass(context.widthPx), context.fps ? `${round(context.fps, 2)} fps` : null]
    .filter((part) => part !== null)
    .join(' ')
  const parts = [
    format,
    plural(context.frameCount, 'frame'),
    plural(outcome.totalTracks, 'track'),
    plural(outcome.bundleCount, 'point'),
    result(outcome),
  ]
  return parts.filter((part) => part !== '').join(', ') || 'camera track'
}

function result(outcome: CameraSession['outcome']): string {
  if (typeof outcome.solveErrorPx === 'number') return `${round(outcome.solveErrorPx, 2)} px`
  if (outcome.failureType && outcome.failureType !== 'unknown') return outcome.failureType.replaceAll('-', ' ')
  return outcome.status === null ? '' : 'no solve'
}

const round = (value: number, digits: number) => String(Number(value.toFixed(digits)))
const plural = (count: number | null | undefined, noun: string) =>
  count === null || count === undefined ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`

export function cameraSearchText(any: AnySession): string {
  const session = asCamera(any)
  const { context, settings, outcome } = session
  const words = [
    cameraSummary(any),
    footageClass(context),
    context.footageType,
    motionClass(session) && `${motionClass(session)} motion`,
    settings.values.motionModel,
    settings.values.preset,
    settings.policy?.name,
    outcome.failureType,
    outcome.status,
    session.host.name,
  ]
  return words.filter((word) => typeof word === 'string' && word !== '').join(' ')
}
