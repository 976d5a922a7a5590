/** What follows a first try whose settings a learner chose; the solver is told how sure it was of each attempt. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { makeFootage } from '#test/footage/footage.ts'
import type { SolveShots } from '#track/track-clip.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { createEmbeddedEngine } from '../engines/embedded.ts'
import { usualSettings } from '../policies/defaults.ts'
import type { FirstChooser } from '../policies/policy.ts'
import type { PipelineRequest } from './attempt.ts'
import { runPipeline } from './run-pipeline.ts'
import { requestFor } from './test-request.ts'

const shot = makeFootage({ seed: 5, frames: 6, speed: 3, widthPx: 160, heightPx: 96 })
const usual = usualSettings('embedded', 160, null)
const never: SolveShots = async (tasks) => tasks.map(() => ({ ok: false, code: 'unstable', why: 'It would not hold.' }))

const choosing = (key: string): FirstChooser => ({
  choose: async () => ({
    settings: {
      ...usual,
      tracker: { ...usual.tracker, correlation: key === 'default' ? usual.tracker.correlation : 0.9 },
    },
    propensity: 0.5,
    reason: 'drawn',
    policy: { name: 'learned', version: 'anchored-1.7' },
    decision: { key, role: 'wanted' },
  }),
})

async function run(chooser: FirstChooser | null, said: Partial<PipelineRequest> = {}) {
  const kernel = await createWasmKernel({})
  const engine = createEmbeddedEngine({ version: 'test', solve: never })
  const request = requestFor(6, { chosen: { tracker: {}, corners: { count: 40 } }, ...said })
  const ctx = {
    signal: new AbortController().signal,
    rng: seededRng(0),
    sha256: () => '',
    now: () => 0,
    progress: () => {},
    warn: () => {},
  }
  const clip = { path: '/clip.mp4', source: shot, kernel, masks: [] }
  const { attempts } = await runPipeline(engine, clip, request, ctx, null, null, null, chooser)
  return attempts
}

describe('after a first try', () => {
  test('with learned settings that failed the default is tried, and is no first try', async () => {
    const [first, second] = await run(choosing('correlation=0.9'), { retries: 1 })
    assert.deepEqual([first?.choice.policy.name, first?.choice.settings.tracker.correlation], ['learned', 0.9])
    assert.deepEqual(first?.choice.decision, { key: 'correlation=0.9', role: 'wanted' })
    assert.equal(second?.retry, 1)
    assert.equal(second?.choice.policy.name, 'defaults')
    assert.equal(second?.choice.settings.tracker.correlation, usual.tracker.correlation)
    assert.equal(second?.choice.decision, undefined)
    assert.match(second?.why ?? '', /learned did not solve it well: the default is tried/)
  })

  test('with the default nothing of that kind follows, nor where the person wants no more tries', async () => {
    const [, second] = await run(choosing('default'), { retries: 1 })
    assert.doesNotMatch(second?.why ?? '', /learned/)
    assert.equal((await run(choosing('correlation=0.9'), { retries: 0 })).length, 1)
  })

  test('a person who wants quality lets the learner try settings on the clip before it chooses', async () => {
    const seen: (readonly (number | null)[] | null)[] = []
    const trying: FirstChooser = {
      async choose(_, __, course) {
        const wild = { ...usual, tracker: { ...usual.tracker, correlation: 0.95, patternSize: 5 } }
        seen.push(course?.window ? await course.trial([usual, wild], course.window) : null)
        return null
      },
    }
    await run(trying, { retries: 0, preset: 'quality' })
    await run(trying, { retries: 0 })
    const [first, none] = seen
    const [good, wild] = first ?? []
    assert.ok(typeof good === 'number' && typeof wild === 'number', JSON.stringify(seen))
    assert.ok(good > wild && good <= 1 && wild >= 0, `${good} and ${wild}`)
    assert.equal(none, null)
  })

  test('the rule chooses where the learner has nothing to say', async () => {
    const [first] = await run({ choose: async () => null }, { retries: 0 })
    assert.equal(first?.choice.policy.name, 'defaults')
  })
})
