import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expectedFrames, kaplanMeier, medianLife, type Seen, survivalOf } from './survival.ts'

test('Kaplan and Meier by hand', () => {
  // At risk 5, 4 and 2 where one fails; one is watched only up to 3 frames, one up to 4.
  const lives: Seen[] = [
    { frames: 1, failed: true },
    { frames: 2, failed: true },
    { frames: 3, failed: false },
    { frames: 4, failed: true },
    { frames: 4, failed: false },
  ]
  const curve = kaplanMeier(lives)
  assert.deepEqual(
    [...curve].map((chance) => Number(chance.toFixed(12))),
    [1, 0.8, 0.6, 0.6, 0.3],
  )
  assert.equal(medianLife(curve), 4)
  assert.equal(medianLife(curve, 1.3), 3 - 1)
  assert.equal(medianLife(kaplanMeier(lives.slice(2, 3))), null)
  assert.deepEqual(kaplanMeier([]), new Float64Array(0))
})

test('where all ends are seen, the curve is the share that lives longer', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 30 }), (frames) => {
      const curve = kaplanMeier(frames.map((count) => ({ frames: count, failed: true })))
      curve.forEach((chance, age) => {
        const share = frames.filter((count) => count > age).length / frames.length
        assert.ok(Math.abs(chance - share) < 1e-12)
      })
    }),
    { numRuns: 100, seed: 1 },
  )
})

test('a constant hazard gives a falling power', () => {
  const curve = survivalOf(Array(4).fill(0.5) as number[])
  assert.deepEqual([...curve], [0.5, 0.25, 0.125, 0.0625])
  assert.equal(expectedFrames(curve), 0.9375)
  assert.equal(medianLife(curve), 0)
})
