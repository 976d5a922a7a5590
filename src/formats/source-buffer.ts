import type { AsyncBuffer } from 'hyparquet'
import { fault } from '#core/faults.ts'
import type { Source } from '#core/io.ts'

/** A file of a source as the Parquet reader wants it: read at any place. */
export async function sourceBuffer(source: Source, name: string): Promise<AsyncBuffer> {
  const byteLength = (await source.files()).find((file) => file.name === name)?.bytes ?? 0
  const { range } = source
  if (!range) {
    const [expected, found] = ['a source that can be read from the middle of a file', 'a stream']
    throw fault('layout.invalid', { expected, found, where: name })
  }
  return {
    byteLength,
    slice: async (start, end = byteLength) => {
      const bytes = await range.call(source, name, start < 0 ? byteLength + start : start, end)
      return bytes.slice().buffer
    },
  }
}
