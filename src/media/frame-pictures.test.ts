import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { needs } from '#test/needs.ts'
import { runFfmpeg } from '../../test/made-clips.ts'
import { openClip } from './clip.ts'
import { openPictures } from './frame-pictures.ts'

const walk = fileURLToPath(new URL('../../sample/clips/walk.mp4', import.meta.url))
const ffmpeg = needs('ffmpeg')
const { signal } = new AbortController()

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindsight-pictures-'))
})
after(() => rm(folder, { recursive: true }))

async function pictures(path: string, from: number, to: number, widthPx: number, decoder: 'ffmpeg' | 'node-av') {
  const source = await openPictures(path, { decoder })
  return Array.fromAsync(source.pictures({ from, to, widthPx, signal }))
}

/** Root mean square of the difference in luma, of values up to 255. */
function differs(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length)
  let sum = 0
  for (const [i, value] of a.entries()) sum += (value - b[i]!) ** 2
  return Math.sqrt(sum / a.length)
}

describe('pictures of frames', () => {
  for (const decoder of ['ffmpeg', 'node-av'] as const) {
    test(`are of the very frame that is tracked (${decoder})`, {
      skip: decoder === 'ffmpeg' && ffmpeg.skip,
    }, async () => {
      const clip = await openClip(walk, { decoder })
      const { widthPx, frameCount } = clip.info
      for (const from of [0, 7, frameCount - 2]) {
        const shown = await pictures(walk, from, from + 1, widthPx, decoder)
        assert.deepEqual(
          shown.map(({ index }) => index),
          [from, from + 1],
        )
        const tracked = await Array.fromAsync(clip.frames({ from, to: from + 1 }))
        const gray = await Promise.all(shown.map(({ jpeg }) => sharp(jpeg).greyscale().raw().toBuffer()))
        const own = differs(gray[0]!, tracked[0]!.luma as Uint8Array)
        const next = differs(gray[0]!, tracked[1]!.luma as Uint8Array)
        assert.ok(own < 6 && next > 1.5 * own, `frame ${from}: off by ${own}, from the next by ${next}`)
      }
      await clip.close()
    })
  }

  test('have the colours of the clip, its turning, and no more than the width asked for', {
    skip: ffmpeg.skip,
  }, async () => {
    const path = join(folder, 'turned.mp4')
    const upright = join(folder, 'red.mp4')
    // The left half red, the right half blue; turned clockwise, red is on top.
    const halves = 'color=red:s=64x64:r=10:d=0.4,pad=128:64:0:0:blue,format=yuv420p'
    runFfmpeg(ffmpeg.path, ['-f', 'lavfi', '-i', halves, '-colorspace', 'bt709', upright])
    runFfmpeg(ffmpeg.path, ['-i', upright, '-c', 'copy', '-metadata:s:v:0', 'rotate=270', path])
    for (const decoder of ['ffmpeg', 'node-av'] as const) {
      const [first] = await pictures(path, 2, 2, 32, decoder)
      const { data, info } = await sharp(first!.jpeg).raw().toBuffer({ resolveWithObject: true })
      assert.deepEqual([info.width, info.height, info.channels], [32, 64, 3], decoder)
      const at = (x: number, y: number) => [...data.subarray(3 * (y * 32 + x), 3 * (y * 32 + x) + 3)]
      const [r, , b] = at(16, 8)
      const [r2, , b2] = at(16, 56)
      assert.ok(
        r! > 200 && b! < 60 && r2! < 60 && b2! > 200,
        `${decoder}: ${at(16, 8).join()} and ${at(16, 56).join()}`,
      )
    }
  })

  test('of image sequences are upright, and those that are not there are refused', async () => {
    const images = join(folder, 'shot')
    await mkdir(images)
    for (const [i, background] of ['#f00', '#0f0', '#00f'].entries()) {
      await sharp({ create: { width: 40, height: 20, channels: 3, background } })
        .png()
        .toFile(join(images, `${i}.png`))
    }
    const source = await openPictures(images)
    const [second] = await Array.fromAsync(source.pictures({ from: 1, to: 1, widthPx: 10, signal }))
    const { data, info } = await sharp(second!.jpeg).raw().toBuffer({ resolveWithObject: true })
    assert.deepEqual([info.width, info.height], [10, 5])
    assert.ok(data[0]! < 30 && data[1]! > 200 && data[2]! < 30)
    const beyond = Array.fromAsync(source.pictures({ from: 3, to: 3, widthPx: 10, signal }))
    await assert.rejects(beyond, { code: 'media.range' })
  })
})
