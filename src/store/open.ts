/** The door to everything durable. */
import type { Store } from '#core/store.ts'
import { SqliteStore } from './sqlite-store.ts'
import type { StoreOptions } from './store-options.ts'

export type { StoreOptions }

/**
 * Opens a data directory, and makes or migrates it when that is due. Several processes may have it open at once.
 *
 * @throws store.missing, store.occupied, store.version, store.migration, store.permission, store.corrupt
 */
export function openStore(dataDir: string, options: StoreOptions = {}): Promise<Store> {
  return SqliteStore.open(dataDir, options)
}
