/**
 * Solving again after a person changed tracks by hand. Both solves are recorded, and which of them is better is told by the
 * error at positions that neither solver saw, so that a change never makes anything worse.
 */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import type { Json } from '#core/json.ts'
import type { StoredSolve } from '#domains/camera/documents/solve-document.ts'
import { applyChanges, type ChangedTracks, type TrackChange } from '#domains/camera/edits/changes.ts'
import { compareSolves, qualityOf } from '#domains/camera/edits/compare.ts'
import { asJson } from '#domains/camera/recording/session-of.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { SolveOptions } from '#track/solution.ts'
import { tracksWithin } from '#track/track-clip.ts'
import type { Track } from '#track/tracks.ts'
import { clipPath } from './clips.ts'
import { keepSolve, recordRound, recordSolve, type Solved } from './edited-session.ts'
import { type Engine, newId } from './engine.ts'
import { followAdded } from './follow-added.ts'
import { readPreferences } from './preferences.ts'
import { sideBySide } from './solve-threads.ts'
import { type KeptRun, readRun, type RunPlace } from './track-files.ts'
import { knownLens, withoutPlace } from './track-job.ts'
import type { TrackOptions } from './track-options.ts'
import { usualSensorWidthMm } from './track-request.ts'

export interface SolveAgainRequest {
  readonly changes: readonly TrackChange[]
  /** Of the solve; what is absent stays as it was. */
  readonly settings: {
    readonly [K in 'focal' | 'focalIsExact' | 'sensorWidthMm' | 'tripod' | 'zoom' | 'lens' | 'seed']?:
      | TrackOptions[K]
      | undefined
  }
  /** Time really spent on it, and from its beginning to its end. */
  readonly activeMs: number
  readonly wallMs: number
}

interface Errors {
  readonly errorPx: number | null
  readonly heldOutErrorPx: number | null
}

export interface SolveAgainResult {
  /** null when it may not be recorded: the files are the job's own then. */
  readonly session: string | null
  readonly before: Errors
  readonly after: Errors
  readonly better: boolean
  readonly kept: 'new' | 'old'
  /** In a sentence, why. */
  readonly why: string
}

/**
 * @param place of a run that was recorded, or that its job keeps: what comes of the latter is not recorded either
 * @throws session.unknown, job.unknown, track.unknown, edit.invalid, settings.invalid
 */
export async function addSolveAgain(
  engine: Engine,
  place: RunPlace,
  request: SolveAgainRequest,
  principal: string,
): Promise<Job> {
  const { project, fingerprint, sensorWidthMm, tracks, solve } = await readRun(engine, place)
  // What can be refused is refused at once, not in a job.
  applyChanges(tracks, request.changes)
  solveOptions(solve, request)
  // Ids are chosen here, so that a job that is taken up again records nothing twice.
  const ids = { ...place, newSession: newId(), edit: newId() }
  const params = { ...asJson(request), ...ids, fingerprint, sensorWidthMm }
  const job = await engine.store.jobs.add({ id: newId(), kind: 'solve-again', project, principal, params })
  engine.wake()
  return job
}

type Params = SolveAgainRequest & RunPlace & NewIds

interface NewIds {
  readonly newSession: string
  readonly edit: string
}

/** The kind `solve-again` of jobs. */
export async function runSolveAgain(engine: Engine, job: Job, ctx: Context): Promise<Json> {
  const params = job.params as unknown as Params
  const startedMs = ctx.now()
  const place = 'session' in params ? { session: params.session } : { job: params.job }
  const stored = await readRun(engine, place)
  const options = solveOptions(stored.solve, params)
  const changed = applyChanges(stored.tracks, params.changes)
  const added = await follow(engine, stored, changed, ctx)
  const tracks = [...changed.tracks, ...added.flatMap((track) => track ?? [])]
  const shots = await solveShots(stored.solve, tracks, changed.disabled, options, ctx)
  ctx.signal.throwIfAborted()
  const solved: Solved = { tracks, disabled: changed.disabled, shots, options, added, solveMs: ctx.now() - startedMs }

  const allowed = await readPreferences(engine)
  // What a person did not let be recorded stays so: changes of it have nothing on record that they could belong to.
  const { session } = stored
  const recorded =
    session !== null && allowed.recordSessions
      ? await recordSolve(engine, session, stored, solved, params.newSession, job)
      : null
  if (recorded === null) await keepSolve(engine, job, stored, solved, ctx)
  if (session !== null && allowed.recordEdits) await recordRound(engine, session, stored, solved, params, job)
  return asJson(resultOf(stored.solve.shots, shots, recorded))
}

function resultOf(was: readonly Shot[], is: readonly Shot[], session: string | null): SolveAgainResult {
  const [before, after] = [qualityOf(was), qualityOf(is)]
  const { better, why } = compareSolves(before, after)
  const errors = ({ errorPx, heldOutErrorPx }: Errors): Errors => ({ errorPx, heldOutErrorPx })
  return { session, before: errors(before), after: errors(after), better, kept: better ? 'new' : 'old', why }
}

/** @throws settings.invalid */
function solveOptions({ options }: StoredSolve, { settings }: SolveAgainRequest): SolveOptions {
  const { focal, focalIsExact, sensorWidthMm, tripod, zoom, lens, seed } = settings
  if (focal === 'metadata')
    throw fault('settings.invalid', { expected: 'a focal length', found: focal, where: 'focal' })
  return {
    ...options,
    ...(focal === undefined ? {} : focalOptions(focal, sensorWidthMm ?? usualSensorWidthMm, options.widthPx)),
    ...(focalIsExact === undefined || (focal ?? options.focalPx) === null
      ? {}
      : { focal: focalIsExact ? 'fixed' : 'refine' }),
    ...(tripod === undefined ? {} : { motion: tripod ? 'tripod' : 'auto' }),
    ...(zoom === undefined ? {} : { zoom }),
    ...(lens === undefined ? {} : { lens: knownLens(lens) }),
    ...(seed === undefined ? {} : { seed }),
  }
}

function focalOptions(
  focal: { readonly value: number; readonly unit: 'px' | 'mm' } | null,
  sensorWidthMm: number,
  widthPx: number,
): Pick<SolveOptions, 'focal' | 'focalPx'> {
  if (focal === null) return { focal: 'unknown', focalPx: null }
  return { focal: 'refine', focalPx: focal.unit === 'px' ? focal.value : (focal.value * widthPx) / sensorWidthMm }
}

/** @returns for each point that was added the track that came of it, null where none did */
async function follow(
  engine: Engine,
  { fingerprint, tracks: { settings, frames, tracks, removed } }: KeptRun,
  { added }: ChangedTracks,
  ctx: Context,
): Promise<readonly (Track | null)[]> {
  if (added.length === 0) return []
  const path = await clipPath(engine, fingerprint ?? '', ctx)
  const taken = [...tracks, ...removed.map(({ track }) => track)]
  const firstId = taken.reduce((next, { id }) => Math.max(next, id + 1), 0)
  try {
    return await followAdded(path, added, { settings, range: frames, firstId }, ctx)
  } catch (error) {
    throw withoutPlace(error, path)
  }
}

async function solveShots(
  { shots }: StoredSolve,
  tracks: readonly Track[],
  disabled: readonly number[],
  options: SolveOptions,
  ctx: Context,
): Promise<readonly Shot[]> {
  const off = new Set(disabled)
  const used = tracks.filter(({ id }) => !off.has(id))
  const tasks = shots.map((shot) => ({ tracks: tracksWithin(used, shot), options: startedFrom(shot, options) }))
  const results = await sideBySide(tasks, ctx)
  return Promise.all(
    shots.map(async ({ fromFrame, toFrame }, i) => {
      const place = { fromFrame, toFrame }
      const { tracks: own, options: narrowed } = tasks[i]!
      if (results[i]!.ok || narrowed === options) return { ...place, result: results[i]! }
      const [result] = await sideBySide([{ tracks: own, options }], ctx)
      return { ...place, result: result! }
    }),
  )
}

/** A solve that is more likely right than wrong is worth starting from. */
const trusted = 0.5

/**
 * What was left to the solver and answered well is not searched for again: that takes most of the time. Where the answer does
 * not hold any more, it is searched for all the same.
 */
function startedFrom({ result }: Shot, options: SolveOptions): SolveOptions {
  if (!result.ok || result.solution.confidence < trusted) return options
  const { motion, zoom, intrinsics } = result.solution
  return {
    ...options,
    ...(options.motion === 'auto' ? { motion } : {}),
    ...(options.zoom === 'auto' ? { zoom: zoom ? 'on' : 'off' } : {}),
    ...(options.focal === 'unknown' ? { focal: 'refine', focalPx: intrinsics.focalPx } : {}),
  }
}
