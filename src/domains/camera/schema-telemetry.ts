/** The check of what happened on the way; the plain types are in `telemetry.ts` and `session.ts`. */
import { z } from 'zod'
import { shortName } from '#core/session-schema.ts'
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
  sentence,
  share,
  text,
} from './schema-parts.ts'
import { cameraSettings } from './schema-settings.ts'
import {
  deletionReasons,
  emptyReasons,
  endReasons,
  failureTypes,
  levels,
  motionKinds,
  regions,
  trackOrigins,
  unsolvedReasons,
} from './terms.ts'

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
  cleanedFrames: z.array(z.int()).max(100_000).nullish(),
  deletion: record({ reason: z.enum(deletionReasons).nullish(), noticedFrame: frame, into: shortName.nullish() }),
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
  strongFeatures: notNegative,
  featureDensityTimeline: z.record(z.string().max(64), regional(z.number().min(0))).nullish(),
  brightnessMean: share,
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
  earlier: shortName.nullish(),
  later: shortName.nullish(),
  matchScore: share,
  why: sentence,
})

const motion = record({
  kind: z.enum(motionKinds).nullish(),
  confidence: share,
  fromFrame: frame,
  toFrame: frame,
  pan: notNegative,
  roll: notNegative,
  zoom: notNegative,
  shake: notNegative,
  scale: positive,
  rollDeg: number,
})

const forecast = record({
  probability: share,
  warnings: list(z.string().max(1000), 100),
  features: z.record(z.string().max(64), z.number().nullable()).nullish(),
})

const diagnosis = z.looseObject({
  pattern: z.enum(failureTypes).nullish(),
  confidence: share,
  sentence,
  evidence: list(z.looseObject({ name: text, value: number, limit: number, unit: text }), 100),
  fix: z
    .record(
      z.string().max(64),
      z.union([z.number(), z.boolean(), z.string().max(64), z.array(z.number()).max(100_000)]),
    )
    .nullish(),
})

const refinement = z.looseObject({
  fromFrame: frame,
  toFrame: frame,
  removed: count,
  errorBeforePx: notNegative,
  errorAfterPx: notNegative,
  heldOutBeforePx: notNegative,
  heldOutAfterPx: notNegative,
  kept: flag,
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
  timings: record({
    followMs: notNegative,
    solveMs: notNegative,
    phases: z.record(z.string().max(64), z.number().min(0)).nullish(),
  }),
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
  motion,
  forecast,
  diagnoses: list(diagnosis, 100),
  refinements: list(refinement, 10_000),
  retryWhy: sentence,
  resumed: flag,
  anchors: list(z.looseObject({ name: shortName.nullish(), startFrame: frame, endFrame: frame, quality: share }), 1000),
  healingAttempts: list(healingAttempt, 10_000),
  healing: record({
    candidates: count,
    attempted: count,
    succeeded: count,
    averageGapFrames: notNegative,
    averageMatchScore: number,
    averageErrorPx: notNegative,
    merged: count,
  }),
  visual,
  previousRecord: text,
  extra: z.record(z.string(), z.unknown()).nullish(),
})
