/**
 * Uploads that may break off: two files in `tmp/uploads` for each, `<id>.json` (what was ordered) and `<id>.data` (what is
 * here). The length of the data is the offset: whatever an answer said is there was synced before it.
 */
import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fault } from '#core/faults.ts'
import { isUuid } from '#core/ids.ts'
import type { JsonObject } from '#core/json.ts'
import type { Upload, UploadChecksum, UploadOrder, UploadStore, WholeUpload } from '#core/upload-store.ts'
import type { FileBlobs } from './blobs.ts'
import type { DiskGuard } from './disk.ts'
import { exists, fileMode, folderMode, syncFile, syncFolder, writeWhole } from './durable-files.ts'
import { HashingWriter } from './hashing-writer.ts'
import { asFault } from './sqlite-faults.ts'
import { UploadLocks } from './upload-locks.ts'

/** An upload that nobody went on with for so long is given up. */
export const uploadKeptMs = 86_400_000
/** Unfinished uploads of one principal. */
const mostUnfinished = 1000
/** A sender that says nothing for so long is taken to be gone, so that it, or another, can go on. */
const silenceMs = 60_000
/** Uploads whose hash is carried on in memory, so that the whole need not be read again at its end. */
const keptHashes = 100

interface Kept extends UploadOrder {
  readonly result: JsonObject | null
}

export interface UploadParts {
  /** `tmp/uploads` */
  readonly folder: string
  readonly blobs: FileBlobs
  readonly disk: DiskGuard
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly silenceMs?: number
}

export class FileUploads implements UploadStore {
  readonly #parts: UploadParts
  readonly #locks: UploadLocks
  readonly #now: () => number
  /** Where uploads stood that are being written: what comes counts once it is synced. */
  readonly #writing = new Map<string, number>()
  readonly #hashes = new Map<string, { readonly hash: Hash; readonly bytes: number }>()

  constructor(parts: UploadParts) {
    this.#parts = parts
    this.#now = parts.now ?? Date.now
    this.#locks = new UploadLocks(parts.folder)
  }

  async create(order: UploadOrder, result: JsonObject | null = null): Promise<Upload> {
    const { folder, disk } = this.#parts
    await mkdir(folder, { recursive: true, mode: folderMode })
    await this.expire()
    if (result === null) await this.#limit(order.principal)
    if (result === null) await disk.admitFile(order.bytes)
    const data = this.#data(order.id)
    try {
      if (result === null) await (await open(data, 'wx', fileMode)).close()
      const kept: Kept = { ...order, result }
      await writeWhole(this.#order(order.id), JSON.stringify(kept), { exclusive: true })
      return this.#shown(kept, result === null ? 0 : order.bytes, this.#now())
    } catch (error) {
      throw asFault(error, data)
    }
  }

  async #limit(principal: string): Promise<void> {
    let unfinished = 0
    for (const id of await this.#ids()) {
      const kept = await this.#read(id)
      if (kept?.principal === principal && kept.result === null) unfinished++
    }
    if (unfinished < mostUnfinished) return
    throw fault('upload.many', {
      expected: `at most ${mostUnfinished} unfinished uploads`,
      found: `${unfinished} of ${principal}`,
    })
  }

  async get(id: string): Promise<Upload | null> {
    const kept = await this.#read(id)
    if (kept === null) return null
    const data = await stat(this.#data(id)).catch(() => null)
    const touched = data ?? (await stat(this.#order(id)).catch(() => null))
    if (touched === null) return null
    // One that is finished, or was cut short while it was, has no data any more.
    const offset = this.#writing.get(id) ?? data?.size ?? kept.bytes
    return this.#shown(kept, offset, touched.mtimeMs)
  }

  async append(
    id: string,
    offset: number,
    bytes: AsyncIterable<Uint8Array>,
    { checksum = null }: { readonly checksum?: UploadChecksum | null } = {},
  ): Promise<number> {
    return this.#locks.hold(id, async () => {
      const upload = await this.#known(id)
      if (upload.offset !== offset) {
        const found = `offset ${offset}`
        throw fault('upload.offset', { expected: `offset ${upload.offset}, where the upload stands`, found })
      }
      if (upload.offset === upload.bytes) return offset
      const path = this.#data(id)
      // Appending only: whatever else goes wrong, what was acknowledged is not written over.
      const file = await open(path, 'a', fileMode)
      this.#writing.set(id, offset)
      try {
        return await this.#write(file, upload, bytes, checksum)
      } catch (error) {
        throw asFault(error, path)
      } finally {
        this.#writing.delete(id)
        await file.close()
      }
    })
  }

  async #write(
    file: FileHandle,
    upload: Upload,
    bytes: AsyncIterable<Uint8Array>,
    checksum: UploadChecksum | null,
  ): Promise<number> {
    const { id, offset } = upload
    const whole = this.#takeHash(id, offset)
    const part = checksum && createHash(checksum.algorithm)
    const writer = new HashingWriter(
      file,
      [whole, part].filter((hash) => hash !== null),
    )
    let end = offset
    const refuse = async (why: Error) => {
      await file.truncate(offset)
      await file.sync()
      throw why
    }
    try {
      let broken = false
      const incoming = unbroken(bytes, this.#parts.silenceMs ?? silenceMs, () => (broken = true))
      for await (const chunk of incoming) {
        end += chunk.byteLength
        if (end > upload.bytes) {
          const expected = `at most ${upload.bytes} bytes, as was announced`
          return await refuse(fault('request.large', { expected, found: 'more' }))
        }
        await this.#parts.disk.admit(chunk.byteLength, 1)
        await writer.write(chunk)
      }
      await writer.finish()
      if (checksum && part && (broken || !part.digest().equals(checksum.digest))) {
        const expected = `bytes with the ${checksum.algorithm} that was sent along`
        return await refuse(fault('upload.checksum', { expected, found: broken ? 'a part of them' : 'others' }))
      }
    } catch (error) {
      // What the disk took until then counts, so it must be there to stay.
      await file.sync().catch(() => file.truncate(offset))
      throw asFault(error, this.#data(id))
    }
    if (whole) this.#keepHash(id, whole, end)
    return end
  }

  async finish(id: string, become: (whole: WholeUpload) => Promise<JsonObject>): Promise<Upload> {
    return this.#locks.hold(id, async () => {
      const upload = await this.#known(id)
      if (upload.result !== null) return upload
      const known = this.#takeHash(id, upload.bytes)
      const hash = known && upload.bytes > 0 ? known.digest('hex') : null
      const result = await become(this.#whole(upload, hash)).catch(async (error: unknown) => {
        if (isSenders(error)) await this.#remove(id)
        throw error
      })
      const kept: Kept = { ...orderOf(upload), result }
      await writeWhole(this.#order(id), JSON.stringify(kept))
      return this.#shown(kept, upload.bytes, this.#now())
    })
  }

  #whole({ id, bytes, sha256 }: Upload, hash: string | null): WholeUpload {
    const data = this.#data(id)
    return {
      keepAsBlob: async () => {
        // Gone: it became a blob already, by whoever was ended before it could say so.
        if (!(await exists(data)) && sha256 !== null && (await this.#parts.blobs.stat(sha256))?.bytes === bytes) {
          return { sha256, bytes }
        }
        return this.#parts.blobs.adopt(data, sha256, hash)
      },
      moveTo: async (path) => {
        if (!(await exists(data)) && (await exists(path))) return
        await mkdir(dirname(path), { recursive: true, mode: folderMode })
        await syncFile(data)
        await rename(data, path)
        await syncFolder(dirname(path))
        await syncFolder(dirname(dirname(path)))
      },
    }
  }

  async delete(id: string): Promise<boolean> {
    return this.#locks.hold(id, async () => {
      if ((await this.#read(id)) === null) return false
      await this.#remove(id)
      return true
    })
  }

  async expire(): Promise<number> {
    let gone = 0
    for (const id of await this.#ids()) {
      if (!(await this.#isOver(id))) continue
      // Somebody goes on with it this very moment.
      if (!(await this.#locks.tryHold(id, () => this.#remove(id)))) continue
      gone++
    }
    return gone
  }

  async #isOver(id: string): Promise<boolean> {
    const upload = await this.get(id)
    if (upload !== null) return Date.parse(upload.expiresAt) <= this.#now()
    // Without an order: cut short while it was begun, or begun by another process this moment.
    const data = await stat(this.#data(id)).catch(() => null)
    return data === null || data.mtimeMs + uploadKeptMs <= this.#now()
  }

  async #remove(id: string): Promise<void> {
    this.#hashes.delete(id)
    await rm(this.#data(id), { force: true })
    await rm(this.#order(id), { force: true })
    await syncFolder(this.#parts.folder)
  }

  /** Of all that is here, also of what a crash left of one. */
  async #ids(): Promise<readonly string[]> {
    const names = await readdir(this.#parts.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    return [...new Set(names.map((name) => name.split('.')[0] ?? '').filter(isUuid))]
  }

  async #known(id: string): Promise<Upload> {
    const upload = await this.get(id)
    if (upload) return upload
    throw fault('upload.unknown', { expected: 'the id of an upload that was begun, and not given up', found: id })
  }

  async #read(id: string): Promise<Kept | null> {
    if (!isUuid(id)) return null
    const text = await readFile(this.#order(id), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw asFault(error, this.#order(id))
    })
    return text === null ? null : (JSON.parse(text) as Kept)
  }

  #shown(kept: Kept, offset: number, touchedMs: number): Upload {
    return { ...kept, offset, expiresAt: new Date(touchedMs + uploadKeptMs).toISOString() }
  }

  /** The hash of all bytes so far; null when only reading them can tell. */
  #takeHash(id: string, offset: number): Hash | null {
    const kept = this.#hashes.get(id)
    this.#hashes.delete(id)
    if (offset === 0) return createHash('sha256')
    return kept?.bytes === offset ? kept.hash : null
  }

  #keepHash(id: string, hash: Hash, bytes: number): void {
    this.#hashes.set(id, { hash, bytes })
    if (this.#hashes.size <= keptHashes) return
    for (const oldest of this.#hashes.keys()) {
      this.#hashes.delete(oldest)
      return
    }
  }

  #order(id: string): string {
    return join(this.#parts.folder, `${id}.json`)
  }

  #data(id: string): string {
    return join(this.#parts.folder, `${id}.data`)
  }
}

const orderOf = ({ id, kind, bytes, sha256, name, project, principal }: Upload): UploadOrder => ({
  id,
  kind,
  bytes,
  sha256,
  name,
  project,
  principal,
})

/** Sending the same bytes again would end the same way. */
const isSenders = (error: unknown): boolean =>
  error instanceof Error && 'kind' in error && error.kind === 'user' && 'status' in error && error.status !== 423

/** The bytes as far as they come: a line that breaks, or says nothing for too long, is an end and no failure. */
async function* unbroken(
  bytes: AsyncIterable<Uint8Array>,
  mostMs: number,
  onBroken: () => void,
): AsyncIterable<Uint8Array> {
  const incoming = bytes[Symbol.asyncIterator]()
  let timer: NodeJS.Timeout | undefined
  try {
    for (;;) {
      const silence = new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), mostMs)
      })
      const next = await Promise.race([incoming.next().catch(() => null), silence])
      clearTimeout(timer)
      if (next === null) return onBroken()
      if (next.done) return
      yield next.value
    }
  } finally {
    clearTimeout(timer)
    await incoming.return?.().catch(() => undefined)
  }
}
