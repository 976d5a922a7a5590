import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { codedLuma, numberShown, readRange, smallClip } from '#test/made-clips.ts'
import { needs } from '#test/needs.ts'
import { openClip, probeClip } from './clip.ts'
import { toFullRange } from './luma.ts'

/** H.264 with B-frames and a key frame every 8, made by `encodeClip` with "-g 8 -bf 2 -sc_threshold 0 -crf 18". */
const fixture = fileURLToPath(new URL('fixtures/numbered.mp4', import.meta.url))
const ffmpeg = needs('ffmpeg')
const decoders = ffmpeg.skip ? (['node-av'] as const) : (['ffmpeg', 'node-av'] as const)

for (const decoder of decoders) {
  describe(`a video by ${decoder}`, () => {
    test('gives every frame once, in display order, with its time, in full range', async () => {
      const frames = await readRange(fixture, decoder)
      assert.deepEqual(
        frames.map((frame) => [frame.index, numberShown(frame), frame.timeS]),
        Array.from({ length: 20 }, (_, index) => [index, index, index / 24]),
      )
      for (const { index, luma, widthPx, heightPx } of frames) {
        assert.deepEqual([widthPx, heightPx, luma.length], [96, 64, 96 * 64])
        const truth = toFullRange(codedLuma(smallClip, index), 8, true)
        const total = Array.from(luma, (value, i) => Math.abs(value - truth[i]!)).reduce((sum, off) => sum + off)
        const mean = total / luma.length
        assert.ok(mean < 2.5, `frame ${index} is off by ${mean} on average`)
      }
    })

    test('gives any range exactly, forwards and backwards, as reading all gives it', async () => {
      const source = await openClip(fixture, { decoder })
      const all = await Array.fromAsync(source.frames())
      for (const [from, to] of [
        [0, 0],
        [7, 9],
        [8, 8],
        [13, 19],
        [19, 19],
        [19, 0],
        [12, 5],
      ] as const) {
        const step = to < from ? -1 : 1
        const expected = Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => all[from + i * step])
        assert.deepEqual(await Array.fromAsync(source.frames({ from, to })), expected, `${from} to ${to}`)
      }
      await source.close()
    })

    test('says what the clip is without decoding it', async () => {
      const { info, warnings } = await probeClip(fixture, { decoder })
      assert.deepEqual(warnings, [])
      assert.deepEqual(info, {
        codec: 'h264',
        container: 'mov,mp4,m4a,3gp,3g2,mj2',
        widthPx: 96,
        heightPx: 64,
        frameCount: 20,
        frameRate: { numerator: 24, denominator: 1 },
        variableFrameRate: false,
        durationS: 20 / 24,
        rotationDeg: 0,
        pixelAspect: 1,
        bitDepth: 8,
        interlaced: false,
        decoder,
      })
    })
  })
}

test('both decoders agree to the last bit', { skip: ffmpeg.skip }, async () => {
  assert.deepEqual(await readRange(fixture, 'ffmpeg'), await readRange(fixture, 'node-av'))
})
