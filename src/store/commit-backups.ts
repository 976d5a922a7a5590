import type { CommitContext } from './commit-context.ts'
import { sql } from './sqlite-driver.ts'

export interface BackupToRegister {
  readonly name: string
  readonly path: string
  readonly at: number
}

/** Before the copy begins, so that an erasure during the copy knows of it. */
export function registerBackup({ db }: CommitContext, backup: BackupToRegister): null {
  db.run(sql.insertInto('backup').values({ ...backup, body: null }))
  return null
}

/** @param body BackupInfo as JSON */
export function finishBackup(
  { db }: CommitContext,
  { name, body }: { readonly name: string; readonly body: string },
): null {
  db.run(sql.updateTable('backup').set({ body }).where('name', '=', name))
  return null
}

/** The copy is deleted: nothing that is erased from now on has to be told to it. */
export function dropBackup({ db }: CommitContext, { name }: { readonly name: string }): null {
  db.run(sql.deleteFrom('erasure_due').where('backup', '=', name))
  db.run(sql.deleteFrom('backup').where('name', '=', name))
  return null
}

export function abandonBackup({ db }: CommitContext, { name }: { readonly name: string }): null {
  db.run(sql.deleteFrom('backup').where('name', '=', name))
  return null
}
