import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from './faults.ts'
import { canonicalJson, isJsonObject, type Json, maxJsonDepth, parseJson } from './json.ts'

const code = (expected: string) => (error: unknown) => error instanceof Fault && error.code === expected

const key = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.nat({ max: 30 }).map(String),
    fc.constantFrom('a', 'b', 'é', '😀', '\uffff'),
  )
  .filter((text) => text !== '__proto__')

/** Any JSON value as `parseJson` can give it: with big integers, awkward keys and well-formed text. */
const jsonValue = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
    fc.string({ unit: 'binary' }),
    { arbitrary: fc.array(tie('value'), { maxLength: 4 }), weight: 2 },
    { arbitrary: fc.dictionary(key, tie('value'), { maxKeys: 5 }), weight: 6 },
  ),
})).value
/** The same value with the keys of every object in another order. */
function reordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(reordered)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, reordered(item)]),
  )
}

/** RFC 8785 by its letter: our oracle, one rule per line. */
function byTheLetter(value: Json): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(byTheLetter).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map((name) => `${JSON.stringify(name)}:${byTheLetter(value[name] ?? null)}`).join(',')}}`
}

test('the worked example of RFC 8785, section 3.2', () => {
  const text = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`
  assert.equal(
    canonicalJson(parseJson(text)),
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
})

test('keys go by UTF-16 code units, as in RFC 8785, section 3.2.3', () => {
  const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
  const text = canonicalJson(Object.fromEntries(keys.map((name) => [name, 0])))
  assert.equal(text, '{"\\r":0,"1":0,"\u0080":0,"\u00f6":0,"\u20ac":0,"\ud83d\ude00":0,"\ufb33":0}')
})

test('keys that JavaScript lists by number come out in text order', () => {
  assert.equal(
    canonicalJson({ 9: 'i', 10: 'x', 1: 'a', b: [{ 20: 0, 3: 0 }] }),
    '{"1":"a","10":"x","9":"i","b":[{"20":0,"3":0}]}',
  )
  assert.equal(canonicalJson({ 1: 0, 2: 0, a: 0 }), '{"1":0,"2":0,"a":0}')
})

// The number vectors of RFC 8785, appendix B, by the bits of the double.
const numbers: readonly (readonly [bits: bigint, text: string])[] = [
  [0x0000000000000000n, '0'],
  [0x8000000000000000n, '0'],
  [0x0000000000000001n, '5e-324'],
  [0x8000000000000001n, '-5e-324'],
  [0x7fefffffffffffffn, '1.7976931348623157e+308'],
  [0xffefffffffffffffn, '-1.7976931348623157e+308'],
  [0x4340000000000000n, '9007199254740992'],
  [0xc340000000000000n, '-9007199254740992'],
  [0x4430000000000000n, '295147905179352830000'],
  [0x44b52d02c7e14af5n, '9.999999999999997e+22'],
  [0x44b52d02c7e14af6n, '1e+23'],
  [0x44b52d02c7e14af7n, '1.0000000000000001e+23'],
  [0x444b1ae4d6e2ef4en, '999999999999999700000'],
  [0x444b1ae4d6e2ef4fn, '999999999999999900000'],
  [0x444b1ae4d6e2ef50n, '1e+21'],
  [0x3eb0c6f7a0b5ed8cn, '9.999999999999997e-7'],
  [0x3eb0c6f7a0b5ed8dn, '0.000001'],
  [0x41b3de4355555553n, '333333333.3333332'],
  [0x41b3de4355555554n, '333333333.33333325'],
  [0x41b3de4355555555n, '333333333.3333333'],
  [0x41b3de4355555556n, '333333333.3333334'],
  [0x41b3de4355555557n, '333333333.33333343'],
  [0xbecbf647612f3696n, '-0.0000033333333333333333'],
  [0x43143ff3c1cb0959n, '1424953923781206.2'],
]

test('numbers are written as RFC 8785, appendix B, says', () => {
  for (const [bits, text] of numbers) {
    const view = new DataView(new ArrayBuffer(8))
    view.setBigUint64(0, bits)
    assert.equal(canonicalJson(view.getFloat64(0)), text)
  }
})

test('integers beyond 2^53 keep their digits, other long numbers are doubles', () => {
  const text =
    '{"big":123456789012345678901234567890,"exact":9007199254740991,"f":0.12345678901234568,"id":-9007199254740993}'
  const value = parseJson(text) as Record<string, Json>
  assert.equal(value['id'], -9007199254740993n)
  assert.equal(value['exact'], 9007199254740991)
  assert.equal(value['f'], 0.12345678901234568)
  assert.equal(canonicalJson(value), text)
  assert.equal(canonicalJson(parseJson('"12345678901234567890"')), '"12345678901234567890"')
})

test('escapes are the short ones, and only where they are needed', () => {
  assert.equal(
    canonicalJson('\b\t\n\f\r"\\/\u0000\u001f\u007f\u2028é😀'),
    '"\\b\\t\\n\\f\\r\\"\\\\/\\u0000\\u001f\u007f\u2028é😀"',
  )
})

test('undefined is left out of objects and is null in lists, as JSON.stringify has it', () => {
  assert.equal(canonicalJson({ b: undefined, a: [undefined, 1] }), '{"a":[null,1]}')
  assert.equal(canonicalJson({ 10: undefined, 9: [undefined], 1: 2n }), '{"1":2,"9":[null]}')
  assert.throws(() => canonicalJson(undefined), code('json.type'))
})

test('what JSON cannot hold is refused, never rewritten', () => {
  for (const value of [NaN, Infinity, -Infinity])
    assert.throws(() => canonicalJson({ a: [value] }), code('json.number'))
  for (const value of [new Date(0), new Map(), new Uint8Array(2), () => 1, Symbol('s'), /x/]) {
    assert.throws(() => canonicalJson({ value }), code('json.type'))
  }
  assert.throws(() => canonicalJson(new Date(0)), /found a Date/)
  assert.equal(canonicalJson(Object.assign(Object.create(null), { a: 1 })), '{"a":1}')
})

test('the key __proto__ is refused, and other names of Object.prototype are ordinary', () => {
  assert.throws(() => canonicalJson(parseJson('{"a":{"__proto__":{"polluted":true}}}')), code('json.key'))
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  assert.equal(
    canonicalJson(parseJson('{"toString":1,"constructor":{"prototype":2}}')),
    '{"constructor":{"prototype":2},"toString":1}',
  )
})

test('a toJSON in the data is data', () => {
  assert.equal(canonicalJson(parseJson('{"toJSON":"x"}')), '{"toJSON":"x"}')
  assert.throws(() => canonicalJson({ toJSON: () => 'x' }), code('json.type'))
})

test('lone surrogates are refused in values and in keys', () => {
  assert.throws(() => canonicalJson(['\ud800']), code('json.unicode'))
  assert.throws(() => canonicalJson({ 'a\udc00': 1 }), code('json.unicode'))
  assert.throws(() => canonicalJson(parseJson(String.raw`{"a":"\ud83d"}`)), code('json.unicode'))
})

test('nesting is allowed up to the limit and refused beyond it', () => {
  const nested = (levels: number) => parseJson('['.repeat(levels) + ']'.repeat(levels))
  assert.equal(canonicalJson(nested(maxJsonDepth)).length, 2 * maxJsonDepth)
  assert.throws(() => canonicalJson(nested(maxJsonDepth + 1)), code('json.depth'))
  assert.throws(
    () => canonicalJson(parseJson(`${'{"a":'.repeat(maxJsonDepth + 1)}1${'}'.repeat(maxJsonDepth + 1)}`)),
    code('json.depth'),
  )
})

test('malformed text is refused with the place and what it was in', () => {
  for (const text of ['', '{', '{"a":1,}', '[1 2]', 'NaN', '{"a":01}', '"\u0001"', "{'a':1}", '// x\n1']) {
    assert.throws(
      () => parseJson(text, 'line 3 of a.ndjson'),
      (error) => {
        assert.ok(error instanceof Fault && error.code === 'json.malformed' && error.where === 'line 3 of a.ndjson')
        return true
      },
    )
  }
})

test('the value given is not changed', () => {
  const value = { b: { d: 1, c: [{ z: 1, y: 2n }] }, a: 2 }
  const before = structuredClone(value)
  canonicalJson(value)
  assert.deepEqual(value, before)
  assert.deepEqual(Object.keys(value), ['b', 'a'])
})

test('property: it is RFC 8785 by the letter, in any key order', () => {
  fc.assert(
    fc.property(jsonValue, (value) => {
      const expected = byTheLetter(value)
      assert.equal(canonicalJson(value), expected)
      assert.equal(canonicalJson(reordered(value)), expected)
    }),
    { numRuns: 1000 },
  )
})

test('property: parsing the canonical text and writing it again changes nothing', () => {
  fc.assert(
    fc.property(jsonValue, (value) => {
      const text = canonicalJson(value)
      assert.equal(canonicalJson(parseJson(text)), text)
    }),
    { numRuns: 1000 },
  )
})

test('property: values whose keys are in order are written as JSON.stringify writes them', () => {
  // Now and then the generator makes the one key that is refused.
  const ordinary = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"__proto__"'))
  const sortedValue = ordinary.map((value) => JSON.parse(canonicalJson(value)) as Json)
  const listedInOrder = sortedValue.filter((value) => !/"\d+":/.test(JSON.stringify(value)))
  fc.assert(fc.property(listedInOrder, (value) => assert.equal(canonicalJson(value), JSON.stringify(value))))
})
