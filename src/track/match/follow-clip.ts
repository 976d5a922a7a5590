/**
 * A whole clip: one pass forwards that places new points where old ones have gone, and one backwards that follows those new
 * points to where they came into the picture. Frames stream by; of their brightness no more than a bound is held for the way
 * back.
 */
import type { Context } from '#core/context.ts'
import type { FrameRange, FrameSource, LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import type { SettingsChange, Track, TrackerSettings } from '../tracks.ts'
import { type DetectOptions, type DetectReport, detect } from './detect.ts'
import type { Mask } from './mask.ts'
import { RecentFrames } from './recent-frames.ts'
import { type Region, regionIndex, regions } from './region.ts'
import { checkNumber, checkSettings, defaultSettings } from './settings.ts'
import { createTracker, type LiveTrack, type StepReport, type Tracker } from './tracker.ts'

export interface FollowOptions {
  /** What differs from {@link defaultSettings}. */
  readonly settings?: Partial<TrackerSettings>
  /** Live tracks aimed at in every frame, default 200. */
  readonly count?: number
  /** As {@link DetectOptions.threshold}, default 0.0004: corners of a fiftieth of the strongest one's strength. */
  readonly threshold?: number
  /** Between new points, and from them to live tracks; default a 40th of the width. */
  readonly minDistancePx?: number
  /** Default: new patterns lie inside the picture, with two pixels to spare. */
  readonly marginPx?: number
  readonly masks?: readonly Mask[]
  /** Follow points that were placed in the middle of the clip backwards too; default true. */
  readonly backward?: boolean
  /** First and last frame, inclusive; all of the clip when absent. */
  readonly range?: Pick<FrameRange, 'from' | 'to'>
  /** Called after each step of the pass forwards; may change settings, stop tracks or add some. */
  readonly onStep?: (tracker: Tracker, report: StepReport) => void
}

/** What a clip is followed with: {@link FollowOptions} with every default filled in. */
export interface FollowPlan {
  readonly settings: TrackerSettings
  readonly count: number
  readonly threshold: number
  readonly minDistancePx: number
  readonly marginPx: number
  /** Side of the window of corner strength. */
  readonly windowPx: number
}

export interface FollowedClip {
  readonly tracks: readonly Track[]
  /** The first frame of each new shot. */
  readonly cuts: readonly number[]
  readonly changes: readonly SettingsChange[]
  readonly detections: readonly DetectReport[]
  /** What tracking began with. */
  readonly settings: TrackerSettings
  /** How many frames were followed through. */
  readonly frames: number
}

const mostTracks = 100_000
/** Below this share of the wanted tracks new ones are placed. */
const sparseShare = 0.85
/** So are they where a region holds less than this share of what is evenly its own. */
const bareShare = 0.4
/** Frames between detections, which cost more than a step. */
export const restFrames = 6
/** The square is 9 pixels wide: as large as what a corner is in a sharp picture. */
const cornerWindowPx = 9

/**
 * What options mean for a picture of a width.
 *
 * @throws settings.invalid
 */
export function followPlan(widthPx: number, options: FollowOptions): FollowPlan {
  const settings = checkSettings({ ...defaultSettings(widthPx), ...options.settings })
  const { count = 200, threshold = 0.0004, minDistancePx = Math.max(1, widthPx / 40) } = options
  const marginPx = options.marginPx ?? Math.min(widthPx, (settings.patternSize + 1) / 2 + 2)
  checkNumber('count', count, 1, mostTracks)
  checkNumber('threshold', threshold, 0, 1)
  checkNumber('minDistancePx', minDistancePx, 1, widthPx)
  checkNumber('marginPx', marginPx, 0, widthPx)
  return { settings, count, threshold, minDistancePx, marginPx, windowPx: cornerWindowPx }
}

/**
 * Follows a clip. Same input, same output.
 *
 * @throws settings.invalid, what the source throws, and `ctx.signal.reason` when cancelled
 */
export async function followClip(
  source: FrameSource,
  kernel: Kernel,
  options: FollowOptions,
  ctx: Pick<Context, 'signal' | 'progress'>,
): Promise<FollowedClip> {
  const { widthPx, heightPx } = source.info
  const { masks = [], backward = true, range = {} } = options
  const plan = followPlan(widthPx, options)
  const { settings } = plan
  const tracker = createTracker(kernel, { widthPx, heightPx, settings, masks })
  try {
    const pass = new ForwardPass(kernel, tracker, widthPx, heightPx, plan, options)
    const recent = new RecentFrames()
    const total = (range.to ?? source.info.frameCount - 1) - (range.from ?? 0) + 1
    for await (const frame of source.frames({ ...range, signal: ctx.signal })) {
      ctx.signal.throwIfAborted()
      pass.take(frame)
      if (backward) recent.keep(frame)
      ctx.progress({ done: pass.frames, total, unit: 'frames', note: 'tracking' })
    }
    tracker.stop(undefined, 'range-end')
    if (backward) await carryBack(source, recent, tracker, range.from ?? 0, ctx)
    const { cuts, detections, frames } = pass
    return { tracks: tracker.tracks(), cuts, changes: tracker.changes(), detections, settings, frames }
  } finally {
    tracker.release()
  }
}

/** Follows backwards what was placed after the first frame, through the clip from the last such place. */
async function carryBack(
  source: FrameSource,
  recent: RecentFrames,
  tracker: Tracker,
  first: number,
  ctx: Pick<Context, 'signal' | 'progress'>,
): Promise<void> {
  const starts = tracker.tracks().map(({ startFrame }) => startFrame)
  const last = Math.max(first, ...starts)
  if (last > first) {
    let done = 0
    for await (const frame of recent.backwards(source, last, first, ctx.signal)) {
      ctx.signal.throwIfAborted()
      if (done === 0) tracker.load(frame)
      else tracker.step(frame)
      done++
      ctx.progress({ done, total: last - first + 1, unit: 'frames', note: 'tracking backwards' })
    }
  }
  tracker.stop(undefined, 'range-end')
}

/**
 * Whether so few tracks are alive, in all or in a region, that new ones should be placed.
 *
 * @param avoided regions that are to have none: they are not missed
 */
export function isSparse(
  live: readonly LiveTrack[],
  count: number,
  widthPx: number,
  heightPx: number,
  avoided: readonly Region[] = [],
): boolean {
  const share = (regions.length - avoided.length) / regions.length
  if (live.length < sparseShare * count * share) return true
  const inRegion = new Int32Array(regions.length)
  for (const { x, y } of live) inRegion[regionIndex(x, y, widthPx, heightPx)]! += 1
  return inRegion.some((n, i) => n < (bareShare * count) / regions.length && !avoided.includes(regions[i]!))
}

/** The pass forwards: steps, and detection where tracks have become few. */
class ForwardPass {
  readonly cuts: number[] = []
  readonly detections: DetectReport[] = []
  frames = 0
  readonly #kernel: Kernel
  readonly #tracker: Tracker
  readonly #size: readonly [number, number]
  readonly #options: FollowOptions
  readonly #detect: Omit<DetectOptions, 'frame' | 'existing'> & { readonly count: number }
  #lastDetection = 0

  constructor(
    kernel: Kernel,
    tracker: Tracker,
    widthPx: number,
    heightPx: number,
    { settings: _settings, ...corners }: FollowPlan,
    options: FollowOptions,
  ) {
    this.#kernel = kernel
    this.#tracker = tracker
    this.#size = [widthPx, heightPx]
    this.#options = options
    this.#detect = { ...corners, masks: options.masks ?? [] }
  }

  take(frame: LumaFrame): void {
    const isFirst = this.frames === 0
    this.frames++
    if (isFirst) {
      this.#tracker.load(frame)
      this.#place(frame.index, 'detected')
      return
    }
    const report = this.#tracker.step(frame)
    this.#options.onStep?.(this.#tracker, report)
    if (report.cut) {
      this.cuts.push(frame.index)
      this.#place(frame.index, 'detected')
    } else if (
      frame.index - this.#lastDetection >= restFrames &&
      isSparse(this.#tracker.live(), this.#detect.count, ...this.#size)
    ) {
      this.#place(frame.index, 'replenished')
    }
  }

  #place(frame: number, origin: 'detected' | 'replenished'): void {
    const image = this.#tracker.image
    if (image === null) return
    const existing = this.#tracker.live().flatMap(({ x, y }) => [x, y])
    const report = detect(this.#kernel, image, { ...this.#detect, frame, existing })
    this.#tracker.add(report.xy, origin)
    this.detections.push(report)
    this.#lastDetection = frame
  }
}
