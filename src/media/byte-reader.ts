/** Reading parts of bytes in memory or of a file, so that checks need not hold a large file. */
import { open } from 'node:fs/promises'

/** Bytes in memory, or the path of a file. */
export type Bytes = Uint8Array | string

export interface ByteReader {
  readonly size: number
  /** The bytes of [offset, offset + length), fewer at the end. */
  at(offset: number, length: number): Promise<Uint8Array>
}

/** Calls `use` with a reader of `bytes`, and closes the file afterwards, if it is one. */
export async function withReader<T>(bytes: Bytes, use: (reader: ByteReader) => Promise<T>): Promise<T> {
  if (typeof bytes !== 'string') {
    return use({
      size: bytes.byteLength,
      at: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    })
  }
  const file = await open(bytes, 'r')
  try {
    const { size } = await file.stat()
    return await use({
      size,
      at: async (offset, length) => {
        const buffer = new Uint8Array(Math.max(0, Math.min(length, size - offset)))
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset)
        return buffer.subarray(0, bytesRead)
      },
    })
  } finally {
    await file.close()
  }
}
