/** `hindsight track` and the store: what a run leaves there, whatever its end, and what it never leaves. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { runCli } from '#cli/program.ts'
import { asCamera } from '#domains/camera/classes.ts'
import type { KnownClip } from '#core/clip-store.ts'
import type { CameraSession } from '#domains/camera/session.ts'
import { makeContext } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { readSession } from '#engine/read.ts'
import { openRecording } from '#engine/record-track.ts'
import { trackFile } from '#engine/track.ts'
import type { TrackReport } from '#engine/track-results.ts'
import { type TrackRequest, trackRequest } from '#engine/track-request.ts'
import { makeFootage } from './footage/footage.ts'

let dir: string
let room: string
const footage = makeFootage({ seed: 5, frames: 10, speed: 3, widthPx: 240, heightPx: 136 })

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-record-'))
  room = join(dir, 'secret-shot')
  await mkdir(room)
  const raw = { width: footage.info.widthPx, height: footage.info.heightPx, channels: 3 } as const
  for (let frame = 0; frame < footage.info.frameCount; frame++) {
    await sharp(footage.picture(frame), { raw })
      .png({ compressionLevel: 1 })
      .toFile(join(room, nameOf(frame)))
  }
})
after(() => rm(dir, { recursive: true }))

const nameOf = (frame: number) => `shot.${String(frame).padStart(4, '0')}.png`

/** The footage over and over. */
async function looped(name: string, frames: number): Promise<string> {
  const folder = join(dir, name)
  await mkdir(folder)
  for (let frame = 0; frame < frames; frame++) {
    await cp(join(room, nameOf(frame % footage.info.frameCount)), join(folder, nameOf(frame)))
  }
  return folder
}

async function hindsight(...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const streams = { stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream }
  const status = await runCli(args, { ...streams, env: process.env })
  return { status, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}

let stores = 0
const newStore = () => join(dir, `data-${stores++}`)

/** All camera sessions of a store, oldest first, checked on their way. */
async function sessionsIn(dataDir: string, project = 'default'): Promise<readonly CameraSession[]> {
  const engine = await openEngine({ dataDir, jobThreads: 0, create: false })
  try {
    const sessions: CameraSession[] = []
    for await (const stored of engine.store.catalog.scan({ project, domain: 'camera' })) {
      sessions.push(asCamera(readSession(stored)))
    }
    return sessions
  } finally {
    await engine.close()
  }
}

async function clipsIn(dataDir: string): Promise<readonly KnownClip[]> {
  const engine = await openEngine({ dataDir, jobThreads: 0, create: false })
  try {
    return await engine.store.clips.list()
  } finally {
    await engine.close()
  }
}

/** @param database whether what SQLite writes is meant too */
async function bytesIn(folder: string, database = true): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = files
    .filter((file) => file.isFile() && (database || !/\.db(?:-\w+)?$/.test(file.name)))
    .map((file) => readFile(join(file.parentPath, file.name), 'latin1'))
  return (await Promise.all(texts)).join('\n')
}

/** What a learner chose would differ from run to run, and so would the number of attempts. */
const usual = ['--policy', 'defaults', '--retries', '0']

describe('a run that is recorded', () => {
  test('is one session, and the next one of the same clip comes after it, wherever the clip lies', async () => {
    const data = newStore()
    const first = await hindsight('track', room, '--data', data, '--json', '--tracks', '60', ...usual)
    assert.equal(first.status, 0, first.stderr)
    const report = JSON.parse(first.stdout) as TrackReport
    assert.equal(report.out, null)
    const moved = join(dir, 'attic-of-somebody')
    await mkdir(moved)
    for (const name of await readdir(room)) await cp(join(room, name), join(moved, name.replace('shot', 'take')))
    const again = await hindsight(
      'track',
      moved,
      '--data',
      data,
      '--tracks',
      '60',
      '--focal',
      '28mm',
      '--seed',
      '3',
      ...usual,
    )
    assert.match(again.stdout, /^recorded +\S+, attempt 2 at this clip in project "default"$/m)
    const other = await hindsight('track', room, '--data', data, '--frames', '0-4', '--project', 'other')
    assert.match(other.stdout, /attempt 1 at this clip in project "other"/)

    const [one, two, ...more] = await sessionsIn(data)
    assert.ok(one && two && more.length === 0)
    assert.equal(one.id, report.recorded?.id)
    assert.equal(one.outcome.totalTracks, report.tracks)
    assert.equal(one.settings.values.targetTracks, 60)
    assert.match(one.settings.reason ?? '', /^tracks as the person asked/)
    assert.equal(one.host.name, 'hindsight')
    assert.deepEqual([one.parent, one.context.attempt, one.context.chain], [null, 1, null])
    assert.deepEqual([two.parent, two.context.attempt, two.context.chain], [one.id, 2, one.id])
    assert.match(one.context.clip?.fingerprint ?? '', /^clip-[0-9a-f]{32}$/)
    assert.equal(one.context.clip?.fingerprint, two.context.clip?.fingerprint)
    assert.deepEqual(
      [two.context.camera?.focalMm, two.settings.values.focal, two.settings.values.seed],
      [28, 'refine', 3],
    )
    assert.deepEqual([one.context.retry, one.context.run, two.context.run], [0, one.id, two.id])
    assert.equal(one.context.engine?.name, 'embedded')
    // Each moment is looked at, also where the probe has read the frame before the tracker came by.
    const moments = Object.keys(one.telemetry?.visual?.featureDensityTimeline ?? {})
    assert.deepEqual(moments, ['frame_25pct_0', 'frame_50pct_0', 'frame_75pct_0'])
    assert.ok((one.telemetry?.visual?.featureDensityTotal ?? 0) > 0)
    assert.equal(one.telemetry?.frameSamples?.length, 10)

    const solve = one.media.find(({ role }) => role === 'solve')
    assert.deepEqual(one.media.map(({ role }) => role).sort(), ['solve', 'tracks'], 'results and no picture')
    assert.ok(solve)
    const engine = await openEngine({ dataDir: data, jobThreads: 0, create: false })
    const chunks = await Array.fromAsync(engine.store.blobs.open(solve.sha256))
    await engine.close()
    const kept = JSON.parse(Buffer.concat(chunks).toString()) as {
      shots: { cameras: unknown[] }[]
      clip: { name: string }
    }
    assert.equal(kept.shots[0]?.cameras.length, one.outcome.solvedFrames)
    assert.equal(kept.clip.name, one.context.clip?.fingerprint)
    const [known, ...others] = await clipsIn(data)
    assert.deepEqual([known?.fingerprint, others], [one.context.clip?.fingerprint, []])
    assert.equal(known?.path, room, 'the studio finds it where it was tracked last')
    const everything = (await bytesIn(data, false)) + JSON.stringify([one, two])
    for (const word of ['secret-shot', 'attic-of-somebody', dir, 'shot.0000', 'take.0000'])
      assert.ok(!everything.includes(word), word)
  })

  test('knows other pictures for another clip, and a shorter one too', async () => {
    const data = newStore()
    for (const clip of [await looped('short', 3), await looped('longer', 4)]) {
      assert.match((await hindsight('track', clip, '--data', data, ...usual)).stdout, /attempt 1 /)
    }
    const [a, b] = await sessionsIn(data)
    assert.notEqual(a?.context.clip?.fingerprint, b?.context.clip?.fingerprint)
  })

  test('is recorded as failed when nothing could be solved, and why', async () => {
    const data = newStore()
    const { status, stdout } = await hindsight('track', room, '--frames', '3-3', '--data', data, ...usual)
    assert.equal(status, 1)
    assert.match(stdout, /^recorded /m)
    const [session] = await sessionsIn(data)
    assert.equal(session?.outcome.status, 'failed')
    assert.equal(session?.outcome.error?.code, 'too-few-frames')
    assert.equal(session?.outcome.solveErrorPx, null)
    assert.ok((session?.telemetry?.tracks?.length ?? 0) > 10)
    assert.deepEqual(
      session?.media.map(({ role }) => role),
      ['tracks'],
    )
  })

  test('is recorded with what it had when a picture in the middle is damaged', async () => {
    const damaged = join(dir, 'damaged')
    await cp(room, damaged, { recursive: true })
    const victim = join(damaged, 'shot.0006.png')
    const bytes = await readFile(victim)
    await writeFile(victim, bytes.subarray(0, bytes.length / 2))
    const data = newStore()
    const { status, stderr } = await hindsight('track', damaged, '--data', data)
    assert.equal(status, 1)
    assert.match(stderr, /^recorded as it was: \S+, attempt 1[^]*media\.damaged/m)
    const [session] = await sessionsIn(data)
    assert.equal(session?.outcome.status, 'failed')
    assert.equal(session?.outcome.error?.code, 'media.damaged')
    const tracks = session?.telemetry?.tracks ?? []
    assert.ok(tracks.length > 10 && tracks.every(({ endFrame }) => (endFrame ?? 99) < 6))
    assert.ok(!(await bytesIn(data)).includes('shot.0006'))
  })

  test('is recorded as cancelled when it is', async () => {
    const data = newStore()
    const stop = new AbortController()
    const progress = ({ done }: { done: number }) => done >= 5 && stop.abort(new Error('enough'))
    const ctx = makeContext({ signal: stop.signal, seed: 0, progress })
    const recording = await openRecording(data, { project: 'default', clip: room, chosen: [] }, ctx)
    await assert.rejects(trackFile(request(room), ctx, recording?.recorder), /enough/)
    await recording?.close()
    const [session] = await sessionsIn(data)
    assert.equal(session?.outcome.status, 'cancelled')
    assert.ok((session?.telemetry?.tracks?.length ?? 0) > 10)
  })

  test('is recorded as cancelled also while the clip is only looked at, with what was asked for', async () => {
    const data = newStore()
    const stop = new AbortController()
    const ctx = makeContext({ signal: stop.signal, seed: 0 })
    const recording = await openRecording(data, { project: 'default', clip: room, chosen: ['patternSize'] }, ctx)
    const phase = (entered: string) => entered === 'probe' && stop.abort(new Error('enough'))
    const asked = trackRequest(room, { policy: 'defaults', settings: { ...request(room).settings, patternSize: 27 } })
    await assert.rejects(trackFile(asked, ctx, recording?.recorder, { phase }), /enough/)
    assert.ok(recording?.recorder.recorded)
    await recording.close()
    const [session, ...more] = await sessionsIn(data)
    assert.deepEqual([session?.id, more], [recording.recorder.recorded.id, []])
    assert.deepEqual([session?.outcome.status, session?.outcome.error?.code], ['cancelled', 'job.cancelled'])
    assert.deepEqual([session?.settings.values.patternSize, session?.settings.values.searchSize], [27, undefined])
    assert.match(session?.context.clip?.fingerprint ?? '', /^clip-/)
    assert.equal(existsSync(join(data, 'journals')) ? (await readdir(join(data, 'journals'))).length : 0, 0)
  })

  test('is closed as failed when its process is killed', async () => {
    const data = newStore()
    const long = await looped('long', 300)
    const cli = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
    const child = spawn(process.execPath, [cli, 'track', long, '--data', data], { stdio: 'ignore' })
    const journals = join(data, 'journals')
    for (let journal = ''; journal.split('\n').length < 12; ) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      assert.equal(child.exitCode, null, 'it ended before it could be killed')
      const [name] = existsSync(journals) ? (await readdir(journals)).filter((n) => n.endsWith('.journal')) : []
      // It gives way to another one of the same name when the first attempt begins.
      journal = name === undefined ? '' : await readFile(join(journals, name), 'utf8').catch(() => '')
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    const [session] = await sessionsIn(data)
    assert.equal(session?.outcome.status, 'failed')
    assert.equal(session?.outcome.error?.code, 'recorder.gone')
    assert.equal(session?.context.frameCount, 300)
    assert.ok((session?.telemetry?.frameSamples?.length ?? 0) >= 10)
  })
})

describe('recording never fails the run', () => {
  test('where there can be no store', async () => {
    const data = join(dir, 'a-file')
    await writeFile(data, 'no folder')
    const out = join(dir, 'kept')
    const { status, stdout, stderr } = await hindsight('track', room, '--data', data, '--out', out, ...usual)
    assert.equal(status, 0, stderr)
    assert.match(stderr, /warning.* this run is not recorded/)
    assert.doesNotMatch(stdout, /^recorded/m)
    assert.deepEqual((await readdir(out)).sort(), ['colmap', 'solve.json', 'tracks.json'])
  })

  test('where the store breaks in the middle', async () => {
    const warnings: string[] = []
    const ctx = makeContext({ seed: 0, warn: ({ message }) => warnings.push(message) })
    const recording = await openRecording(newStore(), { project: 'default', clip: room, chosen: [] }, ctx)
    let isBroken = false
    const recorder = recording!.recorder
    const breaking = makeContext({
      seed: 0,
      progress: ({ done }) => {
        if (done < 4 || isBroken) return
        isBroken = true
        void recording!.close()
      },
    })
    const report = await trackFile(request(room), breaking, recorder)
    assert.ok(isBroken && report.shots[0]?.solved)
    assert.equal(report.recorded, null)
    assert.equal(warnings.length, 1)
    assert.match(warnings[0] ?? '', /this run is not recorded/)
  })
})

test('--no-record writes nothing to any store', async () => {
  const [absent, there, out] = [newStore(), newStore(), join(dir, 'unrecorded')]
  assert.equal((await hindsight('track', room, '--no-record', '--data', absent, '--out', out)).status, 0)
  assert.equal(existsSync(absent), false)
  await hindsight('track', room, '--data', there, '--frames', '0-3')
  const before = await bytesIn(there)
  const { stdout } = await hindsight('track', room, '--no-record', '--data', there, '--out', out, '--force')
  assert.doesNotMatch(stdout, /^recorded/m)
  assert.equal(await bytesIn(there), before)
})

const request = (clip: string): TrackRequest =>
  trackRequest(clip, { policy: 'defaults', settings: { ...trackRequest(clip).settings, tracks: 60 } })
