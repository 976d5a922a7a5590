/** `hindsight track` as a person uses it beyond one clip that goes well: several clips, several attempts, what is said of them. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import sharp from 'sharp'
import { runCli } from '#cli/program.ts'
import { seededRng } from '#core/rng.ts'
import { asCamera } from '#domains/camera/classes.ts'
import type { CameraSession } from '#domains/camera/session.ts'
import { openEngine } from '#engine/open.ts'
import { readSession } from '#engine/read.ts'
import type { TrackReport } from '#engine/track-results.ts'
import { makeFootage } from './footage/footage.ts'

let dir: string
const footage = makeFootage({ seed: 5, frames: 10, speed: 3, widthPx: 240, heightPx: 136 })

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-attempts-'))
  await mkdir(join(dir, 'clips'))
  await sequence('room', 10, (frame) => footage.picture(frame), 240, 136)
  const rng = seededRng(7)
  const noise = () => Uint8Array.from({ length: 3 * 240 * 136 }, () => rng.int(256))
  await sequence('snow', 8, noise, 240, 136)
  await sequence('black', 3, () => new Uint8Array(3 * 64 * 48), 64, 48)
})
after(() => rm(dir, { recursive: true }))

const at = (name: string) => join(dir, 'clips', name)

async function sequence(
  name: string,
  frames: number,
  picture: (frame: number) => Uint8Array,
  width: number,
  height: number,
): Promise<void> {
  await mkdir(at(name))
  for (let frame = 0; frame < frames; frame++) {
    const raw = { width, height, channels: 3 } as const
    const file = join(at(name), `shot.${String(frame).padStart(4, '0')}.png`)
    await sharp(picture(frame), { raw }).png({ compressionLevel: 1 }).toFile(file)
  }
}

async function hindsight(...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const streams = { stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream }
  const status = await runCli(args, { ...streams, env: process.env })
  return { status, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
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

describe('a clip that does not solve', () => {
  test('is tried again with other settings, each attempt a session after the one before, and it is all said', async () => {
    const data = join(dir, 'data-snow')
    const { status, stdout } = await hindsight(
      'track',
      at('snow'),
      '--data',
      data,
      '--retries',
      '2',
      '--policy',
      'defaults',
    )
    assert.equal(status, 1)
    for (const n of [1, 2, 3]) assert.match(stdout, new RegExp(`^attempt ${n} +pattern \\d+, search \\d+`, 'm'))
    assert.equal([...stdout.matchAll(/^retry +\S/gm)].length, 2)
    assert.match(stdout, /^captured +3 sessions, one for each attempt$/m)
    assert.match(stdout, /^learned +from 3 sessions of this run; 3 sessions taught so far$/m)
    const sessions = await sessionsIn(data)
    assert.equal(sessions.length, 3)
    const [one, two, three] = sessions
    assert.deepEqual(
      sessions.map(({ context }) => context.attempt),
      [1, 2, 3],
    )
    assert.deepEqual([one?.parent, two?.parent, three?.parent], [null, one?.id, two?.id])
    assert.equal(new Set(sessions.map(({ settings }) => JSON.stringify(settings.values))).size, 3)
    for (const { settings, outcome } of sessions) {
      assert.equal(settings.propensity, 1)
      assert.equal(settings.policy?.name, 'defaults')
      assert.equal(outcome.status, 'failed')
    }
  })

  test('is not tried again when nothing could help, and says why it failed', async () => {
    const { status, stdout } = await hindsight(
      'track',
      at('black'),
      '--data',
      join(dir, 'data-black'),
      '--json',
      '--policy',
      'defaults',
    )
    assert.equal(status, 1)
    const { attempts, shots } = JSON.parse(stdout) as TrackReport
    assert.equal(attempts.length, 1)
    assert.ok(shots[0] && !shots[0].solved)
  })

  test('is tried as often as was asked', async () => {
    const out = join(dir, 'once')
    const run = await hindsight('track', at('snow'), '--no-record', '--out', out, '--retries', '0', '--json')
    assert.equal((JSON.parse(run.stdout) as TrackReport).attempts.length, 1)
  })
})

describe('several clips', () => {
  test('each have a folder of their own, also when one fails, and end in one table', async () => {
    const broken = at('broken.mp4')
    await writeFile(broken, 'no film at all')
    const out = join(dir, 'all')
    const args = ['--data', join(dir, 'data-all'), '--retries', '0', '--out', out, '--policy', 'defaults']
    const { status, stdout, stderr } = await hindsight('track', join(dir, 'clips'), ...args)
    await rm(broken)
    assert.equal(status, 1)
    assert.deepEqual((await readdir(out)).sort(), ['black', 'room', 'snow'])
    assert.match(stdout, /^clip +frames +solved/m)
    assert.match(stdout, /^room +10 +1 of 1 +0\.\d+/m)
    assert.match(stdout, /broken\.mp4.*media\.type/)
    assert.match(stderr, /^4 of 4: /m)
    assert.ok((await readdir(join(out, 'room'))).includes('colmap'))
  })

  test('are one document with --json, and succeed when all do', async () => {
    const out = join(dir, 'two')
    const run = await hindsight(
      'track',
      at('room'),
      at('room'),
      '--no-record',
      '--out',
      out,
      '--json',
      '--preset',
      'fast',
    )
    assert.equal(run.status, 0, run.stderr)
    const { clips } = JSON.parse(run.stdout) as { clips: { clip: string; report: TrackReport }[] }
    assert.deepEqual(
      clips.map(({ report }) => report.shots[0]?.solved),
      [true, true],
    )
    assert.deepEqual((await readdir(out)).sort(), ['room', 'room-2'])
    const [one, two] = await Promise.all(
      ['room', 'room-2'].map((name) => readFile(join(out, name, 'solve.json'), 'utf8')),
    )
    assert.equal(one, two)
  })
})

describe('what can be asked', () => {
  test('is recorded as used: engine, preset, footage, policy, smoothing', async () => {
    const data = join(dir, 'data-asked')
    const asked = [
      '--preset',
      'fast',
      '--footage',
      'handheld',
      '--robust',
      '--smooth',
      '0.3',
      '--policy',
      'motion-class',
    ]
    const { stdout, status } = await hindsight('track', at('room'), '--data', data, '--retries', '0', ...asked)
    assert.ok(status === 0 || status === 1)
    assert.match(stdout, /handheld footage; robust; fast preset/)
    const [session] = await sessionsIn(data)
    const { values, policy } = session!.settings
    assert.deepEqual([values.preset, values.robust, values.maxRetries, policy?.name], ['fast', true, 0, 'motion-class'])
    assert.equal((values as Record<string, unknown>)['smoothing'], 0.3)
    assert.equal(session?.context.footageType, 'handheld')
    assert.ok(JSON.stringify(session?.context).includes('"name":"embedded"'))
  })

  test('a camera by its name gives the width of the film back', async () => {
    const list = await hindsight('track', '--camera', 'list')
    assert.match(list.stdout, /^Blackmagic Pocket 4K +18\.96/m)
    const out = join(dir, 'camera')
    const args = ['--no-record', '--out', out, '--camera', 'blackmagic pocket 4k', '--preset', 'fast']
    assert.match((await hindsight('track', at('room'), ...args)).stdout, /on a film back of 18\.96 mm/)
    const wrong = await hindsight('track', at('room'), '--no-record', '--out', out, '--camera', 'pocket')
    assert.match(wrong.stderr, /track\.camera.*Blackmagic Pocket 4K, Blackmagic Pocket 6K/)
    const both = await hindsight('track', at('room'), '--camera', 'aps-c', '--sensor-width', '20')
    assert.equal(both.status, 2)
  })

  test('a focal length from a clip that has none is refused plainly', async () => {
    const { stderr, status } = await hindsight('track', at('room'), '--data', join(dir, 'none'), '--focal', 'metadata')
    assert.equal(status, 1)
    assert.match(stderr, /track\.focal: .*neither EXIF nor video tags/)
  })

  test('what is none is refused with what there is', async () => {
    for (const wrong of [
      ['--engine', 'maya'],
      ['--preset', 'best'],
      ['--footage', 'space'],
      ['--policy', 'lucky'],
      ['--retries', '99'],
      ['--smooth', '2'],
    ]) {
      const { status, stderr } = await hindsight('track', at('room'), ...wrong)
      assert.equal(status, 2, wrong.join(' '))
      assert.match(stderr, new RegExp(wrong[0] ?? ''))
    }
  })
})
