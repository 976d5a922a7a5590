/** What trained models may do to an attempt, and what they may not. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Choice } from '#core/policy.ts'
import { seededRng } from '#core/rng.ts'
import type { ClipInfo } from '#vision/frames.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { makeFootage } from '#test/footage/footage.ts'
import { createEmbeddedEngine } from '../engines/embedded.ts'
import { settingsOf } from '../recording/plan-record.ts'
import type { SolveShots } from '#track/track-clip.ts'
import { followPlan } from '#track/match/follow-clip.ts'
import { regionIndex, regions } from '#track/match/region.ts'
import type { Advice, ModelUse } from './advice.ts'
import { advised, withoutAdvice } from './advise.ts'
import type { AttemptSettings } from './attempt.ts'
import { Foreseen } from './foreseen.ts'
import { runPipeline } from './run-pipeline.ts'
import { requestFor } from './test-request.ts'

const use = (used: boolean): ModelUse => ({ name: 'dead-zones', version: '3', used, reason: 'no points in center' })
const settings = { avoidRegions: [], cutFrames: [] } as unknown as AttemptSettings
const choice: Choice<AttemptSettings> = {
  settings,
  propensity: 0.5,
  reason: 'as ever',
  policy: { name: 'defaults', version: '1' },
}
const advice = (used: boolean): Advice => ({
  deadRegions: () => ({ regions: ['center'], use: use(used) }),
  foresight: () => null,
})
const info = {} as ClipInfo

describe('advice', () => {
  test('keeps points out of regions, says why, and changes nothing else of the choice', () => {
    const heard = advised(choice, advice(true), info, null)
    assert.deepEqual(heard, {
      ...choice,
      reason: 'as ever; no points in center',
      settings: { ...settings, avoidRegions: ['center'], models: [use(true)] },
    })
    assert.deepEqual(withoutAdvice(heard.settings), settings)
  })

  test('that is held back is only noted, and without any the choice is the same value', () => {
    const held = advised(choice, advice(false), info, null)
    assert.deepEqual([held.reason, held.settings.avoidRegions, held.settings.models], ['as ever', [], [use(false)]])
    assert.equal(advised(choice, null, info, null), choice)
    const silent: Advice = { deadRegions: () => null, foresight: () => null }
    assert.equal(advised(choice, silent, info, null), choice)
    assert.equal(withoutAdvice(settings), settings)
  })
})

describe('foresight', () => {
  const walkers = (frame: number) => Array.from({ length: 10 }, (_, track) => ({ track, x: 5 * track + frame, y: 9 }))
  const foreseeing = (used: boolean) =>
    new Foreseen({
      use: use(used),
      aheadFrames: 6,
      // Those that come near to the right border are as good as gone.
      chances: (paths) => Float64Array.from(paths, ({ xy }) => (xy[xy.length - 2]! > 40 ? 0.1 : 0.9)),
      halfLost: (_, frame) => frame + 11,
    })

  test('tells who will be lost from where they have been, once it has seen enough', () => {
    const foreseen = foreseeing(true)
    for (const frame of [3, 4, 5]) {
      foreseen.saw(frame, walkers(frame))
      assert.equal(foreseen.doomed(frame, walkers(frame)).size, 0, 'too short')
    }
    foreseen.saw(6, walkers(6))
    assert.deepEqual([...foreseen.doomed(6, walkers(6))], [7, 8, 9])
    foreseen.placedEarly(6)
    assert.deepEqual(foreseen.words(), [
      'As seen at frame 6, half of the points were expected to be lost by frame 17.',
      'New points were placed in frame 6, before too many were lost.',
    ])
    // After a cut numbers mean other tracks: their lives begin anew.
    foreseen.saw(8, walkers(8))
    assert.equal(foreseen.doomed(8, walkers(8)).size, 0)
  })

  test('that is held back foretells, and does nothing', () => {
    const foreseen = foreseeing(false)
    for (const frame of [0, 1, 2, 3]) foreseen.saw(frame, walkers(frame))
    assert.equal(foreseen.doomed(3, walkers(3)).size, 0)
    assert.equal(foreseen.words().length, 1)
  })
})

test('a run follows advice, records it, and is the same as ever without', async () => {
  const kernel = await createWasmKernel()
  // So slow that nothing is lost.
  const source = makeFootage({ widthPx: 240, heightPx: 136, frames: 12, samples: 1, speed: 0.1 })
  const unsolved: SolveShots = async (tasks) =>
    tasks.map(() => ({ ok: false, code: 'no-parallax', why: 'It is not solved here.' }))
  const run = (heard: Advice | null) => {
    const engine = createEmbeddedEngine({ version: 'test', solve: unsolved })
    const clip = { path: '', source, kernel, masks: [] }
    const request = requestFor(12, { retries: 0, chosen: { tracker: {}, corners: { count: 60 } } })
    const quiet = { sha256: () => '', now: () => 0, progress: () => {}, warn: () => {} }
    const context = { ...quiet, signal: new AbortController().signal, rng: seededRng(0) }
    return runPipeline(engine, clip, request, context, null, null, heard)
  }
  const all: Advice = {
    deadRegions: () => ({ regions: ['center'], use: use(true) }),
    // Everything is expected to be gone soon: points are made up for at every rest.
    foresight: () => ({
      use: { name: 'failure-frame', version: '1', used: true, reason: 'early' },
      aheadFrames: 6,
      chances: (paths) => new Float64Array(paths.length),
      halfLost: () => null,
    }),
  }
  const [plain, heard] = [(await run(null)).best, (await run(all)).best]
  assert.equal(plain.choice.settings.models, undefined)
  const begunIn = ({ followed }: typeof plain, region: string) =>
    followed.filter(({ xy, frames, startFrame }) => {
      const at = frames.indexOf(startFrame)
      return regions[regionIndex(xy[2 * at]!, xy[2 * at + 1]!, 240, 136)] === region
    }).length
  assert.ok(begunIn(plain, 'center') > 3)
  assert.equal(begunIn(heard, 'center'), 0)
  const early = (attempt: typeof plain) => attempt.detections.filter(({ frame }) => frame > 0).length
  assert.ok(early(heard) > early(plain), `${early(heard)} and ${early(plain)} searches`)
  const words = heard.forecast?.warnings.at(-1)
  assert.match(words ?? '', /^New points were placed in frame/)
  const recorded = settingsOf({
    info: source.info,
    frames: { from: 0, to: 11 },
    follow: followPlan(240, {}),
    masks: 0,
    solve: heard.choice.settings.solve,
    sensorWidthMm: null,
    pipeline: {
      engine: { name: 'embedded', version: 'test' },
      probe: null,
      request: requestFor(12),
      settings: heard.choice.settings,
    },
  })
  assert.deepEqual(
    recorded.models?.map(({ name, used }) => [name, used]),
    [
      ['dead-zones', true],
      ['failure-frame', true],
    ],
  )
  assert.deepEqual(recorded.avoidRegions, ['center'])
})
