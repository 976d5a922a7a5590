/** The larger records inside a camera session's telemetry; conventions as in `session.ts`. */
import type {
  DeletionReason,
  EmptyReason,
  EndReason,
  FailureType,
  Level,
  MotionKind,
  Pair,
  Region,
  Regional,
  TrackOrigin,
  Unknowable,
  UnsolvedReason,
} from './terms.ts'

/** One 2D track. */
export type TrackRecord = Unknowable<{
  name: string
  /** Of the mean position. */
  region: Region
  startFrame: number
  endFrame: number
  /** Last frame minus first: n frames in a row give n - 1. */
  lifespanFrames: number
  markerCount: number
  /** Net displacement over lifespan, per frame. */
  averageVelocityUv: number
  /** Standard deviation of the step lengths over their mean; 0 is smooth, no upper end. */
  jitter: number
  /** Whether it lived as long as the recorder asked for. */
  survived: boolean
  /** Whether it got a 3D point. */
  contributedToSolve: boolean
  reprojectionErrorPx: number
  initialUv: Pair
  /** 0 to 1, as rated at detection. */
  featureQuality: number
  trajectory: Trajectory
  averageConfidence: number
  startSignature: EndpointSignature
  endSignature: EndpointSignature
  isAnchorCandidate: boolean
  anchorQuality: number
  origin: TrackOrigin
  /** Where it was placed; it may have been followed both ways from here. */
  placedFrame: number
  /** Why it was not followed further back than its first frame; null when that was not tried. */
  beginReason: EndReason
  endReason: EndReason
  /** Set where its shot was solved without it. */
  unsolvedReason: UnsolvedReason
  /** Frames in which the solver held it for wrong. */
  droppedFrames: readonly number[]
  /** Frames in which it jumped, and whose markers were taken out before the solve. */
  cleanedFrames: readonly number[]
  /** Set for deleted tracks. */
  deletion: Unknowable<{
    reason: DeletionReason
    /** Where it showed; in records of AutoSolve where the playhead stood. */
    noticedFrame: number
    /** Of a track that became part of another: its name. */
    into: string
  }>
}>

/** One search for points to follow. */
export type Detection = Unknowable<{
  frame: number
  /** Points that were placed. */
  placed: number
  /** Regions that should have got points and got none. */
  empty: Regional<EmptyReason>
}>

/** Where a track was, sampled. All lists that are there run in parallel to `positionsUv`, except `stepsUv`. */
export type Trajectory = Unknowable<{
  /** A sample every so many markers. */
  everyMarkers: number
  frames: readonly number[]
  positionsUv: readonly Pair[]
  /** Speeds between one sample and the next, per frame: one fewer than positions. */
  stepsUv: readonly number[]
  confidences: readonly number[]
}>

/** How a feature moves where its track begins or ends, to find it again. */
export type EndpointSignature = Unknowable<{
  positionUv: Pair
  velocityUv: Pair
  accelerationUv: Pair
  confidence: number
}>

export type ZoomAnalysis = Unknowable<{
  detected: boolean
  /** `in`: the lens became longer, and what is seen larger. */
  direction: 'in' | 'out' | 'none'
  /** Scale relative to the first sample. */
  scales: readonly number[]
  /** Last scale over first. */
  focalRatio: number
  scaleVariance: number
  uniform: boolean
  /** -1 to 1. */
  radialConvergence: number
  confidence: number
}>

/** What the pictures are like, without the pictures. */
export type VisualFeatures = Unknowable<{
  motionClass: Level
  motionMagnitude: number
  motionVariance: number
  /** Mean speed over the first 30 frames. */
  motionAtStartUv: number
  /** Where most tracks were. */
  dominantRegion: Region
  /** Detected features per region. */
  featureDensity: Regional<number>
  featureDensityTotal: number
  featureDensityMean: number
  /** Features at least 0.5 as strong as the strongest: few where something outstanding is all there is. */
  strongFeatures: number
  /** The same at several moments; keys name the moment ("frame_25pct_0"). */
  featureDensityTimeline: Readonly<Record<string, Regional<number> | null | undefined>>
  /** 0 black to 1 white, of three frames. */
  brightnessMean: number
  edgeDensity: Regional<number>
  edgeDensityMean: number
  contrast: Regional<Unknowable<{ estimate: number; trackCount: number; successRate: number }>>
  motionProfileUv: readonly number[]
  /** Eight directions from -pi, shares. */
  directionHistogram: readonly number[]
  /** Five magnitudes, shares. */
  magnitudeHistogram: readonly number[]
  failureFrames: readonly number[]
  failurePositionsUv: readonly Pair[]
  zoomDetected: boolean
  zoomDirection: 'in' | 'out' | 'none'
  zoomRatio: number
}>

/** One try to close the gap between two tracks of what may be one feature. */
export type HealingAttempt = Unknowable<{
  gapStartFrame: number
  gapEndFrame: number
  gapStartUv: Pair
  gapEndUv: Pair
  gapStartVelocityUv: Pair
  gapEndVelocityUv: Pair
  anchorCount: number
  /** Per anchor, its positions by frame number. */
  anchorPositionsUv: readonly Readonly<Record<string, Pair>>[]
  anchorVelocitiesUv: readonly Readonly<Record<string, Pair>>[]
  anchorRegions: readonly (Region | null)[]
  anchorQualities: readonly number[]
  interpolatedUv: readonly Pair[]
  method: string
  /** Where the bridge arrived to where the later track begins; null when it was not tried. */
  errorPx: number
  healed: boolean
  /** The track that ends, and the one that begins. */
  earlier: string
  later: string
  /** How well the two fitted before the pictures were asked. */
  matchScore: number
  /** Why it was rolled back. */
  why: string
}>

/** What the camera did, read from the tracks alone. */
export type MotionRecord = Unknowable<{
  kind: MotionKind
  /** How clearly it is this and nothing else, 0 to 1. */
  confidence: number
  fromFrame: number
  toFrame: number
  /** How far each part carries a typical point of the picture, widths. */
  pan: number
  roll: number
  zoom: number
  shake: number
  /** Of the picture, end over start. */
  scale: number
  /** Clockwise turn of the picture from start to end. */
  rollDeg: number
}>

/** What was foretold before the solve. */
export type ForecastRecord = Unknowable<{
  /** That it comes out right, 0 to 1. */
  probability: number
  warnings: readonly string[]
  /** The measurements it rests on, by name. */
  features: Readonly<Record<string, number | null>>
}>

/** What was found to be wrong. */
export type DiagnosisRecord = Unknowable<{
  pattern: FailureType
  confidence: number
  sentence: string
  /** Each measurement beside the value from which it counts. */
  evidence: readonly Unknowable<{ name: string; value: number; limit: number; unit: string }>[]
  /** What the next attempt was to change, by name. */
  fix: Readonly<Record<string, number | boolean | string | readonly number[]>>
}>

/** A shot solved once more without the tracks that fitted worst. */
export type RefinementRecord = Unknowable<{
  fromFrame: number
  toFrame: number
  removed: number
  errorBeforePx: number
  /** null: it could not be solved without them. */
  errorAfterPx: number
  heldOutBeforePx: number
  heldOutAfterPx: number
  /** Whether the second solve was kept. */
  kept: boolean
}>
