/**
 * A spool on a disk. Each process has a folder of its own in it:
 *
 *     owner.json             who writes here, touched while it lives
 *     00000012-session.json  an entry, with the SHA-256 of what it says
 *     media/SHA256           bytes that entries name
 *     refused/               what the engine will never take, with the reason
 *
 * What a process that ended left behind is taken over by the next one that opens the spool. Two that take over the same, or
 * one that was thought dead, do no harm: the engine takes the same session twice.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fault } from '#core/faults.ts'
import type { Problem } from './hindsight-error.ts'
import { entryBytes, type Spool, type SpoolEntry, type SpoolSize } from './spool.ts'

const ownerName = 'owner.json'
const beatMs = 60_000
/** An owner that was not heard of for so long is gone, whoever has its process number now. */
const silentMs = 10 * beatMs

/** @param folder of this application alone; made when it is not there */
export const diskSpool = (folder: string): DiskSpool => new DiskSpool(folder)

/** Of an entry all but its text: there may be many. */
type Waiting = Omit<SpoolEntry, 'text'> & { readonly bytes: number }

export class DiskSpool implements Spool {
  /** Where what was refused lies. */
  readonly refusedFolder: string
  readonly #folder: string
  readonly #own: string
  readonly #media: string
  readonly #waiting = new Map<number, Waiting>()
  readonly #mediaBytes = new Map<string, number>()
  /** Of all that waits, texts and media. */
  #bytes = 0
  #next = 1
  #beat: ReturnType<typeof setInterval> | null = null

  constructor(folder: string) {
    this.#folder = folder
    this.#own = join(folder, `${process.pid}-${randomBytes(6).toString('hex')}`)
    this.#media = join(this.#own, 'media')
    this.refusedFolder = join(folder, 'refused')
  }

  async open(): Promise<SpoolSize> {
    await mkdir(this.#media, { recursive: true, mode: 0o700 })
    const owner = join(this.#own, ownerName)
    await writeFile(owner, JSON.stringify({ pid: process.pid, host: hostname() }))
    this.#beat = setInterval(() => void utimes(owner, new Date(), new Date()).catch(() => {}), beatMs)
    this.#beat.unref()
    for (const name of (await readdir(this.#folder)).sort()) {
      const path = join(this.#folder, name)
      if (path === this.#own || path === this.refusedFolder || !(await isLeft(path))) continue
      // The rename is the claim: of two that try, one fails.
      const claimed = join(this.#folder, `${name.replace(/~.*$/, '')}~${process.pid}-${randomBytes(4).toString('hex')}`)
      const isOurs = await rename(path, claimed).then(
        () => true,
        () => false,
      )
      if (isOurs) await this.#adopt(claimed)
    }
    return this.#size()
  }

  async add({ kind, id, text, media }: Omit<SpoolEntry, 'key'>, blobs: ReadonlyMap<string, Blob>): Promise<SpoolSize> {
    for (const [sha256, blob] of blobs) {
      if (this.#mediaBytes.has(sha256)) continue
      await writeDurably(join(this.#media, sha256), new Uint8Array(await blob.arrayBuffer()))
      this.#keepMedium(sha256, blob.size)
    }
    const key = this.#next++
    await writeDurably(this.#fileOf({ key, kind }), entryText({ kind, id, media, text }))
    await syncFolder(this.#own)
    this.#keep({ key, kind, id, media, bytes: entryBytes({ id, text }) })
    return this.#size()
  }

  async oldest(limit: number): Promise<readonly SpoolEntry[]> {
    const found: SpoolEntry[] = []
    for (const entry of this.#waiting.values()) {
      if (found.length === limit) break
      const path = this.#fileOf(entry)
      const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      })
      // Taken over by another process, which sends it.
      if (content === null) {
        this.#forget(entry.key)
        continue
      }
      const kept = readEntry(content)
      found.push(kept ? { ...entry, text: kept.text } : { ...entry, text: content, problem: damagedAt(path, content) })
    }
    return found
  }

  async medium(sha256: string): Promise<Blob | null> {
    const bytes = await readFile(join(this.#media, sha256)).catch(() => null)
    return bytes === null ? null : new Blob([new Uint8Array(bytes)])
  }

  async remove(entries: readonly SpoolEntry[]): Promise<SpoolSize> {
    for (const entry of entries) {
      this.#forget(entry.key)
      await rm(this.#fileOf(entry), { force: true })
    }
    const unnamed = new Set(entries.flatMap(({ media }) => media))
    if (unnamed.size > 0)
      for (const { media } of this.#waiting.values()) for (const sha256 of media) unnamed.delete(sha256)
    for (const sha256 of unnamed) {
      this.#bytes -= this.#mediaBytes.get(sha256) ?? 0
      this.#mediaBytes.delete(sha256)
      await rm(join(this.#media, sha256), { force: true })
    }
    return this.#size()
  }

  async setAside(entry: SpoolEntry, problem: Problem): Promise<SpoolSize> {
    await mkdir(this.refusedFolder, { recursive: true, mode: 0o700 })
    const { kind, id, text } = entry
    await writeDurably(join(this.refusedFolder, `${kind}-${id}.json`), JSON.stringify({ kind, id, problem, text }))
    return this.remove([entry])
  }

  async close(): Promise<void> {
    if (this.#beat !== null) clearInterval(this.#beat)
    // Marked as left, so that the next process need not wait to find out.
    const gone = this.#waiting.size === 0 ? this.#own : join(this.#own, ownerName)
    await rm(gone, { recursive: true, force: true })
  }

  /** Takes over what another folder holds, in its order. */
  async #adopt(from: string): Promise<void> {
    for (const name of await readdir(join(from, 'media')).catch(() => [])) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue
      await rename(join(from, 'media', name), join(this.#media, name))
      this.#keepMedium(name, (await stat(join(this.#media, name))).size)
    }
    for (const name of (await readdir(from)).filter((entry) => /^\d{8,}-(?:session|edit)\.json$/.test(entry)).sort()) {
      const content = await readFile(join(from, name), 'utf8')
      // A damaged one waits like the others: whoever sends it tells what became of it.
      const { kind, id, media, text } = readEntry(content) ?? remainsOf(name, content)
      const key = this.#next++
      await rename(join(from, name), this.#fileOf({ key, kind }))
      this.#keep({ key, kind, id, media, bytes: entryBytes({ id, text }) })
    }
    await rm(from, { recursive: true, force: true })
  }

  #fileOf({ key, kind }: Pick<SpoolEntry, 'key' | 'kind'>): string {
    return join(this.#own, `${String(key).padStart(8, '0')}-${kind}.json`)
  }

  #keep(entry: Waiting): void {
    this.#waiting.set(entry.key, entry)
    this.#bytes += entry.bytes
  }

  #keepMedium(sha256: string, bytes: number): void {
    this.#bytes += bytes - (this.#mediaBytes.get(sha256) ?? 0)
    this.#mediaBytes.set(sha256, bytes)
  }

  #forget(key: number): void {
    this.#bytes -= this.#waiting.get(key)?.bytes ?? 0
    this.#waiting.delete(key)
  }

  #size(): SpoolSize {
    return { entries: this.#waiting.size, bytes: this.#bytes }
  }
}

/** Whether the process that wrote there is gone. On another machine only its silence tells. */
async function isLeft(folder: string): Promise<boolean> {
  const path = join(folder, ownerName)
  const info = await stat(path).catch(() => null)
  if (info === null) return (await stat(folder)).isDirectory()
  if (Date.now() - info.mtimeMs > silentMs) return true
  const owner = parsed(await readFile(path, 'utf8').catch(() => '')) as { pid?: number; host?: string } | null
  if (owner === null) return false // damaged: its silence will tell
  if (owner.host !== hostname() || owner.pid === undefined) return false
  if (owner.pid === process.pid) return false
  try {
    process.kill(owner.pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

type Content = Omit<SpoolEntry, 'key' | 'problem'>

const digestOf = ({ kind, id, media, text }: Content): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, id, media, text]))
    .digest('hex')

const entryText = (content: Content): string => JSON.stringify({ ...content, sha256: digestOf(content) })

/** null when it is not what was written: files get their names whole, so that is damage. */
function readEntry(content: string): Content | null {
  const kept = parsed(content) as (Content & { readonly sha256?: string }) | null
  if (kept === null || typeof kept.text !== 'string' || !Array.isArray(kept.media)) return null
  // Entries of a release before have no hash.
  return kept.sha256 === undefined || kept.sha256 === digestOf(kept) ? kept : null
}

/** What can be said of a damaged entry. */
function remainsOf(name: string, content: string): Content {
  const id = /"id":"([\w-]{1,64})"/.exec(content)?.[1] ?? `of-${name.slice(0, 8)}`
  return { kind: name.includes('-edit') ? 'edit' : 'session', id, media: [], text: content }
}

const damagedAt = (where: string, content: string): Problem =>
  fault('record.corrupt', {
    expected: 'an entry of the spool as it was written',
    found: `${content.length} other characters`,
    fix: 'record it again if you can; what is left of it lies among the refused entries',
    where,
  }).toJSON()

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** Whole or not at all, whenever the power goes. */
async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const fresh = `${path}.new`
  const file = await open(fresh, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(fresh, path)
}

/** The name of a new file is its folder's content. Some systems cannot sync a folder, and need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
