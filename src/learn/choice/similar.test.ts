import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Feature } from '#core/learnable.ts'
import fc from 'fast-check'
import { gowerDistance, mostSimilar } from './similar.ts'

const features: readonly Feature[] = [
  { name: 'widthPx', type: 'number', range: 4000, weight: 1 },
  { name: 'motion', type: 'word', weight: 2 },
  { name: 'noise', type: 'number', range: 1, weight: 1 },
]

test('the distance is the weighted mean of what both know', () => {
  const one = { widthPx: 1000, motion: 'high', noise: 0.2 }
  assert.deepEqual(gowerDistance(features, one, one), { distance: 0, known: 1 })
  const other = { widthPx: 3000, motion: 'low', noise: null }
  const found = gowerDistance(features, one, other)
  assert.ok(found && Math.abs(found.distance - 2.5 / 3) < 1e-12 && found.known === 0.75)
  assert.equal(gowerDistance(features, one, { noise: null }), null)
})

test('the nearest come first, five of them, and those of which little is known not at all', () => {
  const past = Array.from({ length: 20 }, (_, i) => ({
    id: `s${i}`,
    features: { widthPx: 100 * i, motion: 'high', noise: 0 },
    session: i,
  }))
  const empty = { id: 'empty', features: { widthPx: 700 }, session: -1 }
  const found = mostSimilar(features, { widthPx: 700, motion: 'high', noise: 0 }, [...past, empty])
  assert.deepEqual(
    found.map(({ past: { session } }) => session),
    [7, 8, 6, 9, 5],
  )
})

test('the nearest are those of a sort of all', () => {
  const sessions = fc.array(
    fc.record({
      widthPx: fc.integer({ min: 0, max: 8000 }),
      motion: fc.constantFrom('low', 'high', null),
      noise: fc.constant(0),
    }),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(sessions, (all) => {
      const here = { widthPx: 3000, motion: 'high', noise: 0 }
      const found = mostSimilar(
        features,
        here,
        all.map((one, i) => ({ id: `${i}`, features: one, session: i })),
      )
      const distances = all.map((one) => gowerDistance(features, here, one)!.distance).toSorted((a, b) => a - b)
      assert.deepEqual(
        found.map(({ distance }) => distance),
        distances.slice(0, 5),
      )
    }),
  )
})
