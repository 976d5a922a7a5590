import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#core/faults.ts'
import { SlowDown } from './slow-down.ts'

/** Seconds to wait; 0 = let in. */
function waitOf(slowDown: SlowDown, keys: readonly string[], nowMs: number): number {
  try {
    slowDown.admit(keys, nowMs)
    slowDown.failed(keys, nowMs)
    return 0
  } catch (error) {
    assert.ok(error instanceof Fault && error.code === 'people.slow')
    return error.retryAfterS ?? -1
  }
}

test('five failures are free, then each wait is twice the one before, up to five minutes', () => {
  const slowDown = new SlowDown()
  let nowMs = 1_000_000
  for (let i = 0; i < 5; i++) assert.equal(waitOf(slowDown, ['a'], nowMs), 0)
  const waits: number[] = []
  for (let i = 0; i < 11; i++) {
    const wait = waitOf(slowDown, ['a'], nowMs)
    waits.push(wait)
    nowMs += wait * 1000
    assert.equal(waitOf(slowDown, ['a'], nowMs), 0, 'after the wait it is let in')
  }
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
})

test('counts by each key, clears with success, and forgets in an hour', () => {
  const slowDown = new SlowDown()
  for (let i = 0; i < 5; i++) waitOf(slowDown, [`name ${i}`, 'address'], 0)
  assert.equal(waitOf(slowDown, ['name 9', 'address'], 0), 1)
  assert.equal(waitOf(slowDown, ['name 9', 'other address'], 0), 0)
  slowDown.clear(['address'])
  assert.equal(waitOf(slowDown, ['name 9', 'address'], 0), 0)
  for (let i = 0; i < 5; i++) waitOf(slowDown, ['b'], 0)
  assert.equal(waitOf(slowDown, ['b'], 0), 1)
  assert.equal(waitOf(slowDown, ['b'], 3_600_000), 0)
})

test('many at once are no way around it', () => {
  const slowDown = new SlowDown()
  const keys = ['name', 'address']
  let admitted = 0
  for (let i = 0; i < 100; i++) {
    try {
      slowDown.admit(keys, 5)
      admitted++
    } catch {
      // refused
    }
  }
  assert.equal(admitted, 5)
})
