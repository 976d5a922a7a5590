import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { makeFootage } from '#test/footage/footage.ts'
import { needs } from '#test/needs.ts'
import { createReferenceKernel } from '#vision/kernel-reference.ts'
import type { EngineClip, EngineContext } from '../engine.ts'
import { drawnClip, engineSuite } from '../engine-suite.ts'
import { createBlenderEngine } from './blender-engine.ts'
import { findBlender } from './find-program.ts'

const blender = needs('blender')
engineSuite('Blender', () => createBlenderEngine({ program: blender.path }), { skip: blender.skip, followedPx: 0.5 })

const quiet: EngineContext = { signal: new AbortController().signal, warn: () => {} }
const isWindows = process.platform === 'win32'

/** What the bridge says first. */
const hello = { id: 0, value: { version: [3, 4, 1], text: '3.4.1', tracking: true } }
const say = (message: unknown) => `console.log('@hindsight ' + ${JSON.stringify(JSON.stringify(message))})`

suite('a Blender that does not do as it should', { skip: isWindows && 'stands in for it by a script' }, () => {
  let folder = ''
  let clip: EngineClip
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hindsight-blender-'))
    const source = makeFootage({ frames: 3, widthPx: 64, heightPx: 36 })
    await writeFile(join(folder, 'clip.mp4'), 'no video: these programs do not look')
    clip = { path: join(folder, 'clip.mp4'), source, kernel: createReferenceKernel(), masks: [] }
  })
  after(() => rm(folder, { recursive: true }))

  /** A program that says it is a Blender and then does something else. */
  async function standIn(does: string, version = 'Blender 3.4.1'): Promise<string> {
    const path = join(folder, `stand-in-${Math.abs(hash(does + version))}`)
    const asked = `if (process.argv.includes('--version')) { console.log(${JSON.stringify(version)}); process.exit() }`
    await writeFile(path, `#!${process.execPath}\n${asked}\n${does}\n`)
    await chmod(path, 0o755)
    return path
  }

  async function opened(does: string, patience = {}): Promise<unknown> {
    const engine = await createBlenderEngine({ program: await standIn(does), patience })
    return engine.open(clip, quiet)
  }

  const stays = 'process.stdin.resume()'
  const clipIs = (value: object) => `process.stdin.once('data', () => ${say({ id: 1, value })})`

  test('one that dies before it speaks is told with its last words', async () => {
    const dies = opened("console.error('cannot open display'); process.exit(7)")
    await assert.rejects(dies, (error: unknown) => {
      assert.match(String(error), /^Fault: engine\.crashed: .*ended with status 7.*\ncannot open display/)
      return true
    })
  })

  test('one that dies when it is asked something', async () => {
    const dies = opened(`${say(hello)}; process.stdin.once('data', () => process.kill(process.pid, 'SIGSEGV'))`)
    await assert.rejects(dies, { code: 'engine.crashed', found: /killed by SIGSEGV/ })
  })

  test('one that answers nonsense, or what nobody asked', async () => {
    for (const answer of [
      clipIs({ frames: 'many' }),
      `process.stdin.once('data', () => ${say({ id: 99, value: null })})`,
    ]) {
      await assert.rejects(opened(`${say(hello)}; ${answer}; ${stays}`), { code: 'engine.crashed' })
    }
    await assert.rejects(opened(`console.log('@hindsight {"id": 0'); ${stays}`), { code: 'engine.crashed' })
  })

  test('noise before the first word and between answers is none', async () => {
    const noisy = `console.log('Blender 3.4.1\\nColor management: using fallback mode'); ${say(hello)}`
    const answers = clipIs({ frames: 5, width: 64, height: 36 })
    await assert.rejects(opened(`${noisy}; console.log('{"id":1}'); ${answers}; ${stays}`), {
      code: 'engine.clip',
      expected: /3 frames of 64 x 36/,
      found: /5 of 64 x 36/,
    })
  })

  test('one that never answers is ended, with what it started', async () => {
    const pidFile = join(folder, 'grandchild')
    const child = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })`
    const starts = `require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(${child}.pid)); ${stays}`
    await assert.rejects(opened(starts, { startMs: 1500 }), { code: 'engine.stuck', expected: /"start" within 1.5 s/ })
    await gone(Number(await readFile(pidFile, 'utf8')))
  })

  test('cancelled while it starts, it ends with the reason that was given', async () => {
    const abort = new AbortController()
    const engine = await createBlenderEngine({ program: await standIn(stays) })
    const opening = engine.open(clip, { ...quiet, signal: abort.signal })
    abort.abort(new Error('changed my mind'))
    await assert.rejects(opening, /changed my mind/)
  })

  test('none, another program, or one that is too old is refused with what to do', async () => {
    const missing = createBlenderEngine({ program: join(folder, 'nowhere/blender') })
    await assert.rejects(missing, { code: 'engine.missing', fix: /install Blender/ })
    await assert.rejects(createBlenderEngine({ program: null, env: { PATH: folder, HINDSIGHT_BLENDER: 'no-such' } }), {
      code: 'engine.missing',
    })
    const old = createBlenderEngine({ program: await standIn('', 'Blender 2.93.5') })
    await assert.rejects(old, { code: 'engine.version', expected: /3\.2 or later/, found: 'Blender 2.93.5' })
    await assert.rejects(createBlenderEngine({ program: await standIn('', 'GIMP 2.10') }), { code: 'engine.version' })
    const bare = { ...hello, value: { ...hello.value, tracking: false } }
    await assert.rejects(opened(`${say(bare)}; ${stays}`), { code: 'engine.version', found: /without motion tracking/ })
  })

  test('the variable comes before the PATH, and a path or name before both', async () => {
    const [one, other] = [await standIn('1'), await standIn('2')]
    assert.equal(await findBlender(null, { PATH: '/nowhere', HINDSIGHT_BLENDER: one }), one)
    assert.equal(await findBlender(other, { HINDSIGHT_BLENDER: one }), other)
    assert.equal(await findBlender(null, { BLENDER: one }), one)
  })
})

suite('a real Blender', { skip: blender.skip || (process.platform !== 'linux' && 'looks into /proc') }, () => {
  test('killed in the middle it is a fault, and nothing of it stays', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hindsight-blender-'))
    const clip = await drawnClip(folder, makeFootage({ frames: 6 }), [])
    const engine = await createBlenderEngine({ program: blender.path })
    const before = new Set(children())
    const run = await engine.open(clip, quiet)
    const [pid = 0] = children().filter((child) => !before.has(child))
    assert.ok(pid > 0)
    const settings = { patternSize: 15, searchSize: 45, correlation: 0.7, normalize: false } as const
    const start = {
      settings: { ...settings, motionModel: 'Loc', patternMatch: 'keyframe' },
      origin: 'detected',
    } as const
    await run.add(0, [160, 90, 200, 100], start)
    const followed = async () => {
      for await (const { frame } of run.follow({ from: 0, to: 5 }, quiet.signal))
        if (frame === 2) process.kill(pid, 'SIGKILL')
    }
    await assert.rejects(followed(), { code: 'engine.crashed', found: /killed by SIGKILL/ })
    const [track] = await run.tracks()
    assert.deepEqual([...(track?.frames ?? [])], [0, 1, 2])
    await assert.rejects(run.add(3, [100, 100], start), { code: 'engine.crashed' })
    await run.close()
    await gone(pid)

    const second = await engine.open(clip, quiet)
    const [next = 0] = children().filter((child) => !before.has(child))
    assert.ok(next > 0)
    await engine.close()
    await gone(next)
    await second.close()
    await clip.source.close()
    await rm(folder, { recursive: true })
  })
})

/** Processes that this one started and that still are, by Linux's own list. */
function children(): readonly number[] {
  const listed = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
  return listed.split(' ').filter(Boolean).map(Number)
}

/** Waits until a process is no more; fails after a while. */
async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail(`process ${pid} is still there`)
}

const hash = (text: string) => [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 0)
