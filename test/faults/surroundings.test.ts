/** What surrounds the store and goes wrong: the clock, the number of open files, a disk that may only be read, many writers that die. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { seededRng } from '#core/rng.ts'
import { openStore } from '#store/open.ts'
import { startWriter } from '#store/suite-children.ts'
import { contextOf, rowOf } from '#store/suite-rows.ts'
import { type Acknowledged as KilledServers, assertSurvived, killServerOnce } from '../kill-rounds.ts'
import { type Acknowledged, assertKept } from './acknowledged.ts'
import { mountSmall, unmount } from './full-rounds.ts'

const program = (name: string) => new URL(name, import.meta.url)
const hourMs = 3_600_000

describe('surroundings that fail', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'hindsight-surroundings-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  test('a clock that goes back by hours, to 1970 and ahead by years loses nothing', async () => {
    const acknowledged: KilledServers = new Map()
    const { NODE_OPTIONS: kept } = process.env
    process.env['NODE_OPTIONS'] = `--import=${program('other-clock.ts').href}`
    try {
      const clocks = [0, -3 * hourMs, -Date.now() + 1000, 10 * 365 * 24 * hourMs, 0]
      for (const [i, besideMs] of clocks.entries()) {
        process.env['HINDSIGHT_TEST_CLOCK'] = String(besideMs)
        // Odd seeds are killed while they certainly record.
        await killServerOnce(join(folder, 'clock'), 2 * i + 1, acknowledged)
      }
    } finally {
      delete process.env['HINDSIGHT_TEST_CLOCK']
      if (kept === undefined) delete process.env['NODE_OPTIONS']
      else process.env['NODE_OPTIONS'] = kept
    }
    assert.ok(acknowledged.size > 0)
    await assertSurvived(join(folder, 'clock'), acknowledged)
  })

  test('file handles that are used up are refused by name, and work goes on when there are some', {
    skip: process.platform === 'win32',
  }, async () => {
    const dataDir = join(folder, 'handles')
    const { stdout, stderr, status } = spawnSync(
      'sh',
      [
        '-c',
        'ulimit -n 120; exec "$@"',
        'sh',
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        fileURLToPath(program('scarce-handles.ts')),
        dataDir,
      ],
      { encoding: 'utf8' },
    )
    assert.equal(status, 0, stderr)
    type Said = Acknowledged | { readonly what: 'refused'; readonly code: string }
    const said = stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Said)
    const codes = new Set(said.flatMap((one) => (one.what === 'refused' ? [one.code] : [])))
    assert.deepEqual([...codes], ['store.handles'])
    const kept = said.filter((one) => one.what !== 'refused')
    assert.ok(kept.length >= 4)
    await assertKept(dataDir, kept)
  })

  test('a disk that may only be read is refused by name, and nothing is lost', async (t) => {
    const disk = join(folder, 'disk')
    const skip = mountSmall(disk)
    if (skip) return t.skip(skip)
    try {
      const dataDir = join(disk, 'data')
      mkdirSync(dataDir)
      const store = await openStore(dataDir, { reserveBytes: 0 })
      await store.catalog.putSessions([rowOf(1)])
      await store.close()
      assert.equal(spawnSync('mount', ['-o', 'remount,ro', disk]).status, 0)
      await assert.rejects(openStore(dataDir), { code: 'store.permission' })
      assert.equal(spawnSync('mount', ['-o', 'remount,rw', disk]).status, 0)
      const again = await openStore(dataDir, { reserveBytes: 0 })
      assert.deepEqual(await again.catalog.putSessions([rowOf(1), rowOf(2)]), ['repeated', 'created'])
      assert.deepEqual((await again.verify({ repair: false }, contextOf())).faults, [])
      await again.close()
    } finally {
      unmount(disk)
    }
  })

  test('eight writers, half of them killed, lose nothing', async () => {
    const dataDir = join(folder, 'writers')
    const rng = seededRng('eight')
    const children = Array.from({ length: 8 }, (_, i) =>
      startWriter(dataDir, i * 10_000, i % 2 === 0 ? 40 : 10_000, 2000),
    )
    for (const [i, child] of children.entries()) {
      if (i % 2 === 0) continue
      while (child.acknowledged.size === 0 && child.process.exitCode === null)
        await new Promise((go) => setTimeout(go, 20))
      setTimeout(() => child.process.kill('SIGKILL'), rng.int(300))
    }
    for (const child of children) await child.ended
    const said = children.flatMap(({ acknowledged }) => [...acknowledged])
    assert.ok(said.length > 160)
    const store = await openStore(dataDir)
    try {
      for (const [id, hash] of said) assert.equal((await store.catalog.session(id))?.hash, hash)
      assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
    } finally {
      await store.close()
    }
  })
})
