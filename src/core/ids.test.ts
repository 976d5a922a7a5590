import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isSha256, isUuid, uuidFromHash, uuidv7 } from './ids.ts'
import { seededRng } from './rng.ts'

test('a version 7 UUID holds time, version and variant where RFC 9562 has them', () => {
  const id = uuidv7(0x0123_4567_89ab, { int: (below) => below - 1 })
  assert.equal(id, '01234567-89ab-7fff-bfff-ffffffffffff')
  assert.equal(uuidv7(1, { int: () => 0 }), '00000000-0001-7000-8000-000000000000')
  assert.equal(uuidv7(1.9, { int: () => 0 }), '00000000-0001-7000-8000-000000000000')
})

test('property: ids sort by the time they were made', () => {
  const rng = seededRng(1)
  const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })
  fc.assert(
    fc.property(time, time, (a, b) => {
      if (a !== b) assert.equal(uuidv7(a, rng) < uuidv7(b, rng), a < b)
      assert.ok(isUuid(uuidv7(a, rng)))
    }),
  )
})

test('100,000 ids of one millisecond are all different', () => {
  const rng = seededRng(7)
  const ids = new Set(Array.from({ length: 100_000 }, () => uuidv7(1_700_000_000_000, rng)))
  assert.equal(ids.size, 100_000)
})

test('a UUID from a hash depends on the hash alone and is a version 8', () => {
  const hash = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
  assert.equal(uuidFromHash(hash), '00112233-4455-8677-8899-aabbccddeeff')
  assert.equal(uuidFromHash(hash), uuidFromHash(hash))
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })
  fc.assert(
    fc.property(hex, (digits) => {
      assert.ok(isUuid(uuidFromHash(digits)))
      assert.match(uuidFromHash(digits), /^.{14}8.{4}[89ab]/)
    }),
  )
})

test('ids and hashes are told from look-alikes', () => {
  assert.ok(isUuid('01890c2e-7b1d-7cc4-9a3b-0123456789ab'))
  for (const text of [
    '',
    '01890C2E-7b1d-7cc4-9a3b-0123456789ab',
    '01890c2e7b1d7cc49a3b0123456789ab',
    '{01890c2e-7b1d-7cc4-9a3b-0123456789ab}',
    '01890c2e-7b1d-7cc4-9a3b-0123456789ab\n',
  ]) {
    assert.equal(isUuid(text), false, text)
  }
  assert.ok(isSha256('a'.repeat(64)))
  for (const text of ['a'.repeat(63), 'A'.repeat(64), 'g'.repeat(64), `${'a'.repeat(64)}\n`, '../'.repeat(22)])
    assert.equal(isSha256(text), false, text)
})
