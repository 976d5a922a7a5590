/** What gc, verify and reindex change, in small transactions. */
import { renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { CommitContext } from './commit-context.ts'
import { setLessonsAside } from './commit-learned.ts'
import { damagedMark, packWords, readIndexed } from './commit-sessions.ts'
import { blobPath } from './data-dir.ts'
import { findBounds, IndexChange, type PackedFacets } from './derived.ts'
import { fromHex } from './hashing.ts'

export function putSetting(
  { db }: CommitContext,
  { key, value }: { readonly key: string; readonly value: string | null },
): null {
  if (value === null) db.prepare('delete from setting where key = ?').run(key)
  else
    db.prepare('insert into setting (key, value) values (?, ?) on conflict do update set value = excluded.value').run(
      key,
      value,
    )
  return null
}

/** Where it is still what it was thought to be (null: not there). */
export function swapSetting(
  context: CommitContext,
  { key, before, after }: { readonly key: string; readonly before: string | null; readonly after: string },
): boolean {
  const row = context.db.prepare('select value from setting where key = ?').get(key)
  if ((row === undefined ? null : String(row['value'])) !== before) return false
  putSetting(context, { key, value: after })
  return true
}

export interface BlobsToCollect {
  readonly sha256s: readonly string[]
  /** Files changed after this are fresh. Unix milliseconds. */
  readonly olderThanMs: number
}

/** Deletes blobs that nothing refers to and that are old; the write lock keeps new references out meanwhile. */
export function collectBlobs(
  { db, paths }: CommitContext,
  { sha256s, olderThanMs }: BlobsToCollect,
): readonly string[] {
  const referenced = db.prepare('select 1 from session_media where sha = ? limit 1')
  const deleted: string[] = []
  for (const sha256 of sha256s) {
    if (referenced.get(fromHex(sha256))) continue
    const home = blobPath(paths.blobs, sha256)
    const aside = join(paths.tmp, `gc-${sha256}`)
    // Out of the way first, then a look at its age: whoever stores these bytes again now makes a new file, and whoever did
    // so just before has made this one fresh.
    if (!moveFile(home, aside)) continue
    if (statSync(aside).mtimeMs > olderThanMs) moveFile(aside, home)
    else {
      rmSync(aside, { force: true })
      deleted.push(sha256)
    }
  }
  return deleted
}

export interface BlobToSwap {
  readonly sha256: string
  /** File with the packed bytes, synced and read back. */
  readonly part: string
  /** Of the file whose bytes were packed. */
  readonly ino: number
  readonly size: number
  readonly mtimeMs: number
}

/** Under the write lock, so that a blob which was erased or collected meanwhile does not come back. @returns whether it was swapped */
export function swapBlob({ paths }: CommitContext, { sha256, part, ino, size, mtimeMs }: BlobToSwap): boolean {
  const home = blobPath(paths.blobs, sha256)
  const now = statSync(home, { throwIfNoEntry: false })
  if (now?.ino !== ino || now.size !== size || now.mtimeMs !== mtimeMs) return false
  // As old as it was in the eyes of gc.
  utimesSync(part, now.atime, now.mtime)
  renameSync(part, home)
  return true
}

/** false when it is not there. */
function moveFile(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

export interface DamagedRow {
  readonly what: 'session' | 'edit'
  readonly seq: number
  readonly note: string
  readonly nowMs: number
}

/** Moves a damaged record out of the way. The session's row stays, so that its edits keep their place. */
export function quarantineRow(context: CommitContext, { what, seq, note, nowMs }: DamagedRow): null {
  const { db } = context
  const [key, table] = what === 'session' ? ['seq', 'record'] : ['seq', 'edit']
  const row = db.prepare(`select cast(body as blob) as body from ${table} where ${key} = ?`).get(seq)
  const bytes = (row?.['body'] as Uint8Array | undefined) ?? new Uint8Array()
  const owner = db.prepare(`select id from ${what} where seq = ?`).get(seq) as { id: string } | undefined
  if (!owner) return null
  db.prepare('insert into quarantine (at, what, key, note, body) values (?, ?, ?, ?, ?)').run(
    nowMs,
    what,
    owner.id,
    note,
    bytes,
  )
  db.prepare(`delete from ${table} where ${key} = ?`).run(seq)
  if (what === 'session') {
    const aside = db.prepare('select aside from session where seq = ?').get(seq)?.['aside']
    if (aside === null) {
      const index = new IndexChange(context)
      index.remove(readIndexed(context, seq), seq)
      index.flush()
    }
    db.prepare('update session set aside = ? where seq = ?').run(damagedMark, seq)
    setLessonsAside(db, seq)
    db.prepare('delete from sample where seq = ?').run(seq)
  }
  return null
}

/** Throws away what sessions are found and counted by; {@link indexBatch} builds it again. */
export function clearIndex({ db, facts }: CommitContext): null {
  for (const table of ['facet', 'fact', 'tally']) db.prepare(`delete from ${table}`).run()
  facts.newGeneration()
  return null
}

/** Indexes sessions again from what their rows hold. */
export function indexBatch(context: CommitContext, { seqs }: { readonly seqs: readonly number[] }): null {
  const index = new IndexChange(context)
  const live = context.db.prepare('select 1 from session where seq = ? and aside is null')
  for (const seq of seqs) if (live.get(seq)) index.add(readIndexed(context, seq), seq)
  index.flush()
  return null
}

export interface DerivedRows {
  readonly rows: readonly {
    readonly seq: number
    readonly summary: string
    readonly facets: PackedFacets
    readonly searchText: string | null
    readonly cover: string | null
  }[]
  /** Where a reindex that breaks off goes on. */
  readonly position: string
}

/** Stores what was derived anew, and indexes the sessions by it. */
export function deriveBatch(context: CommitContext, { rows, position }: DerivedRows): null {
  const { db, paths } = context
  const update = db.prepare('update session set summary = ?, facets = ?, words = ?, cover = ? where seq = ?')
  const media = db.prepare('insert or ignore into session_media (seq, sha) values (?, ?)')
  for (const { seq, summary, facets, searchText, cover } of rows) {
    // A cover that is not there would be a reference to nothing.
    const shown = cover !== null && statSync(blobPath(paths.blobs, cover), { throwIfNoEntry: false }) ? cover : null
    const { changes } = update.run(summary, JSON.stringify(facets), packWords(searchText), shown && fromHex(shown), seq)
    if (changes === 0) continue // erased meanwhile
    if (shown !== null) media.run(seq, fromHex(shown))
  }
  putSetting(context, { key: 'reindex', value: position })
  return indexBatch(context, { seqs: rows.map(({ seq }) => seq) })
}

export interface FactRange {
  /** Exclusive. */
  readonly after: number
  readonly limit: number
}

/** Counts how many sessions have each of the next facts, from the index rows themselves; returns the last, or null at the end. */
export function recountFacts({ db }: CommitContext, { after, limit }: FactRange): number | null {
  const facts = db.prepare('select id from fact where id > ? order by id limit ?').all(after, limit) as { id: number }[]
  const count = db.prepare(
    'update fact set sessions = (select count(distinct seq) from facet where facet.fact = fact.id) where id = ?',
  )
  for (const { id } of facts) {
    count.run(id)
    findBounds(db, id)
  }
  return facts.at(-1)?.id ?? null
}

/** The last step of building the index again. */
export function finishIndex({ db }: CommitContext): null {
  db.exec(`
    delete from tally;
    insert into tally (place, day, status, sessions)
      select place, cast(floor(at / 86400000.0) as integer), coalesce(status, ''), count(*) from session
      where aside is null group by 1, 2, 3;
    delete from setting where key = 'reindex'`)
  return null
}
