/** What stands where something was erased: a salted hash, by which the id is known again and nothing else can be told. */
import { sha256Bytes } from './hashing.ts'
import type { Database } from './sqlite-driver.ts'

export type ErasedKind = 'session' | 'edit' | 'item'

export const tombstone = (salt: string, kind: ErasedKind, id: string): Uint8Array =>
  sha256Bytes(`${salt}\n${kind}\n${id}`)

export function tombstoneSalt(db: Database): string {
  return String(db.prepare(`select value from setting where key = 'salt'`).get()?.['value'])
}

export function isErased(db: Database, salt: string, kind: ErasedKind, id: string): boolean {
  if (!db.prepare('select 1 from tombstone limit 1').get()) return false
  return db.prepare('select 1 from tombstone where hash = ?').get(tombstone(salt, kind, id)) !== undefined
}
