/** What every sample index, dataset store and consent ledger must do. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ConsentEntry } from '#core/consent.ts'
import type { Dataset, DatasetVersion, SplitName, VersionItem } from '#core/dataset.ts'
import { canonicalJson } from '#core/json.ts'
import { versionHash } from '#core/merkle.ts'
import type { RowSample } from '#core/sample.ts'
import type { Store } from '#core/store.ts'
import type { StoreFactory } from './catalog-suite.ts'
import { editOf, idOf, listOf, rowOf, sha256 } from './suite-rows.ts'

export function sampleOf(id: string, sessions: readonly string[], project = 'p'): RowSample {
  return {
    type: 'row',
    id,
    domain: 'gui',
    project,
    sessions,
    contributors: [],
    group: `group of ${id}`,
    recordedAt: '2026-11-20T00:00:00Z',
    attributes: { id },
  }
}

/**
 * A version over these sample ids, dealt in turn to the three parts.
 *
 * @param picture hash of a blob that all of them show
 */
export function versionOf(
  dataset: string,
  version: string,
  ids: readonly string[],
  sessions: readonly string[],
  picture: string | null = null,
): { version: DatasetVersion; items: (VersionItem & { body: string })[] } {
  const parts: readonly SplitName[] = ['train', 'val', 'test']
  const items = ids.map((sampleId, i) => {
    const sample = sampleOf(sampleId, sessions)
    const body = canonicalJson(picture === null ? sample : { ...sample, attributes: { id: sampleId, picture } })
    return { sampleId, hash: sha256(body), split: parts[i % 3] ?? 'train', group: `group of ${sampleId}`, body }
  })
  const count = (part: SplitName) => items.filter(({ split }) => split === part).length
  const ordered = parts.flatMap((part) =>
    items.filter(({ split }) => split === part).sort((a, b) => (a.sampleId < b.sampleId ? -1 : 1)),
  )
  return {
    items: ordered,
    version: {
      dataset,
      project: 'p',
      version,
      createdAt: '2026-11-20T00:00:00Z',
      hash: versionHash(ordered, sha256),
      items: items.length,
      labels: [],
      counts: { train: count('train'), val: count('val'), test: count('test') },
      plan: { shares: { train: 0.4, val: 0.3, test: 0.3 }, seed: 1, stratifyBy: null },
      note: null,
      redacted: false,
    },
  }
}

async function* all<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items
}

export const datasetOf = (name: string): Dataset => ({
  name,
  project: 'p',
  about: null,
  createdAt: '2026-11-20T00:00:00Z',
  select: { sessions: { project: 'p' }, sampleType: 'row' },
})

export function samplesSuite(name: string, open: StoreFactory): void {
  describe(`${name}: samples, datasets, consent`, () => {
    let opened: Awaited<ReturnType<StoreFactory>>
    let store: Store
    before(async () => {
      opened = await open()
      store = opened.store
      await store.catalog.putSessions([
        ...Array.from({ length: 6 }, (_, i) => rowOf(i, { facets: [{ key: 'n', number: i }] })),
        rowOf(6, { project: 'q' }),
      ])
    })
    after(() => opened.close())

    test('sessions are due until their samples are there, and again after an edit', async () => {
      const { samples, catalog } = store
      assert.deepEqual(await samples.pending(3), [0, 1, 2].map(idOf))
      assert.equal((await samples.pending(100)).length, 7)
      // An edit that comes while samples are derived keeps the session due.
      await catalog.putEdits([editOf(1, idOf(1))])
      await samples.putSamples([0, 1].map((n) => ({ session: idOf(n), samples: [sampleOf(`s${n}`, [idOf(n)])] })))
      assert.deepEqual((await samples.pending(100)).slice(0, 2), [idOf(1), idOf(2)])
      await samples.putSamples([{ session: idOf(1), samples: [sampleOf('s1', [idOf(1)])] }])
      assert.ok(!(await samples.pending(100)).includes(idOf(1)))
      await catalog.putEdits([editOf(2, idOf(0))])
      assert.ok((await samples.pending(100)).includes(idOf(0)))
    })

    test('samples come by id, those of one id together, and only of sessions that fit', async () => {
      const { samples } = store
      await samples.pending(100)
      await samples.putSamples([
        { session: idOf(2), samples: [sampleOf('z', [idOf(2)]), sampleOf('shared', [idOf(2)])] },
        { session: idOf(3), samples: [sampleOf('shared', [idOf(3)]), sampleOf('a', [idOf(3)])] },
        { session: idOf(6), samples: [sampleOf('q1', [idOf(6)], 'q')] },
      ])
      const found = async (query: Parameters<typeof samples.scan>[0]) =>
        (await listOf(samples.scan(query, 'row'))).map(({ id, sessions }) => `${id}:${sessions[0]?.slice(-1)}`)
      assert.deepEqual(await found({ project: 'p' }), ['a:3', 's0:0', 's1:1', 'shared:2', 'shared:3', 'z:2'])
      assert.deepEqual(await found({ facets: [{ key: 'n', min: 3, max: 5 }] }), ['a:3', 'shared:3'])
      assert.deepEqual(await listOf(samples.scan({ project: 'p' }, 'image')), [])
      assert.deepEqual(await samples.count({ project: 'p' }, null), { row: 5 })
      assert.deepEqual(await samples.count({}, 'row'), { row: 6 })
      assert.deepEqual(await samples.count({}, 'pair'), {})
      await samples.putSamples([{ session: idOf(3), samples: [] }])
      assert.deepEqual(await found({ facets: [{ key: 'n', min: 3, max: 5 }] }), [])
      await samples.invalidate()
      assert.equal((await samples.pending(100)).length, 7)
    })

    test('fingerprints are kept by blob', async () => {
      const a = { sha256: sha256('a'), hash: '0123456789abcdef' }
      await store.samples.putFingerprints([a, { sha256: sha256('b'), hash: 'ffffffffffffffff' }])
      await store.samples.putFingerprints([{ ...a, hash: '0000000000000000' }])
      assert.deepEqual(
        await store.samples.fingerprints([sha256('c'), a.sha256]),
        new Map([[a.sha256, '0000000000000000']]),
      )
    })

    test('a version is kept whole, in order, and only once', async () => {
      const { datasets } = store
      await datasets.create(datasetOf('d'))
      await assert.rejects(datasets.create(datasetOf('d')), { code: 'dataset.exists' })
      const { version, items } = versionOf('d', '1.0.0', ['b', 'a', 'd', 'c', 'e'], [idOf(0)])
      await datasets.commit(version, all([...items].reverse()))
      assert.deepEqual(await datasets.versions('p', 'd'), [version])
      assert.deepEqual(await listOf(datasets.items('p', 'd', '1.0.0')), items)
      await assert.rejects(datasets.commit(version, all(items)), { code: 'dataset.exists' })
      await assert.rejects(listOf(datasets.items('p', 'd', '2.0.0')), { code: 'dataset.unknown' })
      const placed = await datasets.assignments('p', 'd')
      for (const { sampleId, group, split } of items) {
        assert.equal(placed.get(sampleId), split)
        assert.equal(placed.get(group), split)
      }
      assert.deepEqual(
        (await datasets.list('p')).map((dataset) => dataset.name),
        ['d'],
      )
      assert.equal((await datasets.get('p', 'd'))?.name, 'd')
      assert.equal(await datasets.get('p', 'e'), null)
    })

    test('a version that cannot be written whole is not there at all', async () => {
      const { datasets } = store
      await datasets.create(datasetOf('half'))
      const { version, items } = versionOf('half', '1.0.0', ['a', 'b', 'c'], [idOf(0)])
      const [first] = items
      assert.ok(first)
      const breaking = async function* () {
        yield first
        throw new Error('the source broke off')
      }
      await assert.rejects(datasets.commit(version, breaking()), /the source broke off/)
      await assert.rejects(datasets.commit(version, all([first])), { code: 'dataset.invalid' })
      const forged = items.map((item) => ({ ...item, body: `${item.body} ` }))
      await assert.rejects(datasets.commit(version, all(forged)), { code: 'dataset.invalid' })
      assert.deepEqual(await datasets.versions('p', 'half'), [])
      await datasets.commit(version, all(items))
      assert.deepEqual(await listOf(datasets.items('p', 'half', '1.0.0')), items)
    })

    test('exports are noted', async () => {
      const note = {
        id: 'e1',
        at: '2026-11-20T00:00:00Z',
        principal: 'owner',
        project: 'p',
        what: 'd@1.0.0',
        format: 'coco',
        target: 'out',
        sessions: 1,
      }
      await store.datasets.noteExport(note, [idOf(0), idOf(888)])
      assert.deepEqual(await store.datasets.exports('p'), [note])
      assert.deepEqual(await store.datasets.exports('q'), [])
    })

    test('consent lines stay in the order they were appended', async () => {
      const line = (id: string, project: string): ConsentEntry => ({
        id,
        at: '2026-11-20T00:00:00Z',
        principal: 'owner',
        project,
        contributor: null,
        session: null,
        decision: 'granted',
        scopes: ['train'],
        text: null,
      })
      for (const id of ['z', 'a', 'm']) await store.consent.append(line(id, 'p'))
      await store.consent.append(line('q', 'q'))
      await store.consent.append(line('a', 'p'))
      assert.deepEqual(
        (await store.consent.entries('p')).map(({ id }) => id),
        ['z', 'a', 'm'],
      )
    })
  })
}
