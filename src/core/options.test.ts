import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from './faults.ts'
import type { Json, JsonObject } from './json.ts'
import { checkOptions, type OptionTable } from './options.ts'

const table = {
  embed: { type: 'boolean', about: 'Puts pictures into the file.', default: true },
  boxes: { type: 'choice', about: 'How boxes are written.', choices: ['xywh', 'xyxy'], default: 'xywh' },
  prefix: { type: 'text', about: 'In front of file names.', default: null },
  quality: { type: 'number', about: 'Of JPEG.', unit: 'percent', min: 0, max: 100, integer: false, default: 90 },
  rows: { type: 'number', about: 'Per file.', unit: 'rows', min: 1, max: 1000, integer: true, default: 100 },
} as const satisfies OptionTable

const refusal = (given: JsonObject): Fault => {
  try {
    checkOptions(table, given)
  } catch (error) {
    if (error instanceof Fault && error.code === 'format.option') return error
    throw error
  }
  return assert.fail(`${JSON.stringify(given)} was accepted`)
}

test('what is not given has its default', () => {
  const expected = { embed: true, boxes: 'xywh', prefix: null, quality: 90, rows: 100 }
  assert.deepEqual(checkOptions(table, {}), expected)
  assert.deepEqual(checkOptions({}, {}), {})
})

test('values are taken as they are, and text is read as the type of its option', () => {
  const typed = { embed: false, boxes: 'xyxy', prefix: 'a-', quality: 0.5, rows: 1000 }
  assert.deepEqual(checkOptions(table, typed), typed)
  assert.deepEqual(checkOptions(table, { embed: 'false', quality: '0.5', rows: '1000' }), {
    ...checkOptions(table, {}),
    embed: false,
    quality: 0.5,
    rows: 1000,
  })
  assert.equal(checkOptions(table, { embed: 'true' }).embed, true)
  assert.equal(checkOptions(table, { prefix: '12' }).prefix, '12')
  assert.equal(checkOptions(table, { prefix: null }).prefix, null)
})

test('an unknown option is refused with those there are', () => {
  assert.match(refusal({ qualty: 5 }).message, /one of the options embed, boxes, prefix, quality, rows, found "qualty"/)
  assert.match(refusal({ toString: 'x' }).message, /found "toString"/)
  assert.throws(() => checkOptions({}, { a: 1 }), /one of the options none/)
})

const wrong: readonly (readonly [name: string, value: Json, expected: string])[] = [
  ['embed', 1, 'true or false'],
  ['embed', 'yes', 'true or false'],
  ['embed', null, 'true or false'],
  ['boxes', 'cxcywh', 'one of xywh, xyxy'],
  ['boxes', 0, 'one of xywh, xyxy'],
  ['prefix', 5, 'text'],
  ['quality', 101, 'a number from 0 to 100 percent'],
  ['quality', -0.001, 'a number from 0 to 100 percent'],
  ['quality', '', 'a number from 0 to 100 percent'],
  ['quality', ' ', 'a number from 0 to 100 percent'],
  ['quality', 'NaN', 'a number from 0 to 100 percent'],
  ['quality', 'high', 'a number from 0 to 100 percent'],
  ['quality', null, 'a number from 0 to 100 percent'],
  ['quality', [50], 'a number from 0 to 100 percent'],
  ['rows', 1.5, 'an integer from 1 to 1000 rows'],
  ['rows', 0, 'an integer from 1 to 1000 rows'],
]

test('a value that does not fit is refused with option, constraint and value', () => {
  for (const [name, value, expected] of wrong) {
    const refused = refusal({ [name]: value })
    assert.equal(refused.expected, expected)
    assert.equal(refused.where, `option "${name}"`)
    assert.equal(refused.found, typeof value === 'string' ? value : JSON.stringify(value))
  }
})
