/** A few kills of a writer; `kill-store.long.ts` does a hundred. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { assertSurvived, killOnce } from './kill-rounds.ts'
import { makeFolderOf } from './suite-store.ts'

test('what a killed writer had acknowledged is there, once and byte for byte', async () => {
  const folder = makeFolderOf('kill')
  try {
    const rng = seededRng(1)
    const acknowledged = new Map<string, string>()
    for (let round = 0; round < 4; round++) await killOnce(folder.data, round, rng, acknowledged)
    assert.ok(acknowledged.size > 0, 'nothing was acknowledged, so nothing was tested')
    await assertSurvived(folder.data, acknowledged)
  } finally {
    folder.remove()
  }
})
