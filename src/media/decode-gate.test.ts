import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeGate } from './decode-gate.ts'

test('never more pixels than the budget at once, in order, and a giant alone', async () => {
  const gate = decodeGate(10)
  const started: number[] = []
  let inFlight = 0
  let peak = 0
  const job = (index: number, pixels: number) =>
    gate.run(pixels, async () => {
      started.push(index)
      inFlight += pixels
      if (pixels <= 10) peak = Math.max(peak, inFlight)
      else assert.equal(inFlight, pixels)
      await new Promise((resolve) => setTimeout(resolve, 2))
      inFlight -= pixels
    })
  await Promise.all([4, 6, 3, 25, 9, 1, 10, 2].map((pixels, index) => job(index, pixels)))
  assert.deepEqual(started, [0, 1, 2, 3, 4, 5, 6, 7])
  assert.equal(peak, 10)
})

test('a decode that fails gives its pixels back', async () => {
  const gate = decodeGate(1)
  await assert.rejects(
    gate.run(1, () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(await gate.run(1, () => Promise.resolve('yes')), 'yes')
})
