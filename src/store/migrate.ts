/** Brings a catalog to the shape this program knows; data are only ever migrated forwards. */
import { fault } from '#core/faults.ts'
import { sha256Hex } from './hashing.ts'
import type { Migration } from './migrations/migrations.ts'
import type { Database } from './sqlite-driver.ts'

/**
 * Runs what is missing, each migration in a transaction of its own.
 *
 * @returns the ids that ran now
 * @throws store.migration for a changed past, store.version for a store of a newer program
 */
export function migrate(db: Database, migrations: readonly Migration[], nowMs: number): readonly string[] {
  db.exec('create table if not exists migration (id text primary key, hash text not null, at integer not null) strict')
  const ran: string[] = []
  if (checkPast(db, migrations) === migrations.length) return ran
  for (;;) {
    db.exec('begin immediate')
    try {
      // Looked at again under the lock: another process may have done it in between.
      const next = migrations[checkPast(db, migrations)]
      if (next) {
        db.exec(next.sql)
        db.prepare('insert into migration (id, hash, at) values (?, ?, ?)').run(next.id, sha256Hex(next.sql), nowMs)
        ran.push(next.id)
      }
      db.exec('commit')
      if (!next) return ran
    } catch (error) {
      if (db.raw.isTransaction) db.exec('rollback')
      throw error
    }
  }
}

/** How many of the migrations are done. */
function checkPast(db: Database, migrations: readonly Migration[]): number {
  const done = db.prepare('select id, hash from migration order by rowid').all() as { id: string; hash: string }[]
  for (const [index, row] of done.entries()) {
    const known = migrations[index]
    if (!known) {
      const expected = `at most migration ${migrations.at(-1)?.id ?? 'none'}`
      throw fault('store.version', { expected, found: row.id, where: 'catalog.db' })
    }
    if (known.id !== row.id || sha256Hex(known.sql) !== row.hash) {
      const expected = `migration ${known.id} (${sha256Hex(known.sql).slice(0, 12)})`
      // A damaged page may give anything.
      const found = `${row.id} (${String(row.hash).slice(0, 12)})`
      throw fault('store.migration', { expected, found, where: 'catalog.db' })
    }
  }
  return done.length
}
