/** Sessions that are being written: one file each, one line per operation, durable before it is acknowledged. */
import { open, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { brief, fault } from '#core/faults.ts'
import { isUuid } from '#core/ids.ts'
import type { JournalOp } from '#core/journal.ts'
import type { Journals } from '#core/store.ts'
import type { FileBlobs } from './blobs.ts'
import type { DiskGuard } from './disk.ts'
import { exists, syncFolder, writeWhole } from './durable-files.ts'
import { journalLine, readJournal } from './journal-lines.ts'
import { asFault } from './sqlite-faults.ts'
import { heartbeatMs, isAlive, ownIdentity, type WriterIdentity } from './writer-identity.ts'

export interface JournalParts {
  readonly folder: string
  readonly blobs: FileBlobs
  readonly disk: DiskGuard
}

export class FileJournals implements Journals {
  readonly #parts: JournalParts
  readonly #self: WriterIdentity = ownIdentity()
  /** Journals that this store writes, each with the end of its queue: appends to one journal go one after the other. */
  readonly #own = new Map<string, Promise<void>>()
  #heartbeat: NodeJS.Timeout | null = null

  constructor(parts: JournalParts) {
    this.#parts = parts
  }

  async open(op: Extract<JournalOp, { op: 'open' }>): Promise<void> {
    const session = op.session['id']
    if (typeof session !== 'string' || !isUuid(session)) {
      throw fault('journal.invalid', { expected: 'a UUID as session id', found: brief(session) })
    }
    const line = journalLine(op)
    await this.#parts.disk.admit(line.length)
    const path = this.#path(session)
    if (await exists(path)) return this.#reopen(session, line)
    try {
      // First who, then what: a journal without a writer counts as lost.
      await writeWhole(this.#writerPath(session), JSON.stringify(this.#self))
      if (!(await writeWhole(path, line, { exclusive: true }))) return this.#reopen(session, line)
    } catch (error) {
      throw asFault(error, path)
    }
    this.#own.set(session, Promise.resolve())
    this.#heartbeat ??= setInterval(() => void this.#beat(), heartbeatMs).unref()
  }

  /** The same opening again is a retry; another one is refused. */
  async #reopen(session: string, line: string): Promise<void> {
    if (this.#own.has(session) && (await readFile(this.#path(session), 'utf8')).startsWith(line)) return
    throw fault('journal.invalid', { expected: 'an id without an open journal', found: session })
  }

  async append(session: string, ops: readonly JournalOp[]): Promise<void> {
    const before = this.#own.get(session)
    if (!before) throw unknown(session)
    if (ops.length === 0) return
    const text = ops.map(journalLine).join('')
    // Nothing may be awaited before the queue is joined, or the order of calls would be lost.
    const appended = before.then(() => this.#write(session, text, ops))
    // What failed must not keep later operations from being tried.
    this.#own.set(
      session,
      appended.catch(() => undefined),
    )
    return appended
  }

  async #write(session: string, text: string, ops: readonly JournalOp[]): Promise<void> {
    const path = this.#path(session)
    await this.#parts.disk.admit(text.length)
    try {
      const file = await open(path, 'r+')
      const size = (await file.stat()).size
      try {
        await file.write(text, size, 'utf8')
        await file.datasync()
      } catch (error) {
        // Half a line must not be followed by whole ones.
        await file.truncate(size)
        throw error
      } finally {
        await file.close()
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw unknown(session)
      throw asFault(error, path)
    }
    for (const op of ops) if (op.op === 'media') await this.#parts.blobs.touch(op.media.sha256)
  }

  async read(session: string): Promise<readonly JournalOp[]> {
    await this.#own.get(session)
    const path = this.#path(session)
    try {
      return readJournal(await readFile(path), path).ops
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw unknown(session)
      throw error
    }
  }

  async list(): Promise<readonly { readonly session: string; readonly lost: boolean }[]> {
    const names = await readdir(this.#parts.folder)
    const sessions = names.filter((name) => name.endsWith('.journal')).map((name) => name.slice(0, -'.journal'.length))
    return Promise.all(sessions.sort().map(async (session) => ({ session, lost: await this.#isLost(session) })))
  }

  async #isLost(session: string): Promise<boolean> {
    if (this.#own.has(session)) return false
    try {
      const path = this.#writerPath(session)
      const writer = JSON.parse(await readFile(path, 'utf8')) as WriterIdentity
      return !isAlive(writer, this.#self, (await stat(path)).mtimeMs, Date.now())
    } catch {
      return true // no writer file, or one that cannot be read: nobody will go on with it
    }
  }

  async remove(session: string): Promise<void> {
    await this.#own.get(session)
    this.#own.delete(session)
    if (!isUuid(session)) return
    await rm(this.#path(session), { force: true })
    await rm(this.#writerPath(session), { force: true })
    await syncFolder(this.#parts.folder)
    this.#rest()
  }

  async #beat(): Promise<void> {
    const now = new Date()
    for (const session of this.#own.keys()) await utimes(this.#writerPath(session), now, now).catch(() => undefined)
  }

  #rest(): void {
    if (this.#own.size > 0 || !this.#heartbeat) return
    clearInterval(this.#heartbeat)
    this.#heartbeat = null
  }

  /** Lets go of the journals: what was not closed is lost, and somebody else may close it. */
  async close(): Promise<void> {
    const own = [...this.#own]
    this.#own.clear()
    this.#rest()
    for (const [session, end] of own) {
      await end
      await rm(this.#writerPath(session), { force: true })
    }
  }

  #path(session: string): string {
    if (!isUuid(session)) throw unknown(session)
    return join(this.#parts.folder, `${session}.journal`)
  }

  #writerPath(session: string): string {
    return join(this.#parts.folder, `${session}.writer`)
  }
}

const unknown = (session: string) =>
  fault('journal.unknown', { expected: 'the id of a journal that this process writes', found: brief(session) })
