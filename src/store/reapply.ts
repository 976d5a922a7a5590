/** Erases again, in a catalog that was restored, what was erased since its backup was made. */
import type { Context } from '#core/context.ts'
import { type ErasureLine, tombstoneBytes } from './erasures.ts'
import { toHex } from './hashing.ts'
import { SqliteStore } from './sqlite-store.ts'
import { tombstone, tombstoneSalt } from './tombstones.ts'

export async function applyErasures(dataDir: string, erasures: readonly ErasureLine[], ctx: Context): Promise<void> {
  // Opened even with nothing to erase: a catalog that cannot be opened or migrated must not be put in place.
  const store = await SqliteStore.open(dataDir, { reserveBytes: 0 })
  try {
    if (erasures.length > 0) await eraseAgain(store, erasures, ctx)
  } finally {
    await store.close()
  }
}

async function eraseAgain(store: SqliteStore, erasures: readonly ErasureLine[], ctx: Context): Promise<void> {
  const { db, writer } = store.parts
  const erased = new Set(erasures.flatMap(({ tombstones }) => tombstones))
  const salt = tombstoneSalt(db)
  const sessions: string[] = []
  for (const { id } of db.prepare('select id from session').iterate() as Iterable<{ id: string }>) {
    if (erased.has(toHex(tombstone(salt, 'session', id)))) sessions.push(id)
  }
  for (const line of erasures) {
    const hashes = tombstoneBytes(line)
    await writer.call('buryHashes', { receipt: line.receipt, hashes }, Math.max(hashes.length, 1))
  }
  if (sessions.length > 0) await store.forget({ sessions }, 'restore', ctx)
}
