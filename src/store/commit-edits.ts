/** Edits into the catalog: appended, never changed. */
import { fault } from '#core/faults.ts'
import type { PutResult } from '#core/store.ts'
import type { CommitContext } from './commit-context.ts'
import { dueAgain } from './commit-learned.ts'
import { archivedMark } from './commit-sessions.ts'
import { fromHex, toHex } from './hashing.ts'
import { isErased } from './tombstones.ts'

export interface EditToCommit {
  readonly id: string
  readonly session: string | null
  readonly project: string
  readonly atMs: number
  readonly kind: string
  readonly hash: string
  /** Canonical JSON. */
  readonly body: string
}

export interface EditsToCommit {
  readonly rows: readonly EditToCommit[]
  readonly importId: string | null
}

export function putEdits(context: CommitContext, { rows, importId }: EditsToCommit): readonly PutResult[] {
  return rows.map((row) => putEdit(context, row, importId))
}

function putEdit({ db, salt }: CommitContext, row: EditToCommit, importId: string | null): PutResult {
  const known = db.prepare('select hash from edit where id = ?').get(row.id) as { hash: Uint8Array } | undefined
  if (known) return toHex(known.hash) === row.hash ? 'repeated' : 'conflict'
  if (isErased(db, salt, 'edit', row.id)) return 'forgotten'
  let seq: number | null = null
  if (row.session !== null) {
    const session = db.prepare('select seq, aside from session where id = ?').get(row.session) as
      | { seq: number; aside: string | null }
      | undefined
    if (!session) {
      if (isErased(db, salt, 'session', row.session)) return 'forgotten'
      const expected = 'the id of a stored session'
      throw fault('session.unknown', { expected, found: row.session, where: `edit ${row.id}` })
    }
    if (session.aside === archivedMark) {
      const found = `session ${row.session} in an archive`
      throw fault('session.archived', { expected: 'a session that is in the store', found, where: `edit ${row.id}` })
    }
    seq = session.seq
  }
  db.prepare(
    'insert into edit (id, session, project, at, kind, import, hash, body) values (?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(row.id, seq, row.project, row.atMs, row.kind, importId, fromHex(row.hash), row.body)
  if (seq !== null) {
    // A new stamp tells the sample index that what somebody derives just now is already out of date.
    db.prepare(
      `insert into sample_due (seq, stamp) values (?, random() & 0xffffffffffff)
       on conflict do update set stamp = excluded.stamp`,
    ).run(seq)
    dueAgain(db, seq)
  }
  return 'created'
}
