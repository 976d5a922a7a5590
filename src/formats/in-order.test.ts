import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inOrder } from './in-order.ts'

async function* numbers(count: number) {
  for (let i = 0; i < count; i++) yield await Promise.resolve(i)
}

const later = (ms: number) => new Promise((done) => setTimeout(done, ms))

test('results keep the order of the items, and no more are under way than allowed', async () => {
  let [running, most] = [0, 0]
  const work = async (i: number) => {
    most = Math.max(most, ++running)
    await later((i * 7) % 5)
    running--
    return i * 2
  }
  const found = await Array.fromAsync(inOrder(numbers(20), 4, work))
  assert.deepEqual(
    found,
    Array.from({ length: 20 }, (_, i) => i * 2),
  )
  assert.equal(most, 4)
})

test('an error comes in its turn, and stopping early waits for what is under way', async () => {
  const found: number[] = []
  const work = (i: number) => (i === 3 ? Promise.reject(new Error('no third')) : Promise.resolve(i))
  await assert.rejects(async () => {
    for await (const i of inOrder(numbers(10), 3, work)) found.push(i)
  }, /no third/)
  assert.deepEqual(found, [0, 1, 2])
  let ended = 0
  for await (const _ of inOrder(numbers(10), 3, (i) => later(2).then(() => (ended = i)))) break
  assert.equal(ended, 2)
})
