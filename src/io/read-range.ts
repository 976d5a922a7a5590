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

/** The same in one piece; shorter when the file ends before `end`. */
export async function readBytes(file: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(Math.max(0, end - start))
  let done = 0
  while (done < bytes.byteLength) {
    const { bytesRead } = await file.read(bytes, done, bytes.byteLength - done, start + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}
