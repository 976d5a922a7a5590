import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultKey } from '#core/learnable.ts'
import { createCameraLearnable } from '#domains/camera/learning/learnable.ts'
import type { Course, Situation } from '#domains/camera/policies/policy.ts'
import { type AnchoredChoice, createAnchoredPolicy, racedSource } from '#learn/choice/anchored.ts'
import type { RaceBudget } from '#learn/choice/racing.ts'
import { raced } from './races.ts'

const learnable = createCameraLearnable('embedded')
const info = { widthPx: 1280, heightPx: 720, frameRate: { numerator: 24, denominator: 1 }, codec: 'h264', bitDepth: 8 }
const situation = {
  engine: 'embedded',
  info,
  footage: 'auto',
  probe: null,
  clip: null,
  before: null,
} as unknown as Situation
const candidates = learnable.candidates(situation)
const rich: RaceBudget = { runsMs: 1e6, racesMs: 0 }
type Choice = AnchoredChoice<ReturnType<typeof learnable.settings>>

/** A choice whose coin fell on a candidate, or on the default. */
function drawn(key: string): Choice {
  const policy = createAnchoredPolicy(learnable)
  const wanted = candidates.find((candidate) => candidate.key === key)
  for (let i = 0; ; i++) {
    const choice = policy.choose(situation, { rng: { next: () => (i % 1000) / 1000, int: () => 0 } })
    if (choice.decision.key === (wanted?.key ?? defaultKey)) return choice
    if (i > 1000) throw new Error(`${key} is never drawn`)
  }
}

/** Each trial takes 100 ms; the score of a demand on the match is as said. */
function course(scores: Readonly<Record<string, number | null>>, frames = 400) {
  let [time, trials] = [0, 0]
  const made: Course = {
    window: { from: 0, to: 11 },
    frames,
    trial: async (settings) => {
      time += 100
      trials++
      return settings.map(({ tracker }) => scores[String(tracker.correlation)] ?? null)
    },
  }
  return { made, now: () => time, trials: () => trials }
}

const race = (choice: Choice, { made, now }: ReturnType<typeof course>, budget = rich) =>
  raced(choice, situation, learnable, made, budget, now)

test('the default is used where it holds better; the coin is that of what was drawn, and the chance is not known', async () => {
  const choice = drawn('correlation=0.85')
  const track = course({ 0.85: 0.4, 0.75: 0.41, 0.6: 0.8 })
  const run = await race(choice, track)
  assert.equal(track.trials(), 2, 'nothing else enters')
  assert.equal(run.settings.tracker.correlation, 0.75)
  assert.equal(run.propensity, null)
  assert.equal(run.decision.key, 'correlation=0.85')
  assert.match(run.reason, /raced against the default on frames 0 to 11: the default held better$/)
  const { race: log } = run.decision as typeof run.decision & { race: { entrants: unknown; durationMs: number } }
  assert.deepEqual(log.entrants, [
    { key: defaultKey, score: 0.41 },
    { key: 'correlation=0.85', score: 0.4 },
  ])
  assert.equal(log.durationMs, 200)
})

test('what was drawn stays where it holds as well, and where nothing could be tried', async () => {
  for (const scores of [{ 0.85: 0.5, 0.75: 0.5 }, { 0.85: 0.8, 0.75: 0.5 }, {}]) {
    const run = await race(drawn('correlation=0.85'), course(scores))
    assert.equal(run.settings.tracker.correlation, 0.85)
    assert.match(run.reason, /held as well$/)
  }
})

test('what has the evidence of whole runs is not raced', async () => {
  for (const role of ['wanted', 'replay'] as const) {
    const tried = drawn('correlation=0.85')
    const choice = { ...tried, decision: { ...tried.decision, role } }
    const track = course({ 0.85: 0.1, 0.75: 0.9 })
    assert.equal(await race(choice, track), choice)
    assert.equal(track.trials(), 0)
  }
})

test('the default is never raced, and races cost no more than their share', async () => {
  const scores = { 0.85: 0.1, 0.75: 0.9, 0.6: 0.9 }
  const untouched = drawn(defaultKey)
  const track = course(scores)
  assert.equal(await race(untouched, track), untouched)
  assert.equal(track.trials(), 0)
  const choice = drawn('correlation=0.85')
  const poor = course(scores)
  assert.equal(await race(choice, poor, { runsMs: 500, racesMs: 400 }), choice)
  assert.equal(poor.trials(), 0)
  assert.equal(await race(choice, course(scores, 30)), choice, 'a run of 30 frames is hardly longer than a trial')
})

test('a raced run counts apart as evidence, and for the coin as what the coin fell on', () => {
  const policy = createAnchoredPolicy(learnable)
  const { decision } = drawn('correlation=0.85')
  policy.begin('s', decision)
  const { settings } = candidates.find(({ key }) => key === 'correlation=0.6')!
  const said = {
    session: 's',
    decision,
    levels: decision.levels,
    clip: null,
    key: 'correlation=0.6',
    settings,
    value: 1,
  }
  const more = { source: { type: 'own' }, firstTry: true, kept: true, raced: true } as const
  const { evidence } = policy.update({ ...said, ...more })
  assert.deepEqual([evidence?.source, evidence?.key], [racedSource, 'correlation=0.6'])
  assert.equal(policy.state.credit.spent, 1, 'nothing is given back for what a race replaced')
})
