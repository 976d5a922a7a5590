/**
 * Refuses new data while there is still room to finish what was begun. SQLite and the file system survive a full disk, but a
 * machine on which nothing can be written any more is hard to mend.
 */
import { statfs } from 'node:fs/promises'
import { fault } from '#core/faults.ts'
import { asFault } from './sqlite-faults.ts'

const megabyte = 1_000_000
const recheckMs = 500
/** More than the WAL grows to before it is checkpointed, even by a large call. */
const maxOwedBytes = 128 * megabyte

export interface DiskSpace {
  readonly freeBytes: number
  readonly reserveBytes: number
}

export class DiskGuard {
  readonly #path: string
  readonly #reserveBytes: () => number | null
  readonly #owedBytes: () => number
  #space: DiskSpace | null = null
  #takenBytes = 0
  #looking: Promise<DiskSpace> | null = null
  #askedAtMs = Number.NEGATIVE_INFINITY

  /**
   * @param reserveBytes asked each time; null = 512 MB, or 2 % of a disk smaller than 25 GB
   * @param owedBytes what has been taken in and has yet to be written a second time: the WAL, until its checkpoint
   */
  constructor(path: string, reserveBytes: () => number | null, owedBytes: () => number = () => 0) {
    this.#path = path
    this.#reserveBytes = reserveBytes
    this.#owedBytes = owedBytes
  }

  /** One look serves all who ask meanwhile: under load those are a hundred. */
  space(): Promise<DiskSpace> {
    this.#looking ??= this.#ask().finally(() => (this.#looking = null))
    return this.#looking
  }

  async #ask(): Promise<DiskSpace> {
    const disk = await statfs(this.#path)
    const totalBytes = disk.blocks * disk.bsize
    const usual = Math.min(512 * megabyte, totalBytes * 0.02)
    this.#space = { freeBytes: disk.bavail * disk.bsize, reserveBytes: this.#reserveBytes() ?? Math.round(usual) }
    this.#takenBytes = 0
    this.#askedAtMs = performance.now()
    return this.#space
  }

  /** true when nothing needs to be asked of the disk: the usual case, and free. */
  #isClear(bytes: number): boolean {
    if (!this.#space || performance.now() - this.#askedAtMs > recheckMs) return false
    this.#takenBytes += bytes
    // Index rows and the WAL take about as much again.
    return this.#space.freeBytes - maxOwedBytes - 3 * this.#takenBytes > this.#space.reserveBytes
  }

  /**
   * @param factor how much disk one byte takes: 2 with the index rows and the log, 1 for a plain file
   * @throws store.full when `bytes` more would eat into the reserve
   */
  async admit(bytes: number, factor = 2): Promise<void> {
    if (this.#isClear(bytes)) return
    await this.#look(bytes, factor)
  }

  /**
   * Whether a file that is about to be sent has room as a whole. Nothing is set aside for it.
   *
   * @throws store.full
   */
  async admitFile(bytes: number): Promise<void> {
    await this.#look(bytes, 1)
    this.#takenBytes -= bytes
  }

  async #look(bytes: number, factor: number): Promise<void> {
    let space: DiskSpace
    try {
      space = await this.space()
    } catch (error) {
      throw asFault(error, this.#path)
    }
    this.#takenBytes += bytes
    if (space.freeBytes - this.#owedBytes() - factor * bytes > space.reserveBytes) return
    throw fault('store.full', {
      expected: `${toMegabytes(space.reserveBytes + this.#owedBytes() + factor * bytes)} MB of free disk space`,
      found: `${toMegabytes(space.freeBytes)} MB`,
      where: this.#path,
    })
  }
}

const toMegabytes = (bytes: number): string => (bytes / megabyte).toFixed(0)
