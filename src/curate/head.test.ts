import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SplitName } from '#core/dataset.ts'
import type { ExportItem } from '#core/format.ts'
import type { Json, JsonObject } from '#core/json.ts'
import { gatherHead } from './head.ts'

const facts = { title: 'screens@1.0.0', at: '2026-01-01T00:00:00Z' }
const base = {
  domain: 'gui' as const,
  project: 'p',
  sessions: ['s'],
  contributors: [],
  group: 'g',
  recordedAt: '2026-01-01T00:00:00Z',
}
const provenance = {
  session: 's',
  action: null,
  at: null,
  method: null,
  threshold: null,
  activeStates: [],
  observations: 1,
}

const row = (attributes: JsonObject, split: SplitName | null = null): ExportItem => ({
  sample: { ...base, type: 'row', id: 'r', attributes },
  split,
})
const image = (...labels: readonly string[]): ExportItem => ({
  split: 'train',
  sample: {
    ...base,
    type: 'image',
    id: 'i',
    attributes: {},
    image: { role: 'screenshot', sha256: 'a'.repeat(64), mediaType: 'image/png', bytes: 1, width: 1, height: 1 },
    annotations: labels.map((label, i) => ({
      id: String(i),
      label,
      shape: { type: 'point', point: [0, 0] },
      confidence: null,
      source: 'person',
      verified: true,
      provenance,
    })),
  },
})

const typeOf = async (...values: readonly Json[]) =>
  (
    await gatherHead(
      values.map((value) => row({ key: value })),
      facts,
    )
  ).attributes[0]?.type

test('nothing gives an empty head', async () => {
  assert.deepEqual(await gatherHead([], facts), { ...facts, labels: [], splits: [], attributes: [] })
})

test('labels are sorted, and those of an earlier version keep their numbers', async () => {
  const items = [image('ok', 'menu'), image(), image('Zoom', 'ok')]
  assert.deepEqual((await gatherHead(items, facts)).labels, ['Zoom', 'menu', 'ok'])
  const { labels } = await gatherHead(items, { ...facts, knownLabels: ['ok', 'gone', 'ok'] })
  assert.deepEqual(labels, ['ok', 'gone', 'Zoom', 'menu'])
})

test('splits come in their own order, and undivided data have none', async () => {
  assert.deepEqual((await gatherHead([row({}, 'test'), row({}, 'train'), row({}, 'test')], facts)).splits, [
    'train',
    'test',
  ])
  assert.deepEqual((await gatherHead([row({})], facts)).splits, [])
})

test('an attribute has the narrowest type that holds all its values', async () => {
  assert.equal(await typeOf(1, null, 2), 'integer')
  assert.equal(await typeOf(1, 2.5), 'number')
  assert.equal(await typeOf(1e300), 'number')
  assert.equal(await typeOf(1, 2n ** 62n), 'integer')
  assert.equal(await typeOf(2n ** 63n), 'json')
  assert.equal(await typeOf(2.5, 2n ** 62n), 'json')
  assert.equal(await typeOf(true, null), 'boolean')
  assert.equal(await typeOf('a'), 'string')
  assert.equal(await typeOf('5', 5), 'json')
  assert.equal(await typeOf(true, 1), 'json')
  assert.equal(await typeOf([1]), 'json')
  assert.equal(await typeOf('a', { b: 1 }), 'json')
  assert.equal(await typeOf(null, null), 'string')
})

test('attributes of all samples are there, sorted by key', async () => {
  const { attributes } = await gatherHead([row({ b: 1 }), row({ a: 'x', c: null })], facts)
  assert.deepEqual(attributes, [
    { key: 'a', type: 'string' },
    { key: 'b', type: 'integer' },
    { key: 'c', type: 'string' },
  ])
})

test('property: neither the order of the samples nor how often one comes changes the head', async () => {
  const value = fc.constantFrom<Json>(null, 1, 2.5, 2n ** 60n, true, 'x', [1])
  const items = fc.array(
    fc.oneof(
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), value).map((attributes) => row(attributes, 'val')),
      fc.subarray(['p', 'q', 'r']).map((labels) => image(...labels)),
    ),
    { maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(items, async (drawn) => {
      const head = await gatherHead(drawn, facts)
      assert.deepEqual(await gatherHead(drawn.toReversed(), facts), head)
      assert.deepEqual(await gatherHead([...drawn, ...drawn], facts), head)
    }),
  )
})
