/**
 * Where the full-rate tracks and the solve of a run are: blobs of its session, or, where nothing may be recorded, files of
 * its job in the data directory, which are removed after a week.
 */
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import { isJsonObject, parseJson } from '#core/json.ts'
import type { AnySession } from '#core/session.ts'
import { asCamera } from '#domains/camera/classes.ts'
import { readSolveDocument, type StoredSolve } from '#domains/camera/documents/solve-document.ts'
import { readTracksDocument, type StoredTracks } from '#domains/camera/documents/tracks-document.ts'
import type { CameraSession } from '#domains/camera/session.ts'
import type { Engine } from './engine.ts'
import { sessionById } from './read.ts'

export type TrackFileRole = 'tracks' | 'solve'

const keptMs = 7 * 86_400_000

/** The folder of a job's own results. */
const scratchFolder = (dataDir: string, job: string): string => join(dataDir, 'scratch', job)
/** How a tracking job stands, for whoever watches. */
export const liveFile = (dataDir: string, job: string): string => join(dataDir, 'live', `${job}.json`)

/** Makes room for a job's own results, for nobody else to look into. @returns the folder */
export async function makeScratch(dataDir: string, job: string): Promise<string> {
  const folder = scratchFolder(dataDir, job)
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
  return folder
}

/** Removes what jobs left that nobody has asked for in a week. */
export async function sweepTrackFiles(dataDir: string, nowMs: number): Promise<void> {
  for (const folder of ['scratch', 'live']) {
    for (const name of await readdir(join(dataDir, folder)).catch(() => [])) {
      const path = join(dataDir, folder, name)
      const info = await stat(path).catch(() => null)
      if (info !== null && nowMs - info.mtimeMs > keptMs) await rm(path, { recursive: true, force: true })
    }
  }
}

/** Removes what the jobs left that are meant, or that are no more: how they stand, and results that were not recorded. */
export async function dropJobFiles(
  { store, dataDir }: Pick<Engine, 'store' | 'dataDir'>,
  isMeant: (job: Job) => boolean,
): Promise<void> {
  const names = await Promise.all(
    ['scratch', 'live'].map((folder) => readdir(join(dataDir, folder)).catch(() => [] as string[])),
  )
  for (const id of new Set(names.flat().map((name) => name.replace(/\..*$/, '')))) {
    const job = await store.jobs.get(id)
    if (job !== null && !isMeant(job)) continue
    await rm(scratchFolder(dataDir, id), { recursive: true, force: true })
    await rm(liveFile(dataDir, id), { force: true })
  }
}

/** @throws session.unknown, track.unknown */
export async function sessionFile(engine: Engine, id: string, role: TrackFileRole): Promise<AsyncIterable<Uint8Array>> {
  return fileOf(engine, await sessionById(engine, id), role)
}

async function fileOf({ store }: Engine, session: AnySession, role: TrackFileRole): Promise<AsyncIterable<Uint8Array>> {
  const found = session.media.find((media) => media.role === role)
  if (session.domain !== 'camera' || !found || (await store.blobs.stat(found.sha256)) === null) {
    const expected = role === 'tracks' ? 'a session with its tracks' : 'a session with a solve'
    throw fault('track.unknown', { expected, found: `session ${session.id} without` })
  }
  return store.blobs.open(found.sha256)
}

/** @throws job.unknown, track.unknown */
export async function jobFile(engine: Engine, id: string, role: TrackFileRole): Promise<AsyncIterable<Uint8Array>> {
  const job = await jobById(engine, id)
  const path = join(scratchFolder(engine.dataDir, id), `${role}.json`)
  if (!(await stat(path).catch(() => null))?.isFile()) {
    const found = isRecorded(job) ? 'one whose results are in its sessions' : `${job.kind}, ${job.state}, without`
    throw fault('track.unknown', { expected: `a job of this week with its ${role}`, found })
  }
  return createReadStream(path)
}

async function jobById({ store }: Engine, id: string): Promise<Job> {
  const job = await store.jobs.get(id)
  if (job) return job
  throw fault('job.unknown', { expected: 'the id of a job', found: id })
}

const isRecorded = ({ result }: Job) => isJsonObject(result) && result['results'] === 'recorded'

/** Where a run is kept: with its session, or with its job where nothing was recorded. */
export type RunPlace = { readonly session: string } | { readonly job: string }

/** A run that is kept, as values. */
export interface KeptRun {
  readonly place: RunPlace
  /** null of a run that was not recorded. */
  readonly session: CameraSession | null
  readonly project: string
  /** Of the clip; null when that is not known. */
  readonly fingerprint: string | null
  /** null: nobody said. */
  readonly sensorWidthMm: number | null
  readonly tracks: StoredTracks
  readonly solve: StoredSolve
}

/** @throws session.unknown, job.unknown, track.unknown */
export async function readRun(engine: Engine, place: RunPlace): Promise<KeptRun> {
  const [found, read] = 'session' in place ? await sessionRun(engine, place) : await jobRun(engine, place)
  const tracks = readTracksDocument(await readJson(await read('tracks')))
  const solve = readSolveDocument(await readJson(await read('solve')))
  if (tracks !== null && solve !== null) return { place, ...found, tracks, solve }
  throw fault('track.unknown', {
    expected: 'tracks and solve as this program writes them',
    found: `other ${tracks === null ? 'tracks' : 'solve'}`,
  })
}

/** The full tracks of a recorded run. @throws track.unknown, blob.corrupt */
export async function readTracksOf(engine: Engine, session: AnySession): Promise<StoredTracks> {
  const tracks = readTracksDocument(await readJson(await fileOf(engine, session, 'tracks')))
  if (tracks !== null) return tracks
  throw fault('track.unknown', { expected: 'tracks as this program writes them', found: 'other tracks' })
}

type Read = (role: TrackFileRole) => Promise<AsyncIterable<Uint8Array>>
type Found = readonly [Omit<KeptRun, 'place' | 'tracks' | 'solve'>, Read]

async function sessionRun(engine: Engine, { session: id }: { readonly session: string }): Promise<Found> {
  const stored = await sessionById(engine, id)
  const read: Read = (role) => fileOf(engine, stored, role)
  const session = asCamera(stored)
  // A session of another domain has neither of them, and no tracks below.
  const { clip, camera } = session.context
  const fingerprint = clip?.fingerprint ?? null
  const sensorWidthMm = camera?.sensorWidthMm ?? null
  return [{ session, project: session.project, fingerprint, sensorWidthMm }, read]
}

async function jobRun(engine: Engine, { job: id }: { readonly job: string }): Promise<Found> {
  const job = await jobById(engine, id)
  return [{ session: null, project: job.project, ...clipOf(job) }, (role) => jobFile(engine, id, role)]
}

/** What a job's parameters say of its clip; those of `solve-again` hold it for the runs that they go on with. */
function clipOf({ params }: Job): Pick<KeptRun, 'fingerprint' | 'sensorWidthMm'> {
  const options = isJsonObject(params['options']) ? params['options'] : params
  const [fingerprint, sensorWidthMm] = [params['fingerprint'], options['sensorWidthMm']]
  return {
    fingerprint: typeof fingerprint === 'string' ? fingerprint : null,
    sensorWidthMm: typeof sensorWidthMm === 'number' ? sensorWidthMm : null,
  }
}

async function readJson(bytes: AsyncIterable<Uint8Array>): Promise<unknown> {
  return parseJson(Buffer.concat(await Array.fromAsync(bytes)).toString('utf8'), 'the tracks of a run')
}
