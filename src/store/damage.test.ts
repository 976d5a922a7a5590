/** What goes wrong on disks, done for real: verify names it, repair sets it aside, and nothing else is lost. */
import assert from 'node:assert/strict'
import {
  closeSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Store, VerifyFault } from '#core/store.ts'
import { blobPath, dataPaths } from './data-dir.ts'
import { openStore } from './open.ts'
import { datasetOf, versionOf } from './samples-suite.ts'
import { contextOf, editOf, idOf, listOf, putText, rowOf, sha256 } from './suite-rows.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

describe('damage', () => {
  let folder: Folder
  let store: Store
  const paths = () => dataPaths(folder.data)

  beforeEach(async () => {
    folder = makeFolderOf('damage')
    store = await openStore(folder.data)
    const sha = await putText(store.blobs, 'a picture '.repeat(500))
    await store.catalog.putSessions([
      ...Array.from({ length: 20 }, (_, i) =>
        rowOf(i, { facets: [{ key: 'n', number: i }] }, { text: `marker-${i}-`.repeat(30) }),
      ),
      rowOf(20, { media: [sha] }),
      rowOf(21, { media: [sha] }),
      rowOf(22, {}, { text: 'long '.repeat(60_000) }),
    ])
    await store.catalog.putEdits([editOf(1, idOf(3)), editOf(2, idOf(4))])
  })
  afterEach(async () => {
    await store.close()
    folder.remove()
  })

  const verify = (repair = false) => store.verify({ repair }, contextOf())
  const told = (faults: readonly VerifyFault[]) => faults.map(({ step, fault }) => `${step} ${fault.code}`)

  /** Changes the catalog behind the store's back. */
  function tamper(sql: string, ...parameters: (string | number)[]): void {
    const db = new DatabaseSync(paths().catalog)
    db.exec('pragma foreign_keys = off')
    db.prepare(sql).run(...parameters)
    db.close()
  }

  test('a sound store has no faults, and each step says what it looked at', async () => {
    const { steps, faults } = await verify()
    assert.deepEqual(told(faults), [])
    const checked = Object.fromEntries(steps.map((step) => [step.name, step.checked]))
    assert.equal(checked['records'], 23)
    assert.equal(checked['edits'], 2)
    assert.equal(checked['blobs'], 2)
    assert.equal(checked['references'], 2)
    assert.equal(checked['derived'], 23)
    assert.equal((await store.health()).lastVerify?.['faults'], 0)
  })

  test('a flipped byte in the catalog file is found, and the same record sent again heals it', async () => {
    await store.close()
    const bytes = readFileSync(paths().catalog)
    const at = bytes.indexOf('marker-7-marker-7-')
    assert.ok(at > 0)
    const file = openSync(paths().catalog, 'r+')
    writeSync(file, Buffer.from('M'), 0, 1, at)
    closeSync(file)
    store = await openStore(folder.data)
    await assert.rejects(store.catalog.session(idOf(7)), { code: 'record.corrupt' })
    const { faults } = await verify(true)
    assert.deepEqual(told(faults), ['records record.corrupt'])
    assert.deepEqual(faults[0]?.sessions, [idOf(7)])
    assert.match(faults[0]?.repaired ?? '', /quarantine/)
    assert.deepEqual(told((await verify()).faults), [])
    assert.equal(await store.catalog.count({}, 100), 22)
    assert.deepEqual(
      await store.catalog.putSessions([
        rowOf(7, { facets: [{ key: 'n', number: 7 }] }, { text: 'marker-7-'.repeat(30) }),
      ]),
      ['repeated'],
    )
    assert.match((await store.catalog.session(idOf(7)))?.body ?? '', /marker-7-marker-7-/)
    assert.equal(await store.catalog.count({ facets: [{ key: 'n', min: 7, max: 7 }] }, 100), 1)
    assert.deepEqual(told((await verify()).faults), [])
  })

  test('a blob with a flipped byte, a torn one and an empty one are found and set aside with a note', async () => {
    const [first = '', second = ''] = (await listOf(store.blobs.list())).map((info) => info.sha256)
    const third = await putText(store.blobs, 'a third blob')
    await store.catalog.putSessions([rowOf(30, { media: [third] })])
    const flipped = readFileSync(blobPath(paths().blobs, first))
    flipped[1] = (flipped[1] ?? 0) ^ 1
    writeFileSync(blobPath(paths().blobs, first), flipped)
    truncateSync(blobPath(paths().blobs, second), statSync(blobPath(paths().blobs, second)).size - 1)
    truncateSync(blobPath(paths().blobs, third), 0)
    for (const sha of [first, second, third])
      await assert.rejects(listOf(store.blobs.open(sha)), { code: 'blob.corrupt' })
    const { faults } = await verify(true)
    assert.deepEqual(
      told(faults),
      Array.from({ length: 3 }, () => 'blobs blob.corrupt'),
    )
    assert.deepEqual(faults.flatMap(({ sessions }) => sessions).sort(), [20, 21, 22, 30].map(idOf))
    const notes = readdirSync(paths().quarantine).filter((name) => name.endsWith('.json'))
    assert.equal(notes.length, 3)
    assert.deepEqual(
      JSON.parse(readFileSync(join(paths().quarantine, notes.find((name) => name.startsWith(third)) ?? ''), 'utf8'))
        .sessions,
      [idOf(30)],
    )
    // Now they are missing, which is another fault, until they come again.
    assert.deepEqual(
      told((await verify()).faults),
      Array.from({ length: 3 }, () => 'references blob.unknown'),
    )
    await putText(store.blobs, 'a third blob')
    assert.equal((await verify()).faults.length, 2)
  })

  test('a damaged edit is set aside, and its session stays', async () => {
    tamper(`update edit set body = replace(body, 'edit 1', 'edit 9')`)
    await assert.rejects(store.catalog.edits(idOf(3)), { code: 'record.corrupt' })
    const { faults } = await verify(true)
    assert.deepEqual(told(faults), ['edits record.corrupt'])
    assert.deepEqual(faults[0]?.sessions, [idOf(3)])
    assert.deepEqual(await store.catalog.edits(idOf(3)), [])
    assert.deepEqual(await store.catalog.putEdits([editOf(1, idOf(3))]), ['created'])
    assert.deepEqual(told((await verify()).faults), [])
  })

  test('missing rows, missing blobs and strangers are named', async () => {
    tamper('delete from record where seq = 5')
    unlinkSync(blobPath(paths().blobs, sha256('a picture '.repeat(500))))
    writeFileSync(join(paths().blobs, 'notes.txt'), 'mine')
    const { faults } = await verify()
    assert.deepEqual(told(faults), ['records record.corrupt', 'strays store.corrupt', 'references blob.unknown'])
    assert.deepEqual(faults[2]?.sessions, [20, 21].map(idOf))
    assert.deepEqual(
      faults.map(({ repaired }) => repaired),
      [null, null, null],
    )
  })

  test('an index that does not add up is built again', async () => {
    tamper(`delete from facet where seq <= 10`)
    assert.ok((await verify()).faults.every(({ step }) => step === 'derived'))
    assert.equal(await store.catalog.count({ facets: [{ key: 'n', min: 0, max: 100 }] }, 100), 10)
    await verify(true)
    assert.deepEqual(told((await verify()).faults), [])
    assert.equal(await store.catalog.count({ facets: [{ key: 'n', min: 0, max: 100 }] }, 100), 20)
  })

  test('changed versions, journals and consent lines are found', async () => {
    await store.datasets.create(datasetOf('d'))
    const { version, items } = versionOf('d', '1.0.0', ['a', 'b', 'c'], [idOf(0)])
    await store.datasets.commit(
      version,
      (async function* () {
        yield* items
      })(),
    )
    const line = {
      at: '2026-11-20T00:00:00Z',
      principal: 'o',
      project: 'p',
      contributor: null,
      session: null,
      decision: 'granted',
      scopes: ['train'],
      text: null,
    } as const
    for (const id of ['1', '2', '3']) await store.consent.append({ id, ...line })
    await store.journals.open({ op: 'open', session: { id: idOf(50) } })
    await store.journals.append(idOf(50), [
      { op: 'set', path: '/outcome/a', value: 'whole' },
      { op: 'close', outcome: {} },
    ])
    assert.deepEqual(told((await verify()).faults), [])
    tamper(`update item set part = 2 where sample = 'a'`)
    tamper(`delete from consent where id = '2'`)
    const journal = join(paths().journals, `${idOf(50)}.journal`)
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('whole', 'torn!'))
    const { faults } = await verify(true)
    assert.deepEqual(told(faults), ['versions record.corrupt', 'journals record.corrupt', 'ledger record.corrupt'])
    assert.ok(readdirSync(paths().quarantine).some((name) => name.startsWith(`${idOf(50)}.journal`)))
  })

  test('a file that is no catalog any more is refused with a way out', async () => {
    await store.close()
    writeFileSync(paths().catalog, 'this is not a database, and long enough to be looked at'.repeat(100))
    await assert.rejects(openStore(folder.data), { code: 'store.corrupt' })
    folder.remove()
    folder = makeFolderOf('damage')
    store = await openStore(folder.data)
  })

  test('pages of the catalog that were overwritten do not stop verify', async () => {
    await store.close()
    const bytes = readFileSync(paths().catalog)
    const file = openSync(paths().catalog, 'r+')
    for (let at = 0; at < bytes.length; at += 4096) {
      if (bytes.subarray(at, at + 4096).includes('-marker-')) writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, at)
    }
    closeSync(file)
    store = await openStore(folder.data)
    const { faults } = await verify()
    assert.ok(faults.some(({ step, fault }) => step === 'catalog' && fault.code === 'store.corrupt'))
  })
})
