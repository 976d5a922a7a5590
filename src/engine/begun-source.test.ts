import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFootage } from '#test/footage/footage.ts'
import type { FrameRange, FrameSource } from '#vision/frames.ts'
import { begunSource } from './begun-source.ts'

const never = new AbortController().signal

/** Drawn footage that says which ranges were begun, and whether all of them were left. */
function watched() {
  const footage = makeFootage({ seed: 2, frames: 5, widthPx: 48, heightPx: 32 })
  const begun: FrameRange[] = []
  let open = 0
  const source: FrameSource = {
    info: footage.info,
    close: () => footage.close(),
    async *frames(range = {}) {
      begun.push({ from: range.from ?? 0 })
      open++
      try {
        yield* footage.frames(range)
      } finally {
        open--
      }
    },
  }
  return { source, begun, openNow: () => open }
}

const indices = async (source: FrameSource, range?: FrameRange) =>
  (await Array.fromAsync(source.frames(range))).map(({ index }) => index)

test('the decoder is started at once, and the first reader who begins there takes it over', async () => {
  const { source, begun, openNow } = watched()
  const early = begunSource(source, 0, never)
  assert.deepEqual(begun, [{ from: 0 }])
  assert.deepEqual(await indices(early), [0, 1, 2, 3, 4])
  assert.equal(begun.length, 1)
  assert.deepEqual(await indices(early), [0, 1, 2, 3, 4])
  assert.equal(begun.length, 2)
  await early.close()
  assert.equal(openNow(), 0)
})

test('who begins elsewhere has a decoder of his own, and what nobody took is ended', async () => {
  const { source, begun, openNow } = watched()
  const early = begunSource(source, 2, never)
  assert.deepEqual(await indices(early, { from: 0, to: 1 }), [0, 1])
  assert.deepEqual(begun, [{ from: 2 }, { from: 0 }])
  await early.close()
  assert.equal(openNow(), 0)
})

test('a frame that the clip does not have is begun by nobody', async () => {
  const { source, begun } = watched()
  const early = begunSource(source, 5, never)
  assert.deepEqual(begun, [])
  assert.deepEqual(await indices(early, { from: 4 }), [4])
  await early.close()
})

test('what cannot be decoded is told to the reader, not before', async () => {
  const { source } = watched()
  const broken: FrameSource = {
    ...source,
    frames: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('damaged')) }) }),
  }
  const early = begunSource(broken, 0, never)
  await new Promise((resolve) => setTimeout(resolve, 5))
  await assert.rejects(indices(early), /damaged/)
  await early.close()
})
