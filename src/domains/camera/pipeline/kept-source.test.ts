import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFootage } from '#test/footage/footage.ts'
import type { FrameRange, FrameSource, LumaFrame } from '#vision/frames.ts'
import { canBeKept, keptSource } from './kept-source.ts'

const { info } = makeFootage({ seed: 1, frames: 6, widthPx: 32, heightPx: 16 })
const never = new AbortController().signal

/** Notes what is decoded; a frame may be one that cannot be. */
function counted(broken = -1) {
  const decoded: number[] = []
  let open = 0
  const source: FrameSource = {
    info,
    close: async () => {},
    async *frames({ from = 0, to = info.frameCount - 1 }: FrameRange = {}) {
      open++
      try {
        const step = to < from ? -1 : 1
        for (let index = from; index !== to + step; index += step) {
          if (index === broken) throw new Error('damaged')
          decoded.push(index)
          const luma = new Uint8Array(32 * 16).fill(index)
          yield { index, timeS: null, widthPx: 32, heightPx: 16, luma } satisfies LumaFrame
        }
      } finally {
        open--
      }
    },
  }
  return { source, decoded, isOpen: () => open > 0 }
}

async function read(source: FrameSource, range?: FrameRange, most = Infinity): Promise<number[]> {
  const found: number[] = []
  for await (const { index, luma } of source.frames(range)) {
    assert.equal(luma[0], index)
    found.push(index)
    if (found.length === most) break
  }
  return found
}

test('each frame is decoded once, whoever reads it, which way and how far', async () => {
  const { source, decoded, isOpen } = counted()
  const kept = keptSource(source, never)
  assert.deepEqual(await read(kept, { from: 0, to: 4 }, 3), [0, 1, 2])
  assert.deepEqual(await read(kept, { from: 0 }), [0, 1, 2, 3, 4, 5])
  assert.deepEqual(await read(kept, { from: 5, to: 0 }), [5, 4, 3, 2, 1, 0])
  assert.deepEqual(await read(kept, { from: 2, to: 3 }), [2, 3])
  assert.deepEqual(decoded, [0, 1, 2, 3, 4, 5])
  assert.equal(isOpen(), false)
})

test('frames out of turn are decoded from there, and nothing is left open', async () => {
  const { source, decoded, isOpen } = counted()
  const kept = keptSource(source, never)
  assert.deepEqual(await read(kept, { from: 4, to: 4 }), [4])
  assert.deepEqual(await read(kept, { from: 1, to: 2 }), [1, 2])
  assert.deepEqual(await read(kept, { from: 3, to: 0 }), [3, 2, 1, 0])
  assert.deepEqual(decoded, [4, 1, 2, 3, 2, 1, 0])
  assert.ok(isOpen())
  await kept.release()
  assert.equal(isOpen(), false)
})

test('what cannot be decoded is met by each who reads it', async () => {
  const { source, decoded, isOpen } = counted(2)
  const kept = keptSource(source, never)
  await assert.rejects(read(kept), /damaged/)
  await assert.rejects(read(kept), /damaged/)
  assert.deepEqual(decoded, [0, 1, 0, 1])
  assert.equal(isOpen(), false)
})

test('a reader that is cancelled leaves the frames to the others', async () => {
  const { source, decoded } = counted()
  const kept = keptSource(source, never)
  await assert.rejects(read(kept, { signal: AbortSignal.abort(new Error('enough')) }), /enough/)
  assert.equal((await read(kept)).length, 6)
  assert.equal(decoded.length, 6)
})

test('what is long is not kept', () => {
  const clip = { ...info, widthPx: 960, heightPx: 540 }
  assert.ok(canBeKept({ ...clip, frameCount: 258 }))
  assert.ok(!canBeKept({ ...clip, frameCount: 260 }))
  assert.ok(!canBeKept({ ...clip, frameCount: 200, bitDepth: 10 }))
})
