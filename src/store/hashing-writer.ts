/** Writing a file and hashing what is written, each while the other goes on. */
import type { Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

const batchBytes = 1024 * 1024

/**
 * Gathers chunks, so that the disk is asked seldom, and hashes one batch while the disk is busy with the next. A chunk
 * must therefore stay as it is after it was handed over.
 */
export class HashingWriter {
  readonly #file: FileHandle
  readonly #hashes: readonly Hash[]
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #unhashed: readonly Uint8Array[] = []
  #written: Promise<void> = Promise.resolve()

  /** @param hashes all of them are told of every byte */
  constructor(file: FileHandle, hashes: readonly Hash[]) {
    this.#file = file
    this.#hashes = hashes
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#gathered.push(chunk)
    this.#gatheredBytes += chunk.byteLength
    if (this.#gatheredBytes >= batchBytes) await this.#flush()
  }

  async #flush(): Promise<void> {
    const chunks = this.#gathered
    this.#gathered = []
    this.#gatheredBytes = 0
    await this.#written
    this.#written = writeAll(this.#file, chunks)
    // Told by the next call; until then it must not count as unhandled.
    this.#written.catch(() => undefined)
    this.#hashWaiting()
    this.#unhashed = chunks
  }

  #hashWaiting(): void {
    for (const hash of this.#hashes) for (const chunk of this.#unhashed) hash.update(chunk)
    this.#unhashed = []
  }

  /** Makes the file durable; then the hashes know all of it. */
  async finish(): Promise<void> {
    await this.#flush()
    await this.#written
    const synced = this.#file.sync()
    this.#hashWaiting()
    await synced
  }
}

async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let total = 0
  for (const chunk of chunks) total += chunk.byteLength
  if (total === 0) return
  const { bytesWritten } = await file.writev(chunks)
  if (bytesWritten === total) return
  // A disk that fills up may take a part; trying the rest says why.
  const rest = Buffer.concat(chunks).subarray(bytesWritten)
  for (let at = 0; at < rest.length; ) at += (await file.write(rest, at)).bytesWritten
}
