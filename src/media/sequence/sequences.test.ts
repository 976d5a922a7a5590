import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import sharp from 'sharp'
import { readRange, runFfmpeg } from '#test/made-clips.ts'
import { needs } from '#test/needs.ts'
import { openClip, probeClip } from '../clip.ts'

const ffmpeg = needs('ffmpeg')
const [width, height] = [37, 21]
let root = ''

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'hindsight-sequence-'))
})
after(() => rm(root, { recursive: true }))

/** A gray level that tells which frame and pixel it is, of `bits` bits. */
const level = (frame: number, pixel: number, bits: number) => (frame * 7001 + pixel * 83) % 2 ** bits

/** Pixels of frame `frame`, the same level in each channel. */
function pixels(frame: number, channels: number, bits: 8 | 16): Uint8Array | Uint16Array {
  const samples = bits === 8 ? new Uint8Array(width * height * channels) : new Uint16Array(width * height * channels)
  return samples.map((_, i) => level(frame, Math.floor(i / channels), bits))
}

/** A new folder with frames that `save` writes. */
async function folderOf(count: number, save: (frame: number, folder: string) => Promise<unknown>): Promise<string> {
  const folder = await mkdtemp(join(root, 'shot-'))
  for (let frame = 0; frame < count; frame++) await save(frame, folder)
  return folder
}

const image = (frame: number, channels: 1 | 3 | 4, bits: 8 | 16) =>
  sharp(pixels(frame, channels, bits), { raw: { width, height, channels, premultiplied: false } })

describe('a sequence of still images', () => {
  test('gives the values of the file, in 8 and 16 bits, gray and colour, alpha ignored', async () => {
    const variants = [
      ['png', 8, 1, (frame: number) => image(frame, 1, 8).toColourspace('b-w').png()],
      ['png', 8, 3, (frame: number) => image(frame, 3, 8).png()],
      ['png', 8, 4, (frame: number) => image(frame, 4, 8).png()],
      ['webp', 8, 3, (frame: number) => image(frame, 3, 8).webp({ lossless: true })],
      ['png', 16, 1, (frame: number) => image(frame, 1, 16).toColourspace('grey16').png()],
      ['tiff', 16, 3, (frame: number) => image(frame, 3, 16).toColourspace('rgb16').tiff({ compression: 'none' })],
    ] as const
    for (const [codec, bits, channels, make] of variants) {
      const folder = await folderOf(3, (frame, at) => make(frame).toFile(join(at, `f.${frame + 8}.${codec}`)))
      const { info } = await probeClip(folder)
      const { decoder, bitDepth, frameCount, frameRate, durationS, container } = info
      assert.deepEqual(
        { codec: info.codec, decoder, bitDepth, frameCount, frameRate, durationS, container },
        {
          codec,
          decoder: 'sharp',
          bitDepth: bits,
          frameCount: 3,
          frameRate: null,
          durationS: null,
          container: 'image-sequence',
        },
      )
      for (const { index, luma, timeS, widthPx, heightPx } of await readRange(folder)) {
        assert.deepEqual([timeS, widthPx, heightPx], [null, width, height])
        assert.deepEqual(luma, pixels(index, 1, bits), `${codec} of ${bits} bits and ${channels} channels`)
      }
    }
  })

  test('is read in any range, from a file or a pattern, and in JPEG upright', async () => {
    const folder = await folderOf(6, (frame, at) =>
      image(frame, 1, 8)
        .png()
        .toFile(join(at, `f_${String(frame).padStart(3, '0')}.png`)),
    )
    for (const path of [join(folder, 'f_004.png'), join(folder, 'f_###.png'), join(folder, 'f_%03d.png')]) {
      const frames = await readRange(path, 'auto', { from: 4, to: 1 })
      assert.deepEqual(
        frames.map(({ index, luma }) => [index, luma[5]]),
        [4, 3, 2, 1].map((index) => [index, level(index, 5, 8)]),
      )
    }
    // Orientation 6: the first row of the file is the right column of the picture.
    const tilted = await folderOf(1, (_, at) =>
      sharp({ create: { width: 32, height: 16, channels: 3, background: '#000' } })
        .composite([{ input: { create: { width: 32, height: 8, channels: 3, background: '#fff' } }, gravity: 'north' }])
        .jpeg()
        .withMetadata({ orientation: 6 })
        .toFile(join(at, '1.jpg')),
    )
    const [frame] = await readRange(tilted)
    assert.deepEqual([frame!.widthPx, frame!.heightPx], [16, 32])
    assert.deepEqual([frame!.luma[0]! < 9, frame!.luma[15]! > 246], [true, true])
  })

  test('with a second size, a second depth, or a broken file is refused where that is met', async () => {
    const folder = await folderOf(3, (frame, at) =>
      image(frame, 3, 8)
        .png()
        .toFile(join(at, `${frame}.png`)),
    )
    const last = join(folder, '2.png')
    const whole = await image(2, 3, 8).png().toBuffer()
    for (const [bytes, code] of [
      [
        await sharp(whole)
          .resize(width + 1, height, { fit: 'fill' })
          .png()
          .toBuffer(),
        'media.frame-size',
      ],
      [await image(2, 3, 16).toColourspace('rgb16').png().toBuffer(), 'media.frame-size'],
      [whole.subarray(0, whole.length - 60), 'media.damaged'],
    ] as const) {
      await writeFile(last, bytes)
      const source = await openClip(folder)
      const read: number[] = []
      const reading = async () => {
        for await (const { index } of source.frames()) read.push(index)
      }
      await assert.rejects(reading, { code, where: last })
      assert.deepEqual(read, [0, 1])
      await source.close()
    }
    await rm(join(folder, '1.png'))
    await assert.rejects(openClip(folder), { code: 'media.sequence' })
    const empty = join(root, 'empty')
    await mkdir(empty)
    await assert.rejects(openClip(empty), { code: 'media.empty' })
  })
})

describe('a sequence of plates', { skip: ffmpeg.skip }, () => {
  /** Raw planes, blue-green-red as FFmpeg orders planar RGB: green, blue, red. */
  const write = (folder: string, name: string, format: string, raw: Uint8Array, output: readonly string[]) => {
    const size = ['-s', `${width}x${height}`]
    runFfmpeg(
      ffmpeg.path,
      ['-f', 'rawvideo', '-pix_fmt', format, ...size, '-i', 'pipe:0', ...output, join(folder, name)],
      raw,
    )
  }

  test('of linear light goes through the display curve, by both decoders alike, from any frame', async () => {
    const light = (frame: number, pixel: number) => ((pixel * 31 + frame * 50) % 1000) / 900
    const folder = await folderOf(3, async (frame, at) => {
      const plane = Float32Array.from({ length: width * height }, (_, i) => light(frame, i))
      const raw = new Float32Array([...plane, ...plane, ...plane])
      write(at, `100%_plate.${1009 + frame}.exr`, 'gbrpf32le', new Uint8Array(raw.buffer), [
        '-format',
        'float',
        '-frames:v',
        '1',
        '-update',
        '1',
      ])
    })
    for (const decoder of ['ffmpeg', 'node-av'] as const) {
      const { info } = await probeClip(folder, { decoder })
      assert.deepEqual([info.codec, info.decoder, info.frameCount, info.bitDepth], ['exr', decoder, 3, 32])
      const frames = [
        ...(await readRange(folder, decoder, { from: 1 })),
        ...(await readRange(folder, decoder, { from: 0, to: 0 })),
      ]
      assert.deepEqual(
        frames.map(({ index }) => index),
        [1, 2, 0],
      )
      for (const { index, luma } of frames) {
        const expected = Uint16Array.from(luma, (_, i) => {
          const linear = Math.min(1, Math.fround(light(index, i)))
          return 65_535 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055) + 0.5
        })
        // Weights are not exact in binary, so that sums of equal thirds may round the other way.
        assert.ok(luma.every((value, i) => Math.abs(value - expected[i]!) <= 1))
      }
    }
  })

  test('of DPX keeps the coded values', async () => {
    const folder = await folderOf(2, async (frame, at) => {
      const plane = pixels(frame, 1, 16)
      const raw = new Uint16Array([...plane, ...plane, ...plane])
      write(at, `p.${frame}.dpx`, 'gbrp16le', new Uint8Array(raw.buffer), [
        '-frames:v',
        '1',
        '-update',
        '1',
        '-pix_fmt',
        'rgb48le',
      ])
    })
    for (const decoder of ['ffmpeg', 'node-av'] as const) {
      for (const { index, luma } of await readRange(folder, decoder)) {
        const expected = pixels(index, 1, 16)
        assert.ok(luma.every((value, i) => Math.abs(value - expected[i]!) <= 1))
      }
    }
  })
})
