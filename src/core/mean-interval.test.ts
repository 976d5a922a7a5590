import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meanInterval, studentQuantile } from './mean-interval.ts'

test("Student's quantiles are those of the tables", () => {
  for (const [freedom, value] of [
    [3, 3.182],
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
    [1000, 1.962],
  ] as const) {
    assert.ok(Math.abs(studentQuantile(freedom) / value - 1) < 0.01, `${freedom}: ${studentQuantile(freedom)}`)
  }
})

test('a mean has an interval from four values on', () => {
  assert.equal(meanInterval([]), null)
  assert.deepEqual(meanInterval([3]), { mean: 3, error: null, low: null, high: null })
  assert.equal(meanInterval([1, 2, 3])?.low, null)
  const { mean, error, low, high } = meanInterval([1, 2, 3, 4, 5]) ?? assert.fail('no interval')
  assert.equal(mean, 3)
  assert.ok(Math.abs(error! - Math.sqrt(0.5)) < 1e-12)
  assert.ok(Math.abs(high! - (3 + 2.776 * Math.sqrt(0.5))) < 0.01 && Math.abs(low! + high! - 6) < 1e-12)
})
