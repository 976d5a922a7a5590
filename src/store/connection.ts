import { statSync } from 'node:fs'
import { Database } from './sqlite-driver.ts'
import { asFault } from './sqlite-faults.ts'

/** 64 MB: pages that many transactions change are written into the catalog once. */
const walPages = 16_000
/** 64 MB: the upper levels of every index of a million sessions. */
const writerCacheKib = 65_536

/** The connection that writes; durable at each commit. */
export function openConnection(path: string): Database {
  const db = new Database(path)
  try {
    enterWal(db)
    db.exec(`pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on; pragma temp_store = memory;
      pragma wal_autocheckpoint = ${walPages}; pragma journal_size_limit = 67108864; pragma cache_size = -${writerCacheKib}`)
    return db
  } catch (error) {
    db.close()
    throw asFault(error, path)
  }
}

/** Several processes that open a fresh file at once get in each other's way here, and the busy timeout does not cover it. */
function enterWal(db: Database): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let attempt = 0; ; attempt++) {
    try {
      db.exec('pragma journal_mode = wal')
      return
    } catch (error) {
      if (attempt >= 400 || (error as { errcode?: number }).errcode !== 5) throw error
      Atomics.wait(pause, 0, 0, 25)
    }
  }
}

/** A connection that only reads. */
export function openReader(path: string, cacheKib = 32_768): Database {
  const db = new Database(path, { readOnly: true })
  db.exec(`pragma cache_size = -${cacheKib}; pragma temp_store = memory`)
  return db
}

/** 0 when the file is not there. */
export const fileBytes = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
