/** What every blob store must do. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Blobs } from '#core/store.ts'
import type { StoreFactory } from './catalog-suite.ts'
import { chunksOf, listOf, putText, readBytes, sha256 } from './suite-rows.ts'

export function blobsSuite(name: string, open: StoreFactory): void {
  describe(`${name}: blobs`, () => {
    let opened: Awaited<ReturnType<StoreFactory>>
    let blobs: Blobs
    before(async () => {
      opened = await open()
      blobs = opened.store.blobs
    })
    after(() => opened.close())

    test('any bytes in any chunks come back, whole and in part', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 }),
          fc.nat(9000),
          fc.nat(9000),
          async (chunks, a, b) => {
            const whole = Buffer.concat(chunks)
            const info = await blobs.put(chunksOf(...chunks))
            assert.deepEqual(info, { sha256: sha256(whole), bytes: whole.length })
            assert.deepEqual(await readBytes(blobs.open(info.sha256)), whole)
            const range = { start: Math.min(a, b), end: Math.max(a, b) }
            assert.deepEqual(await readBytes(blobs.open(info.sha256, range)), whole.subarray(range.start, range.end))
          },
        ),
        { numRuns: 25 },
      )
    })

    test('bytes larger than any buffer are streamed', async () => {
      const chunk = Buffer.alloc(1_000_000, 7)
      const info = await blobs.put(chunksOf(...Array.from({ length: 5 }, () => chunk)))
      const chunks = await listOf(blobs.open(info.sha256))
      assert.ok(chunks.length > 5)
      assert.equal(sha256(Buffer.concat(chunks)), info.sha256)
    })

    test('bytes that are not what was announced leave nothing behind', async () => {
      const before = await listOf(blobs.list())
      await assert.rejects(blobs.put(chunksOf('these'), { expected: sha256('those') }), { code: 'blob.mismatch' })
      await assert.rejects(blobs.put(chunksOf('too', ' long'), { maxBytes: 5 }), { code: 'request.large' })
      const broken = async function* () {
        yield Buffer.from('begun')
        throw new Error('the client went away')
      }
      await assert.rejects(blobs.put(broken()), /the client went away/)
      assert.deepEqual(await listOf(blobs.list()), before)
      assert.deepEqual(await blobs.missing([sha256('these'), sha256('too long'), sha256('begun')]), [
        sha256('these'),
        sha256('too long'),
        sha256('begun'),
      ])
    })

    test('the same bytes may come twice, also at the same time', async () => {
      const infos = await Promise.all(Array.from({ length: 8 }, () => blobs.put(chunksOf('again'))))
      assert.equal(new Set(infos.map((info) => info.sha256)).size, 1)
      assert.equal((await readBytes(blobs.open(sha256('again')))).toString(), 'again')
    })

    test('what is not there is told, and never a path', async () => {
      assert.equal(await blobs.stat(sha256('absent')), null)
      await assert.rejects(readBytes(blobs.open(sha256('absent'))), { code: 'blob.unknown' })
      for (const name of ['../../secret', '', 'A'.repeat(64), `${'0'.repeat(63)}/`]) {
        assert.equal(await blobs.stat(name), null)
        await assert.rejects(readBytes(blobs.open(name)), { code: 'blob.unknown' })
        await blobs.delete(name)
      }
    })

    test('the list is in order and tells sizes; what is deleted is gone', async () => {
      const sha = await putText(blobs, 'to be deleted')
      const list = await listOf(blobs.list())
      const names = list.map((info) => info.sha256)
      assert.deepEqual(names, [...names].sort())
      const info = list.find((one) => one.sha256 === sha)
      assert.equal(info?.bytes, 13)
      assert.ok(Math.abs((info?.modifiedAtMs ?? 0) - Date.now()) < 60_000)
      await blobs.delete(sha)
      await blobs.delete(sha)
      assert.deepEqual(await blobs.missing([sha, sha]), [sha])
    })
  })
}
