/** The pipeline over drawn footage and the real tracker; where a solve must go wrong, the solver is told how. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Context } from '#core/context.ts'
import { seededRng } from '#core/rng.ts'
import { makeFootage } from '#test/footage/footage.ts'
import { oneAfterTheOther, type SolveShots } from '#track/track-clip.ts'
import type { SolveResult } from '#track/solution.ts'
import type { FrameSource, LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { createEmbeddedEngine } from '../engines/embedded.ts'
import { type Attempt, type Phase, type PipelineRequest, phases } from './attempt.ts'
import { type Checkpoint, checkpointText, readCheckpoint } from './checkpoint.ts'
import type { BrokenAttempt, PipelineObserver } from './observer.ts'
import { runPipeline } from './run-pipeline.ts'
import { requestFor } from './test-request.ts'

let kernel: Kernel
before(async () => {
  kernel = await createWasmKernel({})
})
const shot = held(makeFootage({ seed: 5, frames: 14, speed: 3, widthPx: 240, heightPx: 136 }))

/** Drawn once: drawing takes longer than tracking. */
function held(source: FrameSource): FrameSource {
  const drawn: LumaFrame[] = []
  return {
    info: source.info,
    close: async () => {},
    async *frames({ from = 0, to = source.info.frameCount - 1 } = {}) {
      const step = to >= from ? 1 : -1
      for (let index = from; index !== to + step; index += step) {
        if (drawn[index] === undefined)
          for await (const frame of source.frames({ from: index, to: index })) drawn[index] = frame
        yield drawn[index]!
      }
    },
  }
}

const contextOf = (signal = new AbortController().signal): Context => ({
  signal,
  rng: seededRng(0),
  sha256: () => '',
  now: () => performance.now(),
  progress: () => {},
  warn: () => {},
})

const requestOf = ({ info }: FrameSource, said: Partial<PipelineRequest> = {}): PipelineRequest =>
  requestFor(info.frameCount, { chosen: { tracker: {}, corners: { count: 60 } }, ...said })

interface RunOptions {
  readonly request?: Partial<PipelineRequest>
  readonly solve?: SolveShots
  readonly observer?: PipelineObserver
  readonly resume?: Checkpoint | null
  readonly signal?: AbortSignal
}

function run(source: FrameSource, { request, solve = oneAfterTheOther, observer, resume, signal }: RunOptions = {}) {
  const engine = createEmbeddedEngine({ version: 'test', solve })
  const clip = { path: '/clip.mp4', source, kernel, masks: request?.masks ?? [] }
  return runPipeline(engine, clip, requestOf(source, request), contextOf(signal), observer ?? null, resume ?? null)
}

const unsolved: SolveResult = { ok: false, code: 'unstable', why: 'It would not hold.' }
const never: SolveShots = async (tasks) => tasks.map(() => unsolved)

/** What the real solver said of the shot; it is slow, and most of these tests are about what is made of it. */
let solved: Promise<SolveResult> | null = null
const solvedOnce = async (): Promise<SolveResult> => {
  solved ??= run(shot).then(({ best }) => best.shots[0]!.result)
  return solved
}
const asBefore = (): SolveShots => async (tasks) => {
  const result = await solvedOnce()
  return tasks.map(() => result)
}

/** The same, but as sure as the list says, attempt by attempt. */
function asSure(confidences: readonly number[]): SolveShots {
  const left = [...confidences]
  return async (tasks) => {
    const result = await solvedOnce()
    const confidence = left.shift() ?? 0
    return tasks.map(() => (result.ok ? { ok: true, solution: { ...result.solution, confidence } } : result))
  }
}

describe('a clip that goes well', () => {
  test('takes one attempt, phase by phase, and is solved', async () => {
    const seen: string[] = []
    const observer: PipelineObserver = {
      phase: (phase) => void seen.push(phase),
      attemptBegins: () => void seen.push('begin'),
      attemptEnds: () => void seen.push('end'),
      probed: () => void seen.push('probed'),
    }
    const { attempts, best, probe } = await run(shot, { observer })
    assert.equal(attempts.length, 1)
    const [solved] = best.shots
    assert.ok(solved?.result.ok && solved.result.solution.cameras.length === 14)
    assert.deepEqual(best.diagnoses, [])
    assert.equal(probe?.fromFrame, 0)
    const once = seen.filter((name, i) => seen.indexOf(name) === i)
    const rest = ['detect', 'track', 'heal', 'clean', 'solve', 'refine', 'diagnose', 'report']
    assert.deepEqual(once, ['probe', 'probed', 'settings', 'begin', ...rest, 'end'])
    assert.deepEqual(Object.keys(best.durationsMs).sort(), ['settings', ...rest].sort())
  })

  test('decodes the frames that the probe looked at once', async () => {
    let decoded = 0
    const counting: FrameSource = {
      info: shot.info,
      close: async () => {},
      async *frames(range) {
        for await (const frame of shot.frames(range)) {
          decoded++
          yield frame
        }
      },
    }
    await run(counting, { request: { retries: 0 }, solve: asBefore() })
    const healing = decoded - 14
    assert.ok(healing >= 0 && healing <= 14, `${decoded} frames, of which healing may look at each once`)
  })

  test('gives the same to the last bit when it is run again', async () => {
    const [a, b] = [await run(shot), await run(shot)]
    assert.deepEqual(a.best.tracks, b.best.tracks)
    assert.deepEqual(a.best.shots, b.best.shots)
  })
})

describe('a clip that goes wrong', () => {
  test('is tried with other settings each time, as often as was asked and no oftener', async () => {
    const { attempts, best } = await run(shot, { solve: never, request: { retries: 3 } })
    assert.equal(attempts.length, 4)
    const settings = attempts.map(({ choice }) => JSON.stringify(choice.settings))
    assert.equal(new Set(settings).size, 4)
    assert.equal(attempts[0]?.why, null)
    for (const { why } of attempts.slice(1)) assert.ok(why)
    assert.equal(best, attempts[0], 'equally bad: the first')
    for (const { choice } of attempts) assert.equal(choice.settings.corners.count, 60, 'as the person set it')
  })

  test('is not tried again where nothing could help', async () => {
    const short = makeFootage({ seed: 5, frames: 2, widthPx: 240, heightPx: 136 })
    const two = await run(short)
    assert.equal(two.attempts.length, 1)
    const dark: FrameSource = {
      info: { ...shot.info, frameCount: 8 },
      close: async () => {},
      async *frames({ from = 0, to = 7 } = {}) {
        for (let index = from; index <= to; index++) {
          yield { index, timeS: null, widthPx: 240, heightPx: 136, luma: new Uint8Array(240 * 136) }
        }
      },
    }
    const black = await run(dark)
    assert.equal(black.attempts.length, 1)
    const [result] = black.best.shots
    assert.ok(result && !result.result.ok && result.result.code === 'too-few-tracks')
  })

  test('keeps the best attempt, whichever it is', async () => {
    for (const [sure, kept] of [
      [[0.4, 0.1, 0.2], 0],
      [[0.1, 0.4, 0.2], 1],
      [[0.1, 0.2, 0.9], 2],
    ] as const) {
      const { attempts, best } = await run(shot, { solve: asSure(sure), request: { retries: 2, preset: 'fast' } })
      assert.deepEqual([attempts.length, best.retry], [3, kept])
    }
  })

  test('is tried again only in the parts that were not solved, and the others stay as they are', async () => {
    const cut = held(makeFootage({ seed: 3, frames: 20, cutAt: 10, speed: 3, widthPx: 240, heightPx: 136 }))
    let call = 0
    const secondFails: SolveShots = async (tasks) => {
      const result = await solvedOnce()
      if (!result.ok) return [result]
      const { solution } = result
      const half = { ok: true, solution: { ...solution, cameras: solution.cameras.slice(0, 10) } } as const
      return call++ === 0 ? tasks.map((_, i) => (i === 1 ? unsolved : half)) : tasks.map(() => half)
    }
    const { attempts, best } = await run(cut, { solve: secondFails, request: { preset: 'fast' } })
    const [one, two] = attempts
    assert.ok(one && two && attempts.length === 2)
    assert.deepEqual(two.ranges, [{ from: 10, to: 19 }])
    assert.deepEqual(
      two.shots.map(({ fromFrame, toFrame }) => [fromFrame, toFrame]),
      [
        [0, 9],
        [10, 19],
      ],
    )
    assert.equal(two.shots[0], one.shots[0])
    assert.deepEqual(two.cuts, [10])
    const ids = two.tracks.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length)
    const early = ({ startFrame }: Attempt['tracks'][number]) => startFrame < 10
    assert.deepEqual(two.tracks.filter(early), one.tracks.filter(early))
    assert.equal(best, two)
  })
})

describe('a run that was stopped', () => {
  test('goes on with its tracks, and ends as it would have', async () => {
    const [kept, solve]: [string[], SolveShots] = [[], asBefore()]
    const observer: PipelineObserver = {
      followed: (checkpoint) => void kept.push([...checkpointText(checkpoint)].join('')),
    }
    const whole = await run(shot, { observer, solve })
    const checkpoint = readCheckpoint(kept[0] ?? '')
    assert.ok(checkpoint)
    const resumed = await run(shot, { resume: checkpoint, solve })
    assert.deepEqual([whole.best.resumed, resumed.best.resumed], [false, true])
    assert.deepEqual(resumed.best.followed, whole.best.followed)
    assert.deepEqual(resumed.best.shots, whole.best.shots)
    for (const request of [{ seed: 1 }, { robust: true }, { range: { from: 0, to: 9 } }, { preset: 'fast' }] as const) {
      assert.equal((await run(shot, { resume: checkpoint, request, solve })).attempts[0]?.resumed, false)
    }
  })

  test('takes nothing else for what it left', () => {
    for (const text of ['', '{', '[]', 'null', '{"format":"hindsight-tracks","version":1}']) {
      assert.equal(readCheckpoint(text), null)
    }
  })

  for (const phase of phases) {
    test(`can be cancelled in phase ${phase}`, async () => {
      const stop = new AbortController()
      const broken: BrokenAttempt[] = []
      const observer: PipelineObserver = {
        phase: (entered: Phase) => entered === phase && stop.abort(new Error('enough')),
        attemptBreaks: (one) => void broken.push(one),
      }
      const ending = run(shot, { observer, signal: stop.signal, solve: asBefore() })
      await assert.rejects(ending, /enough/)
      assert.equal(broken.length, phase === 'probe' || phase === 'settings' ? 0 : 1)
    })
  }
})

describe('tracks that the person brought', () => {
  test('keep their markers and are followed on where they have no end', async () => {
    const { best } = await run(shot, { solve: never, request: { retries: 0 } })
    const long = best.tracks.filter(({ frames }) => frames.length === 14).slice(0, 3)
    assert.equal(long.length, 3)
    const brought = long.map((track, i) => ({
      ...track,
      id: i,
      origin: 'user' as const,
      startFrame: 4,
      frames: track.frames.slice(4, 8),
      xy: track.xy.slice(8, 16),
      correlation: track.correlation.slice(4, 8),
      begin: null,
      end: i === 0 ? { frame: 7, reason: 'stopped' as const } : null,
    }))
    const { best: again } = await run(shot, { solve: never, request: { tracks: brought, retries: 0 } })
    const mine = again.tracks.filter(({ origin }) => origin === 'user')
    assert.equal(mine.length, 3)
    for (const [i, track] of mine.entries()) {
      const from = track.frames.indexOf(4)
      assert.deepEqual(track.xy.slice(2 * from, 2 * from + 8), brought[i]?.xy)
      assert.ok((track.frames[0] ?? 9) < 4, 'followed back')
      assert.equal(track.frames.at(-1), i === 0 ? 7 : 13)
      const off = track.frames.map((frame, k) => Math.hypot(track.xy[2 * k]! - long[i]!.xy[2 * frame]!, 0))
      assert.ok(Math.max(...off) < 0.5, 'the same feature')
    }
  })
})
