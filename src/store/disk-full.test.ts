/** A disk that is really full: a small file system in memory. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openStore } from './open.ts'
import { chunksOf, contextOf, idOf, rowOf } from './suite-rows.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

/** Mounts one, or says why it cannot. */
function mountSmall(path: string): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root to mount a small disk'
  mkdirSync(path, { recursive: true })
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', path], { encoding: 'utf8' })
  return mounted.status === 0
    ? false
    : `cannot mount a small disk: ${(mounted.stderr || mounted.error?.message) ?? ''}`.trim()
}

const folder: Folder = makeFolderOf('full')
const disk = join(folder.path, 'disk')
const skip = mountSmall(disk)

describe('a full disk', { skip }, () => {
  before(() => assert.equal(spawnSync('mountpoint', ['-q', disk]).status, 0))
  // Lazily, since a failed test may have left a store open.
  after(() => {
    spawnSync('umount', ['-l', disk])
    folder.remove()
  })

  /** Writes until it is refused; returns what was acknowledged, and the refusal. */
  async function fill(dataDir: string, reserveBytes: number) {
    const store = await openStore(dataDir, { reserveBytes })
    const acknowledged = new Map<string, string>()
    let refusal: unknown = null
    try {
      for (let n = 0; n < 4000 && refusal === null; n += 8) {
        const rows = Array.from({ length: 8 }, (_, i) => rowOf(n + i, {}, { text: `${n} `.repeat(5000) }))
        try {
          await store.catalog.putSessions(rows)
          for (const { id, hash } of rows) acknowledged.set(id, hash)
        } catch (error) {
          refusal = error
        }
      }
      return { acknowledged, refusal: refusal as { code?: string; fix?: string } | null }
    } finally {
      await store.close()
    }
  }

  async function assertWhole(dataDir: string, acknowledged: ReadonlyMap<string, string>): Promise<void> {
    const store = await openStore(dataDir, { reserveBytes: 0 })
    try {
      for (const [id, hash] of acknowledged) assert.equal((await store.catalog.session(id))?.hash, hash)
      assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
    } finally {
      await store.close()
    }
  }

  test('the reserve is kept: new data are refused early, and erasing still works', async () => {
    const dataDir = join(disk, 'reserved')
    const { acknowledged, refusal } = await fill(dataDir, 24_000_000)
    assert.equal(refusal?.code, 'store.full')
    assert.match(refusal?.fix ?? '', /free disk space/)
    assert.ok(acknowledged.size > 0)
    const store = await openStore(dataDir, { reserveBytes: 24_000_000 })
    await assert.rejects(store.blobs.put(chunksOf(Buffer.alloc(40_000_000))), { code: 'store.full' })
    const { freeBytes, reserveBytes } = await store.health()
    assert.ok(freeBytes > reserveBytes - 1_000_000, `${freeBytes} left`)
    assert.equal((await store.forget({ sessions: [idOf(0)] }, 'owner', contextOf())).sessions, 1)
    await store.close()
    acknowledged.delete(idOf(0))
    await assertWhole(dataDir, acknowledged)
    rmSync(dataDir, { recursive: true })
  })

  test('without a reserve the disk itself refuses, and what was acknowledged stays', async () => {
    const dataDir = join(disk, 'brimful')
    const { acknowledged, refusal } = await fill(dataDir, 0)
    assert.equal(refusal?.code, 'store.full')
    assert.ok(acknowledged.size > 0)
    await assertWhole(dataDir, acknowledged)
    rmSync(dataDir, { recursive: true })
  })

  test('a disk that others filled refuses blobs and journals, and goes on when there is room again', async () => {
    const dataDir = join(disk, 'others')
    const store = await openStore(dataDir, { reserveBytes: 0 })
    await store.catalog.putSessions([rowOf(1)])
    await store.journals.open({ op: 'open', session: { id: idOf(5) } })
    const filler = join(disk, 'filler')
    try {
      writeFileSync(filler, Buffer.alloc(100_000_000))
    } catch {
      // As meant: everything is taken now.
    }
    await assert.rejects(store.blobs.put(chunksOf(Buffer.alloc(500_000, 1))), { code: 'store.full' })
    const line = { op: 'append', path: '/telemetry/x', value: 'y'.repeat(500_000) } as const
    await assert.rejects(store.journals.append(idOf(5), [line]), { code: 'store.full' })
    rmSync(filler)
    await store.journals.append(idOf(5), [{ ...line, value: 'after' }])
    assert.deepEqual((await store.journals.read(idOf(5))).at(-1), { ...line, value: 'after' })
    await store.blobs.put(chunksOf(Buffer.alloc(500_000, 1)))
    assert.deepEqual(await store.catalog.putSessions([rowOf(2)]), ['created'])
    assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
    await store.close()
  })
})

if (skip !== false) after(() => folder.remove())
