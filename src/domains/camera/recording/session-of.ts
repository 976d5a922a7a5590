/**
 * A run of the tracker as a camera session: what was known and chosen before it, what happened, what came of it. Nothing is
 * guessed: a figure that was not measured is null. Frames count from 0; docs/conventions.md says what each figure means.
 */
import type { JsonObject } from '#core/json.ts'
import type { Outcome } from '#core/session.ts'
import type { FollowPlan } from '#track/match/follow-clip.ts'
import type { DetectReport } from '#track/match/detect.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { TrackedClip } from '#track/track-clip.ts'
import type { SettingsChange, Track, TrackerSettings } from '#track/tracks.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { EngineName } from '../engines/engine.ts'
import type { Attempt, AttemptSettings, PipelineRequest } from '../pipeline/attempt.ts'
import type { Probe } from '../probe/probe.ts'
import type {
  Adaptation,
  CameraContext,
  CameraIntrinsics,
  CameraOutcome,
  CameraSettings,
  CameraTelemetry,
} from '../session.ts'
import type { Detection, TrackRecord, VisualFeatures } from '../telemetry.ts'
import { inMillimetres, lensFields } from './lens-record.ts'
import {
  flowOf,
  frameSamples,
  globalMotion,
  histogramsOf,
  motionLevel,
  motionProfile,
  speedsOf,
  spreadOf,
  stepsOf,
} from './motion.ts'
import { outcomeOf, statusOf, zoomOf } from './outcome.ts'
import { type PictureLook, pictureFields } from './pictures.ts'
import { dominantRegion, regionFields, survivalOf } from './regions.ts'
import { meanOf, rounded } from './rounded.ts'
import { featureQualities, trackRecord } from './track-records.ts'

/** What the recorder knows of the clip beside what is in it. */
export interface ClipFacts {
  /** Of its content; null when it could not be made. */
  readonly fingerprint: string | null
  /** Lower case, with the dot. */
  readonly extension: string | null
  readonly sizeBytes: number | null
  /** Counted from 1. */
  readonly attempt: number
  /** The first session of the same clip; null when this is it. */
  readonly chain: string | null
}

/** What the run is going to use. */
export interface RunPlan {
  readonly info: ClipInfo
  readonly frames: { readonly from: number; readonly to: number }
  readonly follow: FollowPlan
  readonly masks: number
  readonly solve: Omit<SolveOptions, 'widthPx' | 'heightPx' | 'pixelAspect'>
  /** Width of the film back; null when nobody gave lengths in millimetres. */
  readonly sensorWidthMm: number | null
  /** What the pipeline adds to it; absent where the tracker ran without it. */
  readonly pipeline?: PipelineFacts
}

export interface PipelineFacts {
  readonly engine: { readonly name: EngineName; readonly version: string }
  readonly probe: Probe | null
  readonly request: Pick<PipelineRequest, 'preset' | 'footage' | 'retries'>
  readonly settings: AttemptSettings
}

export function contextOf({ info, solve, sensorWidthMm, pipeline }: RunPlan, clip: ClipFacts): CameraContext {
  const { frameRate } = info
  const { fingerprint, extension, sizeBytes, attempt, chain } = clip
  return {
    clip: { fingerprint, extension, codec: info.codec, bitDepth: info.bitDepth, sizeBytes },
    widthPx: info.widthPx,
    heightPx: info.heightPx,
    fps: frameRate === null ? null : rounded(frameRate.numerator / frameRate.denominator),
    frameCount: info.frameCount,
    durationS: info.durationS !== null && info.durationS > 0 ? rounded(info.durationS) : null,
    firstFrame: 0,
    footageType: footageOf(solve, pipeline),
    ...(pipeline === undefined ? {} : { engine: pipeline.engine, probe: probeFields(pipeline.probe) }),
    camera: cameraBefore(info, solve, sensorWidthMm),
    attempt,
    chain,
    clock: 'utc',
  }
}

const footageOf = (solve: RunPlan['solve'], pipeline: PipelineFacts | undefined) =>
  pipeline && pipeline.request.footage !== 'auto'
    ? pipeline.request.footage
    : solve.motion === 'tripod'
      ? 'tripod'
      : 'auto'

function probeFields(probe: Probe | null): CameraContext['probe'] {
  if (probe === null) return null
  const { motionClass, textureClass, bestRegions, meanSpeed, maxSpeed, regions } = probe
  return {
    method: 'tracks',
    motionClass,
    textureClass,
    bestRegions,
    meanVelocityUv: rounded(meanSpeed),
    maxVelocityUv: rounded(maxSpeed),
    regions: Object.fromEntries(
      regions.map(({ region, placed, survived, speeds, jitters }) => [
        region,
        { total: placed, survived, jitters: jitters.map(rounded), velocitiesUv: speeds.map(rounded) },
      ]),
    ),
  }
}

/** Of the camera only what was said: nothing of the solve's own guesses. */
function cameraBefore(info: ClipInfo, solve: RunPlan['solve'], sensorWidthMm: number | null): CameraIntrinsics {
  const { focalPx, lens } = solve
  return {
    pixelAspect: info.pixelAspect,
    ...(focalPx === null ? {} : { focalPx: rounded(focalPx), ...inMillimetres(focalPx, info.widthPx, sensorWidthMm) }),
    ...(lens === 'auto' ? {} : lensFields(lens)),
  }
}

export function settingsOf({ follow, solve, frames, masks, pipeline }: RunPlan): CameraSettings {
  const { count, threshold, minDistancePx, marginPx } = follow
  return {
    ...trackerSettings(follow.settings),
    threshold,
    minDistancePx,
    marginPx,
    targetTracks: count,
    tripod: solve.motion === 'tripod',
    refine: [
      ...(solve.focal === 'fixed' ? [] : (['focal'] as const)),
      ...(solve.principal === 'refine' ? (['principal'] as const) : []),
      ...(solve.lens === 'auto' ? (['radial'] as const) : []),
    ],
    fromFrame: frames.from,
    toFrame: frames.to,
    masks,
    focal: solve.focal,
    zoom: solve.zoom,
    lens: solve.lens === 'auto' ? 'auto' : solve.lens.model === 'none' ? 'none' : 'known',
    heldOutShare: solve.heldOutShare,
    seed: solve.seed,
    ...(pipeline === undefined ? {} : pipelineSettings(pipeline)),
  }
}

function pipelineSettings({ engine, request, settings }: PipelineFacts): CameraSettings {
  const { robust, smoothing, minLifespanFrames, monitorFrames, heal, rejectNonRigid, avoidRegions, cutFrames } =
    settings
  const { preset, retries } = request
  const more = { smoothing, monitorFrames, heal, rejectNonRigid, avoidRegions, cutFrames, engine: engine.name }
  return { preset, robust, minLifespanFrames, maxRetries: retries, ...more }
}

const trackerSettings = (settings: TrackerSettings): CameraSettings => {
  const { patternSize, searchSize, correlation, motionModel, patternMatch, normalize } = settings
  return { patternSize, searchSize, correlation, motionModel, patternMatch, normalize }
}

/** What there is of a run when it ends, well or not. */
export interface RunSoFar {
  readonly tracks: readonly Track[]
  readonly cuts: readonly number[]
  readonly changes: readonly SettingsChange[]
  /** null when the run did not come to the end of following. */
  readonly detections: readonly DetectReport[] | null
  /** null when it did not come to solving. */
  readonly shots: readonly Shot[] | null
  readonly timings: TrackedClip['timings'] | null
  readonly looks: readonly PictureLook[]
  /** The attempt that it was, when it came to its end in the pipeline. */
  readonly attempt?: Attempt
}

export interface RunRecord {
  readonly outcome: Pick<Outcome, 'status' | 'error'> & CameraOutcome
  readonly telemetry: CameraTelemetry
}

export const runOf = ({ followed, shots, timings }: TrackedClip, looks: readonly PictureLook[]): RunSoFar => ({
  tracks: followed.tracks,
  cuts: followed.cuts,
  changes: followed.changes,
  detections: followed.detections,
  shots,
  timings,
  looks,
})

/**
 * @param why the run did not come to its end; null when it did
 */
export function recordOf(
  plan: RunPlan,
  run: RunSoFar,
  why: { readonly status: 'failed' | 'cancelled'; readonly code: string; readonly message: string } | null,
): RunRecord {
  const { info, frames, sensorWidthMm } = plan
  const shots = run.shots ?? []
  const solutions = shots.flatMap(({ result }) => (result.ok ? [result.solution] : []))
  const steps = stepsOf(run.tracks, info)
  const samples = frameSamples(run.tracks, steps, why === null ? frames : { ...frames, to: lastSeen(run, frames.from) })
  const fates = {
    clip: { from: 0, to: info.frameCount - 1 },
    points: new Map(solutions.flatMap(({ points }) => points.map((point) => [point.track, point] as const))),
    unsolved: new Map(solutions.flatMap(({ unsolved }) => unsolved.map((u) => [u.track, u.reason] as const))),
    quality: featureQualities(run.tracks, run.detections ?? []),
  }
  const tracks = run.tracks.map((track) => trackRecord(track, info, fates))
  const lost = tracks.filter(isLost)
  const { motionUv, consistency } = globalMotion(run.tracks, info)
  const unsolved = shots.find(({ result }) => !result.ok)?.result
  const status = why?.status ?? statusOf(shots)
  const error =
    why ?? (status === 'failed' && unsolved?.ok === false ? { code: unsolved.code, message: unsolved.why } : null)
  return {
    outcome: {
      ...(run.shots === null
        ? { totalTracks: tracks.length }
        : outcomeOf(shots, run.attempt?.followed.length ?? tracks.length, samples, sensorWidthMm)),
      status,
      error: error === null ? null : { code: error.code, message: error.message },
    },
    telemetry: {
      tracks,
      deletedTracks: (run.attempt?.cleaning?.removed ?? []).map(({ track, frame, reason }) => ({
        ...trackRecord(track, info, fates),
        deletion: { reason, noticedFrame: frame },
      })),
      ...regionFields(tracks, solutions.length > 0),
      globalMotionUv: motionUv,
      motionConsistency: consistency,
      flow: flowOf(run.tracks, steps, samples, info, lost.length),
      adaptations: run.changes.map((change, i) => ({
        ...adaptation(change, i),
        survivalRate: rounded(run.attempt?.adaptations[i]?.survival ?? null),
      })),
      detections: run.detections?.map(detection) ?? null,
      cuts: run.cuts,
      timings: run.timings === null ? null : { followMs: run.timings.followMs, solveMs: run.timings.solveMs },
      frameSamples: samples,
      survival: survivalOf(tracks),
      zoom: zoomOf(shots),
      visual: visualOf(plan, run, { tracks, lost, steps, samples }),
    },
  }
}

/** How far a run came that did not come to its end. */
const lastSeen = ({ tracks }: RunSoFar, from: number) =>
  tracks.reduce((last, { frames }) => Math.max(last, frames.at(-1) ?? from), from - 1)

const lostReasons: ReadonlySet<TrackRecord['endReason']> = new Set(['lost-match', 'drift', 'occluded'])
const isLost = (track: TrackRecord) => lostReasons.has(track.endReason)

/** Over which the early plan measures motion. */
const startFrames = 30

interface Measured {
  readonly tracks: readonly TrackRecord[]
  readonly lost: readonly TrackRecord[]
  readonly steps: ReturnType<typeof stepsOf>
  readonly samples: ReturnType<typeof frameSamples>
}

function visualOf({ frames }: RunPlan, run: RunSoFar, { tracks, lost, steps, samples }: Measured): VisualFeatures {
  const spread = spreadOf(speedsOf(steps))
  const histograms = histogramsOf(steps)
  const { contrast, ...pictures } = pictureFields(run.looks, frames) ?? {}
  const stats = regionFields(tracks, true).regionStats ?? {}
  const zoom = zoomOf(run.shots ?? [])
  return {
    motionClass: spread === null ? null : motionLevel(spread.mean),
    motionMagnitude: rounded(spread?.mean ?? null),
    motionVariance: rounded(spread === null ? null : spread.std ** 2),
    motionAtStartUv: rounded(meanOf(samples.slice(0, startFrames).flatMap((sample) => sample.averageVelocityUv ?? []))),
    dominantRegion: dominantRegion(stats),
    ...pictures,
    contrast:
      contrast === undefined
        ? null
        : Object.fromEntries(
            Object.entries(contrast).map(([region, estimate]) => {
              const { totalTracks, successfulTracks } = stats[region as keyof typeof stats] ?? {}
              const successRate = totalTracks ? rounded((successfulTracks ?? 0) / totalTracks) : null
              return [region, { estimate, trackCount: totalTracks ?? 0, successRate }]
            }),
          ),
    motionProfileUv: motionProfile(samples),
    directionHistogram: histograms?.directions ?? null,
    magnitudeHistogram: histograms?.magnitudes ?? null,
    failureFrames: lost.flatMap(({ endFrame }) => endFrame ?? []),
    failurePositionsUv: lost.flatMap(({ endSignature }) => (endSignature?.positionUv ? [endSignature.positionUv] : [])),
    zoomDetected: zoom?.detected ?? null,
    zoomDirection: zoom?.direction ?? null,
    zoomRatio: zoom?.focalRatio ?? null,
  }
}

const adaptation = ({ frame, before, after, cause }: SettingsChange, index: number): Adaptation => ({
  pass: index + 1,
  frame,
  before: trackerSettings(before),
  after: trackerSettings(after),
  changes: [cause],
})

const detection = ({ frame, xy, regions }: DetectReport): Detection => ({
  frame,
  placed: xy.length / 2,
  empty: Object.fromEntries(regions.flatMap(({ region, why }) => (why === null ? [] : [[region, why]]))),
})

/** The same without the paths of tracks, for clips whose record would be too large. */
export function withoutPaths({ outcome, telemetry }: RunRecord): RunRecord {
  const tracks = (telemetry.tracks ?? []).map(
    ({ trajectory: _path, startSignature: _start, endSignature: _end, droppedFrames: _dropped, ...track }) => track,
  )
  return { outcome, telemetry: { ...telemetry, tracks } }
}

/** A value of the record as what it is: plain JSON. What is undefined is left out. */
export const asJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject
