/** Tells backups what was erased since they were made: a line of tombstones in a file beside them. */
import { open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exists, fileMode, syncFolder } from './durable-files.ts'
import { fromHex, toHex } from './hashing.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { StoreParts } from './store-parts.ts'

export const erasuresFile = 'erasures.ndjson'

export interface ErasureLine {
  readonly receipt: string
  readonly at: string
  readonly tombstones: readonly string[]
}

/** @returns the names of backups that could not be reached */
export async function tellBackups(
  { db }: Pick<StoreParts, 'db'>,
  receipt: string,
  at: string,
): Promise<readonly string[]> {
  const backups = db.all(sql.selectFrom('backup').select(['name', 'path']))
  const targets = Map.groupBy(backups, ({ path }) => dirname(path))
  const unreachable: string[] = []
  for (const [target, some] of targets) {
    if (!(await appendErasure(target, line(db, receipt, at)))) unreachable.push(...some.map(({ name }) => name))
  }
  return unreachable
}

/** Tells backups that were out of reach when something was erased. */
export async function tellOverdue({ db, writer }: Pick<StoreParts, 'db' | 'writer'>): Promise<void> {
  const due = db.all(
    sql
      .selectFrom('erasure_due')
      .innerJoin('backup', 'backup.name', 'erasure_due.backup')
      .innerJoin('receipt', 'receipt.id', 'erasure_due.receipt')
      .select(['erasure_due.receipt', 'erasure_due.backup', 'backup.path', 'receipt.at']),
  )
  for (const { receipt, backup, path, at } of due) {
    if (await appendErasure(dirname(path), line(db, receipt, new Date(at).toISOString()))) {
      await writer.call('erasureTold', { receipt, backup })
    }
  }
}

function line(db: Database, receipt: string, at: string): ErasureLine {
  const rows = db.all(sql.selectFrom('tombstone').select('hash').where('receipt', '=', receipt))
  return { receipt, at, tombstones: rows.map(({ hash }) => toHex(hash)) }
}

/** false when the target is not there. Saying the same twice is harmless. */
async function appendErasure(target: string, erasure: ErasureLine): Promise<boolean> {
  try {
    if (!(await exists(target))) return false
    const file = await open(join(target, erasuresFile), 'a', fileMode)
    try {
      await file.write(`${JSON.stringify(erasure)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await syncFolder(target)
    return true
  } catch {
    return false // unplugged, read-only or full: told later
  }
}

/** What was erased since the backups of a target were made. A torn last line was never acknowledged. */
export async function readErasures(target: string): Promise<readonly ErasureLine[]> {
  const path = join(target, erasuresFile)
  if (!(await exists(path))) return []
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1)
  return lines.map((text) => JSON.parse(text) as ErasureLine)
}

export const tombstoneBytes = ({ tombstones }: ErasureLine): readonly Uint8Array[] => tombstones.map(fromHex)
