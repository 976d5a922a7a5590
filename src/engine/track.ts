/** Auto-track & solve: a video file to 2D tracks, cameras and points, as JSON and as COLMAP text. */
import { basename } from 'node:path'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import { openClip } from '#media/clip.ts'
import type { Mask } from '#track/match/mask.ts'
import { followPlan } from '#track/match/follow-clip.ts'
import { trackClip, type TrackClipOptions, type TrackedClip } from '#track/track-clip.ts'
import type { ClipInfo, FrameSource } from '#vision/frames.ts'
import { openKernel } from './kernel.ts'
import { readMasks } from './mask-file.ts'
import type { RunPlan, TrackRecorder } from './record-track.ts'
import { sideBySide } from './solve-threads.ts'
import { type TrackRequest, usualSensorWidthMm } from './track-request.ts'
import { openResults, resultsOf, type TrackReport, writeFiles } from './track-results.ts'

/**
 * Tracks and solves a clip, and writes `request.out` when all of it is there: an interrupted run leaves nothing behind. A
 * clip that cannot be solved still leaves its tracks, and the report says why.
 *
 * @param recorder makes a session of the run; null: nothing of it is recorded
 * @throws media.* when the clip cannot be read, store.occupied, settings.invalid, track.mask, media.range; the reason of
 * `ctx.signal` when that is aborted
 */
export async function trackFile(
  request: TrackRequest,
  ctx: Context,
  recorder: TrackRecorder | null = null,
): Promise<TrackReport> {
  const masks = request.maskFile === null ? [] : await readMasks(request.maskFile)
  const source = await openClip(request.clip, { signal: ctx.signal, warn: ctx.warn })
  try {
    const options = optionsOf(request, source.info, masks)
    const sink = request.out === null ? null : await openResults(request.out, request.replace)
    try {
      await recorder?.begin(planOf(request, options, source.info))
      const tracked = await trackSource(source, options, ctx, recorder)
      const recorded = (await recorder?.end(tracked)) ?? null
      const { files, report } = resultsOf(tracked, basename(request.clip), request, recorded)
      if (sink) await writeFiles(files, sink, ctx.signal)
      await sink?.close()
      return report
    } catch (error) {
      await sink?.abort()
      await recorder?.fail(error)
      throw error
    }
  } finally {
    await source.close()
  }
}

async function trackSource(
  source: FrameSource,
  options: TrackClipOptions,
  ctx: Context,
  recorder: TrackRecorder | null,
): Promise<TrackedClip> {
  const { kernel, close } = await openKernel(ctx)
  try {
    if (recorder === null) return await trackClip(source, kernel, options, ctx, sideBySide)
    const follow = { ...options.follow, onStep: recorder.step }
    return await trackClip(recorder.tapped(source, kernel), kernel, { ...options, follow }, ctx, sideBySide)
  } finally {
    await close()
  }
}

/** @throws settings.invalid */
function planOf({ focal, sensorWidthMm }: TrackRequest, { follow, solve }: TrackClipOptions, info: ClipInfo): RunPlan {
  const isSaid = focal?.unit === 'mm' || sensorWidthMm !== usualSensorWidthMm
  return {
    info,
    frames: { from: follow.range?.from ?? 0, to: follow.range?.to ?? info.frameCount - 1 },
    follow: followPlan(info.widthPx, follow),
    masks: follow.masks?.length ?? 0,
    solve,
    sensorWidthMm: isSaid ? sensorWidthMm : null,
  }
}

/** @throws media.range */
function optionsOf(request: TrackRequest, info: ClipInfo, masks: readonly Mask[]): TrackClipOptions {
  const { focal, focalIsExact, sensorWidthMm, motion, zoom, lens, seed, frames } = request
  if (frames !== null && frames.to >= info.frameCount) {
    const expected = `frames from 0 to ${info.frameCount - 1}`
    throw fault('media.range', { expected, found: `${frames.from} to ${frames.to}`, where: request.clip })
  }
  const { tracks, threshold, ...settings } = request.settings
  return {
    follow: {
      settings: given(settings),
      ...given({ count: tracks, threshold }),
      masks,
      ...(frames === null ? {} : { range: frames }),
    },
    solve: {
      focal: focal === null ? 'unknown' : focalIsExact ? 'fixed' : 'refine',
      focalPx: focal === null ? null : focal.unit === 'px' ? focal.value : (focal.value * info.widthPx) / sensorWidthMm,
      motion,
      zoom,
      lens,
      principal: 'centre',
      heldOutShare,
      seed,
    },
  }
}

/** Of the tracks' observations: enough to judge by, too few to miss. */
const heldOutShare = 0.05

/** Only what is not null. */
const given = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
