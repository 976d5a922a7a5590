import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { auc, brier, calibrationError, clippedRmse, concordance, logLoss, medianOf } from './metrics.ts'

const near = (found: number | null, wanted: number) =>
  assert.ok(Math.abs(found! - wanted) < 1e-12, `${found}, not ${wanted}`)

// Truths and values as scikit-learn 1.9.1 gives them.
const truth = [0, 0, 1, 1, 0, 1]
const predicted = [0.1, 0.4, 0.35, 0.8, 0.4, 0.4]

test('agrees with scikit-learn', () => {
  near(auc(truth, predicted), 0.6666666666666667)
  near(logLoss(truth, predicted), 0.5527113618128084)
  near(brier(truth, predicted), 0.19208333333333336)
})

const cases = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 6 })), { maxLength: 30 })

test('the area under the curve is the share of pairs in the right order', () => {
  fc.assert(
    fc.property(cases, (rows) => {
      const pairs = rows.flatMap(([y, p]) =>
        y === 1 ? rows.filter(([other]) => other === 0).map(([, q]) => [p, q]) : [],
      )
      const share = pairs.reduce((sum, [p, q]) => sum + (p! > q! ? 1 : p === q ? 0.5 : 0), 0) / pairs.length
      const found = auc(
        rows.map(([y]) => y),
        rows.map(([, p]) => p),
      )
      if (pairs.length === 0) assert.equal(found, null)
      else near(found, share)
    }),
    { numRuns: 300, seed: 1 },
  )
})

test('concordance without unseen ends is the area under the curve, turned to lifetimes', () => {
  fc.assert(
    fc.property(cases, (rows) => {
      // Two lifetimes only: those of class 1 fail at 5, the others at 9.
      const c = concordance(
        rows.map(([y]) => (y === 1 ? 5 : 9)),
        rows.map(() => 1),
        rows.map(([, p]) => p),
      )
      const area = auc(
        rows.map(([y]) => y),
        rows.map(([, p]) => p),
      )
      if (area === null) assert.equal(c, null)
      else near(c, area)
    }),
    { numRuns: 200, seed: 2 },
  )
})

test('a pair whose order nobody saw does not count', () => {
  assert.equal(concordance([5, 9], [0, 1], [1, 0]), null)
  assert.equal(concordance([5, 9], [1, 0], [1, 0]), 1)
  assert.equal(concordance([5, 5], [1, 0], [0, 1]), 0)
  assert.equal(concordance([5, 5], [1, 1], [0, 1]), null)
})

test('calibration: chances that come true have no error, wrong ones have theirs', () => {
  const outcomes = Array.from({ length: 100 }, (_, row) => (row % 4 === 0 ? 1 : 0))
  near(
    calibrationError(
      outcomes,
      outcomes.map(() => 0.25),
    ),
    0,
  )
  near(
    calibrationError(
      outcomes,
      outcomes.map(() => 0.75),
    ),
    0.5,
  )
  near(calibrationError([0, 1], [0, 1]), 0)
})

test('clipped error does not see tails', () => {
  near(clippedRmse([0, 100], [0, 1], [-1, 1]), 0)
  near(clippedRmse([0, 0.5], [0.5, 0], [-1, 1]), 0.5)
})

test('no rows tell nothing', () => {
  for (const metric of [auc, logLoss, brier, calibrationError]) assert.equal(metric([], []), null)
  assert.equal(clippedRmse([], [], [0, 1]), null)
  assert.equal(medianOf([]), null)
  assert.equal(medianOf([3, 1, 2, 10]), 2.5)
})
