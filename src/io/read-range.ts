import type { FileHandle } from 'node:fs/promises'

const chunkBytes = 64 * 1024

/**
 * The bytes of a file from `start` up to, not including, `end`; fewer when the file is shorter.
 *
 * @param expected how many bytes there probably are: for small files it saves a large buffer and a second read
 */
export async function* readRange(
  file: FileHandle,
  start: number,
  end: number,
  expected = chunkBytes,
): AsyncGenerator<Uint8Array> {
  let length = Math.min(chunkBytes, expected + 1)
  for (let position = start; position < end; length = chunkBytes) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(length, end - position))
    const { bytesRead } = await file.read(chunk, 0, chunk.byteLength, position)
    position += bytesRead
    if (bytesRead > 0) yield chunk.subarray(0, bytesRead)
    // Files on disk give less than was asked for only at their end.
    if (bytesRead < chunk.byteLength) return
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
