import assert from 'node:assert/strict'
import { renameSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Store } from '#core/store.ts'
import { blobPath, dataPaths } from './data-dir.ts'
import { openStore } from './open.ts'
import { contextOf, idOf, putText, readBytes, rowOf, sha256 } from './suite-rows.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

const hourMs = 3_600_000

describe('gc', () => {
  let folder: Folder
  let store: Store
  beforeEach(async () => {
    folder = makeFolderOf('gc')
    store = await openStore(folder.data)
  })
  afterEach(async () => {
    await store.close()
    folder.remove()
  })

  /** Makes a blob look as if it had been stored long ago; false when gc has it already. */
  const age = (sha: string): boolean => {
    const old = new Date(Date.now() - 24 * hourMs)
    try {
      utimesSync(blobPath(dataPaths(folder.data).blobs, sha), old, old)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }
  const collect = (dryRun = false) => store.gc({ graceMs: hourMs, dryRun }, contextOf())

  test('deletes what is old and unused, and nothing else', async () => {
    const names = ['used', 'cover', 'in a journal', 'named at opening', 'fresh', 'old']
    const [used = '', cover = '', inJournal = '', atOpening = '', fresh = '', old = ''] = await Promise.all(
      names.map((text) => putText(store.blobs, text)),
    )
    const long = rowOf(2, {}, { text: 'x'.repeat(300_000) })
    await store.catalog.putSessions([rowOf(1, { media: [used], cover }), long])
    const media = { role: 'frame', mediaType: 'image/png', bytes: 1, width: null, height: null }
    await store.journals.open({ op: 'open', session: { id: idOf(9), media: [{ ...media, sha256: atOpening }] } })
    await store.journals.append(idOf(9), [{ op: 'media', media: { ...media, sha256: inJournal } }])
    for (const sha of [used, cover, inJournal, atOpening, old, long.hash]) assert.ok(age(sha))
    assert.deepEqual(await collect(true), { blobs: 1, bytes: 3 })
    assert.deepEqual(await store.blobs.missing([old]), [])
    assert.deepEqual(await collect(), { blobs: 1, bytes: 3 })
    assert.deepEqual(await store.blobs.missing([used, cover, inJournal, atOpening, fresh, old, long.hash]), [old])
    assert.deepEqual(await collect(), { blobs: 0, bytes: 0 })
  })

  test('an old blob that is stored or named again is fresh', async () => {
    const again = await putText(store.blobs, 'again')
    const named = await putText(store.blobs, 'named')
    assert.ok(age(again) && age(named))
    await putText(store.blobs, 'again')
    await store.journals.open({ op: 'open', session: { id: idOf(1) } })
    const media = { role: 'frame', mediaType: 'image/png', bytes: 1, width: null, height: null, sha256: named }
    await store.journals.append(idOf(1), [{ op: 'media', media }])
    await store.journals.remove(idOf(1))
    assert.deepEqual(await collect(), { blobs: 0, bytes: 0 })
  })

  test('never takes bytes from under a session, however often both try at once', async () => {
    const other = await openStore(folder.data)
    let stop = false
    const collecting = (async () => {
      let deleted = 0
      while (!stop)
        deleted += (await other.gc({ graceMs: 0, dryRun: false }, contextOf({ now: () => Date.now() - 30 }))).blobs
      return deleted
    })()
    let refused = 0
    for (let n = 0; n < 40; n++) {
      const text = `blob ${n % 5}`
      const sha = await putText(store.blobs, text)
      if (n % 2 === 0) age(sha) // as if it had been stored long ago, and by nobody since
      const row = rowOf(n, { media: [sha] })
      try {
        await store.catalog.putSessions([row])
        assert.equal((await readBytes(store.blobs.open(sha))).toString(), text)
      } catch (error) {
        // gc was first: the session was not acknowledged, and can be sent again.
        assert.equal((error as { code?: string }).code, 'session.media')
        refused++
      }
    }
    stop = true
    await collecting
    await other.close()
    assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
    assert.ok(refused < 40)
  })

  test('what a gc had in hand when it was killed goes back', async () => {
    const sha = await putText(store.blobs, 'in hand')
    const paths = dataPaths(folder.data)
    renameSync(blobPath(paths.blobs, sha), join(paths.tmp, `gc-${sha}`))
    assert.deepEqual(await store.blobs.missing([sha, sha256('?')]), [sha, sha256('?')])
    const other = await openStore(folder.data)
    assert.deepEqual(await other.blobs.missing([sha]), [])
    await other.close()
  })
})
