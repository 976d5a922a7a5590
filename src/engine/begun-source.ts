/**
 * A clip whose decoder is started before anybody asks for a frame: starting one takes as long as decoding a hundred, and while
 * it does the store can be opened.
 */
import type { FrameSource, LumaFrame } from '#vision/frames.ts'

/**
 * @param from where the first reader will begin; it takes the decoder over if it does, and reads to the end
 * @param signal of the run
 */
export function begunSource(source: FrameSource, from: number, signal: AbortSignal): FrameSource {
  let begun = begin(source, from, signal)
  const take = () => {
    const taken = begun
    begun = null
    return taken
  }
  return {
    info: source.info,
    frames(range = {}) {
      const isIt = (range.from ?? 0) === from && (range.to ?? source.info.frameCount - 1) === source.info.frameCount - 1
      const taken = isIt ? take() : null
      return taken === null ? source.frames(range) : rest(taken)
    },
    async close() {
      const unused = take()
      await source.close()
      await unused?.frames.return?.().catch(() => {})
    },
  }
}

interface Begun {
  readonly frames: AsyncIterator<LumaFrame>
  readonly first: Promise<IteratorResult<LumaFrame>>
}

/** null where the clip has no such frame: that is told to whoever asks for it. */
function begin(source: FrameSource, from: number, signal: AbortSignal): Begun | null {
  if (from >= source.info.frameCount) return null
  const frames = source.frames({ from, signal })[Symbol.asyncIterator]()
  const first = frames.next()
  // It is looked at when somebody asks for it; until then its failure must not count as unhandled.
  first.catch(() => {})
  return { frames, first }
}

async function* rest({ frames, first }: Begun): AsyncGenerator<LumaFrame> {
  try {
    for (let next = await first; next.done !== true; next = await frames.next()) yield next.value
  } finally {
    await frames.return?.()
  }
}
