import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Store } from '#core/store.ts'
import { blobPath, dataPaths } from './data-dir.ts'
import { openStore } from './open.ts'
import { packedHead } from './packed-blob.ts'
import { restore } from './restore.ts'
import { chunksOf, contextOf, idOf, readBytes, rowOf } from './suite-rows.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

const ctx = contextOf()
const lines = (n: number) => Array.from({ length: n }, (_, i) => `{"frame":${i},"x":${i * 3.5},"y":0}`).join('\n')
const noise = (bytes: number) => {
  const parts: Buffer[] = []
  for (let i = 0; i * 32 < bytes; i++) parts.push(createHash('sha256').update(`${i}`).digest())
  return Buffer.concat(parts).subarray(0, bytes)
}

describe('compact', () => {
  let folder: Folder
  let store: Store
  beforeEach(async () => {
    folder = makeFolderOf('compact')
    store = await openStore(folder.data)
  })
  afterEach(async () => {
    await store.close()
    folder.remove()
  })

  const put = async (bytes: string | Uint8Array) => (await store.blobs.put(chunksOf(bytes))).sha256
  const pathOf = (sha256: string) => blobPath(dataPaths(folder.data).blobs, sha256)
  const compact = (dryRun = false) => store.compact({ dryRun }, ctx)

  test('packs what becomes smaller, and every reader gets the same bytes', async () => {
    const text = lines(50_000)
    const [tracks, picture, small] = [await put(text), await put(noise(300_000)), await put('x'.repeat(2000))]
    await store.catalog.putSessions([rowOf(1, { media: [tracks, picture, small] }, { long: lines(20_000) })])
    const body = await store.catalog.session(idOf(1))
    const planned = await compact(true)
    assert.equal(statSync(pathOf(tracks)).size, text.length, 'nothing was changed yet')
    const done = await compact()
    assert.deepEqual({ ...done, blobs: 4, packed: 2 }, { ...planned, blobs: 4, packed: 2 })
    assert.ok(done.bytesAfter < done.bytesBefore / 5)
    assert.equal(statSync(pathOf(tracks)).size + statSync(pathOf(body!.hash)).size, done.bytesAfter)
    assert.equal(statSync(pathOf(picture)).size, 300_000)

    assert.equal((await readBytes(store.blobs.open(tracks))).toString(), text)
    for (const [start, end] of [
      [0, 10],
      [700_000, 700_100],
      [text.length - 5, text.length + 100],
      [5, 5],
    ] as const) {
      assert.equal((await readBytes(store.blobs.open(tracks, { start, end }))).toString(), text.slice(start, end))
    }
    assert.deepEqual(await store.blobs.stat(tracks), { sha256: tracks, bytes: text.length })
    assert.deepEqual(await store.catalog.session(idOf(1)), body)
    assert.deepEqual((await store.verify({ repair: false }, ctx)).faults, [])
    assert.deepEqual(
      { ...(await compact()), blobs: 0 },
      { blobs: 0, packed: 0, already: 2, changedMeanwhile: 0, bytesBefore: 0, bytesAfter: 0 },
    )
  })

  test('bytes that look like a packed blob are only bytes', async () => {
    const alike = Buffer.concat([packedHead(5), Buffer.from('z'.repeat(20_000))])
    const sha256 = await put(alike)
    assert.deepEqual(await readBytes(store.blobs.open(sha256)), alike)
    assert.equal((await store.blobs.stat(sha256))?.bytes, alike.length)
    assert.equal((await compact()).packed, 1)
    assert.ok(statSync(pathOf(sha256)).size < 1000)
    assert.deepEqual(await readBytes(store.blobs.open(sha256)), alike)
  })

  test('any bytes come back', async () => {
    const bytes = fc.tuple(fc.uint8Array({ minLength: 0, maxLength: 200 }), fc.integer({ min: 0, max: 4000 }))
    await fc.assert(
      fc.asyncProperty(bytes, async ([piece, times]) => {
        const whole = Buffer.concat(Array.from({ length: times }, () => piece))
        const sha256 = await put(whole)
        await compact()
        assert.deepEqual(await readBytes(store.blobs.open(sha256)), whole)
      }),
      { seed: 1, numRuns: 25 },
    )
  })

  test('a flipped bit in a packed blob is found and set aside, and the bytes sent again heal it', async () => {
    const text = lines(20_000)
    const sha256 = await put(text)
    await store.catalog.putSessions([rowOf(1, { media: [sha256] })])
    await compact()
    const good = readFileSync(pathOf(sha256))
    for (let i = 0; i < 40; i++) {
      const bad = Buffer.from(good)
      const at = i < 16 ? i : ctx.rng.int(bad.length)
      bad[at] = bad[at]! ^ (1 << ctx.rng.int(8))
      writeFileSync(pathOf(sha256), bad)
      const read = await readBytes(store.blobs.open(sha256)).catch((error: unknown) => error)
      // The size in the head is only a promise: a larger one changes nothing of what is read.
      if (Buffer.isBuffer(read)) assert.equal(read.toString(), text)
      else assert.equal((read as { code?: string }).code, 'blob.corrupt', `byte ${at}`)
    }
    writeFileSync(pathOf(sha256), good.subarray(0, good.length - 100))
    const { faults } = await store.verify({ repair: true }, ctx)
    assert.ok(faults.some(({ fault }) => fault.code === 'blob.corrupt'))
    assert.ok(!existsSync(pathOf(sha256)))
    assert.equal(await put(text), sha256)
    assert.deepEqual((await store.verify({ repair: false }, ctx)).faults, [])
  })

  test('backups, restores, archives, gc and erasure go on as before', async () => {
    const [mine, other] = [await put(lines(9000)), await put(lines(9001))]
    await store.catalog.putSessions([rowOf(1, { media: [mine] }), rowOf(2, { media: [other] })])
    await put(lines(9002))
    await compact()
    const { path } = await store.backup(join(folder.path, 'backups'), ctx)
    await restore(path, join(folder.path, 'again'), ctx)
    const again = await openStore(join(folder.path, 'again'))
    assert.equal((await readBytes(again.blobs.open(mine))).toString(), lines(9000))
    await again.close()
    const file = join(folder.path, 'a.archive')
    await store.archives.create({ query: { to: '2026-11-20T02:00:00.000Z' } }, file, { graceMs: -60_000 }, ctx)
    await store.archives.restore(file, null, () => rowOf(1), ctx)
    assert.equal((await readBytes(store.blobs.open(mine))).toString(), lines(9000))
    assert.equal((await store.gc({ graceMs: -60_000, dryRun: false }, ctx)).blobs, 1)
    await store.forget({ sessions: [idOf(2)] }, 'owner', ctx)
    assert.deepEqual(await store.blobs.missing([mine, other]), [other])
    assert.deepEqual((await store.verify({ repair: false }, ctx)).faults, [])
  })

  test('a blob that goes while it is packed does not come back, and nothing is left behind', async () => {
    const all = []
    for (let n = 0; n < 12; n++) all.push(await put(lines(6000 + n)))
    const compacting = compact()
    const collecting = store.gc({ graceMs: -60_000, dryRun: false }, ctx)
    await Promise.all([compacting, collecting])
    assert.deepEqual([...(await store.blobs.missing(all))].sort(), all.toSorted())
    assert.deepEqual(await readdir(dataPaths(folder.data).tmp), [])
  })
})
