import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { errorsPage } from '../../tools/errors-page.ts'
import { faultCodes, type FaultCode } from './fault-codes.ts'
import { brief, Fault, fault } from './faults.ts'

const codes = Object.keys(faultCodes) as FaultCode[]

test('the message says code, expected, found, place and remedy, in that order', () => {
  const met = fault('session.invalid', { expected: 'a number', found: '"x"', where: 'line 3', fix: 'write a number' })
  assert.equal(met.message, 'session.invalid: expected a number, found "x" in line 3; write a number')
  const general = fault('session.version', { expected: 'at most 2', found: '3' })
  assert.equal(general.message, 'session.version: expected at most 2, found 3; update Hindsight')
  assert.equal(general.where, null)
})

test('a fault carries kind and status of the catalogue, its cause, and goes over the wire whole', () => {
  const cause = new Error('EIO')
  const met = fault('blob.corrupt', { expected: 'a', found: 'b', cause })
  assert.ok(met instanceof Fault && met instanceof Error)
  assert.equal(met.kind, 'damaged')
  assert.equal(met.status, faultCodes['blob.corrupt'].status)
  assert.equal(met.cause, cause)
  assert.deepEqual(JSON.parse(JSON.stringify(met)), {
    code: 'blob.corrupt',
    message: met.message,
    expected: 'a',
    found: 'b',
    fix: faultCodes['blob.corrupt'].fix,
    where: null,
  })
})

test('every code of the catalogue is whole', () => {
  assert.ok(codes.length > 30)
  for (const code of codes) {
    const { kind, status, about, fix } = faultCodes[code]
    assert.match(code, /^[a-z]+(\.[a-z]+(-[a-z]+)*)?$/, code)
    assert.ok(['user', 'damaged', 'surroundings'].includes(kind), code)
    assert.ok(Number.isInteger(status) && status >= 400 && status < 600, code)
    // What the sender can mend is a 4xx and what only the host can is a 5xx, so that clients know whether to try again.
    if (kind !== 'damaged') assert.equal(status < 500, kind === 'user', `${code} is at fault of ${kind}`)
    assert.match(about, /^[A-Z].*\.$/s, `${code}: about is a sentence`)
    assert.match(fix, /^[^A-Z].*[^.]$/s, `${code}: fix goes on after a semicolon`)
  }
})

test('docs/errors.md is what the catalogue says; "npm run docs:errors" writes it', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  assert.equal(page, errorsPage())
  for (const code of codes) assert.equal(page.split(`| \`${code}\` |`).length, 2, code)
})

test('what was found is shortened, whatever it is', () => {
  assert.equal(brief('short'), 'short')
  assert.equal(brief({ a: 1n }), '{"a":"1"}')
  assert.equal(brief(undefined), 'undefined')
  assert.equal(brief('x'.repeat(1000), 10), 'xxxxxxxxxx… (1000 characters)')
  assert.ok(brief(Array.from({ length: 100_000 }, () => 'word')).length < 200)
})
