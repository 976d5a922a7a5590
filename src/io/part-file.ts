/** A file that is written beside its target and takes the target's name only when it is whole. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fault } from '#core/faults.ts'
import { systemFault } from './system-faults.ts'

/** Small writes are gathered up to this size. */
const batchBytes = 1024 * 1024

/** A name beside `target` that nobody else uses, hidden, and telling what it was for if it is ever left behind. */
export function partPath(target: string): string {
  return join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.part`)
}

export function refuseOccupied(target: string): never {
  throw fault('store.occupied', { expected: 'a name that is not taken', found: 'a file', where: target })
}

export class PartFile {
  readonly #target: string
  readonly #path: string
  readonly #handle: FileHandle
  readonly #replace: boolean
  // Copied into, not kept: a few bytes may be a view of a large buffer that would stay in memory with them.
  readonly #batch = Buffer.allocUnsafe(batchBytes)
  #batched = 0
  #written = 0
  #settled = false

  private constructor(target: string, path: string, handle: FileHandle, replace: boolean) {
    this.#target = target
    this.#path = path
    this.#handle = handle
    this.#replace = replace
  }

  /** @throws store.occupied when the target exists and is not to be replaced */
  static async create(file: string, replace: boolean): Promise<PartFile> {
    const target = resolve(file)
    if (!replace && existsSync(target)) refuseOccupied(target)
    try {
      await mkdir(dirname(target), { recursive: true })
      const path = partPath(target)
      return new PartFile(target, path, await open(path, 'wx+'), replace)
    } catch (error) {
      throw systemFault(error, target)
    }
  }

  /** Bytes appended so far. */
  get position(): number {
    return this.#written + this.#batched
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (this.#batched + bytes.byteLength > batchBytes) await this.#flush()
    if (bytes.byteLength > batchBytes) {
      await this.#write(bytes)
      return
    }
    this.#batch.set(bytes, this.#batched)
    this.#batched += bytes.byteLength
  }

  /** Replaces bytes that were appended before. */
  async patch(bytes: Uint8Array, position: number): Promise<void> {
    await this.#flush()
    await this.#handle.write(bytes, 0, bytes.byteLength, position)
  }

  async publish(): Promise<void> {
    try {
      await this.#flush()
      await this.#handle.sync()
      if (!this.#replace && existsSync(this.#target)) refuseOccupied(this.#target)
      this.#settled = true
      await this.#handle.close()
      await rename(this.#path, this.#target)
    } catch (error) {
      await this.discard()
      throw systemFault(error, this.#target)
    }
  }

  async discard(): Promise<void> {
    if (!this.#settled) {
      this.#settled = true
      await this.#handle.close()
    }
    await rm(this.#path, { force: true })
  }

  async #flush(): Promise<void> {
    const batched = this.#batched
    this.#batched = 0
    await this.#write(this.#batch.subarray(0, batched))
  }

  // One write may take less than it was given, on a nearly full disk for one.
  async #write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.byteLength; ) {
      const { bytesWritten } = await this.#handle
        .write(bytes, done, bytes.byteLength - done, this.#written)
        .catch((error: unknown) => Promise.reject(systemFault(error, this.#target)))
      done += bytesWritten
      this.#written += bytesWritten
    }
  }
}
