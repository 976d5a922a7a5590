import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Store } from '#core/store.ts'
import { blobPath } from './data-dir.ts'
import { openStore } from './open.ts'
import { restore } from './restore.ts'
import { contextOf, editOf, idOf, listOf, putText, readBytes, rowOf } from './suite-rows.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

describe('backup and restore', () => {
  let folder: Folder
  let store: Store
  let target: string
  let sha: string
  const restored = () => join(folder.path, 'restored')

  beforeEach(async () => {
    folder = makeFolderOf('backup')
    store = await openStore(folder.data)
    target = join(folder.path, 'backups')
    sha = await putText(store.blobs, 'a picture')
    await store.catalog.putSessions([
      rowOf(1, { media: [sha], searchText: 'word' }),
      rowOf(2, {}, { text: 'x'.repeat(300_000) }),
    ])
    await store.catalog.putEdits([editOf(1, idOf(1))])
    await store.journals.open({ op: 'open', session: { id: idOf(9) } })
  })
  afterEach(async () => {
    await store.close()
    folder.remove()
  })

  test('everything comes back as it was, byte by byte', async () => {
    const info = await store.backup(target, contextOf())
    assert.equal(info.sessions, 2)
    assert.equal(info.blobs, 2)
    assert.equal((await store.health()).lastBackup?.['name'], info.name)
    await store.catalog.putSessions([rowOf(3)])
    assert.deepEqual(await restore(info.path, restored(), contextOf()), info)
    const copy = await openStore(restored())
    try {
      assert.equal(copy.secret, store.secret)
      for (const n of [1, 2])
        assert.deepEqual(await copy.catalog.session(idOf(n)), await store.catalog.session(idOf(n)))
      assert.equal(await copy.catalog.session(idOf(3)), null)
      assert.deepEqual(await copy.catalog.edits(idOf(1)), [editOf(1, idOf(1))])
      assert.equal((await readBytes(copy.blobs.open(sha))).toString(), 'a picture')
      assert.equal(await copy.catalog.count({ text: 'word' }, 10), 1)
      assert.deepEqual(await copy.journals.list(), [{ session: idOf(9), lost: true }])
      assert.deepEqual((await copy.verify({ repair: false }, contextOf())).faults, [])
    } finally {
      await copy.close()
    }
  })

  test('a backup made while others write is of one moment, and does not hold them up', async () => {
    let writing = true
    let written = 100
    const writer = (async () => {
      while (writing) {
        await store.catalog.putSessions([rowOf(written, { media: [await putText(store.blobs, `blob ${written}`)] })])
        written++
      }
    })()
    const before = written
    const info = await store.backup(target, contextOf())
    const during = written - before
    writing = false
    await writer
    assert.ok(during > 0, 'writes went on')
    await restore(info.path, restored(), contextOf())
    const copy = await openStore(restored())
    try {
      assert.equal(await copy.catalog.count({}, 10_000), info.sessions)
      assert.deepEqual((await copy.verify({ repair: false }, contextOf())).faults, [])
    } finally {
      await copy.close()
    }
  })

  test('a second backup copies only new blobs', async () => {
    await store.backup(target, contextOf())
    const blobs = () =>
      readdirSync(join(target, 'blobs'), { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).length
    assert.equal(blobs(), 2)
    await store.catalog.putSessions([rowOf(4, { media: [await putText(store.blobs, 'another')] })])
    const second = await store.backup(target, contextOf())
    assert.equal(second.blobs, 3)
    assert.equal(blobs(), 3)
  })

  test('a backup that is not whole and unchanged is refused, and nothing is left of the try', async () => {
    const info = await store.backup(target, contextOf())
    const damages: readonly [string, (folder: string) => void][] = [
      ['a flipped byte in the catalog', (at) => flip(join(at, 'catalog.db'))],
      ['a shorter list of blobs', (at) => writeFileSync(join(at, 'blobs.txt'), '')],
      ['no manifest', (at) => writeFileSync(join(at, 'manifest.json'), '')],
      ['a manifest of something else', (at) => writeFileSync(join(at, 'manifest.json'), '{"format":"zip"}')],
      ['a flipped byte in a blob', () => flip(blobPath(join(target, 'blobs'), sha))],
    ]
    for (const [name, damage] of damages) {
      const copy = join(target, 'damaged')
      cpSync(info.path, copy, { recursive: true })
      damage(copy)
      await assert.rejects(restore(copy, restored(), contextOf()), { code: 'backup.invalid' }, name)
      assert.ok(!readdirSync(folder.path).some((entry) => entry.startsWith('restored')), name)
    }
    await assert.rejects(restore(join(target, 'none'), restored(), contextOf()), { code: 'backup.invalid' })
  })

  test('where clips lie is not in a backup, not even as bytes that nothing points to', async () => {
    const path = '/films/of somebody/shot.mp4'
    await store.clips.put({
      fingerprint: `clip-${'a'.repeat(32)}`,
      path,
      stamp: '',
      info: {},
      uploaded: false,
      addedAt: '2026-01-01T00:00:00.000Z',
    })
    const info = await store.backup(target, contextOf())
    for (const entry of readdirSync(info.path, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) assert.ok(!readFileSync(join(entry.parentPath, entry.name)).includes(path), entry.name)
    }
    await restore(info.path, restored(), contextOf())
    const copy = await openStore(restored())
    assert.deepEqual(await copy.clips.list(), [])
    await copy.close()
    assert.equal((await store.clips.list()).length, 1)
  })

  test('a restore never touches a folder that holds anything', async () => {
    const info = await store.backup(target, contextOf())
    await assert.rejects(restore(info.path, folder.data, contextOf()), { code: 'store.occupied' })
    mkdirSync(restored())
    await restore(info.path, restored(), contextOf())
    assert.ok(existsSync(join(restored(), 'catalog.db')))
  })

  test('a backup that is stopped leaves nothing', async () => {
    const stopped = contextOf({ signal: AbortSignal.abort() })
    await assert.rejects(store.backup(target, stopped), { code: 'job.cancelled' })
    assert.deepEqual(readdirSync(target).sort(), ['blobs', 'tmp'])
  })

  test('what was erased after a backup is erased again when it is restored', async () => {
    const info = await store.backup(target, contextOf())
    const receipt = await store.forget({ sessions: [idOf(1)] }, 'owner', contextOf())
    assert.deepEqual(receipt.backups, [info.name])
    await restore(info.path, restored(), contextOf())
    const copy = await openStore(restored())
    try {
      assert.equal(await copy.catalog.session(idOf(1)), null)
      assert.deepEqual(await copy.blobs.missing([sha]), [sha])
      assert.deepEqual(await copy.catalog.putSessions([rowOf(1)]), ['forgotten'])
      assert.deepEqual(await copy.catalog.putEdits([editOf(1, idOf(1))]), ['forgotten'])
      assert.ok(await copy.catalog.session(idOf(2)))
      assert.equal((await listOf(copy.catalog.scan({}))).length, 1)
    } finally {
      await copy.close()
    }
  })
})

function flip(path: string): void {
  const bytes = readFileSync(path)
  const at = Math.floor(bytes.length / 2)
  bytes[at] = (bytes[at] ?? 0) ^ 0x10
  writeFileSync(path, bytes)
}
