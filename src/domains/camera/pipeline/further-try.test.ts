/** What is tried after a first try that leaves something to wish for; the solver is told how sure it was of each attempt. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeFootage } from '#test/footage/footage.ts'
import type { SolveResult } from '#track/solution.ts'
import { oneAfterTheOther, type SolveShots } from '#track/track-clip.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { seededRng } from '#core/rng.ts'
import { createEmbeddedEngine } from '../engines/embedded.ts'
import { usualSettings } from '../policies/defaults.ts'
import type { FirstChooser } from '../policies/policy.ts'
import type { PipelineRequest } from './attempt.ts'
import { runPipeline } from './run-pipeline.ts'
import { requestFor } from './test-request.ts'

const frames = 12
const shot = makeFootage({ seed: 5, frames, speed: 3, widthPx: 160, heightPx: 96 })
const usual = usualSettings('embedded', 160, null)

/** One real solve, whose certainty is as said for each attempt in turn; null: it fails. */
function solving(certainties: readonly (number | null)[]): SolveShots {
  let [attempt, known] = [0, null as readonly SolveResult[] | null]
  return async (tasks, options) => {
    known ??= await oneAfterTheOther(tasks, options)
    const confidence = certainties[Math.min(attempt++, certainties.length - 1)] ?? null
    return known.map((result) => {
      if (!result.ok || confidence === null) return { ok: false, code: 'unstable', why: 'It would not hold.' }
      return { ...result, solution: { ...result.solution, confidence } }
    })
  }
}

const choiceWith = (correlation: number, key: string) => ({
  settings: { ...usual, tracker: { ...usual.tracker, correlation } },
  propensity: null,
  reason: key,
  policy: { name: 'learned', version: 'anchored-1.7' },
  decision: { key, role: 'further' },
})

/** Which settings the attempts had, and how often further ones were asked for. */
async function run(certainties: readonly (number | null)[], said: Partial<PipelineRequest> = {}) {
  let asked = 0
  const chooser: FirstChooser = {
    choose: async () => ({ ...choiceWith(usual.tracker.correlation, 'default'), propensity: 0.9 }),
    further: async () => {
      asked++
      return [choiceWith(usual.tracker.correlation, 'default'), choiceWith(0.85, 'first'), choiceWith(0.6, 'second')]
    },
  }
  const engine = createEmbeddedEngine({ version: 'test', solve: solving(certainties) })
  const request = requestFor(frames, { chosen: { tracker: {}, corners: { count: 40 } }, ...said })
  const ctx = {
    signal: new AbortController().signal,
    rng: seededRng(0),
    sha256: () => '',
    now: () => 0,
    progress: () => {},
    warn: () => {},
  }
  const clip = { path: '/clip.mp4', source: shot, kernel: await createWasmKernel({}), masks: [] }
  const { attempts, best } = await runPipeline(engine, clip, request, ctx, null, null, null, chooser)
  return {
    keys: attempts.map(({ choice }) => (choice.decision as { readonly key?: string } | undefined)?.key),
    attempts,
    best,
    asked,
  }
}

describe('where the first try is poor', () => {
  test('what adds most is tried in turn, without what was tried, and the best is kept', async () => {
    const { keys, best, attempts, asked } = await run([0.1, 0.4, 0.2])
    assert.deepEqual(keys, ['default', 'first', 'second'])
    assert.equal(attempts.indexOf(best), 1)
    assert.equal(asked, 1)
    assert.match(attempts[1]?.why ?? '', /more likely wrong than right.*did best where others did not/)
    assert.deepEqual(attempts[1]?.choice.decision, { key: 'first', role: 'further' })
  })

  test('a solve that failed says why, and one that is found ends the search', async () => {
    const { keys, attempts } = await run([null, 0.95])
    assert.deepEqual(keys, ['default', 'first'])
    assert.match(attempts[1]?.why ?? '', /^It would not hold\. Settings that did best/)
  })

  test('no more is tried than the person wants', async () => {
    assert.deepEqual((await run([0.1], { retries: 1 })).keys, ['default', 'first'])
    assert.deepEqual((await run([0.1], { retries: 0 })).keys, ['default'])
  })
})

describe('where the first try is well', () => {
  test('nothing is even asked for', async () => {
    const { keys, asked } = await run([0.8])
    assert.deepEqual([keys, asked], [['default'], 0])
  })

  test('a person who wants quality gets better than well', async () => {
    const { keys, best, attempts } = await run([0.7, 0.75, 0.72], { preset: 'quality' })
    assert.deepEqual(keys, ['default', 'first', 'second'])
    assert.equal(attempts.indexOf(best), 1)
    assert.match(attempts[1]?.why ?? '', /quality was asked for/)
  })
})
