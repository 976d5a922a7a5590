import { suite, test } from 'node:test'
import assert from 'node:assert/strict'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import type { FrameSource, LumaFrame } from '#vision/frames.ts'
import { makeFootage, type FootageOptions } from '#test/footage/footage.ts'
import { maskTest } from '#track/match/mask.ts'
import { commonBars, letterbox, letterboxMasks } from './letterbox.ts'
import { probe } from './run-probe.ts'

const kernel = await createWasmKernel()
const ctx = { signal: new AbortController().signal }
const size = { widthPx: 240, heightPx: 136 }

const look = (source: FrameSource) =>
  probe(source, kernel, { range: { from: 0, to: source.info.frameCount - 1 }, masks: [] }, ctx)

/** Footage whose frames are changed on their way out. */
function changed(options: FootageOptions, change: (frame: LumaFrame) => Uint8Array): FrameSource {
  const footage = makeFootage({ ...size, samples: 1, ...options })
  return {
    ...footage,
    async *frames(range) {
      for await (const frame of footage.frames(range)) yield { ...frame, luma: change(frame) }
    },
  }
}

const footage = (options: FootageOptions) => changed(options, ({ luma }) => luma as Uint8Array)

suite('probe', () => {
  test('measures how fast the picture moves', async () => {
    // A camera that turns by 0.6 degrees a frame moves the middle of the picture by focal x 0.0105 widths.
    const turn = (speed: number) => ({ motion: 'tripod' as const, frames: 14, speed, focalPx: size.widthPx })
    const [slow, fast] = [await look(footage(turn(0.5))), await look(footage(turn(3.5)))]
    assert.ok(Math.abs(slow.meanSpeed! / 0.0053 - 1) < 0.25, String(slow.meanSpeed))
    assert.equal(slow.motionClass, 'low')
    assert.ok(Math.abs(fast.meanSpeed! / 0.0375 - 1) < 0.25, String(fast.meanSpeed))
    assert.equal(fast.motionClass, 'high')
    assert.ok(fast.maxSpeed! >= fast.meanSpeed!)
    // What is asked of the search grows with it, and is a side that has a middle.
    assert.ok(fast.searchSizePx! > slow.searchSizePx! + 10)
    assert.ok(fast.searchSizePx! % 2 === 1 && slow.searchSizePx! % 2 === 1)
    assert.ok(slow.bestRegions.length >= 4)
    assert.deepEqual([slow.fromFrame, slow.toFrame], [0, 13])
  })

  test('files speeds and jitters under the region a point began in', async () => {
    // The lower third stands still, as a caption does.
    const still = makeFootage({ ...size, samples: 1, frames: 1, seed: 9 }).frame(0).luma as Uint8Array
    const caption = Math.round((size.heightPx * 2) / 3) - 4
    const source = changed({ motion: 'tripod', speed: 1.5, frames: 14 }, ({ luma }) => {
      const out = new Uint8Array(luma)
      out.set(still.subarray(caption * size.widthPx), caption * size.widthPx)
      return out
    })
    const { regions } = await look(source)
    for (const { region, placed, survived, speeds, jitters } of regions) {
      assert.ok(survived <= placed)
      assert.equal(speeds.length, survived)
      assert.equal(jitters.length, survived)
      const mean = speeds.reduce((sum, speed) => sum + speed, 0) / speeds.length
      if (speeds.length > 2) {
        assert.ok(region.startsWith('bottom') ? mean < 0.003 : mean > 0.008, `${region}: ${mean}`)
        assert.ok(jitters.every((jitter) => jitter < 0.01))
      }
    }
    assert.equal(new Set(regions.map(({ region }) => region)).size, 9)
  })

  test('is the same each time, and ends at a cut', async () => {
    const source = footage({ frames: 24, cutAt: 9 })
    const [once, again] = [await look(source), await look(source)]
    assert.deepEqual(once, again)
    assert.equal(once.toFrame, 8)
    assert.ok(once.meanSpeed !== null)
  })

  test('tells poor texture from rich', async () => {
    const [rich, bare] = [await look(footage({ frames: 6 })), await look(footage({ frames: 6, scene: 'bare' }))]
    assert.equal(rich.textureClass, 'high')
    assert.equal(bare.textureClass, 'low')
    const faint = changed({ frames: 6 }, ({ luma }) => (luma as Uint8Array).map((value) => 110 + value / 5))
    assert.equal((await look(faint)).textureClass, 'low')
  })

  test('knows nothing of black, and no motion of three frames', async () => {
    const black = await look(changed({ frames: 8 }, ({ luma }) => new Uint8Array(luma.length).fill(16)))
    assert.deepEqual(
      [black.motionClass, black.textureClass, black.meanSpeed, black.searchSizePx],
      [null, null, null, null],
    )
    assert.deepEqual(black.bestRegions, [])
    const short = await look(footage({ frames: 3 }))
    assert.deepEqual([short.motionClass, short.meanSpeed, short.maxSpeed, short.searchSizePx], [null, null, null, null])
    assert.deepEqual(short.bestRegions, [])
  })

  test('begins where a fade from black has ended', async () => {
    const fade = changed({ frames: 16 }, ({ luma, index }) =>
      index < 6 ? new Uint8Array(luma.length).fill(16) : (luma as Uint8Array),
    )
    const report = await look(fade)
    assert.equal(report.fromFrame, 6)
    assert.ok(report.meanSpeed !== null)
  })

  test('stops when it is told to', async () => {
    const stop = AbortSignal.abort(new Error('enough'))
    await assert.rejects(
      probe(footage({ frames: 6 }), kernel, { range: { from: 0, to: 5 }, masks: [] }, { signal: stop }),
      /enough/,
    )
  })
})

suite('letterbox', () => {
  const barred = (top: number, side: number) => {
    const frame = makeFootage({ ...size, samples: 1, frames: 1 }).frame(0)
    const luma = (frame.luma as Uint8Array).map((value, at) => {
      const [x, y] = [at % size.widthPx, Math.floor(at / size.widthPx)]
      const inBar = y < top || y >= size.heightPx - top || x < side || x >= size.widthPx - side
      return inBar ? 14 + ((x * 7 + y * 13) % 4) : Math.max(40, value)
    })
    return { ...frame, luma }
  }

  test('finds bars above and below, or at the sides, and none in a picture', () => {
    assert.deepEqual(letterbox(barred(17, 0)), { left: 0, top: 17, right: 0, bottom: 17 })
    assert.deepEqual(letterbox(barred(0, 30)), { left: 30, top: 0, right: 30, bottom: 0 })
    assert.equal(letterbox(barred(0, 0)), null)
    assert.equal(letterbox({ ...barred(0, 0), luma: new Uint8Array(size.widthPx * size.heightPx) }), null)
  })

  test('keeps what all frames have, and points off it', () => {
    const bars = commonBars(letterbox(barred(17, 0)), letterbox(barred(20, 12)))
    assert.deepEqual(bars, { left: 0, top: 17, right: 0, bottom: 17 })
    assert.equal(commonBars(bars, null), null)
    const allowed = maskTest(letterboxMasks(bars, size, 5))
    assert.equal(allowed(0, 120, 20), false)
    assert.equal(allowed(0, 120, 24), true)
    assert.equal(allowed(0, 1, 60), true)
    assert.equal(allowed(0, 120, size.heightPx - 20), false)
  })

  test('is reported by the probe of a clip that has it', async () => {
    const source = changed({ frames: 6 }, (frame) => {
      const out = new Uint8Array(frame.luma.length).fill(16)
      out.set((frame.luma as Uint8Array).subarray(18 * size.widthPx, -18 * size.widthPx), 18 * size.widthPx)
      return out
    })
    const { letterbox: bars } = await look(source)
    assert.deepEqual(bars, { left: 0, top: 18, right: 0, bottom: 18 })
  })
})
