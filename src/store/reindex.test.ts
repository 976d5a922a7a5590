import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson } from '#core/json.ts'
import type { Derive } from './reindex.ts'
import { contextOf, idOf, putText, rowOf } from './suite-rows.ts'
import { openFresh } from './suite-store.ts'

/** Derives from the record itself, as a domain does. */
const derive: Derive = ({ body }) => {
  const { n } = parseJson(body) as { n: number }
  return { summary: `new ${n}`, facets: [{ key: 'n', number: n }], searchText: `new${n}`, cover: null }
}

test('reindex throws away what was derived and derives it again, also after it was cut', async () => {
  const { store, close } = await openFresh()()
  try {
    const old = { summary: 'old', searchText: 'old', facets: [{ key: 'old', text: 'yes' }], status: 'failed' } as const
    await store.catalog.putSessions(Array.from({ length: 450 }, (_, i) => rowOf(i, old, { n: i })))
    await store.catalog.putSessions([rowOf(450, old, { n: 450, text: 'x'.repeat(300_000) })])

    const stop = new AbortController()
    const cut = contextOf({ signal: stop.signal, progress: ({ done }) => done >= 200 && stop.abort() })
    await assert.rejects(store.reindex(derive, cut), { code: 'job.cancelled' })
    // What comes meanwhile is indexed on arrival; verify says that the index is not finished.
    await store.catalog.putSessions([
      rowOf(900, { facets: [{ key: 'n', number: 900 }], searchText: 'new900' }, { n: 900 }),
    ])
    assert.deepEqual(
      (await store.verify({ repair: false }, contextOf())).faults.map(({ step }) => step),
      ['derived'],
    )
    const seen: number[] = []
    const { sessions } = await store.reindex(derive, contextOf({ progress: ({ done }) => seen.push(done) }))
    assert.equal(sessions, 251)
    assert.deepEqual(seen, [300, 400, 451])

    assert.equal(await store.catalog.count({ text: 'old' }, 1000), 0)
    assert.equal(await store.catalog.count({ text: 'new' }, 1000), 452)
    assert.equal(await store.catalog.count({ text: 'new449' }, 1000), 1)
    assert.equal(await store.catalog.count({ facets: [{ key: 'n', min: 0, max: 449 }] }, 1000), 450)
    assert.equal(await store.catalog.count({ status: 'failed' }, 1000), 451)
    assert.deepEqual(
      (await store.catalog.facetSummary('p', null)).map(({ key }) => key),
      ['n'],
    )
    assert.equal(
      (await store.catalog.tally('p')).reduce((sum, row) => sum + row.sessions, 0),
      452,
    )
    assert.equal((await store.catalog.summary(idOf(450)))?.summary, 'new 450')
    assert.deepEqual((await store.verify({ repair: false }, contextOf())).faults, [])
  } finally {
    await close()
  }
})

test('a new cover counts as a reference, and one that is not there is left out', async () => {
  const { store, close } = await openFresh()()
  try {
    await store.catalog.putSessions([rowOf(1), rowOf(2)])
    const cover = await putText(store.blobs, 'a thumbnail')
    const covers = new Map([
      [idOf(1), cover],
      [idOf(2), '0'.repeat(64)],
    ])
    await store.reindex(
      ({ id }) => ({ summary: '', facets: [], searchText: null, cover: covers.get(id) ?? null }),
      contextOf(),
    )
    assert.equal((await store.catalog.summary(idOf(1)))?.cover, cover)
    assert.equal((await store.catalog.summary(idOf(2)))?.cover, null)
    assert.equal((await store.gc({ graceMs: 0, dryRun: false }, contextOf({ now: () => Date.now() + 1000 }))).blobs, 0)
  } finally {
    await close()
  }
})
