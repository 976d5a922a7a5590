/** HINDSIGHT_KILLS (default 100) kills of a writer, with a look at everything after every tenth. HINDSIGHT_SEED chooses the moments. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { assertSurvived, killOnce } from './kill-rounds.ts'
import { makeFolderOf } from './suite-store.ts'

const kills = Number(process.env['HINDSIGHT_KILLS'] ?? 100)
const seed = process.env['HINDSIGHT_SEED'] ?? 'kill-store'

test(`${kills} kills of a writer lose nothing (seed ${seed})`, async () => {
  const folder = makeFolderOf('kills')
  try {
    const rng = seededRng(seed)
    const acknowledged = new Map<string, string>()
    for (let round = 0; round < kills; round++) {
      await killOnce(folder.data, round, rng, acknowledged)
      if (round % 10 === 9) await assertSurvived(folder.data, acknowledged)
    }
    assert.ok(acknowledged.size > kills)
    await assertSurvived(folder.data, acknowledged)
  } finally {
    folder.remove()
  }
})
