/** HINDSIGHT_KILLS (default 50) kills while archiving and bringing back. HINDSIGHT_SEED chooses the moments. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { killArchiving } from './kill-archive-rounds.ts'
import { makeFolderOf } from './suite-store.ts'

const kills = Number(process.env['HINDSIGHT_KILLS'] ?? 50)
const seed = process.env['HINDSIGHT_SEED'] ?? 'kill-archive'

test(`${kills} kills while archiving lose nothing (seed ${seed})`, async () => {
  const folder = makeFolderOf('kills-archive')
  try {
    const { inStore, inArchive } = await killArchiving(folder, kills, seededRng(seed))
    assert.ok(inStore > 0 && inArchive > 0, `killed on both sides of the move: ${inStore}, ${inArchive}`)
  } finally {
    folder.remove()
  }
})
