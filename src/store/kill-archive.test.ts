/** A few kills while archiving; `kill-archive.long.ts` does fifty. */
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { killArchiving } from './kill-archive-rounds.ts'
import { makeFolderOf } from './suite-store.ts'

test('whoever is killed while archiving leaves each session in the store or in a whole file', async () => {
  const folder = makeFolderOf('kill-archive')
  try {
    await killArchiving(folder, 4, seededRng(1))
  } finally {
    folder.remove()
  }
})
