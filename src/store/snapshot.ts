import { chmodSync, closeSync, fsyncSync, openSync } from 'node:fs'
import type { CareContext } from './care-context.ts'
import { openReader } from './connection.ts'
import { fileMode } from './durable-files.ts'
import { Database } from './sqlite-driver.ts'

/** Copies one moment of the catalog into a new file, durable. Writers go on meanwhile. */
export function snapshotCatalog({ paths }: CareContext, { target }: { readonly target: string }): null {
  const db = openReader(paths.catalog)
  try {
    db.prepare('vacuum into ?').run(target)
  } finally {
    db.close()
  }
  leaveOut(target)
  chmodSync(target, fileMode)
  // SQLite does not promise that the copy has reached the disk.
  const file = openSync(target, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return null
}

/**
 * Where clips lie is nobody's business elsewhere, and a sign-in that was ended since must not come back with a backup; the bytes
 * are overwritten, not only unlinked.
 */
function leaveOut(target: string): void {
  const db = new Database(target)
  try {
    db.exec('pragma journal_mode = delete; pragma secure_delete = on; delete from clip; delete from sign_in')
    // A copy that is opened elsewhere must not begin to send by itself.
    db.exec('delete from webhook_delivery; delete from webhook')
  } finally {
    db.close()
  }
}
