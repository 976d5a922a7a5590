import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import type { BackupInfo } from '#core/store.ts'
import { blobPath } from './data-dir.ts'
import { openStore } from './open.ts'
import { backupsToKeep } from './prune-backups.ts'
import { restore } from './restore.ts'
import { SqliteStore } from './sqlite-store.ts'
import { contextOf, idOf, putText, rowOf } from './suite-rows.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

const backupAt = (at: string) => ({ name: at, at: `${at}:00:00.000Z` })

describe('which backups are kept', () => {
  const nights = ['2026-11-21T03', '2026-11-20T03', '2026-11-19T23', '2026-11-19T03', '2026-11-15T03', '2026-11-08T03']
  const backups = nights.map(backupAt)
  const kept = (newest: number, daily: number, weekly: number) =>
    nights.map((name) => (backupsToKeep(backups, { newest, daily, weekly }).has(name) ? 'k' : '-')).join('')

  test('the newest, the newest of days, the newest of weeks', () => {
    assert.equal(kept(1, 0, 0), 'k-----')
    assert.equal(kept(0, 0, 0), 'k-----')
    assert.equal(kept(3, 0, 0), 'kkk---')
    assert.equal(kept(1, 3, 0), 'kkk---')
    assert.equal(kept(1, 4, 0), 'kkk-k-')
    // 2026-11-16 is a Monday.
    assert.equal(kept(1, 0, 3), 'k---kk')
  })

  test('never none, and never fewer for a larger number', () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 40 })
    const numbers = fc.nat({ max: 12 })
    fc.assert(
      fc.property(days, numbers, numbers, numbers, (times, newest, daily, weekly) => {
        const made = times
          .sort((a, b) => b - a)
          .map((hours) => ({ name: String(hours), at: new Date(Date.UTC(2026, 0, 1, hours * 7)).toISOString() }))
        const some = backupsToKeep(made, { newest, daily, weekly })
        assert.ok(some.has(made[0]!.name))
        const more = backupsToKeep(made, { newest: newest + 1, daily: daily + 1, weekly: weekly + 1 })
        for (const name of some) assert.ok(more.has(name))
      }),
      { seed: 1 },
    )
  })
})

describe('deleting old backups', () => {
  let folder: Folder
  let store: SqliteStore
  let target: string
  const one = { newest: 1, daily: 0, weekly: 0 }
  beforeEach(async () => {
    folder = makeFolderOf('prune')
    store = await SqliteStore.open(folder.data, {})
    target = join(folder.path, 'backups')
  })
  afterEach(async () => {
    await store.close()
    folder.remove()
  })

  /** A session with a picture of its own, then a backup, then the session is erased. */
  async function backupWith(n: number, of = store): Promise<{ readonly info: BackupInfo; readonly sha: string }> {
    const sha = await putText(of.blobs, `picture ${n}`)
    await of.catalog.putSessions([rowOf(n, { media: [sha] })])
    const info = await of.backup(target, contextOf())
    await of.forget({ sessions: [idOf(n)] }, 'owner', contextOf())
    return { info, sha }
  }
  const isThere = (sha: string) => existsSync(blobPath(join(target, 'blobs'), sha))

  test('takes what only they needed, and the rest can be restored', async () => {
    const [first, second] = [await backupWith(1), await backupWith(2)]
    assert.deepEqual(
      (await store.backups()).map(({ name }) => name),
      [second.info.name, first.info.name],
    )
    const done = await store.pruneBackups(target, one, contextOf())
    assert.deepEqual(done, { deleted: [first.info.name], kept: 1, blobs: 1, bytes: 9 })
    assert.deepEqual([isThere(first.sha), isThere(second.sha)], [false, true])
    assert.deepEqual(await store.backups(), [second.info])
    const restored = await restore(second.info.path, join(folder.path, 'restored'), contextOf())
    assert.equal(restored.blobs, 1)
  })

  test('leaves alone what another store keeps there', async () => {
    const other = await SqliteStore.open(join(folder.path, 'other'), {})
    const theirs = await backupWith(3, other)
    await backupWith(1)
    await backupWith(2)
    await store.pruneBackups(target, one, contextOf())
    await other.close()
    assert.ok(isThere(theirs.sha))
    await restore(theirs.info.path, join(folder.path, 'restored'), contextOf())
  })

  test('deletes no blob while a backup is being made there, and what was left half done later', async () => {
    const first = await backupWith(1)
    await backupWith(2)
    const begun = join(target, '20260101T000000Z-begun0')
    mkdirSync(begun)
    const done = await store.pruneBackups(target, one, contextOf())
    assert.deepEqual([done.deleted.length, done.blobs], [1, 0])
    assert.ok(isThere(first.sha))
    const longAgo = (Date.now() - 2 * 86_400_000) / 1000
    utimesSync(begun, longAgo, longAgo)
    mkdirSync(join(target, '.deleted-20250101T000000Z-000000'))
    writeFileSync(join(target, '.deleted-20250101T000000Z-000000', 'catalog.db'), 'half')
    assert.equal((await store.pruneBackups(target, one, contextOf())).blobs, 1)
    assert.ok(!isThere(first.sha) && !readdirSync(target).some((name) => name.startsWith('.deleted-')))
  })

  test('one that is not there any more is not told, and its name is gone from receipts', async () => {
    const first = await backupWith(1)
    await backupWith(2)
    await store.pruneBackups(target, one, contextOf())
    await store.catalog.putSessions([rowOf(5)])
    const receipt = await store.forget({ sessions: [idOf(5)] }, 'owner', contextOf())
    assert.ok(!receipt.backups.includes(first.info.name))
    const again = await openStore(folder.data)
    assert.equal((await again.backups()).length, 1)
    await again.close()
  })
})
