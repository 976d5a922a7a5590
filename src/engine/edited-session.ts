/** What a round of changes by hand leaves behind: the new solve as a session, and the changes as an edit of the old one. */
import type { Context } from '#core/context.ts'
import type { Job } from '#core/job.ts'
import type { JsonObject } from '#core/json.ts'
import type { MediaRef } from '#core/session.ts'
import { behaviorOf } from '#domains/camera/edits/behavior-of.ts'
import type { TrackChange } from '#domains/camera/edits/changes.ts'
import { editedRecord } from '#domains/camera/recording/edited-run.ts'
import { asJson } from '#domains/camera/recording/session-of.ts'
import type { CameraSession } from '#domains/camera/session.ts'
import { encoded } from '#formats/text-chunks.ts'
import { folderSink } from '#io/folder-sink.ts'
import type { TextFile } from '#track/scenes/names.ts'
import { type Shot, solveJson } from '#track/scenes/solve-json.ts'
import { tracksJson } from '#track/scenes/tracks-json.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { Track } from '#track/tracks.ts'
import { appendEdit } from './edits.ts'
import type { Engine } from './engine.ts'
import { recordSession } from './record.ts'
import { type KeptRun, makeScratch } from './track-files.ts'
import { writeFiles } from './track-results.ts'

/** What came of solving again. */
export interface Solved {
  readonly tracks: readonly Track[]
  readonly disabled: readonly number[]
  readonly shots: readonly Shot[]
  readonly options: SolveOptions
  /** Tracks that were followed from the points that were added, in their order; null where none came of it. */
  readonly added: readonly (Track | null)[]
  readonly solveMs: number
}
export type StoredRun = Pick<KeptRun, 'fingerprint' | 'tracks' | 'solve'>

/** What the person did. */
export interface Round {
  /** Id of the edit. */
  readonly edit: string
  readonly changes: readonly TrackChange[]
  readonly activeMs: number
  readonly wallMs: number
}

function filesOf({ fingerprint, tracks: was, solve }: StoredRun, solved: Solved): readonly TextFile[] {
  const { info, frames } = solve
  const { tracks, disabled, shots, options } = solved
  const clip = fingerprint ?? 'clip'
  const { settings, changes, cuts, removed } = was
  return [
    tracksJson({ clip, info, frames, settings, changes, cuts, detections: [], tracks, disabled, removed }),
    solveJson({ clip, info, frames, options, shots }),
  ]
}

/** Records the new solve as a session of its own, behind the one that was edited. @returns its id */
export async function recordSolve(
  engine: Engine,
  session: CameraSession,
  stored: StoredRun,
  solved: Solved,
  id: string,
  job: Job,
): Promise<string> {
  if ((await engine.store.catalog.summary(id)) !== null) return id
  const media: MediaRef[] = []
  for (const { name, pieces } of filesOf(stored, solved)) {
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

/** What the person did, why, in what time, and what came of it, as an edit of the session. */
export async function recordRound(
  engine: Engine,
  session: CameraSession,
  { fingerprint: clip, tracks: was, solve }: StoredRun,
  solved: Solved,
  { edit: id, changes, activeMs, wallMs }: Round,
  { principal, createdAt: at }: Job,
): Promise<void> {
  if ((await engine.store.catalog.edits(session.id)).some((edit) => edit.id === id)) return
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
  await appendEdit(engine, sent, { name: principal })
}

/** Where nothing may be recorded, the results are the job's own. */
export async function keepSolve(
  { dataDir }: Engine,
  job: Job,
  stored: StoredRun,
  solved: Solved,
  { signal }: Pick<Context, 'signal'>,
): Promise<void> {
  const files = filesOf(stored, solved)
  const sink = await folderSink(await makeScratch(dataDir, job.id), { replace: true })
  try {
    await writeFiles(files, sink, signal)
    await sink.close()
  } catch (error) {
    await sink.abort()
    throw error
  }
}
