/** Tracking a clip as a job: it goes on when the page is closed, can be watched, and is taken up again after a crash. */
import { rm } from 'node:fs/promises'
import { basename, dirname, sep } from 'node:path'
import type { Context } from '#core/context.ts'
import { Fault, fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import type { Json, JsonObject } from '#core/json.ts'
import { tracksFromBlob } from './brought-tracks.ts'
import { clipPath } from './clips.ts'
import { type Engine, newId } from './engine.ts'
import { LiveWriter } from './live.ts'
import { readPreferences } from './preferences.ts'
import { TrackRecorder } from './record-track.ts'
import { liveFile, makeScratch, sweepTrackFiles } from './track-files.ts'
import type { TrackOptions } from './track-options.ts'
import { chosenSettings, lensOf, type TrackRequest, trackRequest } from './track-request.ts'
import type { TrackReport } from './track-results.ts'
import { trackFile } from './track.ts'

/** What such a job leaves behind. */
export interface TrackJobResult {
  /** As `hindsight track --json` prints it, but for the clip's name and the folder. */
  readonly report: TrackReport
  /** One for each attempt, oldest first; empty when nothing may be recorded. */
  readonly sessions: readonly string[]
  /** The session of the attempt that is kept. */
  readonly best: string | null
  /** `recorded`: tracks and solve are in the best session; `kept`: they are the job's own, for a week. */
  readonly results: 'recorded' | 'kept'
}

/**
 * Adds the job. Where the clip lies is looked up when it runs: that never gets into the job.
 *
 * @throws clip.unknown, clip.gone, settings.invalid, blob.unknown
 */
export async function addTrackJob(
  engine: Engine,
  fingerprint: string,
  options: TrackOptions,
  principal: string,
  ctx: Pick<Context, 'signal'>,
): Promise<Job> {
  requestOf(engine, await clipPath(engine, fingerprint, ctx), options)
  if (options.tracks !== null && (await engine.store.blobs.stat(options.tracks)) === null) {
    throw fault('blob.unknown', { expected: 'tracks that were sent before', found: options.tracks, where: 'tracks' })
  }
  const params = { fingerprint, options: asJson(options) }
  const job = await engine.store.jobs.add({ id: newId(), kind: 'track', project: options.project, principal, params })
  engine.wake()
  return job
}

/** The kind `track` of jobs. */
export async function runTrackJob(engine: Engine, job: Job, ctx: Context): Promise<Json> {
  await sweepTrackFiles(engine.dataDir, ctx.now())
  const { fingerprint, options } = job.params as unknown as { fingerprint: string; options: TrackOptions }
  const path = await clipPath(engine, fingerprint, ctx)
  const out = await makeScratch(engine.dataDir, job.id)
  // What an earlier try of this job left is replaced, and gone on with where it can be.
  const request = { ...requestOf(engine, path, options), out, replace: true, resume: job.attempts > 1 }
  const live = new LiveWriter(liveFile(engine.dataDir, job.id), ctx.now)
  const watched = watchedContext(ctx, live)
  const { recordSessions } = await readPreferences(engine)
  const recorded = { project: options.project, clip: path, chosen: chosenSettings(request) }
  const recorder = recordSessions ? new TrackRecorder(engine, recorded, watched) : null
  try {
    const report = await trackFile(request, watched, recorder, live)
    const result = resultOf(report, fingerprint)
    if (result.results === 'recorded') await rm(out, { recursive: true, force: true })
    return asJson(result)
  } catch (error) {
    await rm(out, { recursive: true, force: true })
    throw withoutPlace(error, path)
  } finally {
    live.end()
  }
}

/** What a run says, said to whoever watches as well. */
export function watchedContext(ctx: Context, live: LiveWriter): Context {
  return {
    ...ctx,
    progress: (progress) => {
      live.progress(progress)
      ctx.progress(progress)
    },
    warn: (warning) => {
      live.warn(warning.message)
      ctx.warn(warning)
    },
  }
}

function resultOf(report: TrackReport, fingerprint: string): TrackJobResult {
  const sessions = report.attempts.flatMap(({ session }) => session ?? [])
  const best = report.recorded?.id ?? null
  const nameless = { ...report, clip: fingerprint, out: null }
  return { report: nameless, sessions, best, results: best === null ? 'kept' : 'recorded' }
}

/** @throws settings.invalid */
function requestOf({ store }: Pick<Engine, 'store'>, path: string, options: TrackOptions): TrackRequest {
  const { engine, preset, footage, robust, smoothing, policy, retries, settings, frames, seed, zoom } = options
  const { focal, focalIsExact, sensorWidthMm, tripod, lens, masks, tracks } = options
  const said = { engine, preset, footage, robust, smoothing, policy, retries, settings, frames, seed, zoom }
  if (focalIsExact && focal === null) {
    throw fault('settings.invalid', { expected: 'a focal length', found: 'none that could be exact', where: 'focal' })
  }
  return trackRequest(path, {
    ...said,
    focal,
    focalIsExact,
    sensorWidthMm,
    motion: tripod ? 'tripod' : 'auto',
    lens: knownLens(lens),
    ownTracks: tracks === null ? null : tracksFromBlob(store, tracks),
    masks: masks.map(({ points, exclude }) => ({
      kind: exclude ? 'exclude' : 'include',
      polygon: Float64Array.from(points.flat()),
    })),
  })
}

/** @throws settings.invalid */
export function knownLens(lens: TrackOptions['lens']): TrackRequest['lens'] {
  const [model, coefficients] = typeof lens === 'string' ? [lens, []] : [lens.model, lens.coefficients]
  const known = lensOf(model, coefficients)
  if (known !== null) return known
  throw fault('settings.invalid', { expected: 'a known lens and its coefficients', found: model, where: 'lens' })
}

/** A job is kept in the catalog, and with it in backups: where a clip lies, and its name, must not get into it. */
export function withoutPlace(error: unknown, path: string): unknown {
  if (!(error instanceof Fault)) return error
  const folder = dirname(path) + sep
  const nameless = (text: string) => text.replaceAll(folder, '').replaceAll(basename(path), 'the clip')
  const { code, expected, found, fix, where, cause } = error
  const place = where === null || where.startsWith(folder) ? {} : { where: nameless(where) }
  return fault(code, { expected: nameless(expected), found: nameless(found), fix, ...place, cause })
}

const asJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject
