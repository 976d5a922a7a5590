/** A few kills of whole programs; `npm run test:kill` does a hundred. */
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

test('what a killed server acknowledged is there once and byte for byte', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-kill-'))
  try {
    const dataDir = join(dir, 'data')
    const acknowledged: Acknowledged = new Map()
    for (const seed of [1, 2, 3]) await killServerOnce(dataDir, seed, acknowledged)
    assert.ok(acknowledged.size > 0, 'nothing was acknowledged, so nothing was tested')
    await assertSurvived(dataDir, acknowledged)
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('a killed import goes on where it was, and a killed export leaves nothing', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-kill-'))
  try {
    const dataDir = join(dir, 'data')
    const rng = seededRng(5)
    const ids = await writeSessionsFile(join(dir, 'sessions.ndjson'), 5, 3000)
    for (let round = 0; round < 3; round++) await killImportOnce(dataDir, join(dir, 'sessions.ndjson'), rng)
    while (!(await killImportOnce(dataDir, join(dir, 'sessions.ndjson'), { next: () => 0.99, int: () => 60_000 }))) {}
    await assertSurvived(dataDir, new Map(ids.map((id) => [id, ''])))
    for (let round = 0; round < 2; round++) await killExportOnce(dataDir, join(dir, `out-${round}`), rng)
  } finally {
    await rm(dir, { recursive: true })
  }
})
