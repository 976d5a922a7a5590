/**
 * The latest frames of a pass through a clip, for a pass the other way: a video is decoded forwards from a key frame, so
 * reading it backwards means decoding it again, a stretch at a time, while the follower waits.
 */
import type { FrameSource, LumaFrame } from '#vision/frames.ts'

/** Of brightness held at most: 128 frames of 960 x 540, 32 of 1920 x 1080. */
const mostBytes = 64 * 2 ** 20

export class RecentFrames {
  readonly #mostBytes: number
  #frames: LumaFrame[] = []
  #bytes = 0

  constructor(bytes = mostBytes) {
    this.#mostBytes = bytes
  }

  /** Keeps a frame, the one after the one before; the oldest go when there are too many. */
  keep(frame: LumaFrame): void {
    this.#frames.push(frame)
    this.#bytes += frame.luma.byteLength
    while (this.#bytes > this.#mostBytes) this.#bytes -= this.#frames.shift()?.luma.byteLength ?? this.#bytes
  }

  /** Frames `from` down to `to`: those that were kept, each let go as it leaves, then the earlier ones from the source. */
  async *backwards(
    source: Pick<FrameSource, 'frames'>,
    from: number,
    to: number,
    signal: AbortSignal,
  ): AsyncGenerator<LumaFrame> {
    const kept = this.#frames
    this.#frames = []
    this.#bytes = 0
    let next = from
    for (let frame = kept.pop(); frame !== undefined && next >= to; frame = kept.pop()) {
      if (frame.index === next) {
        yield frame
        next--
      }
    }
    kept.length = 0
    if (next >= to) yield* source.frames({ from: next, to, signal })
  }
}
