/** Immutable bytes in files named by their SHA-256. */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fault } from '#core/faults.ts'
import { isSha256 } from '#core/ids.ts'
import type { BlobInfo, Blobs } from '#core/store.ts'
import { blobPath, type DataPaths } from './data-dir.ts'
import type { DiskGuard } from './disk.ts'
import { fileMode, folderMode, syncFolder, temporaryName } from './durable-files.ts'
import { HashingWriter } from './hashing-writer.ts'
import { chunksOf, packedSize, slice, unpacked } from './packed-blob.ts'
import { asFault } from './sqlite-faults.ts'

/** How many files whose hash was checked lately are read in part without hashing them whole again. */
const keptChecks = 1000

type Stamp = `${number}:${number}:${number}`

export class FileBlobs implements Blobs {
  readonly #paths: Pick<DataPaths, 'blobs' | 'tmp'>
  readonly #disk: Pick<DiskGuard, 'admit'>
  readonly #checked = new Map<string, Stamp>()
  /** Folders whose own entry in their parent this process has synced. */
  readonly #anchored = new Set<string>()

  constructor(paths: Pick<DataPaths, 'blobs' | 'tmp'>, disk: Pick<DiskGuard, 'admit'>) {
    this.#paths = paths
    this.#disk = disk
  }

  async put(
    bytes: AsyncIterable<Uint8Array>,
    options: { readonly expected?: string; readonly maxBytes?: number } = {},
  ): Promise<BlobInfo> {
    const part = join(this.#paths.tmp, temporaryName())
    try {
      const info = await this.#writePart(part, bytes, options)
      const path = blobPath(this.#paths.blobs, info.sha256)
      await this.#place(part, path)
      return info
    } catch (error) {
      await rm(part, { force: true })
      throw asFault(error, part)
    }
  }

  async #writePart(
    part: string,
    bytes: AsyncIterable<Uint8Array>,
    options: { readonly expected?: string; readonly maxBytes?: number },
  ): Promise<BlobInfo> {
    const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY
    let size = 0
    const file = await open(part, 'wx', fileMode)
    const hash = createHash('sha256')
    const writer = new HashingWriter(file, [hash])
    try {
      for await (const chunk of bytes) {
        size += chunk.byteLength
        if (size > maxBytes) {
          throw fault('request.large', { expected: `at most ${maxBytes} bytes`, found: 'more' })
        }
        await this.#disk.admit(chunk.byteLength)
        await writer.write(chunk)
      }
      await writer.finish()
      const sha256 = hash.digest('hex')
      if (options.expected !== undefined && options.expected !== sha256) {
        throw fault('blob.mismatch', { expected: `sha256 ${options.expected}`, found: `${sha256} over ${size} bytes` })
      }
      return { sha256, bytes: size }
    } finally {
      await file.close()
    }
  }

  /**
   * Takes over a file of the same disk: it is not there any more afterwards.
   *
   * @param known its SHA-256, when whoever wrote it has hashed it on the way; it is read otherwise
   * @throws blob.mismatch when `expected` is given and it hashes otherwise; the file stays then
   */
  async adopt(part: string, expected: string | null, known: string | null = null): Promise<BlobInfo> {
    try {
      const file = await open(part, 'r+')
      let found: BlobInfo
      try {
        const { size } = await file.stat()
        found = { sha256: known ?? (await hashOf(file)), bytes: size }
        if (expected !== null && expected !== found.sha256) {
          throw fault('blob.mismatch', { expected: `sha256 ${expected}`, found: `${found.sha256} over ${size} bytes` })
        }
        await file.sync()
      } finally {
        await file.close()
      }
      await this.#place(part, blobPath(this.#paths.blobs, found.sha256))
      return found
    } catch (error) {
      throw asFault(error, part)
    }
  }

  /** Renames even over a file that is there: it may be damaged, old in the eyes of gc, or not yet synced by its writer. */
  async #place(part: string, path: string): Promise<void> {
    const folder = dirname(path)
    const unsynced = this.#unanchored(folder)
    // Touches no disk, and is over sooner than a thread could be asked to do it.
    if (unsynced.length > 0) mkdirSync(folder, { recursive: true, mode: folderMode })
    await rename(part, path)
    // At once, so that the file system can make all of them durable in one go.
    await Promise.all([folder, ...unsynced.map((one) => dirname(one))].map(syncFolder))
    for (const one of unsynced) this.#anchored.add(one)
  }

  /** The folder and those above it whose own entry may not be durable: another process may have made them a moment ago. */
  #unanchored(folder: string): readonly string[] {
    const found: string[] = []
    for (let one = folder; one !== this.#paths.blobs && !this.#anchored.has(one); one = dirname(one)) found.push(one)
    return found
  }

  async stat(sha256: string): Promise<BlobInfo | null> {
    if (!isSha256(sha256)) return null
    try {
      const file = await open(blobPath(this.#paths.blobs, sha256), 'r')
      try {
        return { sha256, bytes: (await packedSize(file, sha256)) ?? (await file.stat()).size }
      } finally {
        await file.close()
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw asFault(error, sha256)
    }
  }

  async missing(sha256s: readonly string[]): Promise<readonly string[]> {
    const absent: string[] = []
    for (const sha256 of new Set(sha256s)) if ((await this.stat(sha256)) === null) absent.push(sha256)
    return absent
  }

  /** Makes a blob fresh for gc; true when it is there. */
  async touch(sha256: string): Promise<boolean> {
    const now = new Date()
    return utimes(blobPath(this.#paths.blobs, sha256), now, now).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false
        throw error
      },
    )
  }

  async *open(sha256: string, range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array> {
    const path = blobPath(this.#paths.blobs, sha256)
    const file = await openBlob(path, sha256)
    try {
      const info = await file.stat()
      const stamp: Stamp = `${info.ino}:${info.size}:${info.mtimeMs}`
      const packed = await packedSize(file, sha256)
      const whole = () => (packed === null ? chunksOf(file, 0, Number.MAX_SAFE_INTEGER) : unpacked(file, packed))
      if (!range) {
        yield* hashedChunks(whole(), path, sha256)
      } else {
        if (this.#checked.get(sha256) !== stamp) for await (const _ of hashedChunks(whole(), path, sha256)) continue
        if (packed === null) yield* chunksOf(file, range.start, Math.min(range.end, info.size))
        else yield* slice(whole(), range.start, range.end)
      }
      this.#remember(sha256, stamp)
    } finally {
      await file.close()
    }
  }

  #remember(sha256: string, stamp: Stamp): void {
    this.#checked.delete(sha256)
    this.#checked.set(sha256, stamp)
    if (this.#checked.size <= keptChecks) return
    for (const oldest of this.#checked.keys()) {
      this.#checked.delete(oldest)
      return
    }
  }

  async *list(): AsyncIterable<BlobInfo & { readonly modifiedAtMs: number }> {
    for (const first of await folders(this.#paths.blobs)) {
      for (const second of await folders(join(this.#paths.blobs, first))) {
        const folder = join(this.#paths.blobs, first, second)
        for (const sha256 of (await readdir(folder)).filter(isSha256).sort()) {
          const info = await stat(join(folder, sha256)).catch(() => null) // deleted meanwhile
          if (info) yield { sha256, bytes: info.size, modifiedAtMs: info.mtimeMs }
        }
      }
    }
  }

  async delete(sha256: string): Promise<void> {
    if (!isSha256(sha256)) return
    const path = blobPath(this.#paths.blobs, sha256)
    this.#checked.delete(sha256)
    try {
      await rm(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      throw asFault(error, path)
    }
    await syncFolder(dirname(path))
  }
}

async function openBlob(path: string, sha256: string): Promise<FileHandle> {
  try {
    if (!isSha256(sha256)) throw Object.assign(new Error('not a hash'), { code: 'ENOENT' })
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw asFault(error, path)
    throw fault('blob.unknown', { expected: 'the hash of a stored blob', found: sha256 })
  }
}

/** All chunks; the last one is held back until the hash of the whole fits. @throws blob.corrupt */
async function* hashedChunks(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  sha256: string,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256')
  let held: Uint8Array | null = null
  let size = 0
  for await (const chunk of bytes) {
    if (held) yield held
    hash.update(chunk)
    size += chunk.byteLength
    held = chunk
  }
  const found = hash.digest('hex')
  if (found !== sha256) {
    throw fault('blob.corrupt', { expected: `sha256 ${sha256}`, found: `${found} over ${size} bytes`, where: path })
  }
  if (held) yield held
}

async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunksOf(file, 0, Number.MAX_SAFE_INTEGER)) hash.update(chunk)
  return hash.digest('hex')
}

const folders = async (path: string): Promise<string[]> =>
  (await readdir(path)).filter((name) => /^[0-9a-f]{2}$/.test(name)).sort()
