/** Erasing sessions from the catalog. What this does in one transaction is finished by `erasure.ts`. */
import { rmSync, statSync } from 'node:fs'
import type { DatasetVersion } from '#core/dataset.ts'
import type { ExportNote } from '#core/store.ts'
import type { CommitContext } from './commit-context.ts'
import { eraseLessons } from './commit-learned.ts'
import { readIndexed } from './commit-sessions.ts'
import { IndexChange } from './derived.ts'
import { blobPath } from './data-dir.ts'
import { fromHex, toHex } from './hashing.ts'
import { sql } from './sqlite-driver.ts'
import { tombstone } from './tombstones.ts'

export interface SessionsToErase {
  readonly receipt: string
  readonly seqs: readonly number[]
}

export interface Erased {
  readonly sessions: number
  readonly edits: number
  /** Blobs they referred to. */
  readonly sha256s: readonly string[]
  /** "name@version" */
  readonly versions: readonly string[]
  readonly exports: readonly ExportNote[]
}

export function eraseSessions(context: CommitContext, { receipt, seqs }: SessionsToErase): Erased {
  const { db } = context
  const index = new IndexChange(context)
  const sha256s = new Set<string>()
  const versions = new Set<string>()
  const exports = new Map<string, ExportNote>()
  let sessions = 0
  let edits = 0
  for (const seq of seqs) {
    const row = db.prepare('select id, aside from session where seq = ?').get(seq) as
      | { id: string; aside: string | null }
      | undefined
    if (!row) continue
    for (const { sha } of db.prepare('select sha from session_media where seq = ?').all(seq) as { sha: Uint8Array }[]) {
      sha256s.add(toHex(sha))
    }
    for (const note of takeExports(db, seq)) exports.set(note.id, note)
    for (const name of redactVersions(context, seq)) versions.add(name)
    if (row.aside === null) index.remove(readIndexed(context, seq), seq)
    edits += eraseEdits(context, seq, receipt)
    bury(context, receipt, tombstone(context.salt, 'session', row.id))
    db.prepare(
      'insert or ignore into archive_due (archive, receipt) select archive, ? from archive_session where seq = ?',
    ).run(receipt, seq)
    eraseLessons(db, seq, row.id)
    for (const table of [
      'record',
      'session_media',
      'import_session',
      'sample',
      'sample_due',
      'archive_session',
      'session',
    ]) {
      db.prepare(`delete from ${table} where seq = ?`).run(seq)
    }
    db.prepare(`delete from quarantine where what = 'session' and key = ?`).run(row.id)
    db.prepare('update audit set target = null where target = ?').run(row.id)
    sessions++
  }
  context.facts.drop(index.flush())
  doomBlobs(context, sha256s)
  return { sessions, edits, sha256s: [...sha256s], versions: [...versions], exports: [...exports.values()] }
}

function bury({ db }: CommitContext, receipt: string, hash: Uint8Array): void {
  db.prepare('insert or ignore into tombstone (hash, receipt) values (?, ?)').run(hash, receipt)
}

function eraseEdits(context: CommitContext, seq: number, receipt: string): number {
  const rows = context.db.prepare('select id from edit where session = ?').all(seq) as { id: string }[]
  for (const { id } of rows) {
    bury(context, receipt, tombstone(context.salt, 'edit', id))
    context.db.prepare(`delete from quarantine where what = 'edit' and key = ?`).run(id)
  }
  context.db.prepare('delete from edit where session = ?').run(seq)
  return rows.length
}

function takeExports(db: CommitContext['db'], seq: number): readonly ExportNote[] {
  const notes = db.all(
    sql
      .selectFrom('export_session')
      .innerJoin('export_note', 'export_note.id', 'export_session.export')
      .select('export_note.body')
      .where('export_session.seq', '=', seq),
  )
  db.run(sql.deleteFrom('export_session').where('seq', '=', seq))
  return notes.map(({ body }) => JSON.parse(body) as ExportNote)
}

/** Frozen samples of the session lose their body; their items become tombstones, which tell nothing and still count. */
function redactVersions({ db, salt }: CommitContext, seq: number): readonly string[] {
  const names = new Set<string>()
  const frozen = db.prepare('select hash from frozen_session where seq = ?').all(seq) as { hash: Uint8Array }[]
  for (const { hash } of frozen) {
    const items = db.prepare('select version, part, sample from item where hash = ?').all(hash) as unknown as ItemKey[]
    for (const { version, part, sample } of items) {
      const stone = tombstone(salt, 'item', `${version} ${sample}`)
      db.prepare(
        `update item set sample = ?, hash = ?, grp = '', redacted = 1 where version = ? and part = ? and sample = ?`,
      ).run(toHex(stone), stone, version, part, sample)
      names.add(markRedacted(db, version))
    }
    db.prepare('delete from frozen_session where hash = ?').run(hash)
    db.prepare('delete from frozen where hash = ?').run(hash)
    for (const { version } of items) dropLabels(db, version)
  }
  return [...names]
}

/** A label that only an erased sample had may be the words of a person. */
function dropLabels(db: CommitContext['db'], id: number): void {
  const row = db.prepare('select body from version where id = ?').get(id) as { body: string }
  const version = JSON.parse(row.body) as DatasetVersion
  const used = db.prepare(
    `select 1 from item i join frozen f on f.hash = i.hash
     where i.version = ? and i.redacted = 0 and instr(f.body, ?) > 0 limit 1`,
  )
  const labels = version.labels.filter((label) => used.get(id, JSON.stringify(label)) !== undefined)
  if (labels.length === version.labels.length) return
  db.prepare('update version set body = ? where id = ?').run(JSON.stringify({ ...version, labels }), id)
}

interface ItemKey {
  readonly version: number
  readonly part: number
  readonly sample: string
}

function markRedacted(db: CommitContext['db'], id: number): string {
  const row = db.prepare('select body from version where id = ?').get(id) as { body: string }
  const version = JSON.parse(row.body) as DatasetVersion
  if (!version.redacted) {
    db.prepare('update version set body = ? where id = ?').run(JSON.stringify({ ...version, redacted: true }), id)
  }
  return `${version.dataset}@${version.version}`
}

/** Remembered in the same transaction, so that a crash before their deletion leaves none behind. */
function doomBlobs({ db }: CommitContext, sha256s: ReadonlySet<string>): void {
  const value = JSON.stringify([...new Set([...doomedBlobs(db), ...sha256s])])
  db.prepare(
    `insert into setting (key, value) values ('doomed', ?) on conflict do update set value = excluded.value`,
  ).run(value)
}

/** Blobs that were of erased sessions as well, though the catalog did not say so any more. */
export function doomMore(context: CommitContext, { sha256s }: { readonly sha256s: readonly string[] }): null {
  if (sha256s.length > 0) doomBlobs(context, new Set(sha256s))
  return null
}

/** Blobs of erased sessions that were not looked at yet. Present and empty: only the scrubbing is left to do. */
export function doomedBlobs(db: CommitContext['db']): readonly string[] {
  const row = db.prepare(`select value from setting where key = 'doomed'`).get() as { value: string } | undefined
  return row ? (JSON.parse(row.value) as string[]) : []
}

/** Refuses ids from now on, also of sessions that never came, and what comes late of runs of a contributor. */
export function buryIds(
  context: CommitContext,
  {
    receipt,
    ids,
    contributor,
  }: { readonly receipt: string; readonly ids: readonly string[]; readonly contributor: string | null },
): null {
  for (const id of ids) bury(context, receipt, tombstone(context.salt, 'session', id))
  if (contributor !== null) {
    const hash = tombstone(context.salt, 'contributor', contributor)
    // Erased twice: the later time counts.
    context.db.prepare('delete from tombstone where hash = ?').run(hash)
    bury(context, receipt, hash)
  }
  doomBlobs(context, new Set())
  return null
}

/** Tombstones that were found beside a backup. */
export function buryHashes(
  context: CommitContext,
  { receipt, hashes }: { readonly receipt: string; readonly hashes: readonly Uint8Array[] },
): null {
  for (const hash of hashes) bury(context, receipt, hash)
  return null
}

export interface FinishedErasure {
  readonly receipt: { readonly id: string; readonly at: number; readonly body: string }
  /** Backups that could not be told. */
  readonly unreachable: readonly string[]
}

export function putReceipt({ db }: CommitContext, { receipt, unreachable }: FinishedErasure): null {
  db.run(sql.insertInto('receipt').values(receipt))
  for (const backup of unreachable) {
    db.run(
      sql
        .insertInto('erasure_due')
        .values({ receipt: receipt.id, backup })
        .onConflict((on) => on.doNothing()),
    )
  }
  return null
}

export function erasureTold(
  { db }: CommitContext,
  { receipt, backup }: { readonly receipt: string; readonly backup: string },
): null {
  db.run(sql.deleteFrom('erasure_due').where('receipt', '=', receipt).where('backup', '=', backup))
  return null
}

/**
 * Deletes blobs of erased sessions that nobody else uses, whatever their age.
 *
 * @param keep hashes that open journals name
 */
export function dropDoomed(context: CommitContext, { keep }: { readonly keep: readonly string[] }): DroppedBlobs {
  const { db, paths } = context
  const kept = new Set(keep)
  const referenced = db.prepare('select 1 from session_media where sha = ? limit 1')
  const gone: string[] = []
  let deleted = 0
  let shared = 0
  for (const sha256 of doomedBlobs(db)) {
    const sha = fromHex(sha256)
    if (kept.has(sha256) || referenced.get(sha)) {
      shared++
      continue
    }
    for (const table of ['fingerprint', 'sent_blob']) db.prepare(`delete from ${table} where sha = ?`).run(sha)
    db.prepare('update audit set target = null where target = ?').run(sha256)
    const path = blobPath(paths.blobs, sha256)
    if (statSync(path, { throwIfNoEntry: false })) deleted++
    rmSync(path, { force: true })
    gone.push(sha256)
  }
  db.prepare(`update setting set value = '[]' where key = 'doomed'`).run()
  return { gone, deleted, shared }
}

export interface DroppedBlobs {
  /** Hashes of all that must not be here any more, whether there was a file of it or not. */
  readonly gone: readonly string[]
  readonly deleted: number
  readonly shared: number
}

/** The erasure is complete, unless another one has begun since. */
export function erasureScrubbed({ db }: CommitContext): null {
  db.prepare(`delete from setting where key = 'doomed' and value = '[]'`).run()
  return null
}
