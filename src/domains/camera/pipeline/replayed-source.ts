/**
 * A clip whose first frames are looked at twice, by the probe and by the tracker, and decoded once: what the probe has read is
 * held until the first pass over the clip takes it, and the decoder goes on from there.
 */
import type { FrameRange, FrameSource, LumaFrame } from '#vision/frames.ts'

export interface ReplayedSource extends FrameSource {
  /** Lets go of what is held; the clip itself stays open. */
  release(): Promise<void>
}

/** @param signal of the run: the decoder that is shared outlives the look that started it */
export function replayedSource(source: FrameSource, signal: AbortSignal): ReplayedSource {
  let shared: { readonly from: number; readonly held: LumaFrame[]; readonly rest: AsyncIterator<LumaFrame> } | null =
    null
  let isFirst = true
  async function release(): Promise<void> {
    const { rest } = shared ?? {}
    shared = null
    await rest?.return?.()
  }
  async function* look({ from = 0, to = Infinity }: FrameRange): AsyncGenerator<LumaFrame> {
    const held: LumaFrame[] = []
    const rest = source.frames({ from, signal })[Symbol.asyncIterator]()
    shared = { from, held, rest }
    for (let index = from; index <= to; index++) {
      const next = await rest.next().catch((error: unknown) => {
        // What cannot be read here is met again, and told, by whoever has to read it.
        shared = null
        throw error
      })
      if (next.done === true) return
      held.push(next.value)
      yield next.value
    }
  }
  async function* replay(range: FrameRange): AsyncGenerator<LumaFrame> {
    const { held, rest } = shared!
    shared = null
    try {
      for (let frame = held.shift(); frame !== undefined; frame = held.shift()) yield frame
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
        range.signal?.throwIfAborted()
        yield next.value
      }
    } finally {
      await rest.return?.()
    }
  }
  return {
    info: source.info,
    release,
    close: () => source.close(),
    frames(range = {}) {
      if (isFirst) {
        isFirst = false
        return look(range)
      }
      // A range with an end of its own is no pass to the end of the clip.
      if (shared !== null && range.from === shared.from && range.to === undefined) return replay(range)
      return source.frames(range)
    },
  }
}
