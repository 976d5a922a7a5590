/** What is done each time a store is opened, before anything else looks at it. */
import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault, fault } from '#core/faults.ts'
import { shapeProblem } from './catalog-shape.ts'
import { openConnection } from './connection.ts'
import { keepDamagedLog } from './damaged-log.ts'
import { blobPath, type DataPaths } from './data-dir.ts'
import { fileMode, makeFolder, syncFolder } from './durable-files.ts'
import { keepEarlierCatalog } from './earlier-catalog.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/migrations.ts'
import { asFault } from './sqlite-faults.ts'

const stalePartMs = 86_400_000

/** Makes or migrates the catalog. */
export function prepareCatalog({ catalog: path, quarantine }: Pick<DataPaths, 'catalog' | 'quarantine'>): void {
  // SQLite would make it readable for everybody; its WAL takes the mode of the catalog.
  closeSync(openSync(path, 'a', fileMode))
  keepDamagedLog(path, quarantine, Date.now())
  const db = openConnection(path)
  try {
    keepEarlierCatalog(db, path, migrations)
    migrate(db, migrations, Date.now())
    // The first to come chooses the salt; it is never changed, or nothing erased would be known again.
    const salt = randomBytes(32).toString('hex')
    db.prepare(`insert into setting (key, value) values ('salt', ?) on conflict do nothing`).run(salt)
  } catch (error) {
    const known = asFault(error, path)
    const shape = known instanceof Fault ? null : shapeProblem(db)
    throw shape ? fault('store.corrupt', { ...shape, where: path, cause: error }) : known
  } finally {
    db.close()
  }
}

/** Deletes what crashed writers left in `tmp`, and puts back what a crashed gc had in hand. */
export async function tidyTemporary(paths: DataPaths): Promise<void> {
  for (const name of await readdir(paths.tmp)) {
    const path = join(paths.tmp, name)
    const sha256 = /^gc-([0-9a-f]{64})$/.exec(name)?.[1]
    if (sha256 !== undefined) {
      const home = blobPath(paths.blobs, sha256)
      await makeFolder(dirname(home))
      // gc of another process may be done with it by now.
      await rename(path, home).catch(ignoreMissing)
      await syncFolder(dirname(home))
    } else if (name.endsWith('.part')) {
      const info = await stat(path).catch(ignoreMissing)
      if (info && Date.now() - info.mtimeMs > stalePartMs) await rm(path, { force: true })
    }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
