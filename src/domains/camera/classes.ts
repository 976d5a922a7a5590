/** The classes that footage falls into. Whoever stores under a class and whoever looks one up calls these functions. */
import type { AnySession } from '#core/session.ts'
import type { CameraContext, CameraSession } from './session.ts'
import type { Level } from './terms.ts'

export type ResolutionClass = 'SD' | 'HD' | '4K'
export type FpsClass = '24fps' | '30fps' | '60fps'

/** The typed view of a session that passed the camera schema: the store holds no other. */
export function asCamera(session: AnySession): CameraSession {
  return session as unknown as CameraSession
}

export function resolutionClass(widthPx: number | null | undefined): ResolutionClass | null {
  if (!widthPx) return null
  if (widthPx >= 3840) return '4K'
  return widthPx >= 1920 ? 'HD' : 'SD'
}

/** 23.976 and 25 are "24fps", 29.97 is "30fps", 50 and more "60fps". */
export function fpsClass(fps: number | null | undefined): FpsClass | null {
  if (!fps) return null
  if (fps >= 50) return '60fps'
  return fps >= 28 ? '30fps' : '24fps'
}

/** "HD_30fps"; null when width or frame rate is not known. */
export function footageClass(context: CameraContext): string | null {
  const resolution = resolutionClass(context.widthPx)
  const fps = fpsClass(context.fps)
  return resolution && fps ? `${resolution}_${fps}` : null
}

/** The movements and lights that the contribution guide asks for. */
export const movements = ['static', 'handheld', 'drone', 'action'] as const
export type Movement = (typeof movements)[number]

/** As the person said of the footage, else as measured: a drone cannot be told from pictures. */
export function movementOf(session: CameraSession): Movement | null {
  const { footageType } = session.context
  if (footageType === 'tripod') return 'static'
  if (footageType === 'handheld' || footageType === 'drone' || footageType === 'action') return footageType
  const kind = session.telemetry?.motion?.kind
  if (kind === 'static') return 'static'
  if (kind === 'shake') return 'handheld'
  return motionClass(session) === 'high' ? 'action' : null
}

/** Mean brightness, of 1, below which footage counts as taken in low light. */
export const lowLight = 0.2

/** null where brightness was not measured. */
export function lightOf({ telemetry }: CameraSession): 'low' | 'normal' | null {
  const brightness = telemetry?.visual?.brightnessMean
  if (brightness === null || brightness === undefined) return null
  return brightness < lowLight ? 'low' : 'normal'
}

/** As probed before the run, else as measured after it. */
export function motionClass(session: CameraSession): Level | null {
  return session.context.probe?.motionClass ?? session.telemetry?.visual?.motionClass ?? null
}

/** Attempts at one clip share a group: they must not be split between training and test. */
export function groupOf(session: CameraSession): string {
  const fingerprint = session.context.clip?.fingerprint
  if (fingerprint) return `clip:${fingerprint}`
  return `chain:${session.context.chain ?? session.parent ?? session.id}`
}

/** What it ended with was made by hand from the session before it: its settings are not to be thanked or blamed. */
export const isEditedByHand = ({ settings, parent, context }: CameraSession): boolean =>
  settings.policy?.name === 'person' && parent !== null && (context.retry ?? null) === null

/** The share of tracks that got a 3D point; null when not known. */
export function solvedShare(session: CameraSession): number | null {
  const { totalTracks, successfulTracks } = session.outcome
  if (!totalTracks || successfulTracks === null || successfulTracks === undefined) return null
  return Math.min(1, successfulTracks / totalTracks)
}
