/**
 * A clip from pictures to cameras: follow points through it, cut it where the scene changes, solve each part. Pure: it is
 * given pictures and a kernel, and gives back values; what becomes of them is the caller's.
 */
import type { Context } from '#core/context.ts'
import type { ClipInfo, FrameSource } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { type FollowedClip, followClip, type FollowOptions } from './match/follow-clip.ts'
import type { Shot } from './scenes/solve-json.ts'
import type { SolveOptions, SolverTrack } from './solution.ts'
import { solveCamera } from './solve/solve-camera.ts'
import type { Track } from './tracks.ts'

export interface TrackClipOptions {
  readonly follow: FollowOptions
  /** The picture's size and shape are the clip's. */
  readonly solve: Omit<SolveOptions, 'widthPx' | 'heightPx' | 'pixelAspect'>
}

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

/** @throws what `source` throws, and the reason of `ctx.signal` when that is aborted */
export async function trackClip(
  source: FrameSource,
  kernel: Kernel,
  options: TrackClipOptions,
  ctx: Context,
): Promise<TrackedClip> {
  const { widthPx, heightPx, pixelAspect, frameCount } = source.info
  const solveOptions = { ...options.solve, widthPx, heightPx, pixelAspect }
  const startedAt = ctx.now()
  const followed = await followClip(source, kernel, options.follow, ctx)
  const followedAt = ctx.now()
  const frames = { from: options.follow.range?.from ?? 0, to: options.follow.range?.to ?? frameCount - 1 }
  const shots: Shot[] = []
  for (const { fromFrame, toFrame } of shotsOf(frames, followed.cuts)) {
    const tracks = tracksWithin(followed.tracks, fromFrame, toFrame)
    const result = await solveCamera(tracks, solveOptions, ctx)
    ctx.signal.throwIfAborted()
    shots.push({ fromFrame, toFrame, result })
  }
  const timings = { followMs: followedAt - startedAt, solveMs: ctx.now() - followedAt }
  return { info: source.info, frames, followed, solveOptions, shots, timings }
}

type Span = Pick<Shot, 'fromFrame' | 'toFrame'>

/** The stretches between cuts. */
function shotsOf({ from, to }: TrackedClip['frames'], cuts: readonly number[]): readonly Span[] {
  const starts = [from, ...cuts.filter((cut) => cut > from && cut <= to)]
  return starts.map((fromFrame, i) => ({ fromFrame, toFrame: (starts[i + 1] ?? to + 1) - 1 }))
}

/** What of the tracks lies in a stretch; the follower ends them at cuts, so mostly they are passed on as they are. */
function tracksWithin(tracks: readonly Track[], fromFrame: number, toFrame: number): readonly SolverTrack[] {
  return tracks.flatMap((track) => {
    const { frames } = track
    const first = frames.findIndex((frame) => frame >= fromFrame)
    const after = frames.findIndex((frame) => frame > toFrame)
    const end = after < 0 ? frames.length : after
    if (first < 0 || first >= end) return []
    if (first === 0 && end === frames.length) return [track]
    return [{ id: track.id, frames: frames.subarray(first, end), xy: track.xy.subarray(2 * first, 2 * end) }]
  })
}
