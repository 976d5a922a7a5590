/**
 * A short clip is decoded once: the probe, the tracker on its way there and back, healing and further attempts all read the same
 * frames, which are kept from the first pass on. One decoder serves whoever comes to a frame that is not there yet.
 */
import type { ClipInfo, FrameRange, FrameSource, LumaFrame } from '#vision/frames.ts'
import type { ReplayedSource } from './replayed-source.ts'

/** Brightness kept at most: 258 frames of 960 x 540, 64 of 1920 x 1080. What is longer is decoded again where it is needed. */
const mostBytes = 128 * 2 ** 20

export const canBeKept = ({ widthPx, heightPx, frameCount, bitDepth }: ClipInfo): boolean =>
  widthPx * heightPx * frameCount * (bitDepth > 8 ? 2 : 1) <= mostBytes

interface Decoder {
  readonly frames: AsyncIterator<LumaFrame>
  /** The frame that comes next. */
  next: number
}

/** @param signal of the run: the decoder outlives those who started it */
export function keptSource(source: FrameSource, signal: AbortSignal): ReplayedSource {
  const { frameCount } = source.info
  const kept = new Map<number, LumaFrame>()
  let decoder: Decoder | null = null

  async function release(): Promise<void> {
    const { frames } = decoder ?? {}
    decoder = null
    kept.clear()
    await frames?.return?.()
  }

  async function decoded(index: number): Promise<LumaFrame> {
    if (decoder?.next !== index) {
      await decoder?.frames.return?.()
      decoder = { frames: source.frames({ from: index, signal })[Symbol.asyncIterator](), next: index }
    }
    decoder.next++
    try {
      const { value, done } = await decoder.frames.next()
      if (done === true || value.index !== index)
        throw new Error(`a source that promised frame ${index} did not give it`)
      kept.set(index, value)
      return value
    } catch (error) {
      // What cannot be read is met again by whoever has to read it, just as by those who begin anew.
      await release()
      throw error
    }
  }

  async function* frames({ from = 0, to = frameCount - 1, signal: asked }: FrameRange = {}): AsyncGenerator<LumaFrame> {
    const step = to < from ? -1 : 1
    for (let index = from; index !== to + step; index += step) {
      asked?.throwIfAborted()
      // Backwards a decoder cannot go: what is missing there comes from one of its own.
      if (step < 0 && !kept.has(index))
        return yield* source.frames({ from: index, to, ...(asked && { signal: asked }) })
      yield kept.get(index) ?? (await decoded(index))
    }
    // The last frame is known to be the last, and its decoder to have ended well, only when it is asked for more.
    if (to === frameCount - 1 && step > 0) await ended()
  }

  async function ended(): Promise<void> {
    const last = decoder
    if (last?.next !== frameCount) return
    decoder = null
    if ((await last.frames.next()).done !== true) throw new Error('a source gave more frames than it promised')
  }

  return { info: source.info, release, close: () => source.close(), frames }
}
