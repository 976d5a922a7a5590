/** One writer for each upload, whichever process it is in. */
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fault } from '#core/faults.ts'
import { isUuid } from '#core/ids.ts'
import { fileMode, folderMode } from './durable-files.ts'
import { asFault } from './sqlite-faults.ts'
import { heartbeatMs, isAlive, ownIdentity, type WriterIdentity } from './writer-identity.ts'

export class UploadLocks {
  readonly #folder: string
  readonly #self: WriterIdentity = ownIdentity()
  /** Held by this store. */
  readonly #held = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws upload.busy while somebody else holds it */
  async hold<T>(id: string, work: () => Promise<T>): Promise<T> {
    if (!(await this.#take(id))) {
      throw fault('upload.busy', { expected: 'nobody else to write this upload', found: 'somebody who does' })
    }
    return this.#during(id, work)
  }

  /** @returns false, and nothing is done, when somebody else holds it */
  async tryHold(id: string, work: () => Promise<void>): Promise<boolean> {
    if (!(await this.#take(id))) return false
    await this.#during(id, work)
    return true
  }

  async #during<T>(id: string, work: () => Promise<T>): Promise<T> {
    const path = this.#path(id)
    // Where a system does not tell when a process began, the age of the file says that its holder lives.
    const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), heartbeatMs)
    try {
      return await work()
    } finally {
      clearInterval(beat)
      await rm(path, { force: true })
      this.#held.delete(id)
    }
  }

  async #take(id: string): Promise<boolean> {
    if (!isUuid(id)) throw fault('upload.unknown', { expected: 'the id of an upload', found: id.slice(0, 100) })
    if (this.#held.has(id)) return false
    this.#held.add(id)
    try {
      await mkdir(this.#folder, { recursive: true, mode: folderMode })
      if ((await this.#write(id)) || ((await this.#isLeft(id)) && (await this.#write(id)))) return true
    } catch (error) {
      this.#held.delete(id)
      throw error
    }
    this.#held.delete(id)
    return false
  }

  /** false when the file is there already. */
  #write(id: string): Promise<boolean> {
    return writeFile(this.#path(id), JSON.stringify(this.#self), { flag: 'wx', mode: fileMode }).then(
      () => true,
      async (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        // On a full disk its name may have found room and its bytes none.
        await rm(this.#path(id), { force: true }).catch(() => undefined)
        throw asFault(error, this.#path(id))
      },
    )
  }

  /** Whether whoever holds it is gone; its file then is, too. */
  async #isLeft(id: string): Promise<boolean> {
    const path = this.#path(id)
    const [text, info] = await Promise.all([readFile(path, 'utf8').catch(() => ''), stat(path).catch(() => null)])
    if (info === null) return true
    // Half written: by somebody who was ended in it, or is at it this moment.
    const holder = holderIn(text)
    const lives =
      holder === null ? Date.now() - info.mtimeMs < heartbeatMs : isAlive(holder, this.#self, info.mtimeMs, Date.now())
    if (lives) return false
    await rm(path, { force: true })
    return true
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.lock`)
  }
}

function holderIn(text: string): WriterIdentity | null {
  try {
    return JSON.parse(text) as WriterIdentity
  } catch {
    return null
  }
}
