/** The Zod schema of a camera session; the plain types are in `session.ts`, and the compiler holds the two together. */
import { z } from 'zod'
import { sessionSchema, uuid } from '#core/session-schema.ts'
import {
  count,
  flag,
  frame,
  list,
  maybePair,
  notNegative,
  number,
  numbers,
  positive,
  record,
  regional,
  sentence,
  share,
  text,
} from './schema-parts.ts'
import { cameraSettings } from './schema-settings.ts'
import { cameraTelemetry } from './schema-telemetry.ts'
import type { CameraContext, CameraOutcome, CameraSettings, CameraTelemetry } from './session.ts'
import { distortionModels, failureTypes, footageTypes, levels, regions } from './terms.ts'

const intrinsics = record({
  focalMm: positive,
  focalPx: positive,
  sensorWidthMm: positive,
  sensorHeightMm: positive,
  pixelAspect: positive,
  principalOffset: maybePair,
  distortionModel: z.enum(distortionModels).nullish(),
  polynomial: z.tuple([z.number(), z.number(), z.number()]).nullish(),
  division: maybePair,
  nuke: maybePair,
  brownRadial: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullish(),
  brownTangential: maybePair,
})

const probe = record({
  method: z.enum(['metadata', 'tracks']).nullish(),
  motionClass: z.enum(levels).nullish(),
  textureClass: z.enum(levels).nullish(),
  bestRegions: list(z.enum(regions), 9),
  meanVelocityUv: notNegative,
  maxVelocityUv: notNegative,
  regions: regional(z.looseObject({ total: count, survived: count, jitters: numbers, velocitiesUv: numbers })),
  fromFrame: frame,
  toFrame: frame,
  searchSizePx: count,
  letterbox: record({ left: notNegative, top: notNegative, right: notNegative, bottom: notNegative }),
})

export const cameraContext = z.looseObject({
  clip: record({
    // No separators and no spaces: what could be a path or a name is refused.
    fingerprint: z
      .string()
      .regex(/^[\w:.-]{1,128}$/, 'must be a keyed or content fingerprint, never a path')
      .nullish(),
    extension: z
      .string()
      .regex(/^\.[a-z0-9]{1,16}$/, 'must be a lower-case extension with its dot')
      .nullish(),
    codecHint: text,
    codec: text,
    bitDepth: z.int().min(1).max(64).nullish(),
    sizeBytes: count,
  }),
  widthPx: z.int().min(1).max(65_536).nullish(),
  heightPx: z.int().min(1).max(65_536).nullish(),
  fps: z.number().gt(0).max(10_000).nullish(),
  frameCount: z.int().min(1).nullish(),
  durationS: positive,
  firstFrame: frame,
  footageType: z.enum(footageTypes).nullish(),
  camera: intrinsics,
  probe,
  attempt: count,
  chain: uuid.nullish(),
  retry: count,
  run: uuid.nullish(),
  engine: record({ name: text, version: text }),
  clock: z.enum(['utc', 'local']).nullish(),
})

const shot = z.looseObject({
  fromFrame: frame,
  toFrame: frame,
  solved: flag,
  code: text,
  why: sentence,
  motion: z.enum(['general', 'tripod']).nullish(),
  zoom: flag,
  solveErrorPx: notNegative,
  heldOutErrorPx: notNegative,
  confidence: share,
  solvedFrames: count,
  points: count,
  observationsUsed: count,
  observationsDropped: count,
  focalSigmaPx: notNegative,
  camera: intrinsics,
})

const outcome = {
  solveErrorPx: notNegative,
  heldOutErrorPx: notNegative,
  heldOutTracks: count,
  totalTracks: count,
  successfulTracks: count,
  bundleCount: count,
  solvedFrames: count,
  failureType: z.enum(failureTypes).nullish(),
  frameOfFailure: frame,
  solvedCamera: intrinsics,
  confidence: share,
  score: number,
  shots: list(shot, 10_000),
}

export const cameraSchema = sessionSchema({
  context: cameraContext,
  values: cameraSettings,
  outcome,
  telemetry: cameraTelemetry.nullable(),
})

// A field that one of the two knows by another name or type fails to compile here.
type Fits<Checked extends Plain, Plain> = Checked
export type SchemaAgreesWithTypes = [
  Fits<z.output<typeof cameraContext>, CameraContext>,
  Fits<z.output<typeof cameraSettings>, CameraSettings>,
  Fits<z.output<typeof cameraTelemetry>, CameraTelemetry>,
  Fits<z.output<z.ZodObject<typeof outcome>>, CameraOutcome>,
]
