/** Back into the catalog from an archive: sessions as they were, with their edits, and versions with their items. */
import { fault } from '#core/faults.ts'
import type { DatasetVersion } from '#core/dataset.ts'
import type { CommitContext } from './commit-context.ts'
import { stageVersion } from './commit-datasets.ts'
import {
  archivedMark,
  packWords,
  putSessions,
  readIndexed,
  requireMedia,
  type SessionToCommit,
} from './commit-sessions.ts'
import { IndexChange } from './derived.ts'
import { fromHex, sha256Hex, toHex } from './hashing.ts'
import { isErased, tombstone } from './tombstones.ts'

export interface EditToBringBack {
  readonly id: string
  readonly project: string
  readonly atMs: number
  readonly kind: string
  readonly importId: string | null
  readonly hash: Uint8Array
  readonly body: string
}

export interface SessionToBringBack extends SessionToCommit {
  /** In the order they came. */
  readonly edits: readonly EditToBringBack[]
}

export function bringBack(
  context: CommitContext,
  { session, nowMs }: { readonly session: SessionToBringBack; readonly nowMs: number },
): { readonly result: 'created' | 'repeated' | 'forgotten'; readonly edits: number } {
  const { db } = context
  const known = db.prepare('select seq, hash, aside from session where id = ?').get(session.id) as
    | { seq: number; hash: Uint8Array; aside: string | null }
    | undefined
  if (known && toHex(known.hash) !== session.hash) {
    const expected = `the content stored under ${session.id}`
    throw fault('session.conflict', { expected, found: `sha256 ${session.hash}`, where: 'the archive' })
  }
  if (!known) {
    const [result] = putSessions(context, { rows: [session], importId: null, nowMs })
    if (result !== 'created') return { result: 'forgotten', edits: 0 }
  } else if (known.aside === archivedMark) reindexOne(context, known.seq, session)
  else return { result: 'repeated', edits: 0 }
  return { result: 'created', edits: putEdits(context, session) }
}

/** The row was here all the time; what it is found by comes back, and its lessons never left. */
function reindexOne(context: CommitContext, seq: number, session: SessionToBringBack): void {
  const { db } = context
  requireMedia(context, session, new Set())
  db.prepare('update session set aside = null, summary = ?, facets = ?, words = ?, cover = ? where seq = ?').run(
    session.summary,
    session.facets,
    packWords(session.searchText),
    session.cover === null ? null : fromHex(session.cover),
    seq,
  )
  if (session.body !== null) db.prepare('insert into record (seq, body) values (?, ?)').run(seq, session.body)
  const media = db.prepare('insert or ignore into session_media (seq, sha) values (?, ?)')
  for (const sha256 of session.media) media.run(seq, fromHex(sha256))
  if (session.cover !== null) media.run(seq, fromHex(session.cover))
  if (session.body === null) media.run(seq, fromHex(session.hash))
  db.prepare('insert or ignore into sample_due (seq, stamp) values (?, 0)').run(seq)
  const index = new IndexChange(context)
  index.add(readIndexed(context, seq), seq)
  index.flush()
}

/** Without making the session due for those who learned from it: they know of these edits. */
function putEdits({ db, salt }: CommitContext, { id: session, edits }: SessionToBringBack): number {
  const insert = db.prepare(
    `insert or ignore into edit (id, session, project, at, kind, import, hash, body)
     select ?, seq, ?, ?, ?, ?, ?, ? from session where id = ?`,
  )
  let put = 0
  for (const { id, project, atMs, kind, importId, hash, body } of edits) {
    if (isErased(db, salt, 'edit', id)) continue
    put += Number(insert.run(id, project, atMs, kind, importId, hash, body, session).changes)
  }
  return put
}

export interface VersionToBegin {
  readonly project: string
  readonly name: string
  /** Body of the dataset. */
  readonly dataset: string
  readonly version: string
  readonly body: string
  readonly nowMs: number
}

/** The dataset comes back with the first of its versions. @returns the number of the version, which is staged */
export function beginVersion(context: CommitContext, { project, name, dataset, body, nowMs }: VersionToBegin): number {
  const { db } = context
  const { createdAt } = JSON.parse(dataset) as { readonly createdAt: string }
  db.prepare('insert or ignore into dataset (project, name, created_at, body) values (?, ?, ?, ?)').run(
    project,
    name,
    Date.parse(createdAt),
    dataset,
  )
  return stageVersion(context, { version: JSON.parse(body) as DatasetVersion, nowMs })
}

export interface ItemToBringBack {
  readonly part: number
  readonly sample: string
  readonly hash: Uint8Array
  readonly grp: string
  readonly redacted: number
  readonly body: string | null
  /** Behind the sample. */
  readonly sessions: readonly string[]
  readonly media: readonly Uint8Array[]
  /** One of its sessions was erased since. */
  readonly erased: boolean
}

export function bringItems(
  { db, salt }: CommitContext,
  {
    version,
    items,
    nowMs,
  }: { readonly version: number; readonly items: readonly ItemToBringBack[]; readonly nowMs: number },
): null {
  db.prepare('update version set staged_at = ? where id = ? and staged_at is not null').run(nowMs, version)
  const freeze = db.prepare(
    'insert into frozen (hash, body) values (?, ?) on conflict do update set body = excluded.body where body is null',
  )
  const link = db.prepare('insert or ignore into frozen_session (seq, hash) select seq, ? from session where id = ?')
  const need = db.prepare('insert or ignore into session_media (seq, sha) select seq, ? from session where id = ?')
  const insert = db.prepare(
    'insert or ignore into item (version, part, sample, hash, grp, redacted) values (?, ?, ?, ?, ?, ?)',
  )
  for (const item of items) {
    if (item.erased || item.redacted === 1 || item.body === null) {
      const stone = item.redacted === 1 ? item.hash : tombstone(salt, 'item', `${version} ${item.sample}`)
      insert.run(version, item.part, item.redacted === 1 ? item.sample : toHex(stone), stone, '', 1)
      if (item.redacted !== 1) markRedacted(db, version)
      continue
    }
    if (sha256Hex(item.body) !== toHex(item.hash)) {
      const expected = `sha256 ${toHex(item.hash)}`
      throw fault('archive.invalid', { expected, found: sha256Hex(item.body), where: `sample ${item.sample}` })
    }
    freeze.run(item.hash, item.body)
    for (const session of item.sessions) {
      link.run(item.hash, session)
      for (const sha of item.media) need.run(sha, session)
    }
    insert.run(version, item.part, item.sample, item.hash, item.grp, 0)
  }
  return null
}

function markRedacted(db: CommitContext['db'], version: number): void {
  const row = db.prepare('select body from version where id = ?').get(version) as { body: string }
  const body: DatasetVersion = { ...(JSON.parse(row.body) as DatasetVersion), redacted: true }
  db.prepare('update version set body = ? where id = ?').run(JSON.stringify(body), version)
}

export function endVersion(
  { db }: CommitContext,
  { id, project, name }: { readonly id: number; readonly project: string; readonly name: string },
): null {
  db.prepare('update version set staged_at = null where id = ?').run(id)
  db.prepare('delete from archived_dataset where project = ? and name = ?').run(project, name)
  return null
}
