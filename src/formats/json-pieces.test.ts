import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonPieces } from './json-pieces.ts'

async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  for (let i = 0; i < bytes.byteLength; i += size) yield await Promise.resolve(bytes.subarray(i, i + size))
}

async function piecesOf(text: string, size = 7, wanted = (_key: string) => true) {
  return (await Array.fromAsync(jsonPieces(chunksOf(text, size), 'a file', wanted))).flat()
}

test('the pieces of any object are its values, however the bytes come', async () => {
  const document = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { maxKeys: 5 })
  await fc.assert(
    fc.asyncProperty(document, fc.integer({ min: 1, max: 40 }), fc.constantFrom(0, 2), async (value, size, indent) => {
      const expected = Object.entries(value).flatMap(
        ([key, item]): { key: string; index: number | null; value: unknown }[] =>
          Array.isArray(item)
            ? item.map((element, index) => ({ key, index, value: element }))
            : [{ key, index: null, value: item }],
      )
      const found = await piecesOf(JSON.stringify(value, null, indent), size)
      const parsed = found.map(({ key, index, text }) => ({ key, index, value: JSON.parse(text) as unknown }))
      assert.deepEqual(parsed, JSON.parse(JSON.stringify(expected)))
    }),
    { numRuns: 300 },
  )
})

test('names are asked about once, empty lists too, and pieces of others are passed over', async () => {
  const asked: string[] = []
  const text = '{"a": [], "b": [1, {"c": "]}"}], "d": {"e": [2]}, "\\u0066": true}'
  const found = await piecesOf(text, 3, (key) => asked.push(key) > 0 && key === 'b')
  assert.deepEqual(asked, ['a', 'b', 'd', 'f'])
  assert.deepEqual(found, [
    { key: 'b', index: 0, text: '1' },
    { key: 'b', index: 1, text: '{"c": "]}"}' },
  ])
})

test('a byte order mark and line breaks of Windows are nothing', async () => {
  assert.deepEqual(await piecesOf('\uFEFF{\r\n"a":\r\n[1,\r\n2]\r\n}\r\n'), [
    { key: 'a', index: 0, text: '1' },
    { key: 'a', index: 1, text: '2' },
  ])
})

const broken: Record<string, string> = {
  'an array at the top': '[1]',
  'a number at the top': '5',
  nothing: '',
  'the end missing': '{"a": [1, 2]',
  'a text not closed': '{"a": "b',
  'a name not closed': '{"a',
  'no colon': '{"a" 1}',
  'no value': '{"a": }',
  'a comma at the end of a list': '{"a": [1,]}',
  'a comma at the end of the object': '{"a": 1,}',
  'two values': '{"a": 1 2}',
  'something after it': '{"a": 1} x',
  'a name that is no text': '{a: 1}',
  'a bad escape in a name': '{"\\x": 1}',
}

for (const [what, text] of Object.entries(broken)) {
  test(`${what} is refused, with the place`, async () => {
    await assert.rejects(piecesOf(text), { code: 'json.malformed', where: /^a file, character \d+$/ })
  })
}

test('bytes that are not UTF-8 are refused', async () => {
  const chunks = (async function* () {
    yield await Promise.resolve(Uint8Array.from([0x7b, 0x22, 0xff, 0x22]))
  })()
  await assert.rejects(Array.fromAsync(jsonPieces(chunks, 'a file', () => true)), { code: 'file.encoding' })
})
