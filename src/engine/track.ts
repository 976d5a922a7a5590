/** Auto-track & solve: a video file to 2D tracks, cameras and points, as JSON and as COLMAP text. */
import { basename } from 'node:path'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import { openClip } from '#media/clip.ts'
import type { Mask } from '#track/match/mask.ts'
import { trackClip, type TrackClipOptions, type TrackedClip } from '#track/track-clip.ts'
import type { ClipInfo, FrameSource } from '#vision/frames.ts'
import { openKernel } from './kernel.ts'
import { readMasks } from './mask-file.ts'
import { sideBySide } from './solve-threads.ts'
import type { TrackRequest } from './track-request.ts'
import { openResults, resultsOf, type TrackReport, writeFiles } from './track-results.ts'

/**
 * Tracks and solves a clip, and writes `request.out` when all of it is there: an interrupted run leaves nothing behind. A
 * clip that cannot be solved still leaves its tracks, and the report says why.
 *
 * @throws media.* when the clip cannot be read, store.occupied, settings.invalid, track.mask, media.range; the reason of
 * `ctx.signal` when that is aborted
 */
export async function trackFile(request: TrackRequest, ctx: Context): Promise<TrackReport> {
  const masks = request.maskFile === null ? [] : await readMasks(request.maskFile)
  const source = await openClip(request.clip, { signal: ctx.signal, warn: ctx.warn })
  try {
    const options = optionsOf(request, source.info, masks)
    const sink = await openResults(request)
    try {
      const tracked = await trackSource(source, options, ctx)
      const { files, report } = resultsOf(tracked, basename(request.clip), request)
      await writeFiles(files, sink, ctx.signal)
      await sink.close()
      return report
    } catch (error) {
      await sink.abort()
      throw error
    }
  } finally {
    await source.close()
  }
}

async function trackSource(source: FrameSource, options: TrackClipOptions, ctx: Context): Promise<TrackedClip> {
  const { kernel, close } = await openKernel(ctx)
  try {
    return await trackClip(source, kernel, options, ctx, sideBySide)
  } finally {
    await close()
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
