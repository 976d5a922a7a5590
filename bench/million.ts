/**
 * A store of a million sessions: opening it, first pages, every kind of filter, counts and figures.
 * Usage: node bench/million.ts [--sessions 1000000] [--data DIR]   (DIR is built once and used again)
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { SessionQuery } from '#core/query.ts'
import type { Store } from '#core/store.ts'
import { putSessions } from '#store/commit-sessions.ts'
import { openConnection } from '#store/connection.ts'
import { dataPaths, prepareDataDir } from '#store/data-dir.ts'
import { packFacets } from '#store/derived.ts'
import { Facts } from '#store/facts.ts'
import { openStore } from '#store/open.ts'
import { Places } from '#store/places.ts'
import { prepareCatalog } from '#store/prepare.ts'
import { tombstoneSalt } from '#store/tombstones.ts'
import { machine } from './machine.ts'
import { benchRow } from './store-rows.ts'

const { values } = parseArgs({
  options: { sessions: { type: 'string', default: '1000000' }, data: { type: 'string' } },
})
const total = Number(values.sessions)
const rounds = 20
const rowsAtOnce = 5_000

/** The writer's own code in this thread, without a sync per group: only the result matters here. */
async function build(dataDir: string): Promise<void> {
  const paths = await prepareDataDir(dataDir, true)
  prepareCatalog(paths)
  const db = openConnection(paths.catalog)
  db.exec('pragma synchronous = off; pragma cache_size = -1000000; pragma wal_autocheckpoint = 50000')
  const context = { db, paths, salt: tombstoneSalt(db), places: new Places(db), facts: new Facts(db) }
  for (let from = 0; from < total; from += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, total - from) }, (_, i) => benchRow(from + i, 600))
    db.exec('begin immediate')
    putSessions(context, {
      rows: rows.map((row) => ({ ...row, facets: JSON.stringify(packFacets(row.facets)), sizeBytes: row.body.length })),
      importId: null,
      nowMs: 0,
    })
    db.exec('commit')
    if (from % 100_000 === 0) console.error(`built ${from} of ${total}`)
  }
  db.close()
}

async function measure(name: string, run: () => Promise<unknown>): Promise<void> {
  const times: number[] = []
  let answer: unknown
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now()
    answer = await run()
    times.push(performance.now() - startedAt)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1).padStart(7)
  console.log(`${name.padEnd(46)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms   ${String(answer)}`)
}

const queries: readonly [string, SessionQuery][] = [
  ['everything', {}],
  ['project', { project: 'bench' }],
  ['project and domain', { project: 'bench', domain: 'gui' }],
  ['status failed (5 %)', { project: 'bench', status: 'failed' }],
  ['contributor (0.2 %)', { contributor: 'contributor-77' }],
  ['host (all)', { host: 'bench' }],
  ['time window', { from: '2025-06-01T00:00:00Z', to: '2025-06-02T00:00:00Z' }],
  ['text facet (17 %)', { facets: [{ key: 'class', text: 'HD 24' }] }],
  ['text facet (0.01 %)', { facets: [{ key: 'rare', text: 'yes' }] }],
  [
    'two facets',
    {
      facets: [
        { key: 'class', text: 'HD 24' },
        { key: 'lens', text: 'lens 7' },
      ],
    },
  ],
  ['facet, status, domain', { domain: 'gui', status: 'failed', facets: [{ key: 'lens', text: 'lens 7' }] }],
  ['number range, most', { facets: [{ key: 'tracks', min: 10, max: null }] }],
  ['number range, half', { facets: [{ key: 'error', min: null, max: 0.5 }] }],
  ['number range, few (0.1 %)', { facets: [{ key: 'error', min: 0.5, max: 0.5005 }] }],
  [
    'two ranges',
    {
      facets: [
        { key: 'error', min: 0.1, max: 0.2 },
        { key: 'tracks', min: 5, max: 10 },
      ],
    },
  ],
  [
    'range and facet',
    {
      facets: [
        { key: 'rare', text: 'yes' },
        { key: 'tracks', min: 100, max: null },
      ],
    },
  ],
  ['word, most', { text: 'forest' }],
  ['two words', { text: 'forest night' }],
  ['prefix', { text: 'clip12' }],
  ['rare word', { text: 'clip12345' }],
  ['words and a facet that exclude each other', { text: 'clip12345', facets: [{ key: 'rare', text: 'yes' }] }],
  ['nothing at all', { facets: [{ key: 'class', text: 'no such' }] }],
]

async function measureAll(store: Store): Promise<void> {
  for (const [name, query] of queries) {
    await measure(`page: ${name}`, async () => (await store.catalog.page(query, 50, null)).items.length)
  }
  let cursor: string | null = null
  for (let i = 0; i < 200; i++) cursor = (await store.catalog.page({ project: 'bench' }, 50, cursor)).next
  await measure(
    'page: the 201st',
    async () => (await store.catalog.page({ project: 'bench' }, 50, cursor)).items.length,
  )
  for (const [name, query] of queries) {
    await measure(`count to 10,000: ${name}`, () => store.catalog.count(query, 10_000))
  }
  await measure('tally', async () => `${(await store.catalog.tally(null)).length} rows`)
  await measure('facet summary', async () => `${(await store.catalog.facetSummary('bench', null)).length} facets`)
  await measure('health', async () => (await store.health()).sessions)
}

const folder = values.data === undefined ? mkdtempSync(join(tmpdir(), 'hindsight-bench-')) : null
const dataDir = folder ? join(folder, 'data') : (values.data ?? '')
try {
  console.log(`machine: ${machine()}; ${total} sessions`)
  if (!existsSync(dataPaths(dataDir).catalog)) await build(dataDir)
  console.log(`catalog ${Math.round(statSync(dataPaths(dataDir).catalog).size / 1e6)} MB`)
  const startedAt = performance.now()
  const store = await openStore(dataDir)
  console.log(`open ${(performance.now() - startedAt).toFixed(0)} ms`)
  await measureAll(store)
  await store.close()
} finally {
  if (folder) rmSync(folder, { recursive: true, force: true })
}
