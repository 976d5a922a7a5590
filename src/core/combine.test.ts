import assert from 'node:assert/strict'
import { test } from 'node:test'
import { combine } from './combine.ts'

test('the parts sum to the value, and what was not measured leaves its weight to the rest', () => {
  const found = combine({
    error: { value: 0.8, weight: 0.5 },
    survival: { value: null, weight: 0.3 },
    success: { value: 1, weight: 0.2 },
  })
  assert.ok(found)
  assert.ok(Math.abs(found.value - 0.6 / 0.7) < 1e-12)
  assert.ok(Math.abs(found.value - Object.values(found.parts).reduce((sum, part) => sum + part, 0)) < 1e-12)
  assert.deepEqual(found.unknown, ['survival'])
})

test('nothing measured, or no share, has no value', () => {
  assert.equal(combine({ error: { value: null, weight: 1 } }), null)
  assert.equal(combine({}), null)
  for (const value of [1.2, -0.1, Number.NaN]) assert.equal(combine({ error: { value, weight: 1 } }), null)
})
