import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashDistance } from '#vision/perceptual-hash.ts'
import { seededRng } from '#core/rng.ts'
import { maxNearDistance, visitNearPairs } from './near-pairs.ts'

const nearPairs = (fingerprints: readonly string[], maxDistance: number): readonly string[] => {
  const found: string[] = []
  visitNearPairs(fingerprints, maxDistance, (a, b, distance) => found.push(`${a} ${b} ${distance}`))
  return found.sort()
}

/** Every pair compared: the oracle. */
const byComparing = (fingerprints: readonly string[], maxDistance: number): readonly string[] =>
  fingerprints
    .flatMap((one, a) => fingerprints.slice(a + 1).map((other, i) => [a, a + 1 + i, hashDistance(one, other)] as const))
    .filter(([, , distance]) => distance <= maxDistance)
    .map((pair) => pair.join(' '))
    .sort()

const toHex = (bits: bigint) => bits.toString(16).padStart(16, '0')

/** Fingerprints around a few centres, so that all distances up to 20 bits occur often. */
const crowd = fc
  .tuple(
    fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(fc.nat({ max: 2 }), fc.array(fc.nat({ max: 63 }), { maxLength: 12 })), { maxLength: 30 }),
  )
  .map(([centres, members]) =>
    members.map(([centre, flips]) =>
      toHex(flips.reduce((bits, flip) => bits ^ (1n << BigInt(flip)), centres[centre % centres.length] ?? 0n)),
    ),
  )

test('property: it finds exactly the pairs that comparing all of them finds, each once', () => {
  fc.assert(
    fc.property(crowd, fc.integer({ min: 0, max: maxNearDistance }), (fingerprints, maxDistance) => {
      assert.deepEqual(nearPairs(fingerprints, maxDistance), byComparing(fingerprints, maxDistance))
    }),
    { numRuns: 300 },
  )
})

test('bits spread over all bands, or crowded into one, count alike', () => {
  const spread = toHex(0x0003_0003_0003_0001n)
  const crowded = toHex(0x007f_0000_0000_0000n)
  assert.deepEqual(nearPairs([toHex(0n), spread, crowded], 7), ['0 1 7', '0 2 7'])
  assert.deepEqual(nearPairs([toHex(0n), spread, crowded], 6), [])
})

test('an impossible distance or fingerprint is refused', () => {
  for (const distance of [-1, 1.5, 16, NaN])
    assert.throws(() => nearPairs(['0'.repeat(16)], distance), /a distance from 0 to 15/)
  for (const text of ['', '0', 'g'.repeat(16), 'A'.repeat(16), '0'.repeat(17)])
    assert.throws(() => nearPairs([text], 3), /16 hex digits/)
  assert.deepEqual(nearPairs([], 3), [])
})

test('100,000 pictures are searched in seconds, not in the hours of all pairs', () => {
  const rng = seededRng(3)
  const word = () =>
    rng
      .int(2 ** 32)
      .toString(16)
      .padStart(8, '0')
  const fingerprints = Array.from({ length: 100_000 }, () => word() + word())
  // A near copy of every thousandth, five bits off.
  for (let i = 0; i < 100; i++)
    fingerprints.push(toHex(BigInt(`0x${fingerprints[i * 1000] ?? '0'}`) ^ 0x0101_0001_0100_0001n))
  const start = performance.now()
  let planted = 0
  visitNearPairs(fingerprints, 7, (a, b) => {
    if (b >= 100_000 && a === (b - 100_000) * 1000) planted += 1
  })
  assert.equal(planted, 100)
  assert.ok(performance.now() - start < 10_000)
})
