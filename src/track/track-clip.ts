/**
 * A clip from pictures to cameras: follow points through it, cut it where the scene changes, solve each part. Pure: it is
 * given pictures and a kernel, and gives back values; what becomes of them is the caller's.
 */
import type { Context } from '#core/context.ts'
import type { ClipInfo, FrameSource } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { type FollowedClip, followClip, type FollowOptions } from './match/follow-clip.ts'
import type { Shot } from './scenes/solve-json.ts'
import type { SolveOptions, SolveResult, SolverTrack } from './solution.ts'
import { solveCamera } from './solve/solve-camera.ts'

export interface TrackClipOptions {
  readonly follow: FollowOptions
  /** The picture's size and shape are the clip's. */
  readonly solve: Omit<SolveOptions, 'widthPx' | 'heightPx' | 'pixelAspect'>
}

/** A stretch between cuts, to be solved. */
export interface SolveTask {
  readonly tracks: readonly SolverTrack[]
  readonly options: SolveOptions
}

type SolveContext = Pick<Context, 'signal' | 'progress'>

/** Solves each of several shots; results in the order of the tasks. */
export type SolveShots = (tasks: readonly SolveTask[], ctx: SolveContext) => Promise<readonly SolveResult[]>

export interface TrackedClip {
  readonly info: ClipInfo
  /** First and last frame that were looked at. */
  readonly frames: { readonly from: number; readonly to: number }
  readonly followed: FollowedClip
  /** As each shot was solved. */
  readonly solveOptions: SolveOptions
  /** The parts between cuts, in order of time, solved or not. */
  readonly shots: readonly Shot[]
  readonly timings: { readonly followMs: number; readonly solveMs: number }
}

/**
 * @param solveShots how a caller with threads solves the shots of a cut clip side by side
 * @throws settings.invalid, what `source` throws, and the reason of `ctx.signal` when that is aborted
 */
export async function trackClip(
  source: FrameSource,
  kernel: Kernel,
  options: TrackClipOptions,
  ctx: Context,
  solveShots: SolveShots = oneAfterTheOther,
): Promise<TrackedClip> {
  const { widthPx, heightPx, pixelAspect, frameCount } = source.info
  const solveOptions = { ...options.solve, widthPx, heightPx, pixelAspect }
  const startedAt = ctx.now()
  const followed = await followClip(source, kernel, options.follow, ctx)
  const followedAt = ctx.now()
  const frames = { from: options.follow.range?.from ?? 0, to: options.follow.range?.to ?? frameCount - 1 }
  const spans = spansOf(frames, followed.cuts)
  const tasks = spans.map((span) => ({ tracks: tracksWithin(followed.tracks, span), options: solveOptions }))
  const results = await solveShots(tasks, ctx)
  const shots = spans.map((span, i): Shot => ({ ...span, result: results[i]! }))
  const timings = { followMs: followedAt - startedAt, solveMs: ctx.now() - followedAt }
  return { info: source.info, frames, followed, solveOptions, shots, timings }
}

/** All in this thread. */
export const oneAfterTheOther: SolveShots = async (tasks, ctx) => {
  const results: SolveResult[] = []
  for (const { tracks, options } of tasks) {
    ctx.progress({ done: results.length, total: tasks.length, unit: 'shots', note: 'solving' })
    results.push(await solveCamera(tracks, options, ctx))
    ctx.signal.throwIfAborted()
  }
  return results
}

export type Span = Pick<Shot, 'fromFrame' | 'toFrame'>

/** The stretches between cuts. */
export function spansOf({ from, to }: TrackedClip['frames'], cuts: readonly number[]): readonly Span[] {
  const starts = [from, ...cuts.filter((cut) => cut > from && cut <= to)]
  return starts.map((fromFrame, i) => ({ fromFrame, toFrame: (starts[i + 1] ?? to + 1) - 1 }))
}

/** What of the tracks lies in a stretch; the follower ends them at cuts, so mostly they are passed on as they are. */
export function tracksWithin(tracks: readonly SolverTrack[], { fromFrame, toFrame }: Span): readonly SolverTrack[] {
  return tracks.flatMap((track): SolverTrack[] => {
    const { frames } = track
    const first = frames.findIndex((frame) => frame >= fromFrame)
    const after = frames.findIndex((frame) => frame > toFrame)
    const end = after < 0 ? frames.length : after
    if (first < 0 || first >= end) return []
    if (first === 0 && end === frames.length) return [track]
    return [{ id: track.id, frames: frames.slice(first, end), xy: track.xy.slice(2 * first, 2 * end) }]
  })
}
