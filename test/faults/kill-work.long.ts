/**
 * HINDSIGHT_KILLS (default 200) kills of whoever works on a store, backs it up, migrates it, or records into a spool, in turn;
 * HINDSIGHT_SEED chooses the moments. Those of servers, imports, exports and archives are `test/kill.long.ts` and `src/store/kill-*.long.ts`.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { startServerProcess } from '../../bench/server-process.ts'
import { killBackup, killDoors, killHost, killMigration } from './kill-work.ts'

const kills = Number(process.env['HINDSIGHT_KILLS'] ?? 200)
const seed = process.env['HINDSIGHT_SEED'] ?? 'kill-work'

test(`${kills} kills lose nothing that was acknowledged (seed ${seed})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindsight-kill-work-'))
  const rng = seededRng(seed)
  const server = await startServerProcess(join(folder, 'server'))
  const sums = { acknowledgements: 0, backups: 0, migrationsCutShort: 0, recorded: 0 }
  try {
    for (let round = 0; round < kills; round++) {
      if (round % 4 === 0) sums.acknowledgements += await killDoors(folder, round, rng)
      else if (round % 4 === 1) sums.backups += await killBackup(folder, round, rng)
      else if (round % 4 === 2) sums.migrationsCutShort += (await killMigration(folder, rng)) ? 0 : 1
      else sums.recorded += await killHost(server, join(folder, 'spool'), rng)
    }
    console.log(`${kills} kills: ${JSON.stringify(sums)}, none lost`)
    assert.ok(sums.acknowledgements > 0 && sums.recorded > 0)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
})
