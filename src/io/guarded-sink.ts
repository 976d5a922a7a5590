import type { Sink } from '#core/io.ts'

/**
 * A sink that asks before it writes.
 *
 * @param admit throws when so many bytes more may not be written
 */
export function guardedSink(sink: Sink, admit: (bytes: number) => Promise<void>): Sink {
  async function* asked(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      await admit(chunk.byteLength)
      yield chunk
    }
  }
  return {
    async write(name, content) {
      if (typeof content !== 'string' && !(content instanceof Uint8Array)) return sink.write(name, asked(content))
      await admit(content.length)
      return sink.write(name, content)
    },
    close: () => sink.close(),
    abort: () => sink.abort(),
  }
}
