/**
 * A blob in fewer bytes: under its own name, a head of 16 bytes (8 of them a mark, 8 how many bytes it has unpacked) and a zstd
 * frame. What is read of it are the bytes that hash to its name, so nobody but this store knows.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'

const mark = Buffer.from('hspack1\n')
const headBytes = 16
const readBytes = 256 * 1024

export function packedHead(bytes: number): Uint8Array {
  const head = Buffer.alloc(headBytes)
  mark.copy(head)
  head.writeBigUInt64LE(BigInt(bytes), mark.length)
  return head
}

/**
 * How many bytes a packed blob has unpacked; null for one that is kept as it is.
 *
 * @param sha256 its name: bytes that only begin like a packed blob hash to it as they are
 */
export async function packedSize(file: FileHandle, sha256: string): Promise<number | null> {
  const head = Buffer.alloc(headBytes)
  const { bytesRead } = await file.read(head, 0, headBytes, 0)
  if (bytesRead < headBytes || !head.subarray(0, mark.length).equals(mark)) return null
  const hash = createHash('sha256')
  for await (const chunk of chunksOf(file, 0, Number.MAX_SAFE_INTEGER)) hash.update(chunk)
  return hash.digest('hex') === sha256 ? null : Number(head.readBigUInt64LE(mark.length))
}

/** Half-open range [start, end) of a file. */
export async function* chunksOf(file: FileHandle, start: number, end: number): AsyncIterable<Uint8Array> {
  for (let position = start; position < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(readBytes, end - position))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/**
 * The bytes of a packed blob. A damaged one ends early, or goes on no further than what it says it has: its hash tells.
 *
 * @param size as {@link packedSize} gave it
 */
export async function* unpacked(file: FileHandle, size: number): AsyncIterable<Uint8Array> {
  const packed = Readable.from(chunksOf(file, headBytes, Number.MAX_SAFE_INTEGER))
  const unpacking = createZstdDecompress()
  packed.on('error', (error) => unpacking.destroy(error))
  packed.pipe(unpacking)
  let given = 0
  try {
    for await (const chunk of unpacking as AsyncIterable<Uint8Array>) {
      given += chunk.byteLength
      if (given > size) return
      yield chunk
    }
  } catch (error) {
    if (!isZstdError(error)) throw error
  } finally {
    packed.destroy()
    unpacking.destroy()
  }
}

const isZstdError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(ZSTD_|Z_|ERR_)/.test(String(error.code))

/** The part [start, end) of a stream of bytes. */
export async function* slice(bytes: AsyncIterable<Uint8Array>, start: number, end: number): AsyncIterable<Uint8Array> {
  let at = 0
  for await (const chunk of bytes) {
    const from = Math.max(start - at, 0)
    const to = Math.min(end - at, chunk.byteLength)
    if (from < to) yield chunk.subarray(from, to)
    at += chunk.byteLength
    if (at >= end) return
  }
}
