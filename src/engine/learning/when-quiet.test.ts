import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTime } from './when-quiet.ts'

test('learning waits while sessions come in, but not for ever, and not for a clock that was set back', () => {
  assert.equal(isTime(null, 30_000), true)
  assert.deepEqual(
    [29_999, 28_000, 27_999].map((lastMs) => isTime(lastMs, 30_000)),
    [false, false, true],
  )
  assert.deepEqual(
    [60_000, 65_999, 66_000, 119_999].map((nowMs) => isTime(nowMs, nowMs)),
    [true, true, false, false],
  )
  assert.equal(isTime(3_630_000, 30_000), true)
})
