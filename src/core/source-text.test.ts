import assert from 'node:assert/strict'
import test from 'node:test'
import { Fault } from './faults.ts'
import type { Source } from './io.ts'
import { type Line, readLines, readText } from './source-text.ts'

async function linesOf(lines: AsyncIterable<Line>): Promise<readonly Line[]> {
  const found: Line[] = []
  for await (const line of lines) found.push(line)
  return found
}

/** A source of one file that comes in chunks of `size` bytes, so that letters and line ends are cut anywhere. */
function sourceOf(text: string, size: number): Source {
  const bytes = new TextEncoder().encode(text)
  return {
    name: 'test',
    files: async () => [{ name: 'a.txt', bytes: bytes.length }],
    async *read() {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
    },
    close: async () => {},
  }
}

test('lines keep their numbers and letters, wherever the chunks are cut', async () => {
  for (const size of [1, 2, 3, 7, 100]) {
    const lines = await linesOf(readLines(sourceOf('\uFEFFgrün\r\n\n{"a": "€"}\nend', size), 'a.txt', 100))
    assert.deepEqual(lines, [
      { number: 1, text: 'grün', closed: true },
      { number: 3, text: '{"a": "€"}', closed: true },
      { number: 4, text: 'end', closed: false },
    ])
    assert.equal(await readText(sourceOf('\uFEFFgrün\r\n', size), 'a.txt', 100), 'grün\r\n')
  }
})

test('absurd sizes are refused by place, before they fill the memory', async () => {
  const tooLong = linesOf(readLines(sourceOf(`ok\n${'x'.repeat(500)}`, 10), 'a.txt', 100))
  await assert.rejects(tooLong, (error) => error instanceof Fault && error.where === 'a.txt:2')
  await assert.rejects(readText(sourceOf('x'.repeat(500), 10), 'a.txt', 100), /request\.large/)
})
