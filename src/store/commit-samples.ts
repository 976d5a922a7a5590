/** The sample index: derived, replaced session by session. */
import type { CommitContext } from './commit-context.ts'
import { fromHex } from './hashing.ts'

export interface SamplesToCommit {
  readonly entries: readonly {
    readonly session: string
    /** What `pending` said when the samples were derived; null when it was not asked. */
    readonly stamp: number | null
    readonly samples: readonly { readonly type: string; readonly id: string; readonly body: string }[]
  }[]
}

export function putSamples({ db }: CommitContext, { entries }: SamplesToCommit): null {
  const find = db.prepare('select seq from session where id = ?')
  const insert = db.prepare('insert into sample (type, id, seq, body) values (?, ?, ?, ?)')
  for (const { session, stamp, samples } of entries) {
    const row = find.get(session) as { seq: number } | undefined
    if (!row) continue // erased while its samples were derived
    db.prepare('delete from sample where seq = ?').run(row.seq)
    for (const { type, id, body } of samples) insert.run(type, id, row.seq, body)
    // With another stamp an edit came in since: the session stays due.
    if (stamp === null) db.prepare('delete from sample_due where seq = ?').run(row.seq)
    else db.prepare('delete from sample_due where seq = ? and stamp = ?').run(row.seq, stamp)
  }
  return null
}

export interface SeqRange {
  /** Exclusive. */
  readonly after: number
  readonly limit: number
}

/** Marks the next sessions as due; returns the last one, or null at the end. */
export function invalidateBatch({ db }: CommitContext, { after, limit }: SeqRange): number | null {
  const rows = db.prepare('select seq from session where seq > ? order by seq limit ?').all(after, limit) as {
    seq: number
  }[]
  const mark = db.prepare(
    `insert into sample_due (seq, stamp) values (?, random() & 0xffffffffffff)
     on conflict do update set stamp = excluded.stamp`,
  )
  for (const { seq } of rows) mark.run(seq)
  return rows.at(-1)?.seq ?? null
}

export interface FingerprintsToCommit {
  readonly entries: readonly { readonly sha256: string; readonly hash: string }[]
}

export function putFingerprints({ db }: CommitContext, { entries }: FingerprintsToCommit): null {
  const insert = db.prepare('insert or replace into fingerprint (sha, hash) values (?, ?)')
  for (const { sha256, hash } of entries) insert.run(fromHex(sha256), hash)
  return null
}
