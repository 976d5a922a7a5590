/**
 * The way back from an upgrade: before a catalog that holds something is migrated, it is copied as it is. Blobs are the same for
 * every program, so the copy in place of the catalog is what the older program left.
 */
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileMode, syncFolder } from './durable-files.ts'
import type { Migration } from './migrations/migrations.ts'
import { Database } from './sqlite-driver.ts'

/** `catalog-before-0007-archives.db`: named by the last migration of the program that made it. */
const namePattern = /^catalog-before-[\w-]+\.db(\.part)?$/

export const earlierCatalog = (root: string, last: string): string => join(root, `catalog-before-${last}.db`)

/**
 * Copies the catalog beside itself when migrations are due and it holds a session. An upgrade that was cut short and goes on keeps
 * the copy that it made at its beginning.
 *
 * @returns the path of the copy; null when none was due
 * @throws store.full and what SQLite throws; nothing was migrated then
 */
export function keepEarlierCatalog(db: Database, path: string, migrations: readonly Migration[]): string | null {
  const last = migrations.at(-1)?.id ?? ''
  const root = dirname(path)
  const copy = earlierCatalog(root, last)
  if (!isOld(db, migrations) || existsSync(copy)) return null
  const done = countDone(db)
  const part = `${copy}.part`
  rmSync(part, { force: true })
  db.prepare('vacuum into ?').run(part)
  // Another program may have migrated meanwhile; then it has made the copy.
  const snapshot = new Database(part)
  const asItWas = countDone(snapshot) === done
  snapshot.close()
  if (!asItWas) {
    rmSync(part, { force: true })
    return null
  }
  chmodSync(part, fileMode)
  const file = openSync(part, 'r+')
  fsyncSync(file)
  closeSync(file)
  // That of an upgrade before is the way back no more.
  for (const name of copiesIn(root)) if (join(root, name) !== part) rmSync(join(root, name), { force: true })
  renameSync(part, copy)
  return copy
}

function isOld(db: Database, migrations: readonly Migration[]): boolean {
  const hasTable = db.prepare(`select 1 from sqlite_schema where name = 'migration'`).get() !== undefined
  if (!hasTable) return false
  const done = countDone(db)
  if (done === 0 || done >= migrations.length) return false
  return db.prepare('select 1 from session limit 1').get() !== undefined
}

const countDone = (db: Database): number => Number(db.prepare('select count(*) as n from migration').get()?.['n'])

/** What is erased must not stay in a copy either; and the way back is gone with it. */
export async function dropEarlierCatalogs(root: string): Promise<void> {
  const names = copiesIn(root)
  for (const name of names) rmSync(join(root, name), { force: true })
  if (names.length > 0) await syncFolder(root)
}

const copiesIn = (root: string): readonly string[] => readdirSync(root).filter((name) => namePattern.test(name))
