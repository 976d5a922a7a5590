/** Where clips lie: the latest place wins. */
import type { CommitContext } from './commit-context.ts'
import { sql } from './sqlite-driver.ts'
import type { Tables } from './tables.ts'

export function putClip({ db }: CommitContext, row: Tables['clip']): null {
  const { fingerprint: _, ...rest } = row
  db.run(
    sql
      .insertInto('clip')
      .values(row)
      .onConflict((on) => on.doUpdateSet(rest)),
  )
  return null
}

/** The bytes are overwritten, so that a place that was forgotten cannot be read from the file either. */
export function deleteClip({ db }: CommitContext, { fingerprint }: Pick<Tables['clip'], 'fingerprint'>): boolean {
  return db.run(sql.deleteFrom('clip').where('fingerprint', '=', fingerprint)) > 0
}
