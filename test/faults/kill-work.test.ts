/** A few kills of each; `kill-work.long.ts` does a hundred and more. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { startServerProcess } from '../../bench/server-process.ts'
import { killBackup, killDoors, killHost, killMigration } from './kill-work.ts'

describe('after a kill -9', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'hindsight-kill-work-'))
  })
  after(() => rmSync(folder, { recursive: true }))
  const rng = seededRng('kill work')

  test('sessions, blobs, edits, journal lines and pieces of uploads that were acknowledged are there', async () => {
    let checked = 0
    for (let round = 0; round < 3; round++) checked += await killDoors(folder, round, rng)
    assert.ok(checked > 3)
  })

  test('a backup is whole or none', async () => {
    for (let round = 0; round < 2; round++) await killBackup(folder, round, rng)
  })

  test('a migration goes on where it was', async () => {
    for (let round = 0; round < 2; round++) await killMigration(folder, rng)
  })

  test('what an application recorded arrives when the next one opens its spool', async () => {
    const server = await startServerProcess(join(folder, 'server'))
    try {
      let ids = 0
      for (let round = 0; round < 2; round++) ids += await killHost(server, join(folder, 'spool'), rng)
      assert.ok(ids > 0)
    } finally {
      await server.stop()
    }
  })
})
