/**
 * Solving again after a person changed tracks by hand. Both solves are recorded, and which of them is better is told by the
 * error at positions that neither solver saw, so that a change never makes anything worse.
 */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import type { Json, JsonObject } from '#core/json.ts'
import type { MediaRef } from '#core/session.ts'
import { asCamera } from '#domains/camera/classes.ts'
import type { StoredSolve } from '#domains/camera/documents/solve-document.ts'
import type { StoredTracks } from '#domains/camera/documents/tracks-document.ts'
import { behaviorOf } from '#domains/camera/edits/behavior-of.ts'
import { applyChanges, type ChangedTracks, type TrackChange } from '#domains/camera/edits/changes.ts'
import { compareSolves, qualityOf } from '#domains/camera/edits/compare.ts'
import { editedRecord } from '#domains/camera/recording/edited-run.ts'
import { asJson } from '#domains/camera/recording/session-of.ts'
import type { CameraSession } from '#domains/camera/session.ts'
import { encoded } from '#formats/text-chunks.ts'
import { folderSink } from '#io/folder-sink.ts'
import type { TextFile } from '#track/scenes/names.ts'
import { type Shot, solveJson } from '#track/scenes/solve-json.ts'
import { tracksJson } from '#track/scenes/tracks-json.ts'
import type { SolveOptions } from '#track/solution.ts'
import { tracksWithin } from '#track/track-clip.ts'
import type { Track } from '#track/tracks.ts'
import { clipPath } from './clips.ts'
import { appendEdit } from './edits.ts'
import { type Engine, newId } from './engine.ts'
import { followAdded } from './follow-added.ts'
import { readPreferences } from './preferences.ts'
import { sessionById } from './read.ts'
import { recordSession } from './record.ts'
import { sideBySide } from './solve-threads.ts'
import { readRun, scratchFolder } from './track-files.ts'
import { knownLens, withoutPlace } from './track-job.ts'
import type { TrackOptions } from './track-options.ts'
import { usualSensorWidthMm } from './track-request.ts'
import { writeFiles } from './track-results.ts'

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
  /** null when sessions may not be recorded: the files are the job's own then. */
  readonly session: string | null
  readonly before: Errors
  readonly after: Errors
  readonly better: boolean
  readonly kept: 'new' | 'old'
  /** In a sentence, why. */
  readonly why: string
}

/** @throws session.unknown, track.unknown, edit.invalid, settings.invalid */
export async function addSolveAgain(
  engine: Engine,
  id: string,
  request: SolveAgainRequest,
  principal: string,
): Promise<Job> {
  const session = await sessionById(engine, id)
  const { tracks, solve } = await readRun(engine, session)
  // What can be refused is refused at once, not in a job.
  applyChanges(tracks, request.changes)
  solveOptions(solve, request)
  // Ids are chosen here, so that a job that is taken up again records nothing twice.
  const params = { ...asJson(request), session: id, newSession: newId(), edit: newId() }
  const { project } = session
  const job = await engine.store.jobs.add({ id: newId(), kind: 'solve-again', project, principal, params })
  engine.wake()
  return job
}

interface Params extends SolveAgainRequest {
  readonly session: string
  readonly newSession: string
  readonly edit: string
}

/** The kind `solve-again` of jobs. */
export async function runSolveAgain(engine: Engine, job: Job, ctx: Context): Promise<Json> {
  const params = job.params as unknown as Params
  const startedMs = ctx.now()
  const edited = await sessionById(engine, params.session)
  const session = asCamera(edited)
  const stored = await readRun(engine, edited)
  const options = solveOptions(stored.solve, params)
  const changed = applyChanges(stored.tracks, params.changes)
  const added = await follow(engine, session, stored.tracks, changed, ctx)
  const tracks = [...changed.tracks, ...added.flatMap((track) => track ?? [])]
  const shots = await solveShots(stored.solve, tracks, changed.disabled, options, ctx)
  ctx.signal.throwIfAborted()
  const solved: Solved = { tracks, disabled: changed.disabled, shots, options, solveMs: ctx.now() - startedMs }

  const allowed = await readPreferences(engine)
  const recorded = allowed.recordSessions ? await record(engine, session, stored, solved, params, job) : null
  if (recorded === null) await keepFiles(engine, job, filesOf(session, stored, solved), ctx)
  if (allowed.recordEdits) await recordEdit(engine, session, stored, { ...solved, added }, params, job)
  return asJson(resultOf(stored.solve.shots, shots, recorded))
}

interface Solved {
  readonly tracks: readonly Track[]
  readonly disabled: readonly number[]
  readonly shots: readonly Shot[]
  readonly options: SolveOptions
  readonly solveMs: number
}
type StoredRun = { readonly tracks: StoredTracks; readonly solve: StoredSolve }

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
  session: CameraSession,
  { settings, frames, tracks, removed }: StoredTracks,
  { added }: ChangedTracks,
  ctx: Context,
): Promise<readonly (Track | null)[]> {
  if (added.length === 0) return []
  const fingerprint = session.context.clip?.fingerprint ?? ''
  const path = await clipPath(engine, fingerprint, ctx)
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

function filesOf(session: CameraSession, { tracks: was, solve }: StoredRun, solved: Solved): readonly TextFile[] {
  const { info, frames } = solve
  const { tracks, disabled, shots, options } = solved
  const clip = session.context.clip?.fingerprint ?? 'clip'
  const { settings, changes, cuts, removed } = was
  return [
    tracksJson({ clip, info, frames, settings, changes, cuts, detections: [], tracks, disabled, removed }),
    solveJson({ clip, info, frames, options, shots }),
  ]
}

/** Records the new solve as a session of its own, behind the one that was edited. @returns its id */
async function record(
  engine: Engine,
  session: CameraSession,
  stored: StoredRun,
  solved: Solved,
  { newSession: id }: Params,
  job: Job,
): Promise<string> {
  if ((await engine.store.catalog.summary(id)) !== null) return id
  const media: MediaRef[] = []
  for (const { name, pieces } of filesOf(session, stored, solved)) {
    const { sha256, bytes } = await engine.store.blobs.put(encoded(pieces()))
    const role = name.replace('.json', '')
    media.push({ role, sha256, mediaType: 'application/json', bytes, width: null, height: null })
  }
  const { info, frames } = stored.solve
  const off = new Set(solved.disabled)
  const tracks = solved.tracks.filter((track) => !off.has(track.id))
  const { cuts } = stored.tracks
  const { context, settings, outcome, telemetry } = editedRecord(session, { ...solved, info, frames, tracks, cuts })
  const { project, contributor, consent } = session
  const sent = {
    id,
    project,
    domain: 'camera',
    schemaVersion: session.schemaVersion,
    recordedAt: job.createdAt,
    host: { name: 'hindsight', version: engine.version },
    contributor,
    consent,
    parent: session.id,
    context,
    settings: {
      values: settings,
      reason: 'tracks changed by hand, and solved again',
      policy: { name: 'person', version: engine.version },
    },
    outcome: { ...outcome, durationMs: solved.solveMs },
    telemetry,
    media,
  }
  await recordSession(engine, asJson(sent))
  return id
}

async function recordEdit(
  engine: Engine,
  session: CameraSession,
  { tracks: was, solve }: StoredRun,
  solved: Solved & { readonly added: readonly (Track | null)[] },
  { edit: id, changes, activeMs, wallMs }: Params,
  { principal, createdAt: at }: Job,
): Promise<void> {
  if ((await engine.store.catalog.edits(session.id)).some((edit) => edit.id === id)) return
  const { fingerprint: clip = null } = session.context.clip ?? {}
  const before = { tracks: was.tracks, shots: solve.shots, options: solve.options }
  const round = {
    id,
    clip,
    attempt: session.context.attempt ?? null,
    size: solve.info,
    changes,
    before,
    activeMs,
    wallMs,
  }
  const after: JsonObject = asJson(behaviorOf({ ...round, after: solved, added: solved.added }))
  const sent = { id, session: session.id, at, kind: 'camera.behavior', after }
  await appendEdit(engine, sent, { name: principal, role: 'owner' })
}

/** Where nothing may be recorded, the results are the job's own. */
async function keepFiles(
  { dataDir }: Engine,
  job: Job,
  files: readonly TextFile[],
  { signal }: Context,
): Promise<void> {
  const sink = await folderSink(scratchFolder(dataDir, job.id), { replace: true })
  try {
    await writeFiles(files, sink, signal)
    await sink.close()
  } catch (error) {
    await sink.abort()
    throw error
  }
}
