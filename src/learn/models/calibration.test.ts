import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { seededRng } from '#core/rng.ts'
import { calibrated, fitCalibration, fitIsotonic, fitPlatt } from './calibration.ts'
import { calibrationError, logLoss } from './metrics.ts'
import { logOdds, sigmoid } from './sigmoid.ts'

/** Outcomes of true chances, and the chances of a model that is three times too sure. */
function tooSure(count: number, seed: string) {
  const rng = seededRng(seed)
  const chances = Array.from({ length: count }, () => 0.02 + 0.96 * rng.next())
  return {
    outcomes: chances.map((chance) => (rng.next() < chance ? 1 : 0)),
    predicted: chances.map((chance) => sigmoid(3 * logOdds(chance) + 0.5)),
  }
}

for (const [name, fit] of [
  ['Platt', fitPlatt],
  ['isotonic', fitIsotonic],
] as const) {
  test(`${name} makes a model that is too sure honest on rows it has not seen`, () => {
    const [known, unseen] = [tooSure(4000, 'known'), tooSure(8000, 'unseen')]
    const calibration = fit(known.outcomes, known.predicted)!
    const honest = unseen.predicted.map((chance) => calibrated(calibration, chance))
    assert.ok(calibrationError(unseen.outcomes, unseen.predicted)! > 0.12)
    assert.ok(calibrationError(unseen.outcomes, honest)! < 0.03)
    assert.ok(logLoss(unseen.outcomes, honest)! < logLoss(unseen.outcomes, unseen.predicted)! - 0.1)
  })
}

test('Platt finds the slope that was put in', () => {
  const { outcomes, predicted } = tooSure(20_000, 'slope')
  const platt = fitPlatt(outcomes, predicted)!
  assert.ok(platt.type === 'platt' && Math.abs(platt.slope - 1 / 3) < 0.02 && Math.abs(platt.offset + 0.5 / 3) < 0.05)
})

const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.double({ min: 0, max: 1, noNaN: true })), {
  maxLength: 60,
})

test('calibrated chances are chances, and never fall where raw ones rise', () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      const outcomes = drawn.map(([y]) => y)
      const predicted = drawn.map(([, p]) => p)
      for (const fit of [fitPlatt, fitIsotonic]) {
        const calibration = fit(outcomes, predicted)
        if (calibration === null) {
          assert.ok(new Set(outcomes).size < 2)
          continue
        }
        let last = 0
        for (let raw = 0; raw <= 20; raw++) {
          const chance = calibrated(calibration, raw / 20)
          assert.ok(chance >= last - 1e-12 && chance <= 1)
          last = chance
        }
      }
    }),
    { numRuns: 200, seed: 3 },
  )
})

describe('isotonic regression', () => {
  test('pools what falls, by hand', () => {
    const fitted = fitIsotonic([1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.3, 0.9])!
    assert.deepEqual(fitted, { type: 'isotonic', raw: [0.1, 0.3, 0.9], chance: [0.5, 0.5, 1] })
    assert.equal(calibrated(fitted, 0.6), 0.75)
    assert.equal(calibrated(fitted, 0), 0.5)
  })
  test('has the mean of the outcomes', () => {
    const { outcomes, predicted } = tooSure(500, 'mean')
    const fitted = fitIsotonic(outcomes, predicted)!
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    assert.ok(Math.abs(mean(predicted.map((p) => calibrated(fitted, p))) - mean(outcomes)) < 1e-9)
  })
})

test('few rows are calibrated by two numbers, many by steps; a model that is upside down by its mean', () => {
  assert.equal(fitCalibration([0, 1, 0, 1], [0.2, 0.8, 0.3, 0.6])!.type, 'platt')
  const many = tooSure(1000, 'many')
  assert.equal(fitCalibration(many.outcomes, many.predicted)!.type, 'isotonic')
  const wrong = fitPlatt([0, 0, 1, 1], [0.9, 0.8, 0.1, 0.2])!
  assert.ok(wrong.type === 'platt' && wrong.slope === 0 && Math.abs(wrong.offset) < 1e-12)
  assert.equal(fitCalibration([1, 1], [0.5, 0.6]), null)
})
