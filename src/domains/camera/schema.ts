/** The Zod schema of a camera session; the plain types are in `session.ts`, and the compiler holds the two together. */
import { z } from 'zod'
import { sessionSchema, shortName, uuid } from '#core/session-schema.ts'
import {
  count,
  flag,
  frame,
  list,
  maybePair,
  notNegative,
  number,
  numbers,
  pair,
  pairs,
  positive,
  record,
  region,
  regional,
  share,
  text,
} from './schema-parts.ts'
import type { CameraContext, CameraOutcome, CameraSettings, CameraTelemetry } from './session.ts'
import {
  deletionReasons,
  distortionModels,
  emptyReasons,
  endReasons,
  failureTypes,
  footageTypes,
  levels,
  motionModels,
  regions,
  trackOrigins,
  unsolvedReasons,
} from './terms.ts'

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
  clock: z.enum(['utc', 'local']).nullish(),
})

/** No odd numbers are asked for: AutoSolve's tables hold even search sizes. */
const side = z.int().min(3).max(4096).nullish()

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
})

const shot = z.looseObject({
  fromFrame: frame,
  toFrame: frame,
  solved: flag,
  code: text,
  why: z.string().max(1000).nullish(),
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
  shots: list(shot, 10_000),
}

const signature = record({
  positionUv: maybePair,
  velocityUv: maybePair,
  accelerationUv: maybePair,
  confidence: share,
})

const track = z.looseObject({
  name: shortName.nullish(),
  region,
  startFrame: frame,
  endFrame: frame,
  lifespanFrames: count,
  markerCount: count,
  averageVelocityUv: notNegative,
  jitter: notNegative,
  survived: flag,
  contributedToSolve: flag,
  reprojectionErrorPx: notNegative,
  initialUv: maybePair,
  featureQuality: share,
  trajectory: record({
    everyMarkers: z.int().min(1).nullish(),
    frames: z.array(z.int()).max(100_000).nullish(),
    positionsUv: pairs,
    stepsUv: numbers,
    confidences: numbers,
  }),
  averageConfidence: share,
  startSignature: signature,
  endSignature: signature,
  isAnchorCandidate: flag,
  anchorQuality: share,
  origin: z.enum(trackOrigins).nullish(),
  placedFrame: frame,
  beginReason: z.enum(endReasons).nullish(),
  endReason: z.enum(endReasons).nullish(),
  unsolvedReason: z.enum(unsolvedReasons).nullish(),
  droppedFrames: z.array(z.int()).max(100_000).nullish(),
  deletion: record({ reason: z.enum(deletionReasons).nullish(), noticedFrame: frame }),
})

const flow = record({
  velocityMeanUv: notNegative,
  velocityStdUv: notNegative,
  velocityMaxUv: notNegative,
  parallax: share,
  dominantDirection: maybePair,
  directionEntropy: share,
  accelerationUv: number,
  dropoutRate: share,
})

const zoomDirection = z.enum(['in', 'out', 'none']).nullish()

const zoom = record({
  detected: flag,
  direction: zoomDirection,
  scales: numbers,
  focalRatio: notNegative,
  scaleVariance: notNegative,
  uniform: flag,
  radialConvergence: z.number().min(-1).max(1).nullish(),
  confidence: share,
})

const visual = record({
  motionClass: z.enum(levels).nullish(),
  motionMagnitude: notNegative,
  motionVariance: notNegative,
  motionAtStartUv: notNegative,
  dominantRegion: region,
  featureDensity: regional(z.number().min(0)),
  featureDensityTotal: notNegative,
  featureDensityMean: notNegative,
  featureDensityTimeline: z.record(z.string().max(64), regional(z.number().min(0))).nullish(),
  edgeDensity: regional(z.number().min(0)),
  edgeDensityMean: notNegative,
  contrast: regional(z.looseObject({ estimate: share, trackCount: count, successRate: share })),
  motionProfileUv: numbers,
  directionHistogram: z.array(z.number().min(0)).max(64).nullish(),
  magnitudeHistogram: z.array(z.number().min(0)).max(64).nullish(),
  failureFrames: z.array(z.int()).max(100_000).nullish(),
  failurePositionsUv: pairs,
  zoomDetected: flag,
  zoomDirection,
  zoomRatio: notNegative,
})

const byFrame = z
  .array(z.record(z.string().regex(/^-?\d+$/, 'must be a frame number'), pair))
  .max(1000)
  .nullish()

const healingAttempt = z.looseObject({
  gapStartFrame: frame,
  gapEndFrame: frame,
  gapStartUv: maybePair,
  gapEndUv: maybePair,
  gapStartVelocityUv: maybePair,
  gapEndVelocityUv: maybePair,
  anchorCount: count,
  anchorPositionsUv: byFrame,
  anchorVelocitiesUv: byFrame,
  anchorRegions: list(z.enum(regions).nullable(), 1000),
  anchorQualities: numbers,
  interpolatedUv: pairs,
  method: text,
  errorPx: notNegative,
  healed: flag,
})

/** Far above any real clip; what is beyond it is a mistake or an attack. */
const mostTracks = 50_000

export const cameraTelemetry = z.looseObject({
  tracks: list(track, mostTracks),
  deletedTracks: list(track, mostTracks),
  regionStats: regional(
    z.looseObject({ totalTracks: count, successfulTracks: count, averageLifespanFrames: notNegative }),
  ),
  deadZones: list(z.enum(regions), 9),
  sweetSpots: list(z.enum(regions), 9),
  globalMotionUv: maybePair,
  motionConsistency: share,
  flow,
  adaptations: list(
    z.looseObject({
      pass: count,
      frame,
      survivalRate: share,
      before: cameraSettings.nullish(),
      after: cameraSettings.nullish(),
      changes: list(z.string().max(1000), 100),
    }),
    1000,
  ),
  detections: list(z.looseObject({ frame, placed: count, empty: regional(z.enum(emptyReasons)) }), 100_000),
  cuts: z.array(z.int()).max(100_000).nullish(),
  timings: record({ followMs: notNegative, solveMs: notNegative }),
  regionConfidence: regional(share),
  frameSamples: list(
    z.looseObject({ frame, activeTracks: count, tracksLost: count, averageVelocityUv: notNegative }),
    1_000_000,
  ),
  preSolve: record({
    confidence: share,
    parallax: share,
    distribution: share,
    warnings: list(z.string().max(1000), 100),
  }),
  survival: record({
    markers: count,
    survived: count,
    rate: share,
    averageLifespanFrames: notNegative,
    averageFeatureQuality: share,
    qualityCorrelation: z.number().min(-1).max(1).nullish(),
    regions: regional(z.looseObject({ total: count, survived: count, rate: share })),
  }),
  zoom,
  anchors: list(z.looseObject({ name: shortName.nullish(), startFrame: frame, endFrame: frame, quality: share }), 1000),
  healingAttempts: list(healingAttempt, 10_000),
  healing: record({
    candidates: count,
    attempted: count,
    succeeded: count,
    averageGapFrames: notNegative,
    averageMatchScore: number,
  }),
  visual,
  previousRecord: text,
  extra: z.record(z.string(), z.unknown()).nullish(),
})

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
