import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backwards, readAhead, type Span, spanOf } from './ranges.ts'

test('a span is the whole clip unless bounds are given, and bounds must be frames', () => {
  assert.deepEqual(spanOf({}, 10), { from: 0, to: 9 })
  assert.deepEqual(spanOf({ from: 9, to: 3 }, 10), { from: 9, to: 3 })
  for (const range of [{ from: 10 }, { from: -1 }, { to: 10 }, { from: 0.5 }, { to: Number.NaN }]) {
    assert.throws(() => spanOf(range, 10), { code: 'media.range' })
  }
})

test('a backward range is the forward one in reverse, with no more than a chunk in memory', async () => {
  const spans = fc.tuple(fc.nat(60), fc.nat(60), fc.integer({ min: 1, max: 20 }))
  await fc.assert(
    fc.asyncProperty(spans, async ([a, b, chunkFrames]) => {
      const [from, to] = [Math.max(a, b), Math.min(a, b)]
      async function* forward(span: Span) {
        assert.ok(span.to - span.from < chunkFrames)
        for (let i = span.from; i <= span.to; i++) yield i
      }
      const found = await Array.fromAsync(backwards({ from, to }, chunkFrames, forward))
      assert.deepEqual(
        found,
        Array.from({ length: from - to + 1 }, (_, i) => from - i),
      )
    }),
  )
})

test('reading ahead asks for as many as it may, and for one more when one is taken', async () => {
  let made = 0
  async function* source() {
    for (;;) yield made++
  }
  const reader = readAhead(source, 3, new AbortController().signal)
  assert.equal((await reader.next()).value, 0)
  await new Promise(setImmediate)
  assert.equal(made, 4)
  assert.equal((await reader.next()).value, 1)
  await new Promise(setImmediate)
  assert.equal(made, 5)
  await reader.return(undefined)
})

test('a reader that leaves early, a failure, and an abort all end the source', async () => {
  let open = 0
  async function* source(signal: AbortSignal) {
    open++
    try {
      for (let i = 0; ; i++) {
        signal.throwIfAborted()
        if (i === 6) throw new Error('broken')
        yield i
        await new Promise(setImmediate)
      }
    } finally {
      open--
    }
  }
  const never = new AbortController().signal
  for await (const value of readAhead(source, 2, never)) if (value === 1) break
  assert.equal(open, 0)
  const seen: number[] = []
  await assert.rejects(async () => {
    for await (const value of readAhead(source, 2, never)) seen.push(value)
  }, /broken/)
  assert.deepEqual([seen, open], [[0, 1, 2, 3, 4, 5], 0])
  const cancel = new AbortController()
  await assert.rejects(
    async () => {
      for await (const value of readAhead(source, 2, cancel.signal)) if (value === 2) cancel.abort()
    },
    { name: 'AbortError' },
  )
  assert.equal(open, 0)
})
