/** What `hindsight track` leaves in its folder, and what it says of it. docs/spec.md has the layout. */
import { readdir } from 'node:fs/promises'
import type { RunStatus } from '#core/session.ts'
import type { Diagnosis } from '#domains/camera/diagnose/diagnosis.ts'
import type { Forecast } from '#domains/camera/diagnose/forecast.ts'
import type { EngineName } from '#domains/camera/engines/engine.ts'
import type { Adaptation, Attempt, AttemptSettings, Phase, PipelineResult } from '#domains/camera/pipeline/attempt.ts'
import { trackedOf } from '#domains/camera/pipeline/tracked-of.ts'
import { usesLearned } from '#domains/camera/pipeline/usual-try.ts'
import type { Probe } from '#domains/camera/probe/probe.ts'
import { statusOf } from '#domains/camera/recording/outcome.ts'
import { Fault, fault } from '#core/faults.ts'
import type { Sink } from '#core/io.ts'
import { encoded } from '#formats/text-chunks.ts'
import { folderSink } from '#io/folder-sink.ts'
import { systemFault } from '#io/system-faults.ts'
import { colmapModel } from '#track/scenes/colmap.ts'
import { colmapFolder } from '#track/scenes/names.ts'
import type { SceneFile } from '#track/scenes/scene.ts'
import { type Shot, solveJson } from '#track/scenes/solve-json.ts'
import { tracksJson } from '#track/scenes/tracks-json.ts'
import type { Solution } from '#track/solution.ts'
import type { TrackedClip } from '#track/track-clip.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { RunLearning } from './learning/run-learning.ts'
import type { RecordedRun } from './record-track.ts'
import { type TrackRequest, usualSensorWidthMm } from './track-request.ts'
import { shotScenes } from './track-scenes.ts'

export interface TrackReport {
  /** The clip's file name. */
  readonly clip: string
  readonly info: ClipInfo
  readonly engine: { readonly name: EngineName; readonly version: string }
  /** null when nothing was written. */
  readonly out: string | null
  /** The session of the attempt that is kept; null when it was not recorded. */
  readonly recorded: RecordedRun | null
  /** What it taught; null when it was not recorded. */
  readonly learning: RunLearning | null
  /** Which frames were looked at, inclusive. */
  readonly frames: { readonly from: number; readonly to: number }
  /** null: too short, or nothing to see. */
  readonly probe: Probe | null
  /** In their order; one of them is kept. */
  readonly attempts: readonly AttemptReport[]
  /** All that were followed, in the attempt that is kept. */
  readonly tracks: number
  /** Where no point could be placed in the first frame, and why. */
  readonly emptyRegions: readonly { readonly region: string; readonly why: string }[]
  /** Between cuts, in order of time. */
  readonly shots: readonly ShotReport[]
  readonly followMs: number
  readonly solveMs: number
}

/** One try, in figures. */
export interface AttemptReport {
  /** 0 is the first. */
  readonly retry: number
  /** Why it was made after the one before; null of the first. */
  readonly why: string | null
  readonly settings: AttemptSettings
  /** Why these. */
  readonly reason: string
  readonly policy: string
  /** Whether settings were used that a learner chose in place of the default. */
  readonly isLearned: boolean
  readonly propensity: number | null
  readonly tracks: number
  readonly status: RunStatus
  /** Higher is better. */
  readonly score: number
  readonly kept: boolean
  readonly resumed: boolean
  readonly diagnoses: readonly Diagnosis[]
  readonly forecast: Forecast | null
  /** Gaps that were closed, tracks that were taken out, rounds of refining that were kept. */
  readonly healed: number
  readonly removed: number
  readonly refined: number
  readonly adaptations: readonly Adaptation[]
  /** Its session; null when it was not recorded. */
  readonly session: string | null
  readonly durationsMs: Attempt['durationsMs']
}

export type ShotReport = Pick<Shot, 'fromFrame' | 'toFrame'> & (SolvedReport | UnsolvedReport)

interface UnsolvedReport {
  readonly solved: false
  readonly code: string
  readonly why: string
}

type SolvedReport = Omit<Solution, 'fromFrame' | 'toFrame' | 'intrinsics' | 'cameras' | 'points' | 'unsolved'> & {
  readonly solved: true
  /** Of the COLMAP model, below `out`; null when nothing was written. */
  readonly folder: string | null
  /** The folder of scenes for other programs; null when none were asked for. */
  readonly scenes: string | null
  readonly cameras: number
  readonly points: number
  /** Tracks without a point. */
  readonly unsolved: number
  readonly focalPx: number
  readonly focalMm: number
  readonly lens: Solution['intrinsics']['lens']
}

/**
 * The folder for results; nothing is seen of them before it is closed.
 *
 * @throws store.occupied when it holds anything, or with `replace` anything but earlier results
 */
export async function openResults(out: string, replace: boolean): Promise<Sink> {
  if (replace) {
    const names = await readdir(out).catch((error: unknown) => nothingThere(error, out))
    const foreign = names.find(
      (name) => !/^(?:(?:tracks|solve)\.json|(?:colmap|scenes)(?:-\d+)?|\.part\..*)$/.test(name),
    )
    if (foreign !== undefined) {
      const expected = 'a folder with nothing but earlier results, for --force removes what is there'
      throw fault('store.occupied', { expected, found: foreign, where: out })
    }
  }
  return folderSink(out, { replace })
}

function nothingThere(error: unknown, path: string): readonly string[] {
  const known = systemFault(error, path)
  if (known instanceof Fault && known.code === 'file.missing') return []
  throw known
}

/** What there is to tell of. */
export interface FinishedRun {
  readonly engine: TrackReport['engine']
  readonly result: PipelineResult
  readonly info: ClipInfo
  readonly range: TrackReport['frames']
  /** One for each attempt that was recorded. */
  readonly sessions: readonly RecordedRun[]
  readonly learning: RunLearning | null
}

/** What goes into the folder, if there is one, and the report. How long it took is in the report alone: equal runs leave equal files. */
export interface TrackResults {
  readonly files: readonly SceneFile[]
  readonly report: TrackReport
}

export function resultsOf(run: FinishedRun, clip: string, request: TrackRequest): TrackResults {
  const { info, result, range, sessions, learning } = run
  const { best, attempts, probe } = result
  const tracked = trackedOf(best, info, range)
  const { shots, files } = shotReports(tracked, clip, best, request)
  const spent = (...phases: readonly Phase[]) =>
    attempts.reduce((sum, { durationsMs }) => sum + phases.reduce((ms, phase) => ms + (durationsMs[phase] ?? 0), 0), 0)
  const report: TrackReport = {
    clip,
    info,
    engine: run.engine,
    out: request.out,
    recorded: sessions.find(({ retry }) => retry === best.retry) ?? null,
    learning,
    frames: range,
    probe,
    attempts: attempts.map((attempt) => attemptReport(attempt, best, sessions)),
    tracks: best.followed.length,
    emptyRegions: (best.detections[0]?.regions ?? []).flatMap(({ region, why }) => (why ? [{ region, why }] : [])),
    shots,
    followMs: spent('probe', 'settings', 'detect', 'track'),
    solveMs: spent('heal', 'clean', 'solve', 'diagnose', 'refine', 'report'),
  }
  return { files, report }
}

function shotReports(tracked: TrackedClip, clip: string, best: Attempt, request: TrackRequest) {
  const { info, frames, followed, shots, solveOptions } = tracked
  const { out, sensorWidthMm } = request
  const files: SceneFile[] = []
  if (out !== null) {
    files.push(tracksJson({ clip, info, ...followed, frames, removed: best.cleaning?.removed ?? [] }))
    files.push(solveJson({ clip, info, frames, options: solveOptions, shots }))
  }
  let part = 0
  const reports = shots.map(({ fromFrame, toFrame, result }): ShotReport => {
    if (!result.ok) return { fromFrame, toFrame, solved: false, code: result.code, why: result.why }
    if (out === null) return { fromFrame, toFrame, ...solvedReport(result.solution, sensorWidthMm) }
    const folder = colmapFolder(part)
    const model = colmapModel(result.solution, followed.tracks)
    const scenes = shotScenes(result.solution, part++, tracked, request)
    files.push(...model.files.map((file) => ({ ...file, name: `${folder}/${file.name}` })), ...(scenes?.files ?? []))
    const notes = [...result.solution.notes, ...model.notes, ...(scenes?.notes ?? [])]
    const solved = solvedReport(result.solution, sensorWidthMm)
    return { fromFrame, toFrame, ...solved, folder, scenes: scenes?.folder ?? null, notes }
  })
  return { shots: reports, files }
}

function attemptReport(attempt: Attempt, best: Attempt, sessions: readonly RecordedRun[]): AttemptReport {
  const { retry, choice, why, shots, score, diagnoses, forecast, healing, cleaning, adaptations, refinements } = attempt
  return {
    retry,
    why,
    settings: choice.settings,
    reason: choice.reason,
    isLearned: usesLearned(choice),
    policy: choice.policy.name,
    propensity: choice.propensity,
    tracks: attempt.followed.length,
    status: statusOf(shots),
    score,
    kept: attempt === best,
    resumed: attempt.resumed,
    diagnoses,
    forecast,
    healed: healing?.attempts.filter(({ healed }) => healed).length ?? 0,
    removed: cleaning?.removed.length ?? 0,
    adaptations,
    refined: refinements.filter(({ kept }) => kept).length,
    session: sessions.find((session) => session.retry === retry)?.id ?? null,
    durationsMs: attempt.durationsMs,
  }
}

/**
 * Makes the files; the sink is left open.
 *
 * @throws the reason of `signal` when that is aborted
 */
export async function writeFiles(files: readonly SceneFile[], sink: Sink, signal: AbortSignal): Promise<void> {
  for (const file of files) {
    signal.throwIfAborted()
    await sink.write(file.name, bytesOf(file))
  }
}

export const bytesOf = (file: SceneFile): AsyncIterable<Uint8Array> =>
  'bytes' in file ? streamed(file.bytes()) : encoded(file.pieces())

async function* streamed(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}

function solvedReport(solution: Solution, sensorWidthMm: number | null): SolvedReport {
  const { fromFrame: _from, toFrame: _to, intrinsics, cameras, points, unsolved, ...rest } = solution
  return {
    solved: true,
    folder: null,
    scenes: null,
    ...rest,
    cameras: cameras.length,
    points: points.length,
    unsolved: unsolved.length,
    focalPx: intrinsics.focalPx,
    focalMm: (intrinsics.focalPx * (sensorWidthMm ?? usualSensorWidthMm)) / intrinsics.widthPx,
    lens: intrinsics.lens,
  }
}
