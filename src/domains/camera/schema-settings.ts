/** The check of what a tracker was given. */
import { z } from 'zod'
import { count, flag, frame, list, notNegative, positive, share, text } from './schema-parts.ts'
import { motionModels, regions } from './terms.ts'

/** No odd numbers are asked for: AutoSolve's tables hold even search sizes. */
const side = z.int().min(3).max(4096).nullish()

/** Of tracks that begin in one part of the picture. */
const regionOverride = z.looseObject({
  patternSize: side,
  searchSize: side,
  correlation: share,
  motionModel: z.enum(motionModels).nullish(),
  patternMatch: z.enum(['keyframe', 'previous-frame']).nullish(),
  normalize: flag,
})

export const cameraSettings = z.looseObject({
  patternSize: side,
  searchSize: side,
  correlation: share,
  threshold: share,
  motionModel: z.enum(motionModels).nullish(),
  minDistancePx: notNegative,
  marginPx: notNegative,
  targetTracks: count,
  minLifespanFrames: count,
  maxRetries: count,
  preset: text,
  tripod: flag,
  robust: flag,
  normalize: flag,
  patternMatch: z.enum(['keyframe', 'previous-frame']).nullish(),
  refine: list(z.enum(['focal', 'principal', 'radial', 'tangential']), 4),
  cleanupErrorPx: positive,
  fromFrame: frame,
  toFrame: frame,
  masks: count,
  focal: z.enum(['fixed', 'refine', 'unknown']).nullish(),
  zoom: z.enum(['auto', 'off', 'on']).nullish(),
  lens: z.enum(['auto', 'none', 'known']).nullish(),
  heldOutShare: share,
  seed: count,
  smoothing: share,
  monitorFrames: count,
  heal: flag,
  rejectNonRigid: flag,
  avoidRegions: list(z.enum(regions), 9),
  regionOverrides: z.partialRecord(z.enum(regions), regionOverride).nullish(),
  cutFrames: z.array(z.int()).max(100_000).nullish(),
  models: z
    .array(z.looseObject({ name: text, version: text, used: flag, reason: text }))
    .max(16)
    .nullish(),
  engine: text,
})
