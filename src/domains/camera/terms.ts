/** The words of a camera session: the lists that its enums are made of. */
import type { Region } from '#track/match/region.ts'

export { type Region, regions } from '#track/match/region.ts'

/** Every field may be null or absent: not known. */
export type Unknowable<T> = { readonly [K in keyof T]?: T[K] | null | undefined }
export type Pair = readonly [number, number]

/** What a pattern may do between frames; Blender's names. */
export const motionModels = ['Loc', 'LocRot', 'LocScale', 'LocRotScale', 'Affine', 'Perspective'] as const
export type MotionModel = (typeof motionModels)[number]

export const levels = ['low', 'medium', 'high'] as const
export type Level = (typeof levels)[number]

/** What the user said of the footage; `auto` when they left it to the program. */
export const footageTypes = [
  'auto',
  'indoor',
  'outdoor',
  'drone',
  'handheld',
  'action',
  'gimbal',
  'vfx',
  'tripod',
] as const
export type FootageType = (typeof footageTypes)[number]

/** What a camera did. `dolly`: through space, in any direction. `pan`: turning to the side, up or down. `mixed`: no part does most of it. */
export const motionKinds = ['static', 'pan', 'roll', 'zoom', 'dolly', 'shake', 'mixed'] as const
export type MotionKind = (typeof motionKinds)[number]

export const distortionModels = ['polynomial', 'division', 'nuke', 'brown'] as const
export type DistortionModel = (typeof distortionModels)[number]

/** Why an attempt failed, as diagnosed; `unknown` when a diagnosis was made and found no pattern. */
export const failureTypes = [
  'motion-blur',
  'rapid-motion',
  'low-contrast',
  'edge-distortion',
  'scene-cut',
  'insufficient-features',
  'non-rigid-motion',
  'feature-drift',
  'unknown',
] as const
export type FailureType = (typeof failureTypes)[number]

/** Why a track ended where it did. */
export const endReasons = [
  'clip-end',
  'left-frame',
  'lost-match',
  'jumped',
  'pattern-invalid',
  'drift',
  'occluded',
  'masked',
  'scene-cut',
  'stopped',
  'unknown',
] as const
export type EndReason = (typeof endReasons)[number]

/** How a track came to be. */
export const trackOrigins = ['detected', 'user', 'replenished', 'imported'] as const
export type TrackOrigin = (typeof trackOrigins)[number]

/** Why a track of a solved shot has no point. */
export const unsolvedReasons = [
  'too-short',
  'no-parallax',
  'moves-on-its-own',
  'high-error',
  'behind-camera',
  'other-part',
] as const
export type UnsolvedReason = (typeof unsolvedReasons)[number]

/** Why no point could be placed in a part of the picture. */
export const emptyReasons = ['no-texture', 'margin', 'masked', 'threshold', 'occupied'] as const
export type EmptyReason = (typeof emptyReasons)[number]

/** Why a track was deleted before the session ended. `joined`: it was found to go on where another had ended, and became part of that. */
export const deletionReasons = [
  'motion-spike',
  'segment-cleaned',
  'velocity-spike',
  'non-rigid',
  'burnt-in',
  'high-error',
  'short-lifespan',
  'drift',
  'duplicate',
  'invalid',
  'held-out',
  'joined',
  'cleared',
  'unknown',
] as const
export type DeletionReason = (typeof deletionReasons)[number]

/** One value per region of the image; regions without a value are absent. */
export type Regional<T> = { readonly [R in Region]?: T | null | undefined }
