/** What every catalog must do; an implementation's test gives it a factory. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Catalog, ImportRecord, Store } from '#core/store.ts'
import { chunksOf, editOf, idOf, listOf, putText, rowOf, sha256, startMs } from './suite-rows.ts'

/** Opens an empty store; called once per group of tests. */
export type StoreFactory = () => Promise<{ readonly store: Store; close(): Promise<void> }>

export function catalogSuite(name: string, open: StoreFactory): void {
  describe(`${name}: catalog`, () => {
    let opened: Awaited<ReturnType<StoreFactory>>
    let catalog: Catalog
    before(async () => {
      opened = await open()
      catalog = opened.store.catalog
    })
    after(() => opened.close())

    test('an id with the same content is a repeat, with other content a conflict', async () => {
      const row = rowOf(1, { project: 'ids' })
      assert.deepEqual(await catalog.putSessions([row, row]), ['created', 'repeated'])
      assert.deepEqual(await catalog.putSessions([row]), ['repeated'])
      const other = rowOf(1, { project: 'ids' }, { other: true })
      assert.deepEqual(await catalog.putSessions([other, rowOf(2, { project: 'ids' })]), ['conflict', 'created'])
      assert.equal((await catalog.session(row.id))?.body, row.body)
      assert.equal(await catalog.session(idOf(999)), null)
    })

    test('a record longer than a row comes back as it was', async () => {
      const row = rowOf(3, { project: 'long' }, { text: 'Zürich 漢字 '.repeat(40_000) })
      assert.deepEqual(await catalog.putSessions([row]), ['created'])
      assert.deepEqual(await catalog.session(row.id), { id: row.id, hash: row.hash, body: row.body })
      assert.equal((await catalog.summary(row.id))?.sizeBytes, Buffer.byteLength(row.body))
    })

    test('a call with a session whose media are missing stores none of its rows', async () => {
      const good = rowOf(4, { project: 'media' })
      const bad = rowOf(5, { project: 'media', media: [sha256('never stored')] })
      await assert.rejects(catalog.putSessions([good, bad]), { code: 'session.media' })
      assert.equal(await catalog.session(good.id), null)
      const sha = await putText(opened.store.blobs, 'now it is stored')
      assert.deepEqual(await catalog.putSessions([good, rowOf(5, { project: 'media', media: [sha] })]), [
        'created',
        'created',
      ])
    })

    test('a refused call does not take those made at the same time along', async () => {
      const calls = [20, 21, 22].map((n) =>
        catalog.putSessions([rowOf(n, { project: 'neighbours', media: n === 21 ? [sha256('nothing')] : [] })]),
      )
      const settled = await Promise.allSettled(calls)
      assert.deepEqual(
        settled.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      assert.equal(await catalog.count({ project: 'neighbours' }, 10), 2)
    })

    test('a summary says what a list shows', async () => {
      const cover = await putText(opened.store.blobs, 'a cover')
      const row = rowOf(30, {
        project: 'summary',
        status: null,
        contributor: 'c1',
        parent: idOf(29),
        cover,
        media: [cover],
      })
      await catalog.putSessions([row, rowOf(29, { project: 'summary' })])
      await catalog.putEdits([editOf(30, row.id)])
      assert.deepEqual(await catalog.summary(row.id), {
        id: row.id,
        project: 'summary',
        domain: 'gui',
        recordedAt: new Date(row.recordedAtMs).toISOString(),
        status: null,
        contributor: 'c1',
        host: 'test',
        parent: idOf(29),
        hash: row.hash,
        sizeBytes: row.body.length,
        summary: 'session 30',
        cover,
        edits: 1,
      })
      assert.deepEqual(
        (await catalog.children(idOf(29))).map(({ id }) => id),
        [row.id],
      )
      assert.equal(await catalog.summary(idOf(31)), null)
    })

    test('subjects tell contributor and consent, also of long records', async () => {
      const consent = { basis: 'explicit', scopes: ['train'], textSha256: null, givenAt: null } as const
      await catalog.putSessions([
        rowOf(35, { project: 'subjects', contributor: 'c1' }, { consent }),
        rowOf(36, { project: 'subjects' }, { consent, text: 'x'.repeat(300_000) }),
        rowOf(37, { project: 'subjects' }),
      ])
      assert.deepEqual(await catalog.subjects([idOf(37), idOf(35), idOf(900), idOf(36)]), [
        { id: idOf(37), contributor: null, consent: null },
        { id: idOf(35), contributor: 'c1', consent },
        { id: idOf(36), contributor: null, consent },
      ])
    })

    test('edits are appended, repeated harmlessly, and need their session', async () => {
      await catalog.putSessions([rowOf(40, { project: 'edits' })])
      const edits = [editOf(41, idOf(40)), editOf(42, idOf(40), { after: { big: 9007199254740993n } })]
      assert.deepEqual(await catalog.putEdits(edits), ['created', 'created'])
      assert.deepEqual(await catalog.putEdits([editOf(41, idOf(40), { after: 'other' }), ...edits]), [
        'conflict',
        'repeated',
        'repeated',
      ])
      assert.deepEqual(await catalog.edits(idOf(40)), edits)
      await assert.rejects(catalog.putEdits([editOf(43, idOf(998))]), { code: 'session.unknown' })
      await catalog.putEdits([editOf(44, null, { project: 'loose' })])
      assert.deepEqual(await listOf(catalog.looseEdits('loose')), [editOf(44, null, { project: 'loose' })])
    })

    test('pages go from the newest to the oldest, each session once', async () => {
      // Several at the same time, and in another order than they came.
      const numbers = Array.from({ length: 57 }, (_, i) => (i * 17) % 57)
      await catalog.putSessions(
        numbers.map((n) => rowOf(100 + n, { project: 'pages', recordedAtMs: startMs + Math.floor(n / 4) * 1000 })),
      )
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const page = await catalog.page({ project: 'pages' }, 10, cursor)
        assert.ok(page.items.length === 10 || page.next === null)
        seen.push(...page.items.map(({ recordedAt, id }) => `${recordedAt} ${id}`))
        cursor = page.next
      } while (cursor !== null)
      assert.equal(new Set(seen).size, 57)
      const times = seen.map((text) => text.slice(0, 24))
      assert.deepEqual(times, [...times].sort().reverse())
    })

    test('a cursor that another query gave out, or nobody, is refused', async () => {
      await catalog.putSessions([rowOf(200, { project: 'cursor' }), rowOf(201, { project: 'cursor' })])
      const { next } = await catalog.page({ project: 'cursor' }, 1, null)
      assert.ok(next)
      for (const [query, cursor] of [
        [{ project: 'cursor', domain: 'gui' }, next],
        [{ project: 'cursor' }, `${next}x`],
        [{ project: 'cursor' }, next.replace(/^\d/, (digit) => String((Number(digit) + 1) % 10))],
        [{ project: 'cursor' }, ''],
      ] as const) {
        await assert.rejects(catalog.page(query, 1, cursor), { code: 'cursor.invalid' })
      }
    })

    test('text is found by the beginnings of its words, without regard to marks and case', async () => {
      const texts = [
        'Crème brûlée at night',
        'CREME at noon',
        'the 漢字 sign',
        'drop "table" AND (x) OR NEAR',
        "l'été 3.14",
      ]
      await catalog.putSessions(texts.map((searchText, i) => rowOf(300 + i, { project: 'text', searchText })))
      const find = async (text: string) =>
        (await catalog.page({ project: 'text', text }, 9, null)).items.map(
          ({ id }) => Number.parseInt(id.slice(-3), 16) - 300,
        )
      assert.deepEqual(await find('creme'), [1, 0])
      assert.deepEqual(await find('CRÈ nig'), [0])
      assert.deepEqual(await find('字'), [2])
      assert.deepEqual(await find('"table'), [3])
      assert.deepEqual(await find('near OR'), [3])
      assert.deepEqual(await find('ete 14'), [4])
      assert.deepEqual(await find('reme'), [])
      assert.equal((await find(' -- ')).length, 5)
    })

    test('a query that cannot be understood is refused', async () => {
      await assert.rejects(catalog.page({ from: 'yesterday' }, 1, null), { code: 'query.invalid' })
      const facets = [{ key: 'n', min: Number.NaN, max: null }]
      await assert.rejects(catalog.count({ facets }, 1), { code: 'query.invalid' })
    })

    test('a scan gives all from the oldest on, and nothing that comes while it runs', async () => {
      await catalog.putSessions(Array.from({ length: 30 }, (_, i) => rowOf(400 + i, { project: 'scan' })))
      const seen: string[] = []
      for await (const { id } of catalog.scan({ project: 'scan' })) {
        if (seen.length === 0) await catalog.putSessions([rowOf(450, { project: 'scan' })])
        seen.push(id)
      }
      assert.deepEqual(
        seen,
        Array.from({ length: 30 }, (_, i) => idOf(400 + i)),
      )
    })

    test('tally and facet summary count what is there', async () => {
      const statuses = ['succeeded', 'failed', null] as const
      await catalog.putSessions(
        Array.from({ length: 60 }, (_, i) =>
          rowOf(500 + i, {
            project: 'figures',
            domain: i < 48 ? 'gui' : 'camera',
            status: statuses[i % 3] ?? null,
            facets: [
              { key: 'class', text: `class ${Math.min(i % 4, 2)}` },
              { key: 'fps', number: i },
              { key: 'fps', number: -0.5 },
            ],
          }),
        ),
      )
      const tally = await catalog.tally('figures')
      assert.equal(
        tally.reduce((sum, row) => sum + row.sessions, 0),
        60,
      )
      const firstDay = tally.filter((row) => row.day === new Date(startMs + 500 * 3_600_000).toISOString().slice(0, 10))
      const sessionsOf = (status: string | null) => firstDay.find((row) => row.status === status)?.sessions
      const hours = Array.from({ length: 60 }, (_, i) => i).filter(
        (i) => Math.floor((500 + i) / 24) === Math.floor(500 / 24),
      )
      assert.equal(sessionsOf(null), hours.filter((i) => i % 3 === 2).length)
      assert.deepEqual(await catalog.facetSummary('figures', null), [
        {
          key: 'class',
          kind: 'text',
          values: [
            { text: 'class 2', sessions: 30 },
            { text: 'class 0', sessions: 15 },
            { text: 'class 1', sessions: 15 },
          ],
          min: null,
          max: null,
        },
        { key: 'fps', kind: 'number', values: [], min: -0.5, max: 59 },
      ])
      assert.equal((await catalog.facetSummary('figures', 'camera'))[1]?.max, 59)
      assert.equal((await catalog.facetSummary('figures', 'gui'))[1]?.max, 47)
      assert.ok((await catalog.projects()).includes('figures'))
      assert.equal(await catalog.count({ project: 'figures', facets: [{ key: 'fps', min: null, max: 3 }] }, 100), 60)
      assert.equal(await catalog.count({ project: 'figures', facets: [{ key: 'fps', min: 1, max: 3 }] }, 100), 3)
      assert.equal(await catalog.count({ project: 'figures' }, 7), 7)
    })

    test('what an import replaced is found by nothing, and comes back when it is undone', async () => {
      const rows = Array.from({ length: 8 }, (_, i) => rowOf(600 + i, { project: 'imports', searchText: `word${i}` }))
      await catalog.putSessions(rows.slice(0, 6))
      await catalog.putSessions(rows.slice(4), 'import-1')
      assert.equal(await catalog.setAside('imports', 'gui', 'import-1'), 4)
      const shown = async (query = {}) =>
        (await catalog.page({ project: 'imports', ...query }, 9, null)).items.map(({ id }) => id).sort()
      assert.deepEqual(await shown(), [604, 605, 606, 607].map(idOf))
      assert.deepEqual(await shown({ import: 'import-1' }), [604, 605, 606, 607].map(idOf))
      assert.deepEqual(await shown({ text: 'word1' }), [])
      assert.equal(
        (await catalog.tally('imports')).reduce((sum, row) => sum + row.sessions, 0),
        4,
      )
      assert.equal((await catalog.session(idOf(600)))?.body, rows[0]?.body)
      assert.equal(await catalog.bringBack('import-1'), 4)
      assert.deepEqual(await shown(), [600, 601, 602, 603, 604, 605].map(idOf))
      assert.deepEqual(await shown({ text: 'word1' }), [idOf(601)])
      assert.equal(await catalog.bringBack('import-1'), 0)
      assert.deepEqual(await shown(), [600, 601, 602, 603, 604, 605].map(idOf))
      // Brought by another import, they are seen again.
      await catalog.putSessions(rows.slice(6), 'import-2')
      assert.equal((await shown()).length, 8)
    })

    test('imports, documents and saved queries are kept', async () => {
      const record: ImportRecord = {
        id: 'import-3',
        project: 'named',
        at: '2026-11-20T00:00:00.000Z',
        principal: 'owner',
        layout: 'autosolve',
        source: 'sessions.zip',
        mode: 'merge',
        sessions: 3,
        edits: 0,
        backup: null,
      }
      await catalog.putImport(record)
      await catalog.putImport({ ...record, sessions: 4 })
      assert.deepEqual(await catalog.imports('named'), [{ ...record, sessions: 4 }])
      await catalog.putDocument('named', 'model.json', '{"a":1}')
      await catalog.putDocument('named', 'model.json', '{"a":2}')
      assert.equal(await catalog.document('named', 'model.json'), '{"a":2}')
      assert.equal(await catalog.document('named', 'other'), null)
      assert.deepEqual(await catalog.documents('named'), { 'model.json': '{"a":2}' })
      const query = { name: 'failed', project: 'named', query: { status: 'failed' }, createdAt: record.at } as const
      await catalog.putQuery(query)
      assert.deepEqual(await catalog.queries('named'), [query])
      assert.equal(await catalog.deleteQuery('named', 'failed'), true)
      assert.equal(await catalog.deleteQuery('named', 'failed'), false)
    })

    test('the bytes of a session that was refused can be sent again', async () => {
      const sha = sha256('late bytes')
      const row = rowOf(700, { project: 'late', media: [sha] })
      await assert.rejects(catalog.putSessions([row]), { code: 'session.media' })
      await opened.store.blobs.put(chunksOf('late ', 'bytes'), { expected: sha })
      assert.deepEqual(await catalog.putSessions([row]), ['created'])
    })
  })
}
