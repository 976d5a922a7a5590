import type { CommitContext } from './commit-context.ts'

/** Moves all of the WAL into the catalog and empties it; false while a reader still needs it. Outside of transactions. */
export function truncateWal({ db }: CommitContext): boolean {
  return db.prepare('pragma wal_checkpoint(truncate)').get()?.['busy'] === 0
}
