import type { FileHandle } from 'node:fs/promises'

const chunkBytes = 64 * 1024

/** The bytes of a file from `start` up to, not including, `end`; fewer when the file is shorter. */
export async function* readRange(file: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end; ) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, end - position))
    const { bytesRead } = await file.read(chunk, 0, chunk.byteLength, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield chunk.subarray(0, bytesRead)
  }
}
