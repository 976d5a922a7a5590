import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Annotation, Shape } from '#core/annotation.ts'
import { iou } from '#core/annotation.ts'
import { hashDistance } from '#vision/perceptual-hash.ts'
import { findDuplicateLabels, findExactDuplicates, findNearDuplicates } from './duplicates.ts'

const hex = (bits: number) => bits.toString(16).padStart(16, '0')

test('equal hashes are one set, in an order that does not depend on the input', () => {
  const items = [
    ['d', 'x'],
    ['b', 'y'],
    ['a', 'x'],
    ['c', 'y'],
    ['e', 'z'],
    ['f', 'x'],
  ].map(([id = '', hash = '']) => ({ id, hash }))
  const expected = [
    ['a', 'd', 'f'],
    ['b', 'c'],
  ]
  assert.deepEqual(findExactDuplicates(items), expected)
  assert.deepEqual(findExactDuplicates(items.toReversed()), expected)
})

test('pictures that look alike are one cluster, also through one between them', () => {
  const items = [
    ['a', 0b0000],
    ['b', 0b0011],
    ['c', 0b1111],
    ['d', 0xffff_0000],
    ['e', 0xffff_0000],
    ['f', 0xffff_ffff],
  ] as const
  const found = findNearDuplicates(
    items.map(([id, bits]) => ({ id, fingerprint: hex(bits) })),
    2,
  )
  assert.deepEqual(found, [
    { ids: ['a', 'b', 'c'], maxDistance: 2 },
    { ids: ['d', 'e'], maxDistance: 0 },
  ])
})

test('property: two are in one cluster exactly when a chain of near ones leads from one to the other', () => {
  const crowd = fc.array(fc.nat({ max: 4095 }), { maxLength: 25 })
  fc.assert(
    fc.property(crowd, fc.integer({ min: 0, max: 3 }), (bits, maxDistance) => {
      const items = bits.map((value, i) => ({ id: `p${String(i).padStart(2, '0')}`, fingerprint: hex(value) }))
      // The oracle: spread the least index along near pairs until nothing changes.
      const mark = items.map((_, i) => i)
      for (let changed = true; changed; ) {
        changed = false
        for (const [i, a] of items.entries()) {
          for (const [j, b] of items.entries()) {
            if (hashDistance(a.fingerprint, b.fingerprint) <= maxDistance && (mark[j] ?? 0) < (mark[i] ?? 0)) {
              mark[i] = mark[j] ?? 0
              changed = true
            }
          }
        }
      }
      const sets = [...Map.groupBy(items, (_, i) => mark[i]).values()].filter((set) => set.length > 1)
      const found = findNearDuplicates(items, maxDistance)
      assert.deepEqual(
        found.map(({ ids }) => ids),
        sets.map((set) => set.map(({ id }) => id)),
      )
      assert.deepEqual(findNearDuplicates(items.toReversed(), maxDistance), found)
    }),
  )
})

const provenance = {
  session: 's',
  action: null,
  at: null,
  method: null,
  threshold: null,
  activeStates: [],
  observations: 1,
}
const annotation = (id: string, label: string, shape: Shape): Annotation => ({
  id,
  label,
  shape,
  confidence: null,
  source: 'person',
  verified: true,
  provenance,
})
const box = (id: string, label: string, ...bbox: [number, number, number, number]) =>
  annotation(id, label, { type: 'box', bbox })
const pairs = (annotations: readonly Annotation[], minIou?: number) =>
  findDuplicateLabels(annotations, minIou)
    .map(({ a, b }) => [a.id, b.id].sort().join('-'))
    .sort()

test('labels set twice are found, others of the same class or place are not', () => {
  const annotations = [
    box('a', 'button', 0, 0, 100, 100),
    box('b', 'button', 2, 0, 100, 100),
    box('c', 'image', 0, 0, 100, 100),
    box('d', 'button', 50, 0, 100, 100),
    annotation('e', 'button', { type: 'point', point: [3, 3] }),
    annotation('f', 'button', { type: 'point', point: [3, 3] }),
    annotation('g', 'button', { type: 'point', point: [3, 4] }),
    annotation('h', 'x', {
      type: 'polygon',
      points: [
        [0, 0],
        [9, 0],
        [0, 9],
      ],
    }),
    annotation('i', 'x', {
      type: 'polygon',
      points: [
        [0, 0],
        [9, 0],
        [0, 9],
      ],
    }),
  ]
  assert.deepEqual(pairs(annotations), ['a-b', 'e-f', 'h-i'])
  assert.deepEqual(pairs(annotations, 0.3), ['a-b', 'a-d', 'b-d', 'e-f', 'h-i'])
  assert.equal(findDuplicateLabels(annotations)[0]?.iou, 98 / 102)
})

test('property: it finds the pairs that comparing all boxes finds', () => {
  const coordinate = fc.integer({ min: 0, max: 12 })
  const side = fc.integer({ min: 1, max: 12 })
  const boxes = fc.array(fc.tuple(fc.constantFrom('a', 'b'), coordinate, coordinate, side, side), { maxLength: 15 })
  fc.assert(
    fc.property(boxes, fc.constantFrom(0.1, 0.5, 0.9, 1), (drawn, minIou) => {
      const all = drawn.map(([label, ...bbox], i) => box(`b${String(i).padStart(2, '0')}`, label, ...bbox))
      const expected = all.flatMap((a, i) =>
        all.slice(i + 1).flatMap((b) => {
          if (a.label !== b.label || a.shape.type !== 'box' || b.shape.type !== 'box') return []
          return iou(a.shape.bbox, b.shape.bbox) >= minIou ? [`${a.id}-${b.id}`] : []
        }),
      )
      assert.deepEqual(pairs(all, minIou), expected)
    }),
  )
})
