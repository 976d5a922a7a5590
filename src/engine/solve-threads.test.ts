import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SolveOptions } from '#track/solution.ts'
import { syntheticShot } from '#track/synthetic.ts'
import { oneAfterTheOther, type SolveTask } from '#track/track-clip.ts'
import { inThreads, sideBySide } from './solve-threads.ts'

const options: SolveOptions = {
  widthPx: 960,
  heightPx: 540,
  pixelAspect: 1,
  focal: 'fixed',
  focalPx: 800,
  motion: 'general',
  zoom: 'off',
  lens: { model: 'none' },
  principal: 'centre',
  heldOutShare: 0,
  seed: 1,
}
const tasks = [3, 4, 5].map((seed): SolveTask => {
  const { tracks } = syntheticShot({ seed, frames: 8, liveTracks: 40, noisePx: 0.1 })
  return { tracks, options }
})
const context = (signal = new AbortController().signal) => ({ signal, progress: () => {} })

test('shots are solved alike in threads and without, in their order', async () => {
  const alone = await oneAfterTheOther(tasks, context())
  assert.ok(alone.every((result) => result.ok))
  assert.deepEqual(await inThreads(tasks, context(), 2), alone)
  assert.deepEqual(await sideBySide(tasks, context()), alone)
})

test('threads end when the work is cancelled', async () => {
  const cancel = new AbortController()
  const solving = inThreads(tasks, context(cancel.signal), 2)
  setTimeout(() => cancel.abort(new Error('enough')), 20)
  await assert.rejects(solving, /enough/)
  await assert.rejects(inThreads(tasks, context(cancel.signal), 2), /enough/)
})
