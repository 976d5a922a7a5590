/**
 * A run of the tracker as a camera session: what happened, and what came of it. Nothing is guessed: a figure that was not
 * measured is null. Frames count from 0; docs/conventions.md says what each figure means.
 */
import type { JsonObject } from '#core/json.ts'
import type { Outcome, RunStatus } from '#core/session.ts'
import type { DetectReport } from '#track/match/detect.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { TrackedClip } from '#track/track-clip.ts'
import type { SettingsChange, Track } from '#track/tracks.ts'
import type { Attempt } from '../pipeline/attempt.ts'
import type { Adaptation, CameraOutcome, CameraTelemetry, FrameSample } from '../session.ts'
import type { Detection, TrackRecord, VisualFeatures } from '../telemetry.ts'
import { cleanedFrames, deletedTracks } from './deletions.ts'
import { anchorsOf, healingFields } from './healing.ts'
import { judgementFields } from './judgement.ts'
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
import { outcomeOf, statusOf } from './outcome.ts'
import { type PictureMotion, pictureMotion } from './picture-motion.ts'
import { type PictureLook, pictureFields } from './pictures.ts'
import { type RunPlan, trackerSettings } from './plan-record.ts'
import { dominantRegion, regionFields, survivalOf } from './regions.ts'
import { meanOf, rounded, significant } from './rounded.ts'
import { featureQualities, type TrackFates, trackRecord } from './track-records.ts'

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
  /** Those of the same run before it. */
  readonly earlier?: readonly Attempt[]
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

/** Why a run did not come to its end. */
export interface Broken {
  readonly status: 'failed' | 'cancelled'
  readonly code: string
  readonly message: string
}

/** @param why the run did not come to its end; null when it did */
export function recordOf(plan: RunPlan, run: RunSoFar, why: Broken | null): RunRecord {
  const seen = seenIn(plan, run, why !== null)
  return { outcome: outcomeFields(plan, run, seen, why), telemetry: telemetryFields(plan, run, seen) }
}

/** What several fields are made of. */
interface Seen {
  /** Those that the solve was given. */
  readonly tracks: readonly TrackRecord[]
  readonly deleted: readonly TrackRecord[]
  /** Every one that was ever followed; what became part of another counts as that. */
  readonly all: readonly TrackRecord[]
  readonly lost: readonly TrackRecord[]
  readonly steps: ReturnType<typeof stepsOf>
  readonly samples: readonly FrameSample[]
  readonly moved: PictureMotion
  readonly isSolved: boolean
}

function seenIn({ info, frames, solve }: RunPlan, run: RunSoFar, isBroken: boolean): Seen {
  const { attempt } = run
  const solutions = (run.shots ?? []).flatMap(({ result }) => (result.ok ? [result.solution] : []))
  const followed = attempt?.followed ?? run.tracks
  const steps = stepsOf(run.tracks, info)
  const fates: TrackFates = {
    clip: { from: 0, to: info.frameCount - 1 },
    points: new Map(solutions.flatMap(({ points }) => points.map((point) => [point.track, point] as const))),
    unsolved: new Map(solutions.flatMap(({ unsolved }) => unsolved.map((u) => [u.track, u.reason] as const))),
    quality: featureQualities(followed, run.detections ?? []),
    cleaned: attempt === undefined ? null : cleanedFrames(attempt),
  }
  const tracks = run.tracks.map((track) => trackRecord(track, info, fates))
  const deleted = attempt === undefined ? [] : deletedTracks(attempt, run.earlier ?? [], info, fates)
  const all = [...tracks, ...deleted.filter(({ deletion }) => deletion?.reason !== 'joined')]
  return {
    tracks,
    deleted,
    all,
    lost: all.filter(isLost),
    steps,
    samples: frameSamples(followed, steps, isBroken ? { ...frames, to: lastSeen(run, frames.from) } : frames),
    moved: pictureMotion(run.tracks, info, run.shots ?? [], solve.zoom),
    isSolved: solutions.length > 0,
  }
}

function outcomeFields(
  { sensorWidthMm }: RunPlan,
  run: RunSoFar,
  { tracks, samples }: Seen,
  why: Broken | null,
): RunRecord['outcome'] {
  const shots = run.shots ?? []
  const total = run.attempt?.followed.length ?? tracks.length
  const unsolved = shots.find(({ result }) => !result.ok)?.result
  const status = why?.status ?? statusOf(shots)
  const error =
    why ?? (status === 'failed' && unsolved?.ok === false ? { code: unsolved.code, message: unsolved.why } : null)
  const outcome = run.shots === null ? { totalTracks: total } : outcomeOf(shots, total, samples, sensorWidthMm)
  return {
    ...outcome,
    ...(run.attempt === undefined ? {} : judged(run.attempt, status, outcome.failureType)),
    status,
    error: error === null ? null : { code: error.code, message: error.message },
  }
}

/** What the pipeline found to be wrong goes before what the solver said. */
function judged({ diagnoses, score }: Attempt, status: RunStatus, said: CameraOutcome['failureType']): CameraOutcome {
  const isWell = status === 'succeeded'
  return { failureType: isWell ? null : (diagnoses[0]?.pattern ?? said ?? 'unknown'), score: rounded(score) }
}

function telemetryFields(plan: RunPlan, run: RunSoFar, seen: Seen): CameraTelemetry {
  const { info, frames } = plan
  const { tracks, all, steps, samples, moved } = seen
  const { motionUv, consistency } = globalMotion(run.tracks, info)
  const { attempt } = run
  return {
    tracks,
    deletedTracks: seen.deleted,
    ...regionFields(all, seen.isSolved),
    globalMotionUv: motionUv,
    motionConsistency: consistency,
    flow: flowOf(steps, samples, moved.parallax, all.length === 0 ? null : seen.lost.length / all.length),
    adaptations: run.changes.map((change, i) => ({
      ...adaptation(change, i),
      survivalRate: rounded(attempt?.adaptations[i]?.survival ?? null),
    })),
    detections: run.detections?.map(detection) ?? null,
    cuts: run.cuts,
    timings: run.timings === null ? null : { ...run.timings, phases: attempt ? phasesOf(attempt) : null },
    frameSamples: samples,
    survival: survivalOf(all),
    zoom: moved.zoom,
    motion: moved.motion,
    anchors: anchorsOf(tracks, frames),
    ...(attempt === undefined ? {} : { ...healingFields(attempt, info, frames), ...judgementFields(attempt) }),
    visual: visualOf(plan, run, seen),
  }
}

const phasesOf = ({ durationsMs }: Attempt) =>
  Object.fromEntries(Object.entries(durationsMs).map(([phase, ms]) => [phase, rounded(ms) ?? 0]))

/** How far a run came that did not come to its end. */
const lastSeen = ({ tracks }: RunSoFar, from: number) =>
  tracks.reduce((last, { frames }) => Math.max(last, frames.at(-1) ?? from), from - 1)

const lostReasons: ReadonlySet<TrackRecord['endReason']> = new Set(['lost-match', 'drift', 'occluded'])
const isLost = (track: TrackRecord) => lostReasons.has(track.endReason)

/** Over which the early plan measures motion. */
const startFrames = 30

function visualOf({ frames }: RunPlan, run: RunSoFar, seen: Seen): VisualFeatures {
  const { all, lost, steps, samples, moved } = seen
  const { zoom } = moved
  const spread = spreadOf(speedsOf(steps))
  const histograms = histogramsOf(steps)
  const { contrast, ...pictures } = pictureFields(run.looks, frames) ?? {}
  const stats = regionFields(all, seen.isSolved).regionStats ?? {}
  return {
    motionClass: spread === null ? null : motionLevel(spread.mean),
    motionMagnitude: rounded(spread?.mean ?? null),
    motionVariance: spread === null ? null : significant(spread.std ** 2),
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
  const bare = ({ trajectory: _path, startSignature: _start, endSignature: _end, ...track }: TrackRecord) => ({
    ...track,
    droppedFrames: null,
    cleanedFrames: null,
  })
  const attempts = telemetry.healingAttempts?.map(
    ({ anchorPositionsUv: _positions, anchorVelocitiesUv: _velocities, interpolatedUv: _bridge, ...rest }) => rest,
  )
  return {
    outcome,
    telemetry: {
      ...telemetry,
      tracks: (telemetry.tracks ?? []).map(bare),
      deletedTracks: (telemetry.deletedTracks ?? []).map(bare),
      ...(attempts === undefined ? {} : { healingAttempts: attempts }),
    },
  }
}

/** A value of the record as what it is: plain JSON. What is undefined is left out. */
export const asJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject
