import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Spool } from './spool.ts'

test('lines come out as they went in, over many blocks', async () => {
  const spool = new Spool(100)
  const lines = Array.from({ length: 500 }, (_, i) => `{"line":${i},"text":"Größe ${'x'.repeat(i % 50)}"}`)
  for (const line of lines) await spool.add(line)
  assert.deepEqual((await Array.fromAsync(spool.read())).flat(), lines)
  assert.deepEqual((await Array.fromAsync(spool.read())).flat(), lines, 'a second time')
  assert.deepEqual(await Array.fromAsync(new Spool().read()), [])
})
