import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bucketOf, bucketText } from './number-buckets.ts'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })

test('buckets are in the order of their numbers', () => {
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      const [low, high] = a <= b ? [a, b] : [b, a]
      assert.ok(bucketOf(low) <= bucketOf(high))
      assert.ok(bucketText(bucketOf(low)) <= bucketText(bucketOf(high)))
    }),
    { numRuns: 1000 },
  )
})

test('a bucket is half a power of two, and zero has no sign', () => {
  assert.equal(bucketOf(16), bucketOf(23.99))
  assert.notEqual(bucketOf(23.99), bucketOf(24))
  assert.equal(bucketOf(24), bucketOf(31.99))
  assert.notEqual(bucketOf(31.99), bucketOf(32))
  assert.equal(bucketOf(0), bucketOf(-0))
  assert.match(bucketText(bucketOf(-Number.MAX_VALUE)), /^[0-9a-f]{4}$/)
  assert.ok(bucketOf(-1) < bucketOf(0) && bucketOf(0) < bucketOf(1e-300))
})
