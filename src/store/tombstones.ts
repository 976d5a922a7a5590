/** What stands where something was erased: a salted hash, by which the id is known again and nothing else can be told. */
import { sha256Bytes } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'

export type ErasedKind = 'session' | 'edit' | 'item' | 'contributor'

export const tombstone = (salt: string, kind: ErasedKind, id: string): Uint8Array =>
  sha256Bytes(`${salt}\n${kind}\n${id}`)

export function tombstoneSalt(db: Database): string {
  return String(db.prepare(`select value from setting where key = 'salt'`).get()?.['value'])
}

/**
 * Whether a run is of somebody whose data were erased after it began: what comes late of it is not taken in. Runs that began after
 * are new, and consent decides on them.
 */
export function isOfErased(db: Database, salt: string, contributor: string | null, beganAtMs: number): boolean {
  if (contributor === null || !db.prepare('select 1 from tombstone limit 1').get()) return false
  const row = db
    .prepare('select r.at from tombstone t left join receipt r on r.id = t.receipt where t.hash = ?')
    .get(tombstone(salt, 'contributor', contributor))
  // Without a receipt the erasure is under way, or was read beside a backup.
  return row !== undefined && (row['at'] === null || beganAtMs <= Number(row['at']))
}

export function isErased(db: Database, salt: string, kind: ErasedKind, id: string): boolean {
  if (!db.prepare('select 1 from tombstone limit 1').get()) return false
  return db.prepare('select 1 from tombstone where hash = ?').get(tombstone(salt, kind, id)) !== undefined
}
