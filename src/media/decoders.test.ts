import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { codedLuma, encodeClip, type MadeClip, numberShown, readRange, runFfmpeg, smallClip } from '#test/made-clips.ts'
import { needs } from '#test/needs.ts'
import { openClip, probeClip } from './clip.ts'
import { toFullRange } from './luma.ts'

const ffmpeg = needs('ffmpeg')
const decoders = ['ffmpeg', 'node-av'] as const
let folder = ''

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindsight-clip-'))
})
after(() => rm(folder, { recursive: true }))

/** Writes the matrix of the track header (ISO/IEC 14496-12, 8.3.2) of an MP4 with one track: clockwise, y downwards. */
function turnedMp4(file: Buffer, turnDeg: 90 | 180 | 270): Buffer {
  const matrixAt = file.indexOf('tkhd') + 44
  const [cos, sin] = { 90: [0, 1], 180: [-1, 0], 270: [0, -1] }[turnDeg] as [number, number]
  for (const [place, value] of [
    [0, cos],
    [1, sin],
    [3, -sin],
    [4, cos],
  ] as const) {
    file.writeInt32BE(value * 65_536, matrixAt + 4 * place)
  }
  return file
}

describe('both decoders', { skip: ffmpeg.skip }, () => {
  /** Each to the last sample and the last bit of the times. */
  async function assertTwins(path: string) {
    const [one, other] = await Promise.all(decoders.map((decoder) => readRange(path, decoder)))
    assert.ok(one && other)
    assert.ok(one.length > 0)
    assert.deepEqual(one, other)
    return one
  }
  const encode = (name: string, output: string, clip: MadeClip = smallClip, rate?: string) => {
    const path = join(folder, name)
    encodeClip(ffmpeg.path, clip, [...output.split(' '), path], rate)
    return path
  }

  test('stretch exact samples of 8 and 10 bits exactly', async () => {
    const eight = await assertTwins(encode('raw8.nut', '-frames:v 2 -c:v rawvideo'))
    assert.deepEqual(eight[1]!.luma, toFullRange(codedLuma(smallClip, 1), 8, true))
    const ten = await assertTwins(encode('raw10.nut', '-frames:v 2 -c:v rawvideo -pix_fmt yuv420p10le'))
    const coded = Uint16Array.from(codedLuma(smallClip, 1), (value) => value * 4)
    assert.deepEqual(ten[1]!.luma, toFullRange(coded, 10, true))
  })

  test('leave full-range samples as they are', async () => {
    const source = '-f lavfi -i testsrc2=size=64x48:rate=24:duration=0.2'.split(' ')
    const path = join(folder, 'full.mkv')
    runFfmpeg(ffmpeg.path, [...source, ...'-vf scale=out_range=pc -pix_fmt yuvj420p -c:v ffv1'.split(' '), path])
    const raw = join(folder, 'full.y')
    runFfmpeg(ffmpeg.path, ['-i', path, ...'-vf extractplanes=y -frames:v 1 -f rawvideo'.split(' '), raw])
    const [first] = await assertTwins(path)
    assert.deepEqual(first!.luma, new Uint8Array(await readFile(raw)))
  })

  test('seek exactly in other containers and with open groups of pictures', async () => {
    const groups = '-c:v libx264 -preset veryfast -bf 2 -x264opts keyint=8:min-keyint=8:open_gop=1:scenecut=0'
    const names = ['open.mkv', 'open.ts', 'counted.avi'] as const
    for (const name of names) {
      const path = encode(name, name === 'counted.avi' ? '-c:v mpeg4 -q:v 2 -g 8 -bf 2 -idct simple' : groups)
      for (const decoder of decoders) {
        const source = await openClip(path, { decoder })
        for (const range of [{ from: 6, to: 10 }, { from: 15 }]) {
          const frames = await Array.fromAsync(source.frames(range))
          const expected = Array.from({ length: (range.to ?? 19) - range.from + 1 }, (_, i) => range.from + i)
          assert.deepEqual(frames.map(numberShown), expected, `${name} by ${decoder}`)
        }
        await source.close()
      }
    }
  })

  test('turn the picture as the container asks, clockwise, and its pixels with it', async () => {
    const upright = encode('upright.mp4', '-frames:v 2 -c:v libx264 -vf setsar=4/3')
    const straight = await readRange(upright, 'ffmpeg')
    for (const [turn, at] of [
      // Where sample (x, y) of a picture of width w and height h comes to lie in the turned one.
      [90, (x: number, y: number, _w: number, h: number) => x * h + (h - 1 - y)],
      [180, (x: number, y: number, w: number, h: number) => (h - 1 - y) * w + (w - 1 - x)],
      [270, (x: number, y: number, w: number, h: number) => (w - 1 - x) * h + y],
    ] as const) {
      const path = join(folder, `turned-${turn}.mp4`)
      await writeFile(path, turnedMp4(await readFile(upright), turn))
      const { info } = await probeClip(path)
      assert.equal(info.rotationDeg, turn)
      assert.deepEqual([info.widthPx, info.heightPx], turn === 180 ? [96, 64] : [64, 96])
      assert.equal(Math.round(info.pixelAspect * 1000), turn === 180 ? 1333 : 750)
      const [first] = await assertTwins(path)
      const { luma, widthPx, heightPx } = straight[0]!
      const expected = new Uint8Array(luma.length)
      for (let y = 0; y < heightPx; y++)
        for (let x = 0; x < widthPx; x++) expected[at(x, y, widthPx, heightPx)] = luma[y * widthPx + x]!
      assert.deepEqual(first!.luma, expected, `${turn} degrees`)
    }
  })

  test('read odd sizes, alpha and RGB', async () => {
    const odd = { widthPx: 97, heightPx: 63, frames: 2 }
    const [frame] = await assertTwins(encode('odd.mkv', '-c:v ffv1', odd))
    assert.deepEqual(frame!.luma, toFullRange(codedLuma(odd, 0), 8, true))
    await assertTwins(encode('alpha.mov', '-frames:v 2 -c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le'))
    const rgb = await assertTwins(encode('rgb.mkv', '-frames:v 2 -c:v ffv1 -pix_fmt bgr0'))
    const truth = toFullRange(codedLuma(smallClip, 1), 8, true)
    // Colours are rounded on their way from Y to RGB.
    assert.ok(rgb[1]!.luma.every((value, i) => Math.abs(value - truth[i]!) <= 1))
  })

  test('give the times of a varying frame rate, and warn of what is noteworthy', async () => {
    const late = '-vf setpts=N/24/TB+gte(N\\,9)*0.5/TB -vsync passthrough -video_track_timescale 24000 -c:v libx264'
    const path = encode('late.mp4', late)
    const frames = await assertTwins(path)
    const expected = Array.from({ length: 20 }, (_, i) => i / 24 + (i >= 9 ? 0.5 : 0))
    assert.ok(frames.every(({ timeS }, i) => Math.abs(timeS! - expected[i]!) < 1e-4))
    assert.deepEqual(frames.map(numberShown), Array.from(expected.keys()))
    const hdr = encode('hdr.mp4', '-frames:v 3 -c:v libx264 -pix_fmt yuv420p10le -color_trc smpte2084')
    const halves = encode('halves.mp4', '-frames:v 3 -c:v libx264 -flags +ilme+ildct -x264opts tff=1')
    for (const [clip, code] of [
      [path, 'media.variable-rate'],
      [hdr, 'media.hdr'],
      [halves, 'media.interlaced'],
    ] as const) {
      for (const decoder of decoders) {
        const { warnings } = await probeClip(clip, { decoder })
        assert.deepEqual(
          warnings.map((warning) => warning.code),
          [code],
        )
      }
    }
  })
})
