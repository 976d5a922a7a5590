/**
 * What the pipeline needs of a program that tracks and solves. It never knows which one it has: what an engine cannot do
 * (masks, balanced coverage, ends of tracks with a reason) the engine's own adapter makes good.
 *
 * Frames count from 0 in display order and positions are pixels from the top-left corner, whatever the program itself uses.
 */
import type { Context } from '#core/context.ts'
import type { DetectOptions, DetectReport } from '#track/match/detect.ts'
import type { Mask } from '#track/match/mask.ts'
import type { Region } from '#track/match/region.ts'
import type { LiveTrack, StepReport } from '#track/match/tracker.ts'
import type { SolveShots } from '#track/track-clip.ts'
import type { Track, TrackerSettings } from '#track/tracks.ts'
import type { ClipInfo, FrameSource } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'

export const engineNames = ['embedded', 'blender'] as const
export type EngineName = (typeof engineNames)[number]

export interface TrackingEngine {
  readonly name: EngineName
  /** "Blender 3.4.1"; of the embedded engine the version of its package. */
  readonly version: string
  /** @throws engine.* when the program is missing, of a version that does not work, or cannot read the clip */
  open(clip: EngineClip, ctx: EngineContext): Promise<EngineRun>
  close(): Promise<void>
}

export type EngineContext = Pick<Context, 'signal' | 'warn'>

/** A clip as both kinds of engine can read it. */
export interface EngineClip {
  /** Absolute path: a video, or any picture of a sequence. */
  readonly path: string
  readonly source: FrameSource
  readonly kernel: Kernel
  readonly masks: readonly Mask[]
}

/** What new tracks begin with. A track keeps its settings to its end. */
export interface TrackStart {
  readonly settings: TrackerSettings
  readonly origin: Track['origin']
  /** Of those that begin in these parts of the picture. Blender is never given any. */
  readonly regions?: Readonly<Partial<Record<Region, TrackerSettings>>>
}

export interface FoundTracks {
  readonly report: DetectReport
  /** Ids of the tracks that were placed, in the order of `report.xy`. */
  readonly tracks: readonly number[]
}

export interface EngineStep extends StepReport {
  /** Where the tracks that go on are in `frame`. */
  readonly live: readonly LiveTrack[]
}

/** One attempt at a clip: its tracks, and where it stands in the clip. Whoever opened it closes it. */
export interface EngineRun {
  readonly info: ClipInfo
  /** Places tracks on corners of a frame, clear of those that are alive in it. */
  detect(corners: Omit<DetectOptions, 'existing' | 'masks'>, start: TrackStart): Promise<FoundTracks>
  /** @param xy 2 for each track: x, y. @returns their ids */
  add(frame: number, xy: ArrayLike<number>, start: TrackStart): Promise<readonly number[]>
  /**
   * Follows from one frame to another, one way or the other through time; a value for each step, made when it is asked for,
   * so that tracks may be placed and stopped in between. Takes up every track whose outermost marker it comes by, if that
   * side has no end yet. At the end of the range tracks stay open.
   *
   * @throws media.*, engine.*, and `signal.reason`
   */
  follow(range: { readonly from: number; readonly to: number }, signal: AbortSignal): AsyncIterable<EngineStep>
  /** Ends tracks on the side that is being followed, all when no ids are given. */
  stop(ids: readonly number[] | null, reason: 'stopped' | 'range-end'): Promise<void>
  /** Removes tracks altogether. */
  remove(ids: readonly number[]): Promise<void>
  /** All tracks there are, as they are now. */
  tracks(): Promise<readonly Track[]>
  /** Solves the tracks that are passed, not the run's own: the caller may have mended them. */
  readonly solve: SolveShots
  close(): Promise<void>
}
