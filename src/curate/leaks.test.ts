import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type SplitName, splitNames } from '#core/dataset.ts'
import { hashDistance } from '#vision/perceptual-hash.ts'
import { findLeaks, type LeakItem } from './leaks.ts'
import { planSplit } from './split.ts'

const hex = (bits: number) => bits.toString(16).padStart(16, '0')
const item = (id: string, group: string, split: SplitName, ...bits: readonly number[]): LeakItem => ({
  id,
  group,
  split,
  fingerprints: bits.map(hex),
})

test('groups and pictures that lie in several parts are counted and named', () => {
  const report = findLeaks(
    [
      item('a', 'g', 'train', 0b0000),
      item('b', 'g', 'train', 0b0001),
      item('c', 'g', 'test', 0b1111_0000_1111),
      item('d', 'h', 'val', 0b0000),
      item('e', 'i', 'test', 0b0111),
      item('f', 'j', 'train'),
    ],
    2,
  )
  assert.deepEqual(report, {
    items: 6,
    groups: { count: 1, examples: [{ group: 'g', counts: { train: 2, test: 1 } }] },
    twins: {
      count: 4,
      examples: [
        { a: 'a', b: 'd', splits: ['train', 'val'], distance: 0 },
        { a: 'b', b: 'd', splits: ['train', 'val'], distance: 1 },
        { a: 'b', b: 'e', splits: ['train', 'test'], distance: 2 },
      ],
    },
    unseen: 1,
  })
})

test('alike within one part is no leak, and neither is one item with two like pictures', () => {
  const report = findLeaks([
    item('a', 'g', 'train', 0, 1),
    item('b', 'h', 'train', 1),
    item('c', 'i', 'test', 0xffff, 0xfffe),
  ])
  assert.deepEqual([report.groups.count, report.twins.count, report.unseen], [0, 0, 0])
})

test('ten thousand copies of one picture are told in a moment, and the examples stay few', () => {
  const items = Array.from({ length: 10_000 }, (_, i) => item(`i${i}`, `g${i}`, i % 10 === 0 ? 'test' : 'train', 5))
  const start = performance.now()
  const report = findLeaks(items, 4, 3)
  assert.equal(report.twins.count, 10_000)
  assert.equal(report.twins.examples.length, 1)
  assert.ok(performance.now() - start < 2000)
})

const leakItem = fc.record({
  group: fc.constantFrom('g', 'h', 'i', 'j'),
  split: fc.constantFrom(...splitNames),
  bits: fc.array(fc.nat({ max: 1023 }), { maxLength: 2 }),
})
const some = fc
  .array(leakItem, { maxLength: 25 })
  .map((drawn) => drawn.map(({ group, split, bits }, i) => item(`i${i}`, group, split, ...bits)))

test('property: the items it counts are those that comparing all finds, in any order', () => {
  fc.assert(
    fc.property(some, fc.integer({ min: 0, max: 4 }), (items, maxDistance) => {
      const twins = items.filter((a) =>
        items.some(
          (b) =>
            b.split !== a.split &&
            a.fingerprints.some((x) => b.fingerprints.some((y) => hashDistance(x, y) <= maxDistance)),
        ),
      )
      const report = findLeaks(items, maxDistance)
      assert.equal(report.twins.count, twins.length)
      assert.deepEqual(findLeaks(items.toReversed(), maxDistance).twins, report.twins)
      const ids = new Map(items.map((one) => [one.id, one]))
      for (const { a, b, splits, distance } of report.twins.examples) {
        assert.notEqual(splits[0], splits[1])
        assert.deepEqual([ids.get(a)?.split, ids.get(b)?.split], splits)
        assert.ok(distance <= maxDistance)
      }
      assert.equal(report.twins.examples.length > 0, twins.length > 0)
    }),
  )
})

test('property: a split as we plan it leaks no group', () => {
  fc.assert(
    fc.property(some, (items) => {
      const splits = planSplit(
        items.map(({ id, group }) => ({ id, group, stratum: null })),
        { shares: { train: 0.5, val: 0.25, test: 0.25 }, seed: 1, stratifyBy: null },
        new Map(),
      )
      assert.equal(findLeaks(items.map((one) => ({ ...one, split: splits.get(one.id) ?? one.split }))).groups.count, 0)
    }),
  )
})
