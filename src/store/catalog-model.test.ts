/** Random sessions and random queries against a naive answer in memory, so that no plan may change what is found. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Facet, SessionQuery } from '#core/query.ts'
import type { DomainName, RunStatus } from '#core/session.ts'
import type { Catalog, SessionRow } from '#core/store.ts'
import { canonicalJson, type JsonObject, parseJson } from '#core/json.ts'
import { dataPaths } from './data-dir.ts'
import { openReader } from './connection.ts'
import { readFilters } from './query-filters.ts'
import { oldest, possibleSources, walk } from './query-plan.ts'
import { searchWords } from './search-words.ts'
import { openStore } from './open.ts'
import type { Database } from './sqlite-driver.ts'
import { idOf, listOf, rowOf, sha256, startMs } from './suite-rows.ts'
import { makeFolderOf, openFresh } from './suite-store.ts'

const projects = ['a', 'b'] as const
const domains: readonly DomainName[] = ['camera', 'images', 'gui']
const statuses: readonly (RunStatus | null)[] = ['succeeded', 'failed', null]
const words = ['red', 'green', 'reddish', 'blue', 'éclair']

const facet: fc.Arbitrary<Facet> = fc.oneof(
  fc.record({ key: fc.constantFrom('class', 'n'), text: fc.constantFrom('x', 'y', '') }),
  fc.record({
    key: fc.constantFrom('n', 'm'),
    number: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.5, -0)),
  }),
)

const rowParts = fc.record({
  project: fc.constantFrom(...projects),
  domain: fc.constantFrom(...domains),
  status: fc.constantFrom(...statuses),
  contributor: fc.constantFrom(null, 'c1', 'c2'),
  host: fc.constantFrom('h1', 'h2'),
  recordedAtMs: fc.nat(12).map((n) => startMs + n * 1000),
  facets: fc.array(facet, { maxLength: 5 }),
  searchText: fc.option(fc.array(fc.constantFrom(...words), { maxLength: 3 }).map((list) => list.join(' '))),
})

const bound = fc.option(fc.integer({ min: -3, max: 3 }))
const query: fc.Arbitrary<SessionQuery> = fc.record(
  {
    project: fc.constantFrom(...projects),
    domain: fc.constantFrom(...domains),
    status: fc.constantFrom<RunStatus>('succeeded', 'failed'),
    contributor: fc.constantFrom('c1', 'nobody'),
    host: fc.constantFrom('h1', 'h2'),
    from: fc.nat(12).map((n) => new Date(startMs + n * 1000).toISOString()),
    to: fc.nat(12).map((n) => new Date(startMs + n * 1000).toISOString()),
    text: fc.constantFrom('red', 're gr', 'eclair', 'nothing', '?'),
    facets: fc.array(
      fc.oneof(
        fc.record({ key: fc.constantFrom('class', 'n'), text: fc.constantFrom('x', 'y', '') }),
        fc.record({ key: fc.constantFrom('n', 'm'), min: bound, max: bound }),
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
)

function fits(row: SessionRow, asked: SessionQuery): boolean {
  const same = (['project', 'domain', 'status', 'contributor', 'host'] as const).every(
    (key) => asked[key] === undefined || row[key] === asked[key],
  )
  if (!same) return false
  if (asked.from !== undefined && row.recordedAtMs < Date.parse(asked.from)) return false
  if (asked.to !== undefined && row.recordedAtMs >= Date.parse(asked.to)) return false
  const has = searchWords(row.searchText ?? '')
  if (asked.text !== undefined && !searchWords(asked.text).every((word) => has.some((own) => own.startsWith(word))))
    return false
  return (asked.facets ?? []).every((filter) =>
    row.facets.some((own) => {
      if (own.key !== filter.key) return false
      if ('text' in filter) return 'text' in own && own.text === filter.text
      if (!('number' in own)) return false
      return own.number >= (filter.min ?? -Infinity) && own.number <= (filter.max ?? Infinity)
    }),
  )
}

/** All pages of a query. */
async function pagesOf(catalog: Catalog, asked: SessionQuery, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null = null; ; ) {
    const page = await catalog.page(asked, limit, cursor)
    ids.push(...page.items.map(({ id }) => id))
    if (page.next === null) return ids
    cursor = page.next
  }
}

/** The same question, asked of each source of candidates that the plan might choose. */
async function idsBySource(db: Database, asked: SessionQuery): Promise<string[][]> {
  const filters = readFilters(db, asked)
  const answers: string[][] = []
  for (const source of possibleSources(filters)) {
    const ids: string[] = []
    for await (const found of walk({ db, filters, direction: 'oldest first', after: oldest, wanted: 3, source })) {
      for (const { seq } of found) ids.push(String(db.prepare('select id from session where seq = ?').get(seq)?.['id']))
    }
    answers.push(ids)
  }
  return answers
}

test('every query finds what a look at all sessions finds, in pages, scans and counts, whatever the plan', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rowParts, { minLength: 1, maxLength: 50 }),
      fc.array(query, { minLength: 6, maxLength: 8 }),
      fc.integer({ min: 2, max: 9 }),
      async (parts, queries, limit) => {
        const folder = makeFolderOf('model')
        const store = await openStore(folder.data)
        const db = openReader(dataPaths(folder.data).catalog)
        try {
          const rows = parts.map((part, i) => rowOf(i, part))
          await store.catalog.putSessions(rows)
          for (const asked of queries) {
            // Oldest first; of the same time, the first that came.
            const expected = rows
              .filter((row) => fits(row, asked))
              .sort((a, b) => a.recordedAtMs - b.recordedAtMs)
              .map(({ id }) => id)
            const why = JSON.stringify(asked)
            assert.deepEqual(await pagesOf(store.catalog, asked, limit), [...expected].reverse(), why)
            assert.deepEqual(
              (await listOf(store.catalog.scan(asked))).map(({ id }) => id),
              expected,
              why,
            )
            assert.equal(await store.catalog.count(asked, 1000), expected.length, why)
            for (const ids of await idsBySource(db, asked)) assert.deepEqual(ids, expected, why)
          }
        } finally {
          db.close()
          await store.close()
          folder.remove()
        }
      },
    ),
    { numRuns: 6 },
  )
})

test('any JSON body comes back byte for byte', async () => {
  const { store, close } = await openFresh()()
  try {
    let n = 0
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ depthSize: 'medium' })),
        async (value) => {
          const id = idOf(++n)
          // Such keys are refused long before the store, at any depth.
          fc.pre(!JSON.stringify(value).includes('__proto__'))
          const body = canonicalJson({ ...(value as JsonObject), id, big: 2n ** 70n })
          const row = rowOf(n, { id, body, hash: sha256(body) })
          assert.deepEqual(await store.catalog.putSessions([row]), ['created'])
          const stored = await store.catalog.session(id)
          assert.equal(stored?.body, body)
          assert.equal(canonicalJson(parseJson(stored?.body ?? '')), body)
        },
      ),
      { numRuns: 60 },
    )
  } finally {
    await close()
  }
})
