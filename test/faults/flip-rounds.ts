/**
 * Flips a random bit of a file, or tears its end off, asks whoever reads it, and puts it back. What is asked for is never whether
 * somebody complains but whether what is given out is what was stored.
 */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DiskSpool, diskSpool } from '#client/node-spool.ts'
import { Fault } from '#core/faults.ts'
import type { Rng } from '#core/rng.ts'
import { checkArchive } from '#store/archive-check.ts'
import { FileBlobs } from '#store/blobs.ts'
import { dataPaths } from '#store/data-dir.ts'
import { readJournal } from '#store/journal-lines.ts'
import { prepareCatalog } from '#store/prepare.ts'
import { restore } from '#store/restore.ts'
import { asFault } from '#store/sqlite-faults.ts'
import { Database } from '#store/sqlite-driver.ts'
import { contextOf, listOf, sha256 } from '#store/suite-rows.ts'
import { verifyAll } from '#store/verify-steps.ts'
import { bytesOf, type FlipFixture, putBack } from './flip-fixture.ts'

export const targets = ['catalog', 'log', 'blob', 'journal', 'archive', 'backup', 'spool'] as const
export type Target = (typeof targets)[number]

/**
 * `named`: a fault with a code. `harmless`: everything that can be read is what it was. `torn`: the last write is gone, as if it had
 * been cut short before it was acknowledged; no file by itself can tell the two apart. `unsealed`: a column that no record says and no
 * hash covers (indexes that reindex builds again, bookkeeping). `silent`: other data than were stored.
 */
export interface Verdict {
  readonly result: 'named' | 'harmless' | 'torn' | 'unsealed' | 'silent'
  /** The code of a fault, or what is not what it was. */
  readonly what: string
}

/** What was recorded, agreed to and frozen, and what erasures left: everything that cannot be made again. */
const sealed =
  /^(record|edit|session_media|consent|frozen|frozen_session|item|tombstone|place|session\.(?!received_at|aside|summary|cover|facets|words))/

const harmless: Verdict = { result: 'harmless', what: '' }
const named = (error: unknown, where: string): Verdict => {
  const known = asFault(error, where)
  if (!(known instanceof Fault)) throw error
  return { result: 'named', what: known.code }
}

export interface Damage {
  readonly file: string
  /** The bit that is flipped; null when the file is torn. */
  readonly bit: number | null
  /** How many bytes are left. */
  readonly bytes: number
}

export class FlipCampaign {
  readonly #fixture: FlipFixture
  readonly #folder: string
  readonly #whole = new Map<string, Buffer>()
  readonly #rows: ReadonlyMap<string, string>

  /** @param folder for copies; on a disk in memory this is ten times as fast */
  constructor(fixture: FlipFixture, folder: string) {
    this.#fixture = fixture
    this.#folder = folder
    this.#rows = rowsOf(dataPaths(fixture.closed).catalog)
  }

  /** One damage, and what came of it. */
  async round(target: Target, rng: Rng): Promise<Verdict & Damage> {
    const files = this.#files(target)
    const file = files[rng.int(files.length)] ?? ''
    const whole = this.#bytes(file)
    const torn = rng.int(5) === 0
    const bit = torn ? null : rng.int(whole.length * 8)
    const bytes = torn ? Math.max(0, whole.length - 1 - rng.int(Math.min(whole.length, 5000))) : whole.length
    const damaged = Buffer.from(whole.subarray(0, bytes))
    if (bit !== null) damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    writeFileSync(file, damaged)
    try {
      return { ...(await this.#ask(target, file)), file, bit, bytes }
    } finally {
      putBack(file, whole)
    }
  }

  #files(target: Target): readonly string[] {
    const { closed, killed, archive, backup, spool, blobs, journal } = this.#fixture
    if (target === 'catalog') return [dataPaths(closed).catalog]
    if (target === 'log') return [`${dataPaths(killed).catalog}-wal`]
    if (target === 'blob') return blobs
    if (target === 'journal') return [journal]
    if (target === 'archive') return [archive]
    const folder = target === 'backup' ? join(backup, '..') : spool
    return [...bytesOf(folder).keys()].filter((name) => !name.includes('owner.json')).map((name) => join(folder, name))
  }

  #bytes(file: string): Buffer {
    const kept = this.#whole.get(file) ?? readFileSync(file)
    this.#whole.set(file, kept)
    return kept
  }

  #ask(target: Target, file: string): Promise<Verdict> {
    if (target === 'catalog') return this.#askCatalog()
    if (target === 'log') return this.#askLog()
    if (target === 'blob') return this.#askBlob(file)
    if (target === 'journal') return this.#askJournal(file)
    if (target === 'archive') return this.#askArchive(file)
    return target === 'backup' ? this.#askBackup(file) : this.#askSpool()
  }

  async #askCatalog(): Promise<Verdict> {
    const paths = dataPaths(this.#fixture.closed)
    const found = await openAndVerify(this.#fixture.closed)
    if (found) return found
    const differing = differenceOf(this.#rows, rowsOf(paths.catalog))
    if (differing === null) return harmless
    return { result: sealed.test(differing) ? 'silent' : 'unsealed', what: differing }
  }

  async #askLog(): Promise<Verdict> {
    const folder = join(this.#folder, 'recovered')
    rmSync(folder, { recursive: true, force: true })
    cpSync(this.#fixture.killed, folder, { recursive: true })
    rmSync(`${dataPaths(folder).catalog}-shm`, { force: true })
    const found = await openAndVerify(folder)
    if (found) return found
    const kept = hashesOf(dataPaths(folder).catalog)
    const { acknowledged } = this.#fixture
    const lost = [...acknowledged].filter(([id, hash]) => kept.get(id) !== hash).map(([id]) => id)
    if (lost.length === 0) return harmless
    const isLast = lost.length === 1 && lost[0] === [...acknowledged.keys()].at(-1)
    return { result: isLast ? 'torn' : 'silent', what: `${lost.length} sessions` }
  }

  async #askBlob(file: string): Promise<Verdict> {
    const hash = file.slice(-64)
    try {
      const paths = dataPaths(this.#fixture.closed)
      const chunks = await listOf(new FileBlobs(paths, { admit: () => Promise.resolve() }).open(hash))
      return sha256(Buffer.concat(chunks)) === hash ? harmless : { result: 'silent', what: 'blob' }
    } catch (error) {
      return named(error, file)
    }
  }

  async #askJournal(file: string): Promise<Verdict> {
    const ops = (bytes: Buffer) => readJournal(bytes, file).ops.map((op) => JSON.stringify(op))
    const before = ops(this.#bytes(file))
    try {
      const after = ops(readFileSync(file))
      if (after.some((op, i) => op !== before[i])) return { result: 'silent', what: 'journal' }
      return after.length === before.length
        ? harmless
        : { result: 'torn', what: `${before.length - after.length} lines` }
    } catch (error) {
      return named(error, file)
    }
  }

  async #askArchive(file: string): Promise<Verdict> {
    try {
      // Its digest covers every row, and its rows every byte of records and media.
      await checkArchive(file, contextOf())
      return harmless
    } catch (error) {
      return named(error, file)
    }
  }

  async #askBackup(file: string): Promise<Verdict> {
    const folder = join(this.#folder, 'restored')
    rmSync(folder, { recursive: true, force: true })
    try {
      await restore(this.#fixture.backup, folder, contextOf())
    } catch (error) {
      return named(error, file)
    }
    const found = await openAndVerify(folder, { archives: false })
    if (found) return found
    const kept = hashesOf(dataPaths(folder).catalog)
    const same = [...hashesOf(dataPaths(this.#fixture.closed).catalog)].every(([id, hash]) => kept.get(id) === hash)
    return same ? harmless : { result: 'silent', what: 'backup' }
  }

  async #askSpool(): Promise<Verdict> {
    const folder = join(this.#folder, 'spool')
    rmSync(folder, { recursive: true, force: true })
    cpSync(this.#fixture.spool, folder, { recursive: true })
    const spool: DiskSpool = diskSpool(folder)
    await spool.open()
    try {
      const entries = await spool.oldest(100)
      for (const { id, text, media, problem } of entries) {
        if (problem) return { result: 'named', what: problem.code }
        const expected = this.#fixture.acknowledged.get(id)
        const isWhole = (JSON.parse(text) as { id?: unknown }).id === id && expected !== undefined
        if (!isWhole || !this.#spooled().includes(sha256(text))) return { result: 'silent', what: 'an entry' }
        // The engine hashes what it is sent, and refuses other bytes (blob.mismatch).
        for (const hash of media) {
          const blob = await spool.medium(hash)
          if (!blob || sha256(new Uint8Array(await blob.arrayBuffer())) !== hash)
            return { result: 'named', what: 'blob.mismatch' }
        }
      }
      return entries.length === this.#spooled().length ? harmless : { result: 'silent', what: 'an entry is gone' }
    } finally {
      await spool.close()
    }
  }

  /** The hash of each text in the spool as it was written. */
  #spooled(): readonly string[] {
    return [...bytesOf(this.#fixture.spool).keys()]
      .filter((name) => /\d+-session\.json$/.test(name))
      .map((name) => JSON.parse(this.#bytes(join(this.#fixture.spool, name)).toString('utf8')) as { text: string })
      .map(({ text }) => sha256(text))
  }
}

/** As a program that opens the store and verifies it. @returns the first fault; null when there is none */
async function openAndVerify(root: string, { archives = true } = {}): Promise<Verdict | null> {
  const paths = dataPaths(root)
  try {
    prepareCatalog(paths)
    const { findings } = await verifyAll({ paths, progress: () => undefined }, null)
    const finding = findings.find(({ step }) => archives || step !== 'archives')
    return finding ? { result: 'named', what: `${finding.code} (${finding.step})` } : null
  } catch (error) {
    return named(error, paths.catalog)
  }
}

const tablesQuery = `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`

/** Every row of every table as text, by table. */
function rowsOf(path: string): ReadonlyMap<string, string> {
  if (!existsSync(path)) return new Map()
  const db = new Database(path, { readOnly: true })
  try {
    return new Map(
      (db.prepare(tablesQuery).all() as { name: string }[]).map(({ name }) => {
        const rows = db.prepare(`select * from "${name}"`).all()
        return [
          name,
          JSON.stringify(rows, (_, value: unknown) =>
            value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
          ),
        ]
      }),
    )
  } finally {
    db.close()
  }
}

/** The first column that differs, as "table.column"; null when there is none. */
function differenceOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string | null {
  for (const [table, text] of before) {
    if (after.get(table) === text) continue
    const [rowsBefore, rowsAfter] = [text, after.get(table) ?? '[]'].map(
      (one) => JSON.parse(one) as Record<string, unknown>[],
    )
    for (const [i, row] of (rowsBefore ?? []).entries()) {
      const other = rowsAfter?.[i] ?? {}
      const column = Object.keys(row).find((key) => row[key] !== other[key])
      if (column !== undefined) return `${table}.${column}`
    }
    return table
  }
  return before.size === after.size ? null : 'tables'
}

function hashesOf(path: string): ReadonlyMap<string, string> {
  const db = new Database(path, { readOnly: true })
  try {
    const rows = db.prepare('select id, lower(hex(hash)) as hash from session').all() as { id: string; hash: string }[]
    return new Map(rows.map(({ id, hash }) => [id, hash]))
  } finally {
    db.close()
  }
}
