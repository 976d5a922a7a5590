import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, test } from 'node:test'
import type { PictureSource } from '#media/frame-pictures.ts'
import { framesAhead, FrameRun } from './frame-run.ts'
import { PictureShelf } from './picture-shelf.ts'

/** A clip that counts how far it was decoded; its pictures are their numbers. */
function counted(frameCount: number) {
  const state = { decoded: -1, ended: false }
  const source: PictureSource = {
    frameCount,
    async *pictures({ from, to, signal }) {
      try {
        for (let index = from; index <= to; index++) {
          await turn()
          signal.throwIfAborted()
          state.decoded = index
          yield { index, jpeg: Uint8Array.of(index) }
        }
      } finally {
        state.ended = true
      }
    },
  }
  return { source, state }
}
const { signal } = new AbortController()
const settle = async () => {
  for (let i = 0; i < 400; i++) await turn()
}

describe('a run of frames', () => {
  test('decodes ahead of what is asked for, so far and no farther, and goes on when it is asked', async () => {
    const { source, state } = counted(1000)
    const kept: number[] = []
    const run = new FrameRun(10, (index) => kept.push(index))
    const ended = run.go(source, 320)
    assert.deepEqual([...(await run.wait(12, signal))], [12])
    await settle()
    assert.equal(state.decoded, 12 + framesAhead)
    assert.deepEqual([run.comesBy(state.decoded), run.comesBy(state.decoded + 1)], [false, true])
    run.ask(100)
    await settle()
    assert.equal(state.decoded, 100 + framesAhead)
    assert.deepEqual(kept.slice(0, 3), [10, 11, 12])
    run.stop()
    await ended
    assert.ok(state.ended)
  })

  test('ends when nobody asks any more', async () => {
    const { source, state } = counted(1000)
    const run = new FrameRun(0, () => {}, 5)
    await run.go(source, 320)
    assert.deepEqual([state.decoded, state.ended, run.comesBy(state.decoded + 1)], [framesAhead, true, false])
  })

  test('that another takes the place of serves those who wait, and nobody else', async () => {
    const { source, state } = counted(1000)
    const run = new FrameRun(0, () => {})
    const ended = run.go(source, 320)
    const gone = new AbortController()
    const [first, second] = [run.wait(5, signal), run.wait(20, gone.signal)]
    run.leave()
    assert.equal(run.comesBy(30), false)
    gone.abort(new Error('gone'))
    await assert.rejects(second, { message: 'gone' })
    assert.deepEqual([...(await first)], [5])
    await ended
    assert.ok(state.decoded < 20, 'nothing is decoded for those who left')
  })

  test('gives its error to those who wait', async () => {
    const source: PictureSource = {
      frameCount: 9,
      // oxlint-disable-next-line require-yield
      async *pictures() {
        throw new Error('damaged')
      },
    }
    const run = new FrameRun(0, () => {})
    const waiting = run.wait(3, signal)
    const ended = run.go(source, 320)
    await assert.rejects(waiting, { message: 'damaged' })
    await ended
  })
})

test('a shelf keeps what was used last, up to its size', () => {
  const shelf = new PictureShelf(10)
  for (let index = 0; index < 5; index++) shelf.put('a', index, new Uint8Array(2))
  assert.ok(shelf.get('a', 0), 'looked at, and so the newest')
  shelf.put('b', 0, new Uint8Array(4))
  const left = [0, 1, 2, 3, 4].filter((index) => shelf.get('a', index) !== null)
  assert.deepEqual([left, shelf.get('b', 0)?.length], [[0, 3, 4], 4])
  shelf.put('b', 0, new Uint8Array(2))
  shelf.put('c', 0, new Uint8Array(2))
  assert.equal(shelf.get('a', 0)?.length, 2, 'what is put again does not count twice')
})
