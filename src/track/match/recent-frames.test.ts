import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FrameRange, FrameSource, LumaFrame } from '#vision/frames.ts'
import { RecentFrames } from './recent-frames.ts'

const frameOf = (index: number): LumaFrame => ({
  index,
  timeS: null,
  widthPx: 5,
  heightPx: 2,
  luma: new Uint8Array(10).fill(index),
})

test('all frames come, last first; from the source come those that were not kept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(120), fc.nat(11), fc.nat(11), async (bytes, a, b) => {
      const [from, to] = [Math.max(a, b), Math.min(a, b)]
      const asked: FrameRange[] = []
      const source: Pick<FrameSource, 'frames'> = {
        async *frames(range = {}) {
          asked.push(range)
          for (let index = range.from ?? 11; index >= (range.to ?? 0); index--) yield frameOf(index)
        },
      }
      const recent = new RecentFrames(bytes)
      for (let index = 0; index < 12; index++) recent.keep(frameOf(index))
      const seen: LumaFrame[] = []
      const { signal } = new AbortController()
      for await (const frame of recent.backwards(source, from, to, signal)) seen.push(frame)
      assert.deepEqual(
        seen,
        Array.from({ length: from - to + 1 }, (_, i) => frameOf(from - i)),
      )
      const newest = 12 - Math.floor(bytes / 10)
      const missing = Math.min(from, newest - 1)
      assert.deepEqual(asked, missing < to ? [] : [{ from: missing, to, signal }])
    }),
  )
})
