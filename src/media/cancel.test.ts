/** A reading that ends before its clip does leaves nothing running, whatever ended it. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { encodeClip } from '#test/made-clips.ts'
import { needs } from '#test/needs.ts'
import type { FrameSource } from '#vision/frames.ts'
import { openClip } from './clip.ts'

const ffmpeg = needs('ffmpeg')
/** 46 MB of luma: far more than any pipe holds, so that ffmpeg is still at work when the reader stops. */
const clip = { widthPx: 640, heightPx: 360, frames: 200 }
const skip = process.platform === 'win32' ? 'the log of processes is written by a shell script' : ffmpeg.skip

describe('a reading that ends early', { skip }, () => {
  let folder: string
  let path: string
  let env: NodeJS.ProcessEnv

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hindsight-cancel-'))
    path = join(folder, 'long.mp4')
    encodeClip(ffmpeg.path, clip, ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '40', path])
    // Writes down its process id, and then becomes ffmpeg.
    const script = join(folder, 'ffmpeg')
    await writeFile(script, `#!/bin/sh\necho $$ >> '${folder}/started'\nexec '${ffmpeg.path}' "$@"\n`, { mode: 0o755 })
    env = { ...process.env, HINDSIGHT_FFMPEG: script }
  })
  after(() => rm(folder, { recursive: true }))

  /** Ids of the ffmpegs started by `read`; it has to start some. */
  async function startedBy(read: (source: FrameSource) => Promise<void>): Promise<readonly number[]> {
    await rm(join(folder, 'started'), { force: true })
    const source = await openClip(path, { decoder: 'ffmpeg', env })
    await read(source)
    await source.close()
    const ids = (await readFile(join(folder, 'started'), 'utf8')).trim().split('\n').map(Number)
    assert.ok(ids.length > 0)
    return ids
  }

  const isRunning = (id: number) => {
    try {
      process.kill(id, 0)
      return true
    } catch {
      return false
    }
  }

  test('by leaving the loop', async () => {
    const ids = await startedBy(async (source) => {
      for await (const { index } of source.frames()) if (index === 3) break
    })
    assert.deepEqual(ids.filter(isRunning), [])
  })

  test('by an error of the reader, in a range that runs backwards', async () => {
    const ids = await startedBy(async (source) => {
      const reading = async () => {
        for await (const { index } of source.frames({ from: 150, to: 100 }))
          if (index === 149) throw new Error('enough')
      }
      await assert.rejects(reading, /enough/)
    })
    assert.deepEqual(ids.filter(isRunning), [])
  })

  test('by an abort between two frames, and by one while a frame is awaited', async () => {
    for (const wait of [false, true]) {
      const cancel = new AbortController()
      const ids = await startedBy(async (source) => {
        const reading = async () => {
          for await (const { index } of source.frames({ signal: cancel.signal })) {
            if (index !== 2) continue
            if (wait) setImmediate(() => cancel.abort(new Error('cancelled')))
            else cancel.abort(new Error('cancelled'))
          }
        }
        await assert.rejects(reading, /cancelled/)
      })
      assert.deepEqual(ids.filter(isRunning), [])
    }
  })

  test('by closing the clip, though nobody takes another frame', async () => {
    let ids: readonly number[] = []
    const frames: AsyncIterator<unknown>[] = []
    ids = await startedBy(async (source) => {
      const reader = source.frames()[Symbol.asyncIterator]()
      frames.push(reader)
      await reader.next()
    })
    // The kill is sent by close(); the process is gone a moment later.
    for (let i = 0; i < 200 && ids.some(isRunning); i++) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.deepEqual(ids.filter(isRunning), [])
    await assert.rejects(async () => frames[0]!.next(), { name: 'AbortError' })
  })

  test('before it begins', async () => {
    const signal = AbortSignal.abort(new Error('not today'))
    await assert.rejects(openClip(path, { decoder: 'ffmpeg', env, signal }), /not today/)
    const source = await openClip(path, { decoder: 'node-av' })
    await assert.rejects(Array.fromAsync(source.frames({ signal })), /not today/)
    await source.close()
  })

  test('by an abort, in this process too', async () => {
    const source = await openClip(path, { decoder: 'node-av' })
    const cancel = new AbortController()
    const reading = async () => {
      for await (const { index } of source.frames({ signal: cancel.signal })) if (index === 2) cancel.abort()
    }
    await assert.rejects(reading, { name: 'AbortError' })
    await source.close()
  })
})
