/** The hot path: sessions into the catalog. Prepared statements throughout; everything of one call in one savepoint. */
import { statSync } from 'node:fs'
import { fault } from '#core/faults.ts'
import type { PutResult, SessionRow } from '#core/store.ts'
import { isWithdrawn } from './commit-consent.ts'
import type { CommitContext } from './commit-context.ts'
import { bringLessonsBack, dueForLearners, setLessonsAside } from './commit-learned.ts'
import { blobPath } from './data-dir.ts'
import { IndexChange, type IndexedSession, type PackedFacets } from './derived.ts'
import { fromHex, toHex } from './hashing.ts'
import { searchWords } from './search-words.ts'
import { isErased, isOfErased } from './tombstones.ts'

/** A session on its way to the writer; `body` is null when it is kept as a blob, which is stored by then. */
export interface SessionToCommit extends Omit<SessionRow, 'body' | 'facets'> {
  readonly body: string | null
  /** {@link PackedFacets} as JSON: one string crosses a thread for less than a list of objects. */
  readonly facets: string
  readonly sizeBytes: number
}

export interface SessionsToCommit {
  readonly rows: readonly SessionToCommit[]
  readonly importId: string | null
  readonly nowMs: number
}

interface Known {
  readonly seq: number
  readonly hash: Uint8Array
  readonly aside: string | null
}

export function putSessions(context: CommitContext, { rows, importId, nowMs }: SessionsToCommit): readonly PutResult[] {
  const { db } = context
  const index = new IndexChange(context)
  const find = db.prepare('select seq, hash, aside from session where id = ?')
  const seen = new Set<string>()
  const results = rows.map((row): PutResult => {
    const known = find.get(row.id) as Known | undefined
    if (known) return repeat(context, index, known, row, importId)
    if (isErased(db, context.salt, 'session', row.id)) return 'forgotten'
    if (isOfErased(db, context.salt, row.contributor, row.recordedAtMs)) return 'forgotten'
    if (isWithdrawn(context, row.project, row)) return 'withdrawn'
    requireMedia(context, row, seen)
    insert(context, index, row, importId, nowMs)
    return 'created'
  })
  index.flush()
  return results
}

function repeat(
  context: CommitContext,
  index: IndexChange,
  known: Known,
  row: SessionToCommit,
  importId: string | null,
): PutResult {
  if (toHex(known.hash) !== row.hash) return 'conflict'
  const { db } = context
  if (known.aside === damagedMark) heal(context, index, known.seq, row)
  if (importId !== null) {
    db.prepare('insert or ignore into import_session (import, seq, created) values (?, ?, 0)').run(importId, known.seq)
    if (known.aside === archivedMark) return 'repeated'
    if (known.aside !== null && known.aside !== damagedMark) bringBackOne(context, index, known.seq)
    else index.addImport(readIndexed(context, known.seq), known.seq, importId)
  }
  return 'repeated'
}

/** `aside` of a session whose record was damaged and set aside by verify. */
export const damagedMark = 'damaged'
/** `aside` of a session whose record is in an archive, which `archive_session` names. */
export const archivedMark = 'archived'

/** The record came again, whole: put it where the damaged one was. */
function heal(context: CommitContext, index: IndexChange, seq: number, row: SessionToCommit): void {
  if (row.body !== null)
    context.db.prepare('insert or replace into record (seq, body) values (?, ?)').run(seq, row.body)
  bringBackOne(context, index, seq)
  context.db.prepare('insert or ignore into sample_due (seq, stamp) values (?, 0)').run(seq)
}

/** Looked at inside the transaction, which gc must wait for. @throws session.media */
export function requireMedia({ paths }: CommitContext, row: SessionToCommit, seen: Set<string>): void {
  const named = row.cover === null ? row.media : [...row.media, row.cover]
  for (const sha256 of row.body === null ? [...named, row.hash] : named) {
    if (seen.has(sha256)) continue
    if (statSync(blobPath(paths.blobs, sha256), { throwIfNoEntry: false }) === undefined) {
      const found = `no blob ${sha256}`
      throw fault('session.media', { expected: 'media that are stored', found, where: `session ${row.id}` })
    }
    seen.add(sha256)
  }
}

function insert(
  { db, places }: CommitContext,
  index: IndexChange,
  row: SessionToCommit,
  importId: string | null,
  nowMs: number,
): void {
  const place = places.id(row.project, row.domain)
  const facets = JSON.parse(row.facets) as PackedFacets
  const words = packWords(row.searchText)
  const { lastInsertRowid } = db
    .prepare(
      `insert into session (id, place, schema_version, at, received_at, status, contributor, host, parent, hash, size, in_blob, aside, summary, cover, facets, words)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, ?, ?, ?, ?)`,
    )
    .run(
      row.id,
      place,
      row.schemaVersion,
      row.recordedAtMs,
      nowMs,
      row.status,
      row.contributor,
      row.host,
      row.parent,
      fromHex(row.hash),
      row.sizeBytes,
      row.body === null ? 1 : 0,
      row.summary,
      row.cover === null ? null : fromHex(row.cover),
      row.facets,
      words,
    )
  const seq = Number(lastInsertRowid)
  if (row.body !== null) db.prepare('insert into record (seq, body) values (?, ?)').run(seq, row.body)
  if (row.media.length > 0 || row.cover !== null || row.body === null) putMedia(db, seq, row)
  if (importId !== null) {
    db.prepare('insert into import_session (import, seq, created) values (?, ?, 1)').run(importId, seq)
  }
  db.prepare('insert into sample_due (seq, stamp) values (?, 0)').run(seq)
  dueForLearners(db, seq, row.domain)
  const { recordedAtMs: at, status, contributor, host } = row
  const imports = importId === null ? [] : [importId]
  index.add({ place, at, status, contributor, host, imports, facets, words }, seq)
}

function putMedia(db: CommitContext['db'], seq: number, row: SessionToCommit): void {
  const statement = db.prepare('insert or ignore into session_media (seq, sha) values (?, ?)')
  for (const sha256 of row.media) statement.run(seq, fromHex(sha256))
  if (row.cover !== null) statement.run(seq, fromHex(row.cover))
  if (row.body === null) statement.run(seq, fromHex(row.hash))
}

export const packWords = (text: string | null): string => (text === null ? '' : searchWords(text).join(' '))

/** What a session is indexed by. */
export function readIndexed({ db }: Pick<CommitContext, 'db'>, seq: number): IndexedSession {
  const row = db
    .prepare('select place, at, status, contributor, host, facets, words from session where seq = ?')
    .get(seq)
  const imports = db.prepare('select import from import_session where seq = ?').all(seq) as { import: string }[]
  const envelope = row as unknown as Omit<IndexedSession, 'imports' | 'facets'> & { readonly facets: string }
  return {
    ...envelope,
    imports: imports.map((entry) => entry.import),
    facets: JSON.parse(envelope.facets) as PackedFacets,
  }
}

/** Puts a session that was set aside back into every index. */
export function bringBackOne(context: CommitContext, index: IndexChange, seq: number): void {
  const session = readIndexed(context, seq)
  context.db.prepare('update session set aside = null where seq = ?').run(seq)
  bringLessonsBack(context.db, seq)
  index.add(session, seq)
}

/** Takes a session out of every index, and says which import replaced it. */
export function setAsideOne(context: CommitContext, index: IndexChange, seq: number, importId: string): void {
  const session = readIndexed(context, seq)
  context.db.prepare('update session set aside = ? where seq = ?').run(importId, seq)
  setLessonsAside(context.db, seq)
  index.remove(session, seq)
}
