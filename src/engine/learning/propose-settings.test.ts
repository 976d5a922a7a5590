/** From sessions to a setting that nobody listed: trained, proposed, tried within the credit, and kept by its evidence. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { JsonObject } from '#core/json.ts'
import { defaultKey } from '#core/learnable.ts'
import { type Rng, seededRng } from '#core/rng.ts'
import { changeOf } from '#domains/camera/learning/candidates.ts'
import { createCameraLearnable } from '#domains/camera/learning/learnable.ts'
import type { Situation } from '#domains/camera/policies/policy.ts'
import { type Engine, makeContext } from '../engine.ts'
import { openEngine } from '../open.ts'
import { recordLines } from '../record.ts'
import { learnedPolicy } from './choose.ts'
import { catchUp } from './learn.ts'
import { listModels } from './models.ts'
import { settingsProposer } from './propose-settings.ts'
import { choosing, contextOf, idOf, learner, sessionOf } from './test-sessions.ts'
import { trainModels } from './train.ts'

const ctx = makeContext({ seed: 1 })
const usual = choosing.base(contextOf(0)) as { patternSize: number; searchSize: number; correlation: number }
/** Twice the pattern and half the demand: far from everything on the list. */
const best = { pattern: 2, correlation: 0.5 }

/** The further from the best, the worse; the search window is of no consequence. */
function errorPx(patternSize: number, correlation: number, rng: Rng): number {
  const off =
    Math.abs(Math.log2(patternSize / usual.patternSize / best.pattern)) + 3 * Math.abs(correlation - best.correlation)
  return 0.08 * Math.exp(1.2 * off) * (0.95 + 0.1 * rng.next())
}

function madeSession(clip: number, run: number): JsonObject {
  const rng = seededRng(`settings ${clip} ${run}`)
  const odd = (value: number) => 2 * Math.floor(value / 2) + 1
  const patternSize = Math.min(31, odd(usual.patternSize * 2 ** (rng.next() * 1.6 - 0.6)))
  const correlation = Number((0.5 + 0.45 * rng.next()).toFixed(2))
  const made = sessionOf({ id: idOf(clip, run), clip, solved: true }) as JsonObject & {
    settings: JsonObject
    outcome: JsonObject
  }
  const error = errorPx(patternSize, correlation, rng)
  return {
    ...made,
    settings: {
      ...made.settings,
      values: { ...(made.settings['values'] as JsonObject), patternSize, correlation, searchSize: 91 },
      policy: { name: 'person', version: null },
    },
    outcome: { ...made.outcome, solveErrorPx: error, heldOutErrorPx: error },
  }
}

const situation: Situation = {
  engine: 'embedded',
  info: {
    widthPx: 1280,
    heightPx: 720,
    frameCount: 120,
    frameRate: { numerator: 24, denominator: 1 },
    codec: 'h264',
    bitDepth: 8,
  } as Situation['info'],
  footage: 'auto',
  probe: null,
  clip: null,
  before: null,
}

describe('settings that a predictor proposes', () => {
  let dir: string
  let engine: Engine
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-propose-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
    const lines = async function* () {
      for (let clip = 0; clip < 24; clip++)
        for (let run = 0; run < 10; run++) yield Buffer.from(`${JSON.stringify(madeSession(clip, run))}\n`)
    }
    const { created, problems } = await recordLines(engine, lines(), ctx.signal)
    assert.equal(created, 240, JSON.stringify(problems[0]))
  })
  after(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })

  test('are none until one is trained that beats its baseline', async () => {
    assert.equal(await settingsProposer(dir, ctx), null)
    const { models } = await trainModels(engine, { names: ['settings'] }, ctx)
    assert.ok(models[0]!.acts, models[0]!.reason)
    assert.equal((await listModels(engine, ctx))[0]!.missing, null)
  })

  test('are not on the list, lie where outcomes are best, and enter as one candidate among the others', async () => {
    const propose = (await settingsProposer(dir, ctx))!
    const [proposed, ...more] = propose(situation)
    assert.ok(proposed !== undefined && more.length === 0)
    assert.equal(changeOf(proposed.key), null, `${proposed.key} is on the list`)
    const { patternSize, correlation } = proposed.settings as typeof usual
    const errorOf = (size: number, demand: number) => errorPx(size, demand, { next: () => 0.5 } as Rng)
    assert.ok(errorOf(patternSize, correlation) < 0.6 * errorOf(usual.patternSize, usual.correlation), proposed.key)
    assert.deepEqual(propose(situation), [proposed], 'the same each time')
    assert.deepEqual(propose({ ...situation, engine: 'blender' }), [], 'it knows one engine')

    await catchUp(engine, ctx)
    const learnable = createCameraLearnable('embedded')
    const choices = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const policy = learnedPolicy(engine, learner, learnable, { session: idOf(500, n), propose })
        return (await policy.choose({ ...situation, clip: `new-${n}` })).decision
      }),
    )
    assert.ok(choices.every(({ candidates }) => candidates.includes(proposed.key)))
    const drawn = choices.filter(({ key }) => key === proposed.key)
    // Here people ran such settings often enough: what was seen of them counts, the model's word does not.
    assert.ok(drawn.every(({ charge, role }) => charge === 1 && (role === 'probe' || role === 'wanted')))
    assert.ok(
      choices.some(({ key }) => key === defaultKey),
      'against a control',
    )
  })
})
