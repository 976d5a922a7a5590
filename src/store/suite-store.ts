/** A store in a folder of its own, for tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoreFactory } from './catalog-suite.ts'
import { openStore } from './open.ts'
import type { StoreOptions } from './store-options.ts'

export interface Folder {
  readonly path: string
  readonly data: string
  remove(): void
}

export function makeFolderOf(name: string): Folder {
  const path = mkdtempSync(join(tmpdir(), `hindsight-${name}-`))
  return { path, data: join(path, 'data'), remove: () => rmSync(path, { recursive: true, force: true }) }
}

export const openFresh =
  (options: StoreOptions = {}): StoreFactory =>
  async () => {
    const folder = makeFolderOf('store')
    const store = await openStore(folder.data, options)
    return {
      store,
      async close() {
        await store.close()
        folder.remove()
      },
    }
  }
