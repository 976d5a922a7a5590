/**
 * A race on the clip itself: settings followed over a short window, there and back again (Kalal, Mikolajczyk and Matas,
 * Forward-Backward Error, 2010). A solve of so few frames says next to nothing; whether points keep to their places does.
 */
import type { Context } from '#core/context.ts'
import { detect } from '#track/match/detect.ts'
import type { Mask } from '#track/match/mask.ts'
import { createTracker } from '#track/match/tracker.ts'
import type { FrameSource, LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import type { EngineClip } from '../engines/engine.ts'
import type { TrackingChoice } from '../policies/policy.ts'
import type { Probe } from '../probe/probe.ts'
import { accuracyOf, usualWidthPx } from './outcome.ts'

export interface Window {
  /** First and last frame, inclusive. */
  readonly from: number
  readonly to: number
}

/** Of what one setting made of the window. */
export interface TrialScore {
  /** Points that were placed, without those that left the picture. */
  readonly points: number
  /** Share of them that were followed there and back. */
  readonly survival: number
  /** The middle one of the distances by which they missed where they had begun, pixels of a picture 960 wide; null: none. */
  readonly returnErrorPx: number | null
  /** 0 to 1: how near the points came back, those that were lost counting 0, less where there are too few to solve from. */
  readonly score: number
}

const windowFrames = 12
const fewestFrames = 4
/** A trial has to be cheap, and so many points tell. */
const mostPoints = 60
/** With fewer a solve begins to suffer. */
const enoughPoints = 30
const cornerWindowPx = 9

/** Where the probe looked: frames that show something, of one shot. @returns null where there are too few */
export function trialWindow(range: Window, probe: Probe | null): Window | null {
  const from = probe?.fromFrame ?? range.from
  const to = Math.min(probe?.toFrame ?? range.to, range.to, from + windowFrames - 1)
  return to - from + 1 < fewestFrames ? null : { from, to }
}

/**
 * Tries settings on a window. Same input, same scores; the pictures of the window are held in memory.
 *
 * @param settings as an attempt would use them
 * @returns a score for each, in their order; null where the window has too few frames
 * @throws media.*, settings.invalid, and the reason of the signal
 */
export async function trial(
  { source, kernel, masks }: Pick<EngineClip, 'source' | 'kernel' | 'masks'>,
  settings: readonly TrackingChoice[],
  window: Window,
  ctx: Pick<Context, 'signal'>,
): Promise<readonly (TrialScore | null)[]> {
  const frames = await held(source, window, ctx)
  return settings.map((choice) => {
    ctx.signal.throwIfAborted()
    return frames.length < fewestFrames ? null : scoreOf(kernel, frames, masks, choice)
  })
}

async function held(source: FrameSource, { from, to }: Window, { signal }: Pick<Context, 'signal'>) {
  const frames: LumaFrame[] = []
  for await (const frame of source.frames({ from, to, signal })) frames.push(frame)
  return frames
}

function scoreOf(
  kernel: Kernel,
  frames: readonly LumaFrame[],
  masks: readonly Mask[],
  { tracker: settings, corners }: TrackingChoice,
): TrialScore {
  const there = followed(kernel, frames, masks, settings, (tracker) => {
    const { count, ...rule } = corners
    const frame = frames[0]!.index
    const options = {
      ...rule,
      count: Math.min(count, mostPoints),
      windowPx: cornerWindowPx,
      frame,
      masks,
      existing: [],
    }
    return detect(kernel, tracker.image!, options).xy
  })
  // Masks were respected on the way there; on the way back they must not stop a point that was let in.
  const ends = there.live.map(({ end }) => end)
  const back = followed(kernel, [...frames].reverse(), [], settings, () => ends.flat())
  const { widthPx, heightPx } = frames[0]!
  const scale = usualWidthPx / Math.max(widthPx, heightPx)
  const missed = back.live.map(({ index, end: [x, y] }) => {
    const [x0, y0] = there.live[index]!.start
    return scale * Math.hypot(x - x0, y - y0)
  })
  const points = there.placed - there.left
  const near = missed.reduce((sum, px) => sum + accuracyOf(Math.max(px, 1e-6)), 0)
  const share = points === 0 ? 0 : near / points
  return {
    points,
    survival: points === 0 ? 0 : Math.min(1, missed.length / points),
    returnErrorPx: missed.length === 0 ? null : missed.sort((a, b) => a - b)[missed.length >> 1]!,
    score: Math.min(1, share) * Math.min(1, points / enoughPoints),
  }
}

type XY = readonly [x: number, y: number]

interface Run {
  readonly placed: number
  /** Left the picture, which is nobody's fault. */
  readonly left: number
  /** Those that reached the last frame; `index`: of the point that was placed. */
  readonly live: readonly { readonly index: number; readonly start: XY; readonly end: XY }[]
}

function followed(
  kernel: Kernel,
  frames: readonly LumaFrame[],
  masks: readonly Mask[],
  settings: TrackingChoice['tracker'],
  place: (tracker: ReturnType<typeof createTracker>) => ArrayLike<number>,
): Run {
  const { widthPx, heightPx } = frames[0]!
  const tracker = createTracker(kernel, { widthPx, heightPx, settings, masks })
  try {
    tracker.load(frames[0]!)
    const xy = place(tracker)
    const index = new Map(tracker.add(xy, 'detected').map((id, i) => [id, i] as const))
    let left = 0
    for (const frame of frames.slice(1)) {
      left += tracker.step(frame).ended.filter(({ reason }) => reason === 'left-frame').length
    }
    const live = tracker.live().flatMap(({ track, x, y }) => {
      const i = index.get(track)
      return i === undefined ? [] : [{ index: i, start: [xy[2 * i]!, xy[2 * i + 1]!] as const, end: [x, y] as const }]
    })
    return { placed: [...index.keys()].filter((id) => id !== null).length, left, live }
  } finally {
    tracker.release()
  }
}
