/** A disk that becomes full a few times; `full.long.ts` does it a hundred times. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { fillBackup, fillOnce, mountSmall, unmount } from './full-rounds.ts'

const folder = mkdtempSync(join(tmpdir(), 'hindsight-full-'))
const disk = join(folder, 'disk')
const skip = mountSmall(disk)
after(() => {
  unmount(disk)
  rmSync(folder, { recursive: true })
})

describe('a disk that becomes full at any moment', { skip }, () => {
  const rng = seededRng('full')

  test('refuses by name whatever is under way, keeps what was acknowledged, and goes on when there is room', async () => {
    for (let round = 0; round < 3; round++) {
      const { refused, acknowledged } = await fillOnce(disk, round, rng)
      assert.equal(refused, 3)
      assert.ok(acknowledged > 0)
    }
  })

  test('leaves a backup whole or none', async () => {
    for (let round = 0; round < 2; round++) await fillBackup(disk, folder, rng)
  })
})
