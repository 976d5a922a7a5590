/**
 * A camera session is one attempt to track a clip and solve its camera.
 *
 * Conventions: positions that end in `Uv` are `[x, y]` in shares of image width and height, origin at the bottom left
 * corner, y up (Blender's marker space); speeds in Uv are per frame. Frames carry the numbers of the recording
 * program; `context.firstFrame` says which number the clip's first frame has. Sizes are pixels, errors pixels of the
 * full resolution. Every field of the inner parts may be left out or null, and both mean: not known.
 */
import type { Session } from '#core/session.ts'
import type {
  Detection,
  DiagnosisRecord,
  ForecastRecord,
  HealingAttempt,
  MotionRecord,
  RefinementRecord,
  TrackRecord,
  VisualFeatures,
  ZoomAnalysis,
} from './telemetry.ts'
import type {
  DistortionModel,
  FailureType,
  FootageType,
  Level,
  MotionModel,
  Pair,
  Region,
  Regional,
  Unknowable,
} from './terms.ts'

/** The lens and the camera back. Coefficients of the models other than `distortionModel` are kept when recorded. */
export type CameraIntrinsics = Unknowable<{
  focalMm: number
  focalPx: number
  sensorWidthMm: number
  sensorHeightMm: number
  /** Width of a pixel over its height. */
  pixelAspect: number
  /** From the image centre, in shares of half the width and half the height, y up; `[0, 0]` is the centre. */
  principalOffset: Pair
  distortionModel: DistortionModel
  /** Radial coefficients, radius in units of the focal length. */
  polynomial: readonly [number, number, number]
  division: Pair
  nuke: Pair
  /** k1 to k4. */
  brownRadial: readonly [number, number, number, number]
  brownTangential: Pair
}>

/** A short look at the clip before settings are chosen. */
export type MotionProbe = Unknowable<{
  /** `metadata`: guessed from frame rate and length; `tracks`: measured. */
  method: 'metadata' | 'tracks'
  motionClass: Level
  textureClass: Level
  bestRegions: readonly Region[]
  meanVelocityUv: number
  maxVelocityUv: number
  regions: Regional<
    Unknowable<{ total: number; survived: number; jitters: readonly number[]; velocitiesUv: readonly number[] }>
  >
  /** Which frames were looked at, inclusive. */
  fromFrame: number
  toFrame: number
  /** The window in which nearly every point is found again in the next frame. */
  searchSizePx: number
  /** Black bars that all frames have; absent where there are none. */
  letterbox: Unknowable<{ left: number; top: number; right: number; bottom: number }>
}>

/** What was known before the settings were chosen. */
export type CameraContext = Unknowable<{
  clip: Unknowable<{
    /** Keyed or by content, so that one clip has one fingerprint and nobody can tell its path from it. */
    fingerprint: string
    /** Lower case with the dot: ".mp4". */
    extension: string
    /** What the extension suggests: "h264/h265". */
    codecHint: string
    /** What the pictures are really coded in: "h264", "prores"; "png" for a sequence. */
    codec: string
    bitDepth: number
    /** Of all files of the clip. */
    sizeBytes: number
  }>
  widthPx: number
  heightPx: number
  fps: number
  frameCount: number
  durationS: number
  /** The number of the clip's first frame: 1 in Blender, 0 in the embedded engine. */
  firstFrame: number
  footageType: FootageType
  /** As known at the start, before any refinement. */
  camera: CameraIntrinsics
  probe: MotionProbe
  /** 0 or 1 for the first attempt at this clip, then counting. */
  attempt: number
  /** The first session of the chain of attempts that this one belongs to. */
  chain: string
  /** Which attempt of its run it was: 0 is the first try, 1 the first retry. */
  retry: number
  /** The first session of the run that this one belongs to; itself where it is that. */
  run: string
  /** What tracked and solved. */
  engine: Unknowable<{ name: string; version: string }>
  /** `local`: the source wrote its wall clock without a zone, and `recordedAt` holds that reading as if it were UTC. */
  clock: 'utc' | 'local'
}>

/** Exactly what the tracker was given. */
export type CameraSettings = Unknowable<{
  /** Side of the square that is matched, pixels. */
  patternSize: number
  /** Side of the square in which it is looked for, pixels. */
  searchSize: number
  /** The lowest normalised cross-correlation that still counts as found, 0 to 1. */
  correlation: number
  /** Strength that a feature must have to be detected, 0 to 1, relative to the strongest. */
  threshold: number
  motionModel: MotionModel
  minDistancePx: number
  marginPx: number
  targetTracks: number
  minLifespanFrames: number
  maxRetries: number
  preset: string
  tripod: boolean
  robust: boolean
  normalize: boolean
  patternMatch: 'keyframe' | 'previous-frame'
  refine: readonly ('focal' | 'principal' | 'radial' | 'tangential')[]
  /** Tracks above this error were deleted before the last solve. */
  cleanupErrorPx: number
  /** Which frames were looked at, inclusive. */
  fromFrame: number
  toFrame: number
  /** Polygons that points had to stay out of, or within. */
  masks: number
  /** How far the focal length that the solve began with was trusted; `unknown`: there was none. */
  focal: 'fixed' | 'refine' | 'unknown'
  /** Whether the focal length may change within a shot. */
  zoom: 'auto' | 'off' | 'on'
  /** `known`: as in `context.camera`. */
  lens: 'auto' | 'none' | 'known'
  /** Share of the tracks' positions that was hidden from the solver and scored at the end. */
  heldOutShare: number
  /** Of every random choice. */
  seed: number
  /** Gaussian smoothing of the tracks before the solve, 0 none to 1. */
  smoothing: number
  /** How often survival was looked at. */
  monitorFrames: number
  /** Whether gaps were closed. */
  heal: boolean
  /** Whether tracks that move on their own were left out of the solve. */
  rejectNonRigid: boolean
  /** Where no points were placed. */
  avoidRegions: readonly Region[]
  /** What tracks that begin in these parts of the picture were followed with, in the place of the above. */
  regionOverrides: Regional<
    Unknowable<{
      patternSize: number
      searchSize: number
      correlation: number
      motionModel: MotionModel
      patternMatch: 'keyframe' | 'previous-frame'
      normalize: boolean
    }>
  >
  /** First frames of new shots that were known before tracking. */
  cutFrames: readonly number[]
  /** Trained models that had something to say of the attempt, and whether they were heard or held back as a control. */
  models: readonly Unknowable<{ name: string; version: string; used: boolean; reason: string }>[]
  /** Settings are kept per engine: the same threshold means different things. */
  engine: string
}>

/** What came of it. */
export type CameraOutcome = Unknowable<{
  /** Mean reprojection error of the tracks that were solved; null when nothing was solved. */
  solveErrorPx: number
  /** The same over tracks, or root mean square over positions, that took no part in the solve. */
  heldOutErrorPx: number
  heldOutTracks: number
  totalTracks: number
  /** Tracks that got a 3D point. */
  successfulTracks: number
  /** 3D points. */
  bundleCount: number
  solvedFrames: number
  failureType: FailureType
  /** Where the track count first dropped critically. */
  frameOfFailure: number
  /** Cameras, certainty and held-out error in one figure, higher is better: by it a run keeps the best of its attempts. */
  score: number
  /** As refined by the solve; of the longest shot that was solved. */
  solvedCamera: CameraIntrinsics
  /** Chance that the camera is right, 0 to 1, as the solver judges it; the lowest of all shots that were solved. */
  confidence: number
  /** Between the cuts of the clip, in order of time. */
  shots: readonly ShotOutcome[]
}>

/** What came of one shot of a clip. */
export type ShotOutcome = Unknowable<{
  fromFrame: number
  toFrame: number
  solved: boolean
  /** Of a shot that was not solved: "no-parallax". */
  code: string
  /** The same as a sentence. */
  why: string
  /** `tripod`: the camera only turned. */
  motion: 'general' | 'tripod'
  zoom: boolean
  solveErrorPx: number
  heldOutErrorPx: number
  confidence: number
  solvedFrames: number
  points: number
  observationsUsed: number
  observationsDropped: number
  /** One standard deviation. */
  focalSigmaPx: number
  camera: CameraIntrinsics
}>

/** What happened on the way. */
export type CameraTelemetry = Unknowable<{
  /** The tracks there were at the end. */
  tracks: readonly TrackRecord[]
  /** Those that were deleted on the way; a learner needs them as much as the others. */
  deletedTracks: readonly TrackRecord[]
  regionStats: Regional<Unknowable<{ totalTracks: number; successfulTracks: number; averageLifespanFrames: number }>>
  deadZones: readonly Region[]
  sweetSpots: readonly Region[]
  /** Mean net displacement of all tracks. */
  globalMotionUv: Pair
  motionConsistency: number
  flow: OpticalFlow
  adaptations: readonly Adaptation[]
  detections: readonly Detection[]
  /** First frames of new shots. */
  cuts: readonly number[]
  /** `phases`: what each phase of the attempt took, by its name, ms. */
  timings: Unknowable<{ followMs: number; solveMs: number; phases: Readonly<Record<string, number>> }>
  regionConfidence: Regional<number>
  frameSamples: readonly FrameSample[]
  preSolve: Unknowable<{ confidence: number; parallax: number; distribution: number; warnings: readonly string[] }>
  survival: SurvivalSummary
  zoom: ZoomAnalysis
  motion: MotionRecord
  forecast: ForecastRecord
  /** Most likely first; empty when nothing was found to be wrong, null when nobody looked. */
  diagnoses: readonly DiagnosisRecord[]
  refinements: readonly RefinementRecord[]
  /** Why the attempt was made after the one before it; null of a first try. */
  retryWhy: string
  /** Its tracks were taken over from a run that was stopped. */
  resumed: boolean
  anchors: readonly Unknowable<{ name: string; startFrame: number; endFrame: number; quality: number }>[]
  healingAttempts: readonly HealingAttempt[]
  healing: Unknowable<{
    candidates: number
    attempted: number
    succeeded: number
    averageGapFrames: number
    averageMatchScore: number
    /** Of those that succeeded. */
    averageErrorPx: number
    /** Tracks that followed one feature side by side, and were averaged into one. */
    merged: number
  }>
  visual: VisualFeatures
  /** The edit record that the source names as the one before this session. */
  previousRecord: string
  /** Fields of the source that this schema does not know, as they came. */
  extra: Readonly<Record<string, unknown>>
}>

export type OpticalFlow = Unknowable<{
  velocityMeanUv: number
  velocityStdUv: number
  velocityMaxUv: number
  /** 0 uniform motion, 1 strong difference of depths. */
  parallax: number
  dominantDirection: Pair
  /** 0 all tracks go one way, 1 in all directions. */
  directionEntropy: number
  /** Change of speed per frame. */
  accelerationUv: number
  /** Share of tracks that ended early. */
  dropoutRate: number
}>

/** A change of settings in the middle of the clip; it holds for tracks made after it. */
export type Adaptation = Unknowable<{
  pass: number
  frame: number
  survivalRate: number
  before: CameraSettings
  after: CameraSettings
  changes: readonly string[]
}>

export type FrameSample = Unknowable<{
  frame: number
  activeTracks: number
  tracksLost: number
  averageVelocityUv: number
}>

export type SurvivalSummary = Unknowable<{
  markers: number
  survived: number
  rate: number
  averageLifespanFrames: number
  averageFeatureQuality: number
  /** Pearson correlation of feature quality and survival. */
  qualityCorrelation: number
  regions: Regional<Unknowable<{ total: number; survived: number; rate: number }>>
}>

export type CameraSession = Session<CameraContext, CameraSettings, CameraOutcome, CameraTelemetry>
