/** `hindsight track` from the command line: what it leaves, and what it says to clips that are no good. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import sharp, { type Sharp } from 'sharp'
import { runCli } from '#cli/program.ts'
import type { TrackReport } from '#engine/track-results.ts'
import { makeFootage } from './footage/footage.ts'
import { needs } from './needs.ts'

let dir: string
/** A sequence of PNG files that can be solved. */
let room: string
const footage = makeFootage({ seed: 5, frames: 12, speed: 2.5 })

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-track-'))
  room = await sequence('room', footage.info.frameCount, (frame) => png(footage.picture(frame), 320, 180))
})
after(() => rm(dir, { recursive: true }))

const png = (pixels: Uint8Array, width: number, height: number) =>
  sharp(pixels, { raw: { width, height, channels: 3 } }).png({ compressionLevel: 1 })

const flat = (width: number, height: number, background = 'black') =>
  sharp({ create: { width, height, channels: 3, background } }).png()

async function sequence(name: string, frames: number, picture: (frame: number) => Sharp): Promise<string> {
  const folder = join(dir, name)
  await mkdir(folder)
  for (let frame = 0; frame < frames; frame++) {
    await picture(frame).toFile(join(folder, `shot.${String(frame).padStart(4, '0')}.png`))
  }
  return folder
}

/** Runs the command inside this process, as nobody's terminal. */
async function hindsight(...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const streams = { stdout: stdout as unknown as NodeJS.WriteStream, stderr: stderr as unknown as NodeJS.WriteStream }
  const status = await runCli(args, { ...streams, env: process.env })
  return { status, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
}

let runs = 0
/** Tracks a clip into a folder of its own. */
async function track(clip: string, ...more: readonly string[]) {
  const out = join(dir, `out-${runs++}`)
  const ran = await hindsight('track', clip, '--no-record', '--out', out, ...more)
  return { ...ran, out }
}

/** The command refused, for this reason, and left nothing. */
async function refuses(code: string, clip: string, ...more: readonly string[]) {
  const { status, stderr, out } = await track(clip, ...more)
  assert.match(stderr, new RegExp(`${code.replace('.', '\\.')}: expected`))
  assert.equal(status, code === 'usage' ? 2 : 1, stderr)
  assert.equal(existsSync(out), false)
  assert.deepEqual(await partsLeft(), [])
  return stderr
}

const partsLeft = async () => (await readdir(dir)).filter((name) => name.includes('.part'))
const readJson = async (path: string) => JSON.parse(await readFile(path, 'utf8'))

/** Every file below a folder with its bytes. */
async function contents(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const files = names.map(({ parentPath, name }) => join(parentPath, name)).sort()
  return new Map(
    await Promise.all(files.map(async (file) => [file.slice(folder.length), await readFile(file, 'utf8')] as const)),
  )
}

describe('a folder of pictures', () => {
  test('is tracked and solved, and the same again to the last bit', async () => {
    const [first, again] = [await track(room, '--json'), await track(room, '--json')]
    assert.equal(first.status, 0, first.stderr)
    const report = JSON.parse(first.stdout) as TrackReport
    assert.deepEqual(
      [...(await contents(first.out)).keys()],
      ['/colmap/cameras.txt', '/colmap/images.txt', '/colmap/points3D.txt', '/solve.json', '/tracks.json'],
    )
    assert.deepEqual(await contents(again.out), await contents(first.out))
    const [shot] = report.shots
    assert.ok(shot?.solved && report.shots.length === 1)
    assert.equal(shot.cameras, 12)
    assert.ok(shot.errorPx < 0.3, `${shot.errorPx} px`)
    const truePx = footage.truth.frames[0]?.focal_px ?? NaN
    assert.ok(Math.abs(shot.focalPx / truePx - 1) < 0.03, `${shot.focalPx} px instead of ${truePx}`)
    const tracks = await readJson(join(first.out, 'tracks.json'))
    // Those that were healed or averaged became one.
    const kept = tracks.tracks.length + tracks.removed.length
    assert.ok(kept <= report.tracks && kept > 0.8 * report.tracks, `${kept} of ${report.tracks}`)
    const solve = await readJson(join(first.out, 'solve.json'))
    assert.equal(solve.shots[0].cameras.length, 12)
  })

  test('is summed up for people', async () => {
    const { status, stdout, out } = await track(room, '--focal', '28mm', '--frames', '2-10')
    assert.equal(status, 0)
    assert.match(stdout, /^room  320 x 180, 9 frames$/m)
    assert.match(stdout, /^cameras +9 of 9 solved$/m)
    assert.match(stdout, /^focal +\d.* px, 2\d.* mm on a film back of 36 mm$/m)
    assert.match(stdout, new RegExp(`^written +${out}$`, 'm'))
    const { frames } = await readJson(join(out, 'tracks.json'))
    assert.deepEqual(frames, { from: 2, to: 10 })
  })

  test('keeps a focal length that is exact, and uses every setting it is given', async () => {
    const settings = ['--pattern', '17', '--search', '61', '--correlation', '0.8', '--motion-model', 'loc']
    const known = ['--focal', '256', '--fix-focal', '--lens', 'none', '--zoom', 'off', '--tracks', '60', '--seed', '3']
    const { status, out, stdout } = await track(room, '--json', ...settings, ...known, '--threshold', '0.001')
    assert.equal(status, 0)
    const [shot] = (JSON.parse(stdout) as TrackReport).shots
    assert.ok(shot?.solved && shot.focalPx === 256)
    const { settings: used } = await readJson(join(out, 'tracks.json'))
    assert.deepEqual([used.patternSize, used.searchSize, used.correlation, used.motionModel], [17, 61, 0.8, 'Loc'])
    const { options } = await readJson(join(out, 'solve.json'))
    assert.deepEqual([options.seed, options.focal, options.lens], [3, 'fixed', { model: 'none' }])
  })

  test('is solved in parts where it is cut', async () => {
    const cut = makeFootage({ seed: 8, frames: 20, speed: 2.5, cutAt: 10 })
    const clip = await sequence('cut', 20, (frame) => png(cut.picture(frame), 320, 180))
    const { status, stdout, out } = await track(clip, '--json')
    assert.equal(status, 0)
    const { shots } = JSON.parse(stdout) as TrackReport
    assert.deepEqual(
      shots.map(({ fromFrame, toFrame, solved }) => [fromFrame, toFrame, solved]),
      [
        [0, 9, true],
        [10, 19, true],
      ],
    )
    const second = await readFile(join(out, 'colmap-2/images.txt'), 'utf8')
    assert.match(second, /^11 .* frame_000010\.png$/m)
    assert.doesNotMatch(second, /frame_000009/)
  })
})

describe('scenes for other programs', () => {
  test('are written for all of them, from the frame that is asked for', async () => {
    const lens = ['--lens', 'polynomial:-0.02']
    const { status, stdout, stderr, out } = await track(room, ...lens, '--export', 'all', '--start-frame', '1001')
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^scenes +scenes$/m)
    assert.match(stdout, /^note +.*ST-map/m)
    assert.deepEqual((await readdir(join(out, 'scenes'))).sort(), [
      'after-effects.jsx',
      'blender.py',
      'camera.gltf',
      'camera.usda',
      'nuke.chan',
      'nuke.nk',
      'opentrackio.json',
      'st-map-distort.exr',
      'st-map-undistort.exr',
      'tracks-3de.txt',
      'tracks.csv',
    ])
    const scene = (name: string) => readFile(join(out, 'scenes', name))
    assert.match(String(await scene('nuke.chan')), /^1001\t/)
    assert.match(String(await scene('blender.py')), /^FOOTAGE = "\.\.\/\.\.\/room"$/m)
    // Three floats a pixel, and a little more.
    const map = (await scene('st-map-undistort.exr')).length - 320 * 180 * 12
    assert.ok(map > 0 && map < 4000)
    assert.equal((await hindsight('track', room, '--no-record', '--out', out, '--frames', '0-8', '--force')).status, 0)
    assert.deepEqual(await readdir(out), ['colmap', 'solve.json', 'tracks.json'])
  })

  test('are written for those that are named, in any order', async () => {
    const { stdout, out } = await track(room, '--export', 'gltf, csv', '--json')
    const [shot] = (JSON.parse(stdout) as TrackReport).shots
    assert.ok(shot?.solved && shot.scenes === 'scenes')
    assert.deepEqual((await readdir(join(out, 'scenes'))).sort(), ['camera.gltf', 'tracks-3de.txt', 'tracks.csv'])
  })
})

describe('what cannot be solved leaves its tracks and says why', () => {
  test('one frame', async () => {
    const { status, stdout, out } = await track(await sequence('one', 1, () => png(footage.picture(0), 320, 180)))
    assert.equal(status, 1)
    assert.match(stdout, /^not solved +.* \(too-few-frames\)$/m)
    assert.ok((await readJson(join(out, 'tracks.json'))).tracks.length > 10)
    assert.deepEqual(await readdir(out), ['solve.json', 'tracks.json'])
  })

  test('black frames', async () => {
    const { status, stdout, out } = await track(await sequence('black', 6, () => flat(320, 180)))
    assert.equal(status, 1)
    assert.match(stdout, /^not solved +.* \(too-few-tracks\)$/m)
    const { detections } = await readJson(join(out, 'tracks.json'))
    assert.equal(detections[0].regions[4].why, 'no-texture')
  })

  test('a mask over all of it', async () => {
    const mask = join(dir, 'all.json')
    const polygon = [
      [0, 0],
      [320, 0],
      [320, 180],
      [0, 180],
    ]
    await writeFile(mask, JSON.stringify({ masks: [{ kind: 'exclude', polygon }] }))
    const { status, stdout, out } = await track(room, '--mask', mask)
    assert.equal(status, 1)
    assert.match(stdout, /too-few-tracks/)
    assert.match(stdout, /^empty +top-left, .*, bottom-right \(masked\)$/m)
    const { detections, tracks } = await readJson(join(out, 'tracks.json'))
    assert.equal(detections[0].regions[4].why, 'masked')
    assert.deepEqual(tracks, [])
  })
})

describe('odd pictures are tracked', () => {
  const kinds: readonly (readonly [string, (frame: number) => Sharp])[] = [
    [
      'odd sizes',
      (frame) => png(footage.picture(frame), 320, 180).extract({ left: 0, top: 0, width: 317, height: 179 }),
    ],
    ['16 bits', (frame) => png(footage.picture(frame), 320, 180).toColourspace('rgb16')],
    ['alpha', (frame) => png(footage.picture(frame), 320, 180).ensureAlpha(0.5)],
    ['smaller than a pattern', () => flat(9, 7, 'gray')],
  ]
  for (const [name, picture] of kinds) {
    test(name, async () => {
      const small = name.startsWith('smaller')
      const { status, stdout, stderr } = await track(await sequence(name, 8, picture), '--json')
      assert.equal(status, small ? 1 : 0, stderr)
      const { info, shots, tracks } = JSON.parse(stdout) as TrackReport
      if (small) {
        assert.equal(tracks, 0)
        return
      }
      const size = [info.widthPx, info.heightPx, info.bitDepth]
      assert.deepEqual(size, name === 'odd sizes' ? [317, 179, 8] : [320, 180, name === '16 bits' ? 16 : 8])
      assert.ok(shots[0]?.solved && shots[0].cameras === 8)
    })
  }
})

describe('a clip that is no good', () => {
  test('is refused, whatever is wrong', async () => {
    await refuses('file.missing', join(dir, 'nowhere.mp4'))
    const text = join(dir, 'text.mp4')
    await writeFile(text, 'no film at all')
    await refuses('media.type', text)
    const empty = join(dir, 'empty.mp4')
    await writeFile(empty, '')
    await refuses('media.type', empty)
    await mkdir(join(dir, 'nothing'))
    await refuses('media.empty', join(dir, 'nothing'))
  })

  test('is refused when pictures differ in size, are missing or damaged', async () => {
    const sizes = await sequence('sizes', 4, (frame) => flat(64, frame < 2 ? 48 : 50))
    await refuses('media.frame-size', sizes)
    const gap = await sequence('gap', 4, () => flat(64, 48))
    await rm(join(gap, 'shot.0002.png'))
    assert.match(await refuses('media.sequence', gap), /0002/)
    const damaged = join(dir, 'damaged')
    await cp(room, damaged, { recursive: true })
    const victim = join(damaged, 'shot.0007.png')
    const bytes = await readFile(victim)
    await writeFile(victim, bytes.subarray(0, bytes.length / 2))
    assert.match(await refuses('media.damaged', damaged), /0007/)
  })

  test('is refused as a truncated video, and tracked as a whole one with 10 bits', needs('ffmpeg'), async () => {
    const whole = join(dir, 'whole.mkv')
    const tenBits = ['-pix_fmt', 'yuv420p10le', '-c:v', 'ffv1', whole]
    const made = spawnSync(needs('ffmpeg').path, ['-v', 'error', '-i', join(room, 'shot.%04d.png'), ...tenBits])
    assert.equal(made.status, 0, String(made.stderr))
    const { status, stdout } = await track(whole, '--json')
    assert.deepEqual([status, (JSON.parse(stdout) as TrackReport).info.bitDepth], [0, 10])
    const half = join(dir, 'half.mkv')
    const bytes = await readFile(whole)
    await writeFile(half, bytes.subarray(0, bytes.length / 2))
    await refuses('media.(truncated|frame-count|damaged)', half)
  })
})

describe('the command line', () => {
  test('refuses what it cannot mean', async () => {
    const wrong: readonly (readonly string[])[] = [
      ['--focal', 'NaN'],
      ['--focal', '-800'],
      ['--focal', '0mm'],
      ['--focal', '35in'],
      ['--focal', ''],
      ['--fix-focal'],
      ['--sensor-width', 'Infinity'],
      ['--correlation', '2'],
      ['--threshold', 'much'],
      ['--motion-model', 'Spin'],
      ['--zoom', 'maybe'],
      ['--lens', 'fisheye:1'],
      ['--lens', 'polynomial:NaN'],
      ['--lens', 'division:1,2,3'],
      ['--frames', '9-3'],
      ['--frames', 'all'],
      ['--export', 'maya'],
      ['--export', ''],
      ['--start-frame', '-1'],
      ['--seed', '-1'],
      ['--seed', '1.5'],
    ]
    for (const options of wrong) assert.match(await refuses('usage', room, ...options), new RegExp(options[0] ?? ''))
  })

  test('asks for a folder where the run is not recorded either', async () => {
    const { status, stderr } = await hindsight('track', room, '--no-record')
    assert.equal(status, 2)
    assert.match(stderr, /--out <dir> beside --no-record/)
  })

  test('refuses settings and frames that the clip cannot have', async () => {
    await refuses('settings.invalid', room, '--pattern', '20')
    await refuses('settings.invalid', room, '--pattern', '31', '--search', '21')
    await refuses('media.range', room, '--frames', '10-12')
  })

  test('refuses masks that are none', async () => {
    const mask = join(dir, 'mask.json')
    const triangle = '[[0,0],[9,0],[9,9]]'
    const wrong: readonly (readonly [string, string])[] = [
      ['json.malformed', '{'],
      ['track.mask', '[]'],
      ['track.mask', '{"masks":[7]}'],
      ['track.mask', `{"masks":[{"kind":"hide","polygon":${triangle}}]}`],
      ['track.mask', '{"masks":[{"kind":"exclude","polygon":[[0,0],[9,0]]}]}'],
      ['track.mask', '{"masks":[{"kind":"exclude","polygon":[[0,0],[9,0],[9,"9"]]}]}'],
      ['track.mask', `{"masks":[{"kind":"exclude","polygon":${triangle},"from":-1}]}`],
    ]
    for (const [code, text] of wrong) {
      await writeFile(mask, text)
      await refuses(code, room, '--mask', mask)
    }
    await refuses('file.missing', room, '--mask', join(dir, 'no-mask.json'))
  })

  test('replaces earlier results only when asked, and never anything else', async () => {
    const { out, status } = await track(room, '--frames', '0-7')
    assert.equal(status, 0)
    const was = await contents(out)
    const again = ['track', room, '--no-record', '--out', out, '--frames', '0-8']
    assert.match((await hindsight(...again)).stderr, /store\.occupied/)
    assert.deepEqual(await contents(out), was)
    assert.equal((await hindsight(...again, '--force')).status, 0)
    assert.notDeepEqual(await contents(out), was)
    await writeFile(join(out, 'thesis.txt'), 'the only copy')
    assert.match((await hindsight(...again, '--force')).stderr, /store\.occupied.*thesis\.txt/)
    assert.equal(await readFile(join(out, 'thesis.txt'), 'utf8'), 'the only copy')
  })
})

describe('an interruption', { skip: process.platform === 'win32' && 'no signals there' }, () => {
  const cli = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

  test('in the middle of a video leaves no file and no process', needs('ffmpeg'), async () => {
    const clip = join(dir, 'long.mp4')
    const film = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25:d=20', '-c:v', 'mpeg4', clip]
    assert.equal(spawnSync(needs('ffmpeg').path, film).status, 0)
    const out = join(dir, 'interrupted')
    const child = spawn(process.execPath, [cli, 'track', clip, '--no-record', '--out', out], {
      env: { ...process.env, HINDSIGHT_TEST_MARK: dir },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const said: Buffer[] = []
    child.stderr.on('data', (data: Buffer) => said.push(data))
    await untilDecoding(child)
    child.kill('SIGINT')
    const [status] = (await once(child, 'exit')) as [number | null]
    assert.equal(status, 1)
    assert.match(Buffer.concat(said).toString(), /job\.cancelled: .*found an interruption/)
    assert.equal(existsSync(out), false)
    assert.deepEqual(await partsLeft(), [])
    assert.deepEqual(await decodersOf(clip), [])
  })

  /** The moment that its decoder runs and the part folder is there. */
  async function untilDecoding(child: ChildProcess): Promise<void> {
    while (child.exitCode === null && (await partsLeft()).length === 0) await new Promise((go) => setTimeout(go, 20))
    assert.equal(child.exitCode, null, 'it ended before it could be interrupted')
    await new Promise((go) => setTimeout(go, 300))
  }

  /** Programs that have the clip on their command line; only Linux can say. */
  async function decodersOf(clip: string): Promise<readonly string[]> {
    if (process.platform !== 'linux') return []
    const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
    return lines.filter((line) => line.includes(clip))
  }
})
