/** Erasing in the tables that may name what was erased in a text. */
import type { CommitContext } from './commit-context.ts'
import { erasureRules } from './erasure-rules.ts'
import { Mentions } from './mentions.ts'
import type { Database } from './sqlite-driver.ts'

type Row = Readonly<Record<string, string | number | null>>

export const sweptTables: readonly string[] = Object.keys(erasureRules).filter(
  (table) => erasureRules[table]?.type === 'mentions',
)

/** @returns how many rows named something that was erased */
export function sweepTable({ db }: Pick<CommitContext, 'db'>, { table }: { readonly table: string }): number {
  const rule = erasureRules[table]
  if (rule?.type !== 'mentions') return 0
  const where = rule.key.map((column) => `${column} = ?`).join(' and ')
  const mentions = new Mentions(db)
  const rows = findMentions(db, table)
  for (const row of rows) {
    const key = rule.key.map((column) => row[column] ?? null)
    if (rule.rows === 'go' && row['stays'] !== 1) {
      db.prepare(`delete from ${table} where ${where}`).run(...key)
      continue
    }
    for (const column of rule.columns) {
      const text = row[column]
      if (typeof text !== 'string') continue
      db.prepare(`update ${table} set ${column} = ? where ${where}`).run(mentions.without(text), ...key)
    }
  }
  return rows.length
}

/** Rows of a table that name something erased. */
export function findMentions(db: Database, table: string): readonly Row[] {
  const rule = erasureRules[table]
  if (rule?.type !== 'mentions') return []
  const mentions = new Mentions(db)
  const columns = [...new Set([...rule.key, ...rule.columns])].join(', ')
  const rows = db.prepare(`select ${columns}, ${rule.except ?? '0'} as stays from ${table}`).iterate() as Iterable<Row>
  const found: Row[] = []
  for (const row of rows) {
    if (rule.columns.some((column) => typeof row[column] === 'string' && mentions.isIn(row[column]))) found.push(row)
  }
  return found
}
