/** Auto-track & solve: a video file to 2D tracks, cameras and points, as JSON and as COLMAP text. */
import { basename } from 'node:path'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import { createEmbeddedEngine } from '#domains/camera/engines/embedded.ts'
import type { TrackingEngine } from '#domains/camera/engines/engine.ts'
import type { PipelineRequest, PipelineResult } from '#domains/camera/pipeline/attempt.ts'
import { type PipelineObserver, together } from '#domains/camera/pipeline/observer.ts'
import { runPipeline } from '#domains/camera/pipeline/run-pipeline.ts'
import { learnedPolicyName } from '#domains/camera/policies/policies.ts'
import { openClip } from '#media/clip.ts'
import type { ClipInfo, FrameSource } from '#vision/frames.ts'
import { begunSource } from './begun-source.ts'
import { broughtTracks } from './brought-tracks.ts'
import { focalFromClip } from './clip-focal.ts'
import { openKernel } from './kernel.ts'
import { notUsed } from './learning/track-chooser.ts'
import { readMasks } from './mask-file.ts'
import type { TrackRecorder } from './record-track.ts'
import { sideBySide } from './solve-threads.ts'
import { type TrackRequest, usualSensorWidthMm } from './track-request.ts'
import { openResults, resultsOf, type TrackReport, writeFiles } from './track-results.ts'
import { programVersion } from './version.ts'

export type { PipelineObserver }

/**
 * Tracks and solves a clip, and writes `request.out` when all of it is there: an interrupted run leaves nothing behind. A
 * clip that cannot be solved still leaves its tracks, and the report says why.
 *
 * @param recording makes a session of each attempt; opened, where it is not yet, while the clip is. null: nothing is recorded
 * @param observer told of each phase, step and attempt as it comes
 * @throws media.* when the clip cannot be read, engine.*, track.*, store.occupied, settings.invalid; the reason of
 * `ctx.signal` when that is aborted
 */
export async function trackFile(
  request: TrackRequest,
  ctx: Context,
  recording: TrackRecorder | (() => Promise<TrackRecorder | null>) | null = null,
  observer: PipelineObserver | null = null,
): Promise<TrackReport> {
  const masks = [...request.masks, ...(request.maskFile === null ? [] : await readMasks(request.maskFile))]
  let opening: Promise<TrackRecorder | null> | null = null
  const recorderOf = () => (opening ??= Promise.resolve(typeof recording === 'function' ? recording() : recording))
  // What goes wrong with it is told where it is needed.
  const waits = () => void recorderOf().catch(() => {})
  const clip = await openClip(request.clip, { signal: ctx.signal, warn: ctx.warn, waits })
  const source = begunSource(clip, request.frames?.from ?? 0, ctx.signal)
  try {
    const [solve, tracks] = [await solveAsked(request, source.info, ctx), await broughtTracks(request, source.info)]
    const asked = pipelineRequest(request, source.info, { masks, solve, tracks })
    const sink = request.out === null ? null : await openResults(request.out, request.replace)
    try {
      const recorder = await recorderOf()
      const { engine, result } = await runOn(source, request, asked, ctx, recorder, observer)
      const learning = (await recorder?.learning()) ?? null
      const sessions = recorder?.sessions ?? []
      const run = { engine, result, info: source.info, range: asked.range, sessions, learning }
      const { files, report } = resultsOf(run, basename(request.clip), request)
      if (sink) await writeFiles(files, sink, ctx.signal)
      await sink?.close()
      return report
    } catch (error) {
      await sink?.abort()
      throw error
    }
  } finally {
    await source.close()
  }
}

type Ran = { readonly engine: Pick<TrackingEngine, 'name' | 'version'>; readonly result: PipelineResult }

async function runOn(
  source: FrameSource,
  request: TrackRequest,
  asked: PipelineRequest,
  ctx: Context,
  recorder: TrackRecorder | null,
  observer: PipelineObserver | null,
): Promise<Ran> {
  const { kernel, close } = await openKernel(ctx)
  try {
    const engine = await engineOf(request)
    try {
      const { name, version } = engine
      await recorder?.prepare({
        engine: { name, version },
        info: source.info,
        request: asked,
        sensorWidthMm: sensorSaid(request),
      })
      const resume = request.resume ? ((await recorder?.resumable()) ?? null) : null
      const pictures = recorder?.tapped(source, kernel) ?? source
      const clip = { path: request.clip, source: pictures, kernel, masks: asked.masks }
      const { advice = null } = (await recorder?.models()) ?? {}
      const chooser = (await recorder?.chooser(resume !== null)) ?? null
      if (recorder === null && asked.policy === learnedPolicyName) ctx.warn(notUsed('the run is not recorded'))
      const watcher = together(recorder, observer)
      const result = await runPipeline(engine, clip, asked, ctx, watcher, resume, advice, chooser)
      await recorder?.finish()
      return { engine: { name, version }, result }
    } catch (error) {
      await recorder?.runBreaks(error)
      throw error
    } finally {
      await engine.close()
    }
  } finally {
    await close()
  }
}

/** An engine that is not there is found missing where it is opened, so that the attempt is on record. */
async function engineOf({ engine, blender }: TrackRequest): Promise<TrackingEngine> {
  if (engine === 'embedded') return createEmbeddedEngine({ version: programVersion, solve: sideBySide })
  const { createBlenderEngine } = await import('#domains/camera/engines/blender/blender-engine.ts')
  try {
    return await createBlenderEngine({ program: blender })
  } catch (error) {
    return { name: engine, version: 'not known', open: () => Promise.reject(error), close: async () => {} }
  }
}

/** null: nobody gave lengths in millimetres. */
const sensorSaid = ({ focal, sensorWidthMm }: TrackRequest): number | null =>
  sensorWidthMm ?? (focal !== null && focal !== 'metadata' && focal.unit === 'mm' ? usualSensorWidthMm : null)

/** @throws media.range */
function pipelineRequest(
  request: TrackRequest,
  info: ClipInfo,
  found: Pick<PipelineRequest, 'masks' | 'solve' | 'tracks'>,
): PipelineRequest {
  const { frames, preset, footage, robust, smoothing, policy, retries, seed } = request
  if (frames !== null && frames.to >= info.frameCount) {
    const expected = `frames from 0 to ${info.frameCount - 1}`
    throw fault('media.range', { expected, found: `${frames.from} to ${frames.to}`, where: request.clip })
  }
  const { tracks: count, threshold, ...tracker } = request.settings
  return {
    preset,
    footage,
    robust,
    smoothing,
    range: frames ?? { from: 0, to: info.frameCount - 1 },
    chosen: { tracker: given(tracker), corners: given({ count, threshold }) },
    policy,
    retries,
    seed,
    ...found,
  }
}

/** @throws track.focal, media.* */
async function solveAsked(
  request: TrackRequest,
  info: ClipInfo,
  { signal }: Pick<Context, 'signal'>,
): Promise<PipelineRequest['solve']> {
  const { focal, focalIsExact, sensorWidthMm, motion, zoom, lens, seed } = request
  const perMm = info.widthPx / (sensorWidthMm ?? usualSensorWidthMm)
  const focalPx =
    focal === null
      ? null
      : focal === 'metadata'
        ? await focalFromClip(request.clip, info, sensorWidthMm, signal)
        : focal.unit === 'px'
          ? focal.value
          : focal.value * perMm
  return {
    focal: focalPx === null ? 'unknown' : focalIsExact ? 'fixed' : 'refine',
    focalPx,
    motion,
    zoom,
    lens,
    principal: 'centre',
    heldOutShare,
    seed,
  }
}

/** Of the tracks' observations: enough to judge by, too few to miss. */
const heldOutShare = 0.05

/** Only what is not null. */
const given = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
