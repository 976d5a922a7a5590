/** Taking out of the catalog what is in a whole archive file, and the list of those files. */
import { fault } from '#core/faults.ts'
import { editsDigest, type WrittenSession } from './archive-rows.ts'
import type { CommitContext } from './commit-context.ts'
import { dropLoose } from './commit-datasets.ts'
import { archivedMark, readIndexed } from './commit-sessions.ts'
import { IndexChange } from './derived.ts'
import { fromHex, toHex } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'

export interface ArchiveToRegister {
  readonly id: string
  readonly path: string
  readonly at: number
  readonly state: string
  readonly sha256: string
  readonly body: string
}

/** Before the first byte is written, so that a crash leaves no file that nobody knows; or of a file that was found. */
export function registerArchive({ db }: CommitContext, row: ArchiveToRegister): null {
  db.prepare('insert or ignore into archive (id, path, at, state, sha256, body) values (?, ?, ?, ?, ?, ?)').run(
    row.id,
    row.path,
    row.at,
    row.state,
    row.sha256,
    row.body,
  )
  return null
}

/** Of a file that was not finished, and of which nothing in the store depends. */
export function abandonArchive({ db }: CommitContext, { id }: { readonly id: string }): null {
  const { changes } = db.prepare(`delete from archive where id = ? and state = 'writing' returning id`).run(id)
  if (changes > 0) db.prepare('delete from archive_session where archive = ?').run(id)
  return null
}

export interface ArchiveToSeal {
  readonly id: string
  readonly sha256: string
  readonly body: string
  readonly sessions: readonly WrittenSession[]
  /** Whose samples the file holds. */
  readonly behind: readonly string[]
  /** Leaves the store in the same transaction. */
  readonly dataset: DatasetToMove | null
}

export interface DatasetToMove {
  readonly project: string
  readonly dataset: string
  /** The bodies of its versions as they were written, as a JSON list. */
  readonly versions: string
}

/**
 * The file is whole: from here on the sessions are in it, and what is still in the store is on its way out.
 *
 * @throws store.busy when something was erased or changed since it was written: the file must not stay
 */
export function sealArchive(
  { db }: CommitContext,
  { id, sha256, body, sessions, behind, dataset }: ArchiveToSeal,
): null {
  const { changes } = db
    .prepare(`update archive set state = 'moving', sha256 = ?, body = ? where id = ? and state = 'writing'`)
    .run(sha256, body, id)
  if (changes === 0) {
    throw fault('archive.unknown', { expected: 'an archive that is being written', found: 'one that was given up' })
  }
  const put = db.prepare(
    'insert into archive_session (seq, archive, edits, consent) select seq, ?, ?, ? from session where seq = ?',
  )
  let known = 0
  for (const { seq, edits, consent } of sessions) known += Number(put.run(id, edits, consent, seq).changes)
  for (const session of behind) known += linkCopy(db, id, session)
  if (known < sessions.length + behind.length) throw changed('sessions', 'some that were erased meanwhile')
  if (dataset) moveDataset(db, id, dataset)
  return null
}

const linkCopy = (db: Database, archive: string, session: string): number =>
  Number(
    db
      .prepare('insert or ignore into archive_session (seq, archive) select seq, ? from session where id = ?')
      .run(archive, session).changes,
  )

const changed = (what: string, found: string) =>
  fault('store.busy', { expected: `${what} as they were written`, found, fix: 'archive again; nothing was moved' })

export interface ArchiveToAdopt {
  readonly id: string
  readonly path: string
  readonly at: number
  readonly sha256: string
  readonly body: string
  /** Ids of sessions that the file holds something of. */
  readonly held: readonly string[]
}

/** A file that was found: known from now on where it lies, so that erasures reach it. */
export function adoptArchive(context: CommitContext, { held, ...row }: ArchiveToAdopt): null {
  const { db } = context
  registerArchive(context, { ...row, state: 'whole' })
  db.prepare(`update archive set path = ?, sha256 = ?, body = ? where id = ? and state = 'whole'`).run(
    row.path,
    row.sha256,
    row.body,
    row.id,
  )
  for (const session of held) linkCopy(db, row.id, session)
  return null
}

export interface MovedBatch {
  readonly moved: number
  /** Changed since they were written: they stay. */
  readonly left: number
  /** Media that no session and no frozen version names any more. */
  readonly freed: readonly string[]
}

/** Takes the next sessions out of the store; nothing when all are done. */
export function moveBatch(
  context: CommitContext,
  { archive, limit }: { readonly archive: string; readonly limit: number },
): MovedBatch {
  const { db } = context
  const rows = db
    .prepare('select seq, edits from archive_session where archive = ? and edits is not null limit ?')
    .all(archive, limit) as { seq: number; edits: Uint8Array }[]
  const index = new IndexChange(context)
  const freed = new Set<string>()
  let moved = 0
  for (const { seq, edits } of rows) {
    db.prepare('update archive_session set edits = null where archive = ? and seq = ?').run(archive, seq)
    const live = db.prepare('select 1 from session where seq = ? and aside is null').get(seq)
    if (!live || toHex(editsDigest(db, seq)) !== toHex(edits)) continue
    index.remove(readIndexed(context, seq), seq)
    for (const sha of takeOut(db, seq)) freed.add(sha)
    moved++
  }
  context.facts.drop(index.flush())
  const used = db.prepare('select 1 from session_media where sha = ? limit 1')
  return { moved, left: rows.length - moved, freed: [...freed].filter((sha) => !used.get(fromHex(sha))) }
}

/** The row stays, as what versions, exports, imports and lessons refer to; so does what was learned. */
function takeOut(db: Database, seq: number): readonly string[] {
  const media = db.prepare('select sha from session_media where seq = ?').all(seq) as { sha: Uint8Array }[]
  const bodies = db
    .prepare(
      'select f.body from frozen_session s join frozen f on f.hash = s.hash where s.seq = ? and f.body is not null',
    )
    .all(seq) as { body: string }[]
  const out = media.map(({ sha }) => toHex(sha)).filter((sha) => !bodies.some(({ body }) => body.includes(sha)))
  for (const sha of out) db.prepare('delete from session_media where seq = ? and sha = ?').run(seq, fromHex(sha))
  for (const table of ['record', 'sample', 'sample_due']) db.prepare(`delete from ${table} where seq = ?`).run(seq)
  db.prepare('delete from edit where session = ?').run(seq)
  db.prepare(`update session set aside = ?, facets = '[]', words = '', cover = null where seq = ?`).run(
    archivedMark,
    seq,
  )
  return out
}

function moveDataset(db: Database, archive: string, { project, dataset, versions }: DatasetToMove): void {
  const kept = db
    .prepare('select id, body from version where project = ? and dataset = ? order by id')
    .all(project, dataset)
  if (JSON.stringify(kept.map(({ body }) => body)) !== versions) {
    throw changed('versions', 'others')
  }
  for (const { id } of kept as { id: number }[]) {
    db.prepare('delete from item where version = ?').run(id)
    db.prepare('delete from version where id = ?').run(id)
  }
  dropLoose(db)
  db.prepare('delete from dataset where project = ? and name = ?').run(project, dataset)
  db.prepare('insert or replace into archived_dataset (project, name, archive) values (?, ?, ?)').run(
    project,
    dataset,
    archive,
  )
}

export function finishArchive({ db }: CommitContext, { id }: { readonly id: string }): null {
  db.prepare(`update archive set state = 'whole' where id = ?`).run(id)
  return null
}

/** What an erasure made of the file; the erasures that it had waited for are told. */
export function archiveReached(
  { db }: CommitContext,
  { id, sha256, body }: { readonly id: string; readonly sha256: string; readonly body: string },
): null {
  db.prepare('update archive set sha256 = ?, body = ? where id = ?').run(sha256, body, id)
  db.prepare('delete from archive_due where archive = ?').run(id)
  return null
}
