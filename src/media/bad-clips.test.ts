import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { FaultCode } from '#core/fault-codes.ts'
import { Fault } from '#core/faults.ts'
import { encodeClip, readRange, smallClip } from '#test/made-clips.ts'
import { needs } from '#test/needs.ts'
import { openClip } from './clip.ts'
import { chooseDecoder } from './video/choose-decoder.ts'

const fixture = fileURLToPath(new URL('fixtures/numbered.mp4', import.meta.url))
const ffmpeg = needs('ffmpeg')
const decoders = ffmpeg.skip ? (['node-av'] as const) : (['ffmpeg', 'node-av'] as const)
let folder = ''

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hindsight-bad-'))
})
after(() => rm(folder, { recursive: true }))

const write = async (name: string, bytes: string | Uint8Array) => {
  await writeFile(join(folder, name), bytes)
  return join(folder, name)
}

const hasCode =
  (...codes: readonly FaultCode[]) =>
  (error: unknown) => {
    assert.ok(error instanceof Fault, String(error))
    assert.ok(codes.includes(error.code), error.message)
    return true
  }

for (const decoder of decoders) {
  describe(`by ${decoder}`, () => {
    test('what is no video is refused: nothing, text, sound, a playlist that names other files', async () => {
      await assert.rejects(openClip(join(folder, 'none.mp4'), { decoder }), hasCode('file.missing'))
      const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n`
      const wave = Buffer.alloc(44 + 8000)
      wave.write(
        'RIFF\x44\x1f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x40\x1f\0\0',
        'latin1',
      )
      for (const [name, bytes] of [
        ['empty.mp4', ''],
        ['words.mp4', 'This is not a video.\n'.repeat(500)],
        ['words.txt', 'Nor is this.\n'.repeat(500)],
        ['list.m3u8', playlist],
        ['sound.wav', wave],
      ] as const) {
        await assert.rejects(openClip(await write(name, bytes), { decoder }), hasCode('media.type'), name)
      }
    })

    test('what breaks off is refused, wherever the index is', async () => {
      const whole = await readFile(fixture)
      const indexLast = await write('cut-last.mp4', whole.subarray(0, 2000))
      await assert.rejects(readRange(indexLast, decoder), hasCode('media.truncated'))
    })

    test('a damaged picture is a fault, not a wrong picture', async () => {
      const bytes = await readFile(fixture)
      const at = bytes.indexOf('mdat') + 1300
      for (let i = at; i < at + 60; i++) bytes[i]! ^= 0x5a
      await assert.rejects(readRange(await write('damaged.mp4', bytes), decoder), hasCode('media.damaged'))
    })

    test('a range that the clip does not have is refused', async () => {
      const source = await openClip(fixture, { decoder })
      assert.throws(() => source.frames({ from: 3, to: 20 }), hasCode('media.range'))
      await source.close()
    })
  })
}

describe('by both', { skip: ffmpeg.skip }, () => {
  test('a file that breaks off is refused in other containers too', async () => {
    for (const [name, args, share] of [
      ['cut.mkv', '-c:v libx264 -g 8', 0.6],
      ['cut.ts', '-c:v libx264 -g 8 -qp 4', 0.5],
      ['gap.ts', '-c:v libx264 -g 8 -qp 4', 0.7],
      ['cut-first.mp4', '-c:v libx264 -g 8 -movflags +faststart', 0.9],
      ['cut.avi', '-c:v mpeg4 -q:v 2', 0.85],
    ] as const) {
      const path = join(folder, name)
      encodeClip(ffmpeg.path, smallClip, [...args.split(' '), path])
      const bytes = await readFile(path)
      await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * share)))
      for (const decoder of decoders) {
        await assert.rejects(
          readRange(path, decoder),
          hasCode('media.truncated', 'media.damaged'),
          `${name} by ${decoder}`,
        )
      }
    }
  })

  test('a size that changes on the way is refused, naming the frame', async () => {
    const parts = [smallClip, { ...smallClip, widthPx: 80 }].map((clip, i) => {
      const path = join(folder, `part-${i}.m2v`)
      encodeClip(ffmpeg.path, clip, ['-c:v', 'mpeg2video', '-q:v', '2', path])
      return readFile(path)
    })
    const path = await write('sizes.m2v', Buffer.concat(await Promise.all(parts)))
    for (const decoder of decoders) {
      await assert.rejects(readRange(path, decoder), (error: unknown) => {
        assert.ok(error instanceof Fault)
        assert.equal(error.code, 'media.frame-size', error.message)
        assert.match(error.found, /^80 x 64 in frame (19|20)$/)
        return true
      })
    }
  })

  test('a codec that nothing decodes is named', async () => {
    const path = join(folder, 'unknown.avi')
    encodeClip(ffmpeg.path, smallClip, ['-c:v', 'mpeg4', path])
    const bytes = await readFile(path)
    for (let at = bytes.indexOf('FMP4'); at >= 0; at = bytes.indexOf('FMP4', at)) bytes.write('Zz9!', at)
    await writeFile(path, bytes)
    for (const decoder of decoders) {
      await assert.rejects(readRange(path, decoder), hasCode('media.codec'), decoder)
    }
  })
})

test('without any decoder the fault says how to get one', async () => {
  const missing = () => Promise.reject(new Error('Cannot find package'))
  const nowhere = { PATH: folder }
  await assert.rejects(chooseDecoder('auto', nowhere, missing), (error: unknown) => {
    hasCode('media.decoder')(error)
    assert.match((error as Fault).fix, /npm run setup:system/)
    return true
  })
  await assert.rejects(chooseDecoder('ffmpeg', nowhere), hasCode('media.decoder'))
  assert.equal((await chooseDecoder('auto', nowhere)).name, 'node-av')
})

test('a folder is not a program, and a file that may not be read is said to be so', async () => {
  const named = { HINDSIGHT_FFMPEG: join(folder, 'no-such-ffmpeg') }
  await assert.rejects(chooseDecoder('auto', named), hasCode('media.decoder'))
  const closed = join(folder, 'closed')
  await mkdir(closed)
  await chmod(closed, 0o000)
  // A superuser may read it nevertheless, and then finds nothing in it.
  await assert.rejects(openClip(join(closed, 'a.mp4')), hasCode('file.permission', 'file.missing'))
  await chmod(closed, 0o700)
})
