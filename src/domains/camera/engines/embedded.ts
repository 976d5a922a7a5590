/**
 * Our own tracker and solver as an engine of the pipeline. It streams the clip once forwards, holds what it can of the
 * brightness for the way back, and reads nothing twice that it still has.
 */
import { detect } from '#track/match/detect.ts'
import { regionIndex, regions } from '#track/match/region.ts'
import { RecentFrames } from '#track/match/recent-frames.ts'
import { defaultSettings } from '#track/match/settings.ts'
import { createTracker, type Tracker } from '#track/match/tracker.ts'
import { oneAfterTheOther, type SolveShots } from '#track/track-clip.ts'
import type { Track } from '#track/tracks.ts'
import type { ClipInfo, LumaFrame } from '#vision/frames.ts'
import type {
  EngineClip,
  EngineContext,
  EngineRun,
  EngineStep,
  FoundTracks,
  TrackingEngine,
  TrackStart,
} from './engine.ts'

export interface EmbeddedOptions {
  readonly version: string
  /** How shots are solved: a caller with threads solves them side by side; in this thread when absent. */
  readonly solve?: SolveShots
}

export const createEmbeddedEngine = ({ version, solve = oneAfterTheOther }: EmbeddedOptions): TrackingEngine => ({
  name: 'embedded',
  version,
  open: async (clip, ctx) => new EmbeddedRun(clip, ctx, solve),
  close: async () => {},
})

/** Frames on their way from the decoder. */
interface Stream {
  readonly frames: AsyncIterator<LumaFrame>
  /** The frame that comes next. */
  next: number
}

class EmbeddedRun implements EngineRun {
  readonly info: ClipInfo
  readonly solve: SolveShots
  readonly #clip: EngineClip
  readonly #ctx: EngineContext
  readonly #tracker: Tracker
  readonly #removed = new Set<number>()
  /** The frame that the tracker holds. */
  #held: number | null = null
  #stream: Stream | null = null
  #recent = new RecentFrames()

  constructor(clip: EngineClip, ctx: EngineContext, solve: SolveShots) {
    const { source, kernel, masks } = clip
    const { widthPx, heightPx } = source.info
    this.info = source.info
    this.solve = solve
    this.#clip = clip
    this.#ctx = ctx
    this.#tracker = createTracker(kernel, { widthPx, heightPx, settings: defaultSettings(widthPx), masks })
  }

  async detect(corners: Parameters<EngineRun['detect']>[0], start: TrackStart): Promise<FoundTracks> {
    await this.#hold(corners.frame)
    const { image } = this.#tracker
    if (image === null) throw new Error('a tracker that was given a frame holds one')
    const existing = this.#tracker.live().flatMap(({ x, y }) => [x, y])
    const report = detect(this.#clip.kernel, image, { ...corners, existing, masks: this.#clip.masks })
    return { report, tracks: this.#place(report.xy, start) }
  }

  async add(frame: number, xy: ArrayLike<number>, start: TrackStart): Promise<readonly number[]> {
    await this.#hold(frame)
    return this.#place(xy, start)
  }

  #place(xy: ArrayLike<number>, { settings, origin, regions: own }: TrackStart): readonly number[] {
    if (own === undefined) return this.#tracker.add(xy, origin, settings).flatMap((id) => id ?? [])
    const { widthPx, heightPx } = this.info
    const points = Array.from({ length: xy.length >> 1 }, (_, i) => [xy[2 * i]!, xy[2 * i + 1]!] as const)
    const settingsAt = ([x, y]: readonly [number, number]) =>
      own[regions[regionIndex(x, y, widthPx, heightPx)] ?? 'center'] ?? settings
    // Together where they are followed alike, and told in the order in which they came.
    const ids = new Map<readonly [number, number], number | null>()
    for (const [used, members] of Map.groupBy(points, settingsAt)) {
      this.#tracker.add(members.flat(), origin, used).forEach((id, i) => ids.set(members[i]!, id))
    }
    return points.flatMap((point) => ids.get(point) ?? [])
  }

  async *follow(
    range: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): AsyncGenerator<EngineStep> {
    for await (const frame of this.#framesOf(range, signal)) {
      signal.throwIfAborted()
      if (frame.index === range.from) {
        this.#load(frame)
        continue
      }
      const report = this.#tracker.step(frame)
      this.#held = frame.index
      yield { ...report, live: this.#tracker.live() }
    }
  }

  /** From where the tracker stands, if it stands at the beginning of the range, else from there. */
  async *#framesOf({ from, to }: { readonly from: number; readonly to: number }, signal: AbortSignal) {
    if (to >= from) {
      for (let next = this.#held === from ? from + 1 : from; next <= to; next++) {
        signal.throwIfAborted()
        yield await this.#take(next)
      }
      return
    }
    await this.#leaveStream()
    const recent = this.#recent
    this.#recent = new RecentFrames()
    yield* recent.backwards(this.#clip.source, from, to, signal)
  }

  async #hold(frame: number): Promise<void> {
    if (this.#held !== frame) this.#load(await this.#take(frame))
  }

  #load(frame: LumaFrame): void {
    if (this.#held === frame.index) return
    this.#tracker.load(frame)
    this.#held = frame.index
  }

  /** The next frame of the stream that is open, or the first of a new one. */
  async #take(index: number): Promise<LumaFrame> {
    if (this.#stream?.next !== index) {
      await this.#leaveStream()
      const frames = this.#clip.source.frames({ from: index, signal: this.#ctx.signal })[Symbol.asyncIterator]()
      this.#stream = { frames, next: index }
      this.#recent = new RecentFrames()
    }
    const { value, done } = await this.#stream.frames.next()
    if (done === true || value.index !== index) throw new Error(`a source that promised frame ${index} did not give it`)
    this.#stream.next = index + 1
    this.#recent.keep(value)
    return value
  }

  async #leaveStream(): Promise<void> {
    const stream = this.#stream
    this.#stream = null
    await stream?.frames.return?.()
  }

  async stop(ids: readonly number[] | null, reason: 'stopped' | 'range-end'): Promise<void> {
    this.#tracker.stop(ids ?? undefined, reason)
  }

  async remove(ids: readonly number[]): Promise<void> {
    this.#tracker.stop(ids)
    for (const id of ids) this.#removed.add(id)
  }

  async tracks(): Promise<readonly Track[]> {
    return this.#tracker.tracks().filter(({ id }) => !this.#removed.has(id))
  }

  async close(): Promise<void> {
    this.#tracker.release()
    await this.#leaveStream()
  }
}
