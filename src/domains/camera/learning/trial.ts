/**
 * A race on the clip itself: settings followed over a short window. A solve of so few frames says next to nothing, but seen by
 * any camera the paths of points on one rigid scene lie in few dimensions (Tomasi and Kanade, Shape and Motion from Image
 * Streams, 1992): what is left of them outside is noise and drift. How far points miss on the way back, which is often taken
 * for it, does not tell good settings from bad ones here: docs/measurements-learning.md.
 */
import type { Context } from '#core/context.ts'
import { detect } from '#track/match/detect.ts'
import type { Mask } from '#track/match/mask.ts'
import { createTracker } from '#track/match/tracker.ts'
import { symmetricEigen } from '#track/geometry/eigen.ts'
import type { Track } from '#track/tracks.ts'
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
  /** That were placed and followed through the window. */
  readonly points: number
  /** Share of those placed, without those that left the picture. */
  readonly survival: number
  /** The middle one of the points' distances from what a rigid scene allows, pixels of a picture 960 wide; null: too few. */
  readonly residualPx: number | null
  /** 0 to 1, on the scale of an attempt's accuracy, less where fewer points carry it. */
  readonly score: number
}

const windowFrames = 12
const fewestFrames = 6
/** A trial has to be cheap, and so many points tell. */
const mostPoints = 60
const fewestPoints = 8
const cornerWindowPx = 9
/** Dimensions of the paths about their centre: three of an affine camera, and one for what perspective adds in a short time. */
const dimensions = 4
/** What moves on its own, or was lost, is this many times as far off as the middle one. */
const outlier = 3
const rounds = 3

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
  choice: TrackingChoice,
): TrialScore {
  const { widthPx, heightPx } = frames[0]!
  const { placed, left, through } = followed(kernel, frames, masks, choice)
  const points = through.length
  const survival = placed > left ? Math.min(1, points / (placed - left)) : 0
  if (points < fewestPoints) return { points, survival, residualPx: null, score: 0 }
  const residual = middle(residuals(through.map(({ xy }) => xy)))
  const residualPx = (residual * usualWidthPx) / Math.max(widthPx, heightPx)
  // What many points carry is known better, as the root of their number.
  const carried = residualPx * Math.sqrt(mostPoints / points)
  return { points, survival, residualPx, score: accuracyOf(Math.max(carried, 1e-6)) }
}

interface Followed {
  readonly placed: number
  /** Left the picture, which is nobody's fault. */
  readonly left: number
  readonly through: readonly Track[]
}

function followed(
  kernel: Kernel,
  frames: readonly LumaFrame[],
  masks: readonly Mask[],
  { tracker: settings, corners }: TrackingChoice,
): Followed {
  const [first, ...others] = frames as readonly [LumaFrame, ...LumaFrame[]]
  const tracker = createTracker(kernel, { widthPx: first.widthPx, heightPx: first.heightPx, settings, masks })
  try {
    tracker.load(first)
    const count = Math.min(corners.count, mostPoints)
    const options = { ...corners, count, windowPx: cornerWindowPx, frame: first.index, masks, existing: [] }
    const placed = tracker.add(detect(kernel, tracker.image!, options).xy, 'detected')
    let left = 0
    for (const frame of others) {
      left += tracker.step(frame).ended.filter(({ reason }) => reason === 'left-frame').length
    }
    const live = new Set(tracker.live().map(({ track }) => track))
    const through = tracker.tracks().filter(({ id, frames: own }) => live.has(id) && own.length === frames.length)
    return { placed: placed.filter((id) => id !== null).length, left, through }
  } finally {
    tracker.release()
  }
}

/**
 * How far each path is from the space that most of them span.
 *
 * @param paths x, y of each frame, as long as each other
 * @returns for each, root mean square over its free coordinates, pixels
 */
function residuals(paths: readonly ArrayLike<number>[]): readonly number[] {
  const n = paths[0]!.length
  const centre = Float64Array.from({ length: n }, (_, i) => paths.reduce((sum, xy) => sum + xy[i]!, 0) / paths.length)
  const about = paths.map((xy) => Float64Array.from(xy, (value, i) => value - centre[i]!))
  let kept: readonly Float64Array[] = about
  let all: readonly number[] = []
  for (let round = 0; round < rounds; round++) {
    const basis = mainDirections(kept, n)
    all = about.map((path) => Math.sqrt(Math.max(0, outside(path, basis)) / (n - dimensions)))
    const most = outlier * middle(all)
    kept = about.filter((_, i) => all[i]! <= most)
  }
  return all
}

/** Eigenvectors of the paths' scatter, those of the largest eigenvalues. */
function mainDirections(paths: readonly Float64Array[], n: number): readonly Float64Array[] {
  const scatter = new Float64Array(n * n)
  for (const path of paths) {
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) scatter[i * n + j]! += path[i]! * path[j]!
  }
  const { vectors } = symmetricEigen(scatter, n)
  return Array.from({ length: dimensions }, (_, k) => Float64Array.from({ length: n }, (_v, i) => vectors[i * n + k]!))
}

/** Squared length of what is left of a path. */
function outside(path: Float64Array, basis: readonly Float64Array[]): number {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  return basis.reduce((rest, direction) => rest - dot(path, direction) ** 2, dot(path, path))
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
