/** A run of `track` whose process dies: whatever phase it was in, what is known is kept, and the rest can be gone on with. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { asCamera } from '#domains/camera/classes.ts'
import { phases } from '#domains/camera/pipeline/attempt.ts'
import type { CameraSession } from '#domains/camera/session.ts'
import { makeContext } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { readSession } from '#engine/read.ts'
import { openRecording } from '#engine/record-track.ts'
import { type TrackRequest, trackRequest } from '#engine/track-request.ts'
import { trackFile } from '#engine/track.ts'
import { makeFootage } from './footage/footage.ts'

let dir: string
let room: string
const footage = makeFootage({ seed: 5, frames: 10, speed: 3, widthPx: 240, heightPx: 136 })

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-track-kill-'))
  room = join(dir, 'shot')
  await mkdir(room)
  const raw = { width: footage.info.widthPx, height: footage.info.heightPx, channels: 3 } as const
  for (let frame = 0; frame < footage.info.frameCount; frame++) {
    const file = join(room, `shot.${String(frame).padStart(4, '0')}.png`)
    await sharp(footage.picture(frame), { raw }).png({ compressionLevel: 1 }).toFile(file)
  }
})
after(() => rm(dir, { recursive: true }))

const program = fileURLToPath(new URL('track-until.ts', import.meta.url))

let stores = 0

async function killedIn(phase: string): Promise<string> {
  const data = join(dir, `data-${stores++}`)
  const child = spawn(process.execPath, [program, phase, room, data], { stdio: 'ignore' })
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  assert.equal(signal, 'SIGKILL', phase)
  return data
}

async function sessionsIn(dataDir: string): Promise<readonly CameraSession[]> {
  const engine = await openEngine({ dataDir, jobThreads: 0, create: false })
  try {
    const sessions: CameraSession[] = []
    for await (const stored of engine.store.catalog.scan({ project: 'default', domain: 'camera' })) {
      sessions.push(asCamera(readSession(stored)))
    }
    return sessions
  } finally {
    await engine.close()
  }
}

async function track(data: string, said: Partial<TrackRequest> = {}) {
  const ctx = makeContext({ seed: 0 })
  const recording = await openRecording(data, { project: 'default', clip: room, chosen: [] }, ctx)
  try {
    return await trackFile(trackRequest(room, { policy: 'defaults', ...said }), ctx, recording?.recorder)
  } finally {
    await recording?.close()
  }
}

/** Before the first attempt begins. */
const early = new Set(['probe', 'settings'])

const noSignals = process.platform === 'win32' && 'no signals there'
describe('killed in any phase', { skip: noSignals, concurrency: 3 }, () => {
  for (const phase of phases) {
    test(phase, async () => {
      const data = await killedIn(phase)
      const sessions = await sessionsIn(data)
      const [session, ...more] = sessions
      assert.ok(session && more.length === 0)
      assert.deepEqual([session.outcome.status, session.outcome.error?.code], ['failed', 'recorder.gone'])
      assert.match(session.context.clip?.fingerprint ?? '', /^clip-/)
      if (early.has(phase)) return assert.match(session.settings.reason ?? '', /^nothing was chosen yet/)
      assert.equal(session.settings.reason, 'chosen by the size of the picture')
      assert.equal(session.context.probe?.method, 'tracks')
      assert.equal(session.context.frameCount, 10)
      const isFollowed = !['detect', 'track'].includes(phase)
      if (isFollowed) assert.equal(session.telemetry?.frameSamples?.length, 9)
      assert.equal(existsSync(join(data, 'track-resume')), isFollowed)
    })
  }

  test('and gone on with: the same result as if nothing had happened, and nothing is left behind', async () => {
    const data = await killedIn('solve')
    const [whole, gone] = [join(dir, 'whole'), join(dir, 'gone-on')]
    const resumed = await track(data, { resume: true, out: gone })
    assert.equal(resumed.attempts[0]?.resumed, true)
    assert.deepEqual(await readdir(join(data, 'track-resume')), [])
    await track(join(dir, 'data-whole'), { out: whole })
    for (const name of ['tracks.json', 'solve.json']) {
      assert.equal(await readFile(join(gone, name), 'utf8'), await readFile(join(whole, name), 'utf8'))
    }
    const [killed, again] = await sessionsIn(data)
    assert.deepEqual([again?.parent, again?.context.attempt], [killed?.id, 2])
  })

  test('and not gone on with by a run that would track otherwise', async () => {
    const data = await killedIn('clean')
    for (const other of [{ preset: 'fast' }, { seed: 4 }, { frames: { from: 0, to: 8 } }] as const) {
      const report = await track(data, { resume: true, ...other })
      assert.equal(report.attempts[0]?.resumed, false)
    }
  })
})

test('two runs on one clip at once are two sessions, both whole', async () => {
  const data = join(dir, 'data-two')
  const [one, two] = await Promise.all([track(data), track(data)])
  assert.ok(one.shots[0]?.solved && two.shots[0]?.solved)
  assert.notEqual(one.recorded?.id, two.recorded?.id)
  const sessions = await sessionsIn(data)
  assert.deepEqual(
    sessions.map(({ outcome }) => outcome.status),
    ['succeeded', 'succeeded'],
  )
})

test('a clip that vanishes while it is tracked is told plainly, recorded, and leaves nothing half done', async () => {
  const [data, clip, out] = [join(dir, 'data-gone'), join(dir, 'vanishing'), join(dir, 'vanished')]
  await mkdir(clip)
  for (const name of await readdir(room)) {
    await sharp(join(room, name)).png({ compressionLevel: 1 }).toFile(join(clip, name))
  }
  const ctx = makeContext({ seed: 0 })
  const recording = await openRecording(data, { project: 'default', clip, chosen: [] }, ctx)
  const vanish = (phase: string) => phase === 'probe' && rmSync(clip, { recursive: true })
  await assert.rejects(
    trackFile(trackRequest(clip, { out, policy: 'defaults' }), ctx, recording?.recorder, { phase: vanish }),
    /file\.missing|media\./,
  )
  await recording?.close()
  assert.equal(existsSync(out), false)
  const [session] = await sessionsIn(data)
  assert.equal(session?.outcome.status, 'failed')
  assert.match(session?.outcome.error?.code ?? '', /^(?:file|media)\./)
})

describe('an engine that is not there', () => {
  test('is told, and the attempt is on record', async () => {
    const data = join(dir, 'data-no-blender')
    await assert.rejects(track(data, { engine: 'blender', blender: join(dir, 'no-blender') }), /engine\.missing/)
    const [session] = await sessionsIn(data)
    assert.deepEqual([session?.outcome.status, session?.outcome.error?.code], ['failed', 'engine.missing'])
  })
})
