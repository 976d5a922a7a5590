/** Ranges of frames: which are asked for, and how they come backwards or ahead of time without much memory. */
import { fault } from '#core/faults.ts'
import type { FrameRange } from '#vision/frames.ts'

export interface Span {
  readonly from: number
  /** Inclusive; below `from` for a range that runs backwards. */
  readonly to: number
}

/** @throws media.range when a bound is not a frame of the clip */
export function spanOf({ from = 0, to }: FrameRange, frameCount: number): Span {
  const last = frameCount - 1
  const span = { from, to: to ?? last }
  for (const [name, value] of Object.entries(span)) {
    if (Number.isInteger(value) && value >= 0 && value <= last) continue
    throw fault('media.range', { expected: `"${name}" from 0 to ${last}`, found: String(value) })
  }
  return span
}

/**
 * A backward range by forward ones: chunks of a bounded size are read forwards and handed out in reverse.
 *
 * @param forward gives the frames from `from` to `to`, inclusive
 * @param chunkFrames frames in memory at most
 */
export async function* backwards<T>(
  { from, to }: Span,
  chunkFrames: number,
  forward: (span: Span) => AsyncIterable<T>,
): AsyncGenerator<T> {
  for (let end = from; end >= to; end -= chunkFrames) {
    const chunk: T[] = []
    for await (const frame of forward({ from: Math.max(to, end - chunkFrames + 1), to: end })) chunk.push(frame)
    // Each is let go as it leaves.
    for (let frame = chunk.pop(); frame !== undefined; frame = chunk.pop()) yield frame
  }
}

/**
 * Lets `open` work `count` items ahead of the reader, so that decoding goes on while the reader is busy.
 *
 * @param open makes the source; its signal aborts with `signal`, and when the reader leaves early
 */
export async function* readAhead<T>(
  open: (signal: AbortSignal) => AsyncGenerator<T>,
  count: number,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const left = new AbortController()
  const source = open(AbortSignal.any([signal, left.signal]))
  const pending: Promise<IteratorResult<T, unknown>>[] = []
  const ask = () => {
    const next = source.next()
    // It is looked at when its turn comes; until then its failure must not count as unhandled.
    next.catch(() => {})
    pending.push(next)
  }
  try {
    for (let i = 0; i <= count; i++) ask()
    for (;;) {
      const { done, value } = await pending.shift()!
      signal.throwIfAborted()
      if (done === true) return
      yield value
      signal.throwIfAborted()
      ask()
    }
  } finally {
    left.abort()
    await source.return(undefined).catch(() => {})
  }
}
