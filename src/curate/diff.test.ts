import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Annotation, Bbox } from '#core/annotation.ts'
import { type SplitName, splitNames } from '#core/dataset.ts'
import { canonicalJson } from '#core/json.ts'
import type { ImageSample } from '#core/sample.ts'
import { type DiffItem, diffAnnotations, diffVersions } from './diff.ts'

const provenance = {
  session: 's',
  action: null,
  at: null,
  method: null,
  threshold: null,
  activeStates: [],
  observations: 1,
}
const box = (id: string, label: string, bbox: Bbox, more: Partial<Annotation> = {}): Annotation => ({
  id,
  label,
  shape: { type: 'box', bbox },
  confidence: 0.5,
  source: 'model',
  verified: false,
  provenance,
  ...more,
})

const image = (id: string, annotations: readonly Annotation[]): ImageSample => ({
  type: 'image',
  id,
  domain: 'gui',
  project: 'p',
  sessions: ['s'],
  contributors: [],
  group: 'g',
  recordedAt: '2026-01-01T00:00:00Z',
  attributes: {},
  image: { role: 'screenshot', sha256: 'a'.repeat(64), mediaType: 'image/png', bytes: 1, width: 100, height: 100 },
  annotations,
})

/** The canonical text itself serves as hash: equal exactly when the samples are. */
function item(split: SplitName, sample: ImageSample): DiffItem {
  const body = canonicalJson(sample)
  return { sampleId: sample.id, hash: body, split, body }
}

const inOrder = (items: readonly DiffItem[]) =>
  items.toSorted(
    (a, b) => splitNames.indexOf(a.split) - splitNames.indexOf(b.split) || (a.sampleId < b.sampleId ? -1 : 1),
  )

test('samples and labels are followed from one version to the next', async () => {
  const ok = box('1', 'ok', [0, 0, 10, 10])
  const before = [
    item('train', image('a', [ok])),
    item('train', image('b', [ok, box('2', 'menu', [50, 50, 9, 9])])),
    item('train', image('c', [])),
    item('val', image('d', [ok])),
  ]
  const after = [
    item('train', image('a', [ok])),
    item('train', image('b', [box('1', 'cancel', [0, 0, 10, 10])])),
    item('train', image('e', [ok])),
    item('test', image('d', [ok])),
  ]
  const diff = await diffVersions(before, after)
  assert.deepEqual(diff, {
    before: 4,
    after: 4,
    added: 1,
    removed: 1,
    changed: 1,
    moved: 1,
    annotations: { added: 0, removed: 1, moved: 0, relabelled: 1, restated: 0 },
    labels: { added: ['cancel'], removed: ['menu'] },
    shapes: { added: [], removed: [] },
    examples: { added: ['e'], removed: ['c'], changed: ['b'], moved: ['d'] },
  })
})

test('what became of each label', () => {
  const at: Bbox = [10, 10, 20, 20]
  const was = [box('1', 'a', at)]
  const cases: readonly (readonly [readonly Annotation[], Partial<ReturnType<typeof diffAnnotations>>])[] = [
    [was, {}],
    [[], { removed: 1 }],
    [[...was, box('2', 'a', [60, 60, 5, 5])], { added: 1 }],
    [[box('1', 'a', [11, 11, 20, 20])], {}],
    [[box('1', 'a', [11.01, 10, 20, 20])], { moved: 1 }],
    [[box('1', 'a', [10, 10, 22, 20])], { moved: 1 }],
    [[box('1', 'b', [30, 10, 20, 20])], { relabelled: 1 }],
    [[box('1', 'a', at, { verified: true })], { restated: 1 }],
    [[box('1', 'a', at, { confidence: null })], { restated: 1 }],
    [[box('1', 'a', at, { shape: { type: 'point', point: [10, 10] } })], { moved: 1 }],
    // Under another id, but at its place.
    [[box('9', 'a', at)], {}],
    [[box('9', 'b', at)], { relabelled: 1 }],
    [[box('9', 'a', [12, 10, 20, 20])], { moved: 1 }],
    [[box('9', 'a', [29, 10, 20, 20])], { added: 1, removed: 1 }],
  ]
  const none = { added: 0, removed: 0, moved: 0, relabelled: 0, restated: 0 }
  for (const [now, expected] of cases)
    assert.deepEqual(diffAnnotations(was, now), { ...none, ...expected }, JSON.stringify(now))
})

test('a new kind of shape is told', async () => {
  const polygon = box('1', 'a', [0, 0, 1, 1], {
    shape: {
      type: 'polygon',
      points: [
        [0, 0],
        [5, 0],
        [0, 5],
      ],
    },
  })
  const diff = await diffVersions(
    [item('train', image('a', [box('1', 'a', [0, 0, 5, 5])]))],
    [item('train', image('a', [polygon]))],
  )
  assert.deepEqual(diff.shapes, { added: ['polygon'], removed: ['box'] })
})

test('items out of order are refused rather than taken for changes', async () => {
  const [a, b] = [item('train', image('a', [])), item('train', image('b', []))]
  await assert.rejects(diffVersions([b, a], [a, b]), /items in order, found a after b/)
  await assert.rejects(diffVersions([], [a, a]), /items in order/)
})

test('both streams are closed when one fails', async () => {
  let closed = 0
  async function* endless() {
    try {
      for (let i = 0; ; i++) yield item('train', image(`s${String(i).padStart(6, '0')}`, []))
    } finally {
      closed += 1
    }
  }
  async function* failing() {
    yield item('train', image('s000000', []))
    throw new Error('disk')
  }
  await assert.rejects(diffVersions(endless(), failing()), /disk/)
  assert.equal(closed, 1)
})

const version = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom(...'abcdefgh'),
      split: fc.constantFrom(...splitNames),
      x: fc.nat({ max: 2 }),
      label: fc.constantFrom('p', 'q'),
    }),
    { selector: ({ id }) => id },
  )
  .map((drawn) =>
    inOrder(drawn.map(({ id, split, x, label }) => item(split, image(id, [box('1', label, [x * 10, 0, 5, 5])])))),
  )

test('property: the counts are those of comparing the two by id', async () => {
  await fc.assert(
    fc.asyncProperty(version, version, async (before, after) => {
      const [old, now] = [
        new Map(before.map((one) => [one.sampleId, one])),
        new Map(after.map((one) => [one.sampleId, one])),
      ]
      const both = before.filter((one) => now.has(one.sampleId))
      const diff = await diffVersions(before, after)
      assert.equal(diff.before - diff.removed + diff.added, diff.after)
      assert.equal(diff.added, after.filter((one) => !old.has(one.sampleId)).length)
      assert.equal(diff.removed, before.length - both.length)
      assert.equal(diff.changed, both.filter((one) => now.get(one.sampleId)?.hash !== one.hash).length)
      assert.equal(diff.moved, both.filter((one) => now.get(one.sampleId)?.split !== one.split).length)
    }),
  )
})

test('property: going back undoes what going there did, and nothing changes between equal versions', async () => {
  await fc.assert(
    fc.asyncProperty(version, version, async (before, after) => {
      const [there, back] = [await diffVersions(before, after), await diffVersions(after, before)]
      assert.deepEqual(
        [back.added, back.removed, back.changed, back.moved],
        [there.removed, there.added, there.changed, there.moved],
      )
      assert.deepEqual(back.labels, { added: there.labels.removed, removed: there.labels.added })
      const same = await diffVersions(before, before)
      assert.deepEqual([same.added, same.removed, same.changed, same.moved], [0, 0, 0, 0])
    }),
  )
})
