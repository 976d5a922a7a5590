import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Store } from '#core/store.ts'
import { dataPaths } from './data-dir.ts'
import { readErasures } from './erasures.ts'
import { openStore } from './open.ts'
import { datasetOf, sampleOf, versionOf } from './samples-suite.ts'
import { contextOf, editOf, idOf, listOf, putText, rowOf, sha256 } from './suite-rows.ts'
import { type Folder, makeFolderOf } from './suite-store.ts'

const marker = 'zebramarker'

describe('forget', () => {
  let folder: Folder
  let store: Store
  beforeEach(async () => {
    folder = makeFolderOf('forget')
    store = await openStore(folder.data)
  })
  afterEach(async () => {
    await store.close()
    folder.remove()
  })

  /** Files of the data directory that hold the marker anywhere, whatever the case. */
  function marked(): string[] {
    return readdirSync(folder.data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path, 'latin1').toLowerCase().includes(marker))
  }

  test('leaves no byte of a contributor in any file', async () => {
    const own = await putText(store.blobs, `${marker} picture `.repeat(2000))
    const shared = await putText(store.blobs, 'shared picture')
    const by = {
      contributor: `${marker}-person`,
      searchText: `${marker}word`,
      facets: [{ key: 'label', text: `${marker}label` }],
    }
    const rows = Array.from({ length: 120 }, (_, i) => {
      if (i % 3 === 0)
        return rowOf(
          i,
          { ...by, media: [own, shared], cover: own, summary: marker },
          { text: `${marker} `.repeat(20 * (i % 7)) },
        )
      return rowOf(i, {
        contributor: 'other',
        media: [shared],
        searchText: 'word',
        facets: [{ key: 'label', text: 'label' }],
      })
    })
    await store.catalog.putSessions(rows)
    await store.catalog.putSessions([rowOf(500, by, { text: marker.repeat(30_000) })])
    await store.catalog.putEdits([editOf(1, idOf(0), { after: marker }), editOf(2, idOf(1), { after: 'stays' })])
    await store.samples.putSamples([{ session: idOf(0), samples: [sampleOf(`${marker}sample`, [idOf(0)])] }])
    await store.samples.putFingerprints([{ sha256: own, hash: '0123456789abcdef' }])
    await store.datasets.create(datasetOf('d'))
    const { version, items } = versionOf('d', '1.0.0', [`${marker}a`, `${marker}b`], [idOf(3)])
    const others = versionOf('d', '2.0.0', ['c'], [idOf(1)])
    await store.datasets.commit(
      version,
      (async function* () {
        yield* items
      })(),
    )
    await store.datasets.commit(
      others.version,
      (async function* () {
        yield* others.items
      })(),
    )
    const note = {
      at: '2026-11-20T00:00:00Z',
      principal: 'o',
      project: 'p',
      what: 'd@1.0.0',
      format: 'coco',
      target: 't',
      sessions: 1,
    }
    await store.datasets.noteExport({ ...note, id: 'e1' }, [idOf(3)])
    await store.datasets.noteExport({ ...note, id: 'e2' }, [idOf(1)])
    await store.journals.open({ op: 'open', session: { id: idOf(600), contributor: `${marker}-person` } })
    assert.ok(marked().length >= 3)

    const receipt = await store.forget({ contributor: `${marker}-person` }, 'owner', contextOf())
    assert.deepEqual(marked(), [])
    assert.equal(receipt.sessions, 41)
    assert.equal(receipt.edits, 1)
    assert.equal(receipt.blobs, 2)
    assert.equal(receipt.blobsShared, 1)
    assert.deepEqual(receipt.versions, ['d@1.0.0'])
    assert.deepEqual(
      receipt.exports.map(({ id }) => id),
      ['e1'],
    )

    assert.equal(await store.catalog.count({}, 1000), 80)
    assert.equal(await store.catalog.count({ text: marker }, 10), 0)
    assert.deepEqual((await store.catalog.facetSummary('p', null))[0]?.values, [{ text: 'label', sessions: 80 }])
    assert.deepEqual(await store.blobs.missing([own, shared]), [own])
    assert.equal((await store.samples.fingerprints([own])).size, 0)
    assert.deepEqual(await store.journals.list(), [])
    assert.deepEqual(await listOf(store.datasets.items('p', 'd', '1.0.0')), [])
    assert.deepEqual(
      (await store.datasets.versions('p', 'd')).map(({ redacted }) => redacted),
      [false, true],
    )
    assert.equal((await listOf(store.datasets.items('p', 'd', '2.0.0'))).length, 1)
    assert.deepEqual(await store.catalog.edits(idOf(1)), [editOf(2, idOf(1), { after: 'stays' })])
    assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])

    // It is not taken in again, and leaves nothing when it is tried.
    assert.deepEqual(await store.catalog.putSessions([rowOf(500, by, { text: marker.repeat(30_000) })]), ['forgotten'])
    assert.deepEqual(await store.catalog.putEdits([editOf(1, idOf(0))]), ['forgotten'])
    assert.deepEqual(marked(), [])
  })

  test('refuses ids that had not come yet, and counts nothing', async () => {
    const receipt = await store.forget({ sessions: [idOf(7)] }, 'owner', contextOf())
    assert.equal(receipt.sessions, 0)
    assert.deepEqual(await store.catalog.putSessions([rowOf(7), rowOf(8)]), ['forgotten', 'created'])
  })

  test('tells backups that were out of reach as soon as they are back', async () => {
    await store.catalog.putSessions([rowOf(1), rowOf(2)])
    const away = join(folder.path, 'away')
    await store.backup(away, contextOf())
    rmSync(away, { recursive: true })
    const receipt = await store.forget({ sessions: [idOf(1)] }, 'owner', contextOf())
    assert.equal(receipt.backups.length, 1)
    // The disk is plugged in again: any folder at the same place will do.
    await store.backup(away, contextOf())
    const erasures = await readErasures(away)
    assert.deepEqual(
      erasures.map((line) => line.receipt),
      [receipt.id],
    )
    assert.equal(erasures[0]?.tombstones.length, 1)
    assert.ok(!JSON.stringify(erasures).includes(idOf(1)))
  })

  test('an erasure that was cut short is finished when the store is opened', async () => {
    const sha = await putText(store.blobs, marker)
    await store.catalog.putSessions([rowOf(1, { searchText: marker, media: [sha] }, { text: marker }), rowOf(2)])
    await store.close()
    // As if the process had been killed right after the transaction that deletes the rows.
    const db = new DatabaseSync(dataPaths(folder.data).catalog)
    db.exec('pragma secure_delete = on; pragma foreign_keys = off')
    for (const table of ['record', 'session_media', 'sample_due', 'session'])
      db.exec(`delete from ${table} where seq = 1`)
    db.exec(`delete from facet where seq = 1; delete from fact where text like '${marker}%'`)
    db.prepare(`insert into setting (key, value) values ('doomed', ?)`).run(JSON.stringify([sha]))
    db.close()
    assert.ok(marked().length > 0)
    store = await openStore(folder.data)
    assert.deepEqual(marked(), [])
    assert.deepEqual(await store.blobs.missing([sha, sha256('x')]), [sha, sha256('x')])
  })
})
