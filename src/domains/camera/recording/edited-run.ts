/** The record of a run whose tracks were changed by hand and solved again: what was measured of the pictures stands as it was. */
import type { Outcome } from '#core/session.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { Track } from '#track/tracks.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type {
  CameraContext,
  CameraOutcome,
  CameraSession,
  CameraSettings,
  CameraTelemetry,
  FrameSample,
} from '../session.ts'
import type { TrackRecord } from '../telemetry.ts'
import { anchorsOf } from './healing.ts'
import { flowOf, frameSamples, globalMotion, stepsOf } from './motion.ts'
import { outcomeOf, statusOf } from './outcome.ts'
import { pictureMotion } from './picture-motion.ts'
import { regionFields, survivalOf } from './regions.ts'
import { trackRecord } from './track-records.ts'

export interface EditedRun {
  readonly info: ClipInfo
  readonly frames: { readonly from: number; readonly to: number }
  /** Those that took part in the solve. */
  readonly tracks: readonly Track[]
  readonly cuts: readonly number[]
  readonly shots: readonly Shot[]
  readonly options: SolveOptions
  readonly solveMs: number
}

export interface EditedRecord {
  readonly context: CameraContext
  readonly settings: CameraSettings
  readonly outcome: Pick<Outcome, 'status' | 'error'> & CameraOutcome
  readonly telemetry: CameraTelemetry
}

/** @param before the session that was edited */
export function editedRecord(before: CameraSession, run: EditedRun): EditedRecord {
  const { info, frames, shots, options } = run
  const solutions = shots.flatMap(({ result }) => (result.ok ? [result.solution] : []))
  const samples = frameSamples(run.tracks, stepsOf(run.tracks, info), frames)
  const fates = {
    clip: { from: 0, to: info.frameCount - 1 },
    points: new Map(solutions.flatMap(({ points }) => points.map((point) => [point.track, point] as const))),
    unsolved: new Map(solutions.flatMap(({ unsolved }) => unsolved.map((u) => [u.track, u.reason] as const))),
    quality: new Map<number, number>(),
    cleaned: null,
  }
  const known = new Map(before.telemetry?.tracks?.map((track) => [track.name, track]))
  const tracks = run.tracks.map((track) => {
    const record = trackRecord(track, info, fates)
    const { featureQuality = null, cleanedFrames = null } = known.get(record.name) ?? {}
    return { ...record, featureQuality, cleanedFrames }
  })
  const unsolved = shots.find(({ result }) => !result.ok)?.result
  const status = statusOf(shots)
  return {
    context: {
      ...before.context,
      attempt: Math.max(1, before.context.attempt ?? 1) + 1,
      chain: before.context.chain ?? before.id,
      retry: null,
      run: null,
    },
    settings: {
      ...before.settings.values,
      tripod: options.motion === 'tripod',
      focal: options.focal,
      zoom: options.zoom,
      lens: options.lens === 'auto' ? 'auto' : options.lens.model === 'none' ? 'none' : 'known',
      seed: options.seed,
    },
    outcome: {
      ...outcomeOf(shots, tracks.length, samples, before.context.camera?.sensorWidthMm ?? null),
      status,
      error: status === 'failed' && unsolved?.ok === false ? { code: unsolved.code, message: unsolved.why } : null,
    },
    telemetry: editedTelemetry(before.telemetry, run, tracks, samples),
  }
}

function editedTelemetry(
  before: CameraSession['telemetry'],
  { tracks: raw, info, frames, shots, cuts, options, solveMs }: EditedRun,
  tracks: readonly TrackRecord[],
  samples: readonly FrameSample[],
): CameraTelemetry {
  const { motionUv, consistency } = globalMotion(raw, info)
  const { zoom, motion, parallax } = pictureMotion(raw, info, shots, options.zoom)
  return {
    ...before,
    tracks,
    ...regionFields(
      tracks,
      shots.some(({ result }) => result.ok),
    ),
    globalMotionUv: motionUv,
    motionConsistency: consistency,
    flow: flowOf(stepsOf(raw, info), samples, parallax, before?.flow?.dropoutRate ?? null),
    cuts,
    timings: { followMs: null, solveMs, phases: null },
    frameSamples: samples,
    survival: survivalOf(tracks),
    zoom,
    motion,
    // Of the attempt before: nobody foretold this solve, looked for what is wrong with it, or refined it.
    forecast: null,
    preSolve: null,
    diagnoses: null,
    refinements: null,
    retryWhy: null,
    anchors: anchorsOf(tracks, frames),
    visual: {
      ...before?.visual,
      zoomDetected: zoom?.detected ?? null,
      zoomDirection: zoom?.direction ?? null,
      zoomRatio: zoom?.focalRatio ?? null,
    },
  }
}
