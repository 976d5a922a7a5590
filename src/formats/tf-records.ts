/**
 * The framing of TFRecord files (tensorflow/core/lib/io/record_writer.h): length as 64 bits, its masked CRC-32C, the
 * data, their masked CRC-32C; all little-endian. Nothing says where a file ends, so one that is cut off between two
 * records looks whole: counts must be told elsewhere.
 */
import { fault } from '#core/faults.ts'
import { crc32c } from './crc32c.ts'

const headBytes = 12
const tailBytes = 4
const chunkBytes = 64 * 1024

/** A checksum of data that hold checksums is weak: the format turns it by 15 bits and adds a constant. */
const masked = (bytes: Uint8Array) => {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** The data with what stands before and after them. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headBytes + data.byteLength + tailBytes)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(data.byteLength), true)
  view.setUint32(8, masked(bytes.subarray(0, 8)), true)
  bytes.set(data, headBytes)
  view.setUint32(headBytes + data.byteLength, masked(data), true)
  return bytes
}

/** Chunks that are good to write: small records together, large ones alone. */
export async function* inChunks(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let chunk = new Uint8Array(chunkBytes)
  let used = 0
  for await (const frame of frames) {
    if (used + frame.byteLength > chunkBytes && used > 0) {
      yield chunk.subarray(0, used)
      // What was yielded may still be on its way to a disk.
      chunk = new Uint8Array(chunkBytes)
      used = 0
    }
    if (frame.byteLength > chunkBytes) {
      yield frame
      continue
    }
    chunk.set(frame, used)
    used += frame.byteLength
  }
  if (used > 0) yield chunk.subarray(0, used)
}

/**
 * The data of every record; memory follows the record.
 *
 * @param fileBytes how long the file is: no record in it can be longer
 * @throws layout.invalid with the number of the record that is cut off or damaged
 */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array>,
  { fileBytes, name }: { readonly fileBytes: number; readonly name: string },
): AsyncGenerator<Uint8Array> {
  const stream = new ByteStream(chunks)
  try {
    for (let number = 1; ; number++) {
      const refuse = (found: string) =>
        fault('layout.invalid', { expected: 'a whole TFRecord', found, where: `${name}, record ${number}` })
      const head = await stream.take(headBytes)
      if (head.byteLength === 0) return
      if (head.byteLength < headBytes) throw refuse('the end of the file')
      const length = viewOf(head).getBigUint64(0, true)
      if (viewOf(head).getUint32(8, true) !== masked(head.subarray(0, 8)))
        throw refuse('a wrong checksum of its length')
      if (length > BigInt(fileBytes)) throw refuse(`${length} bytes in a file of ${fileBytes}`)
      const rest = await stream.take(Number(length) + tailBytes)
      if (rest.byteLength < Number(length) + tailBytes) throw refuse('the end of the file')
      const data = rest.subarray(0, Number(length))
      if (viewOf(rest).getUint32(data.byteLength, true) !== masked(data)) throw refuse('a wrong checksum of its data')
      yield data
    }
  } finally {
    await stream.close()
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Chunks of any size, taken in pieces of the size asked for. */
class ByteStream {
  readonly #iterator: AsyncIterator<Uint8Array>
  #held = new Uint8Array(0) as Uint8Array

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#iterator = chunks[Symbol.asyncIterator]()
  }

  /** Fewer bytes at the end of the stream. */
  async take(count: number): Promise<Uint8Array> {
    const taken = new Uint8Array(count)
    let filled = 0
    while (filled < count) {
      if (this.#held.byteLength === 0) {
        const next = await this.#iterator.next()
        if (next.done) break
        this.#held = next.value
      }
      const part = this.#held.subarray(0, count - filled)
      taken.set(part, filled)
      filled += part.byteLength
      this.#held = this.#held.subarray(part.byteLength)
    }
    return taken.subarray(0, filled)
  }

  async close(): Promise<void> {
    await this.#iterator.return?.()
  }
}
