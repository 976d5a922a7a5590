/** The larger records inside a camera session's telemetry; conventions as in `session.ts`. */
import type {
  DeletionReason,
  EmptyReason,
  EndReason,
  Level,
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
  /** Set for deleted tracks. */
  deletion: Unknowable<{
    reason: DeletionReason
    /** Where the playhead stood; not where the track went wrong. */
    noticedFrame: number
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
  /** As the source names it; its sources disagree about which way is in. */
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
  /** The same at several moments; keys name the moment ("frame_25pct_0"). */
  featureDensityTimeline: Readonly<Record<string, Regional<number> | null | undefined>>
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
