import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { RandomAccessReader } from 'yauzl'
import { readRange } from './read-range.ts'

/** The directory of a zip is read in steps of this size: entry by entry it would take two reads of the disk each. */
const blockBytes = 256 * 1024

/** Reads of the directory come from one block in memory; members are streamed from the disk. */
export class BlockReader extends RandomAccessReader {
  readonly #file: FileHandle
  readonly #block = Buffer.alloc(blockBytes)
  #blockStart = 0
  #blockEnd = 0

  constructor(file: FileHandle) {
    super()
    this.#file = file
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(readRange(this.#file, start, end))
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    if (this.#copy(buffer, offset, length, position)) callback(null, length)
    else this.#load(buffer, offset, length, position).then((bytes) => callback(null, bytes), callback)
  }

  // The file handle belongs to the source, which closes it.
  override close(callback: (error: Error | null) => void): void {
    callback(null)
  }

  async #load(buffer: Buffer, offset: number, length: number, position: number): Promise<number> {
    if (length > blockBytes) return (await this.#file.read(buffer, offset, length, position)).bytesRead
    const { bytesRead } = await this.#file.read(this.#block, 0, blockBytes, position)
    this.#blockStart = position
    this.#blockEnd = position + bytesRead
    return this.#copy(buffer, offset, length, position) ? length : bytesRead
  }

  #copy(buffer: Buffer, offset: number, length: number, position: number): boolean {
    if (position < this.#blockStart || position + length > this.#blockEnd) return false
    this.#block.copy(buffer, offset, position - this.#blockStart, position - this.#blockStart + length)
    return true
  }
}
