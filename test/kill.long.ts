/** Many kills at random moments under load: `npm run test:kill`, HINDSIGHT_KILLS (default 100) rounds in all. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import {
  type Acknowledged,
  assertSurvived,
  killExportOnce,
  killImportOnce,
  killServerOnce,
  writeSessionsFile,
} from './kill-rounds.ts'

const rounds = Number(process.env['HINDSIGHT_KILLS'] ?? 100)

test(`${rounds} kills: everything acknowledged is there once and byte for byte`, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-kill-'))
  try {
    const dataDir = join(dir, 'data')
    const acknowledged: Acknowledged = new Map()
    const rng = seededRng(2026)
    const counts = { server: 0, import: 0, export: 0 }
    for (let round = 0; round < rounds; round++) {
      const kind = (['server', 'server', 'import', 'export'] as const)[round % 4] ?? 'server'
      counts[kind]++
      if (kind === 'server') await killServerOnce(dataDir, 1000 + round, acknowledged)
      else if (kind === 'import') {
        const file = join(dir, `sessions-${round}.ndjson`)
        const ids = await writeSessionsFile(file, 5000 + round, 2000)
        await killImportOnce(dataDir, file, rng)
        while (!(await killImportOnce(dataDir, file, { next: () => 0.99, int: () => 60_000 }))) {}
        for (const id of ids) acknowledged.set(id, '')
        await rm(file)
      } else if (await killExportOnce(dataDir, join(dir, `out-${round}`), rng))
        await rm(join(dir, `out-${round}`), { recursive: true })
      if (round % 10 === 9) await assertSurvived(dataDir, acknowledged)
    }
    await assertSurvived(dataDir, acknowledged)
    assert.ok(acknowledged.size > 0)
    console.log(`${rounds} kills (${JSON.stringify(counts)}), ${acknowledged.size} acknowledged sessions, none lost`)
  } finally {
    await rm(dir, { recursive: true })
  }
})
