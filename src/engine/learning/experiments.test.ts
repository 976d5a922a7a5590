import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Fault } from '#core/faults.ts'
import { seededRng } from '#core/rng.ts'
import type { Engine } from '../engine.ts'
import { openEngine } from '../open.ts'
import type { LessonAbout } from './about.ts'
import { gatherExperiment } from './experiment-results.ts'
import {
  assignedPolicy,
  assignmentIn,
  assignmentOf,
  type Experiment,
  listExperiments,
  startExperiment,
  stopExperiment,
} from './experiments.ts'

const policies = new Map([['camera/embedded', ['learned', 'defaults', 'motion-class', 'tiers']]])
const learner = 'camera/embedded'
const asked = { name: 'table', learner, first: 'motion-class', second: 'defaults' }

const withCode = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

describe('experiments', () => {
  let dir: string
  let engine: Engine
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-experiments-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
  })
  after(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })

  test('are refused where they could not tell anything', async () => {
    const refused = (change: object, code = 'experiment.invalid') =>
      assert.rejects(startExperiment(engine, { ...asked, ...change }, policies), withCode(code))
    await refused({ learner: 'gui' })
    await refused({ first: 'guesses' })
    await refused({ second: 'motion-class' })
    await refused({ chance: 1 })
    await refused({ chance: Number.NaN })
    await refused({ name: 'With Spaces' })
    await assert.rejects(stopExperiment(engine, 'nothing'), withCode('experiment.unknown'))
    assert.deepEqual(await listExperiments(engine), [])
  })

  test('draw one policy for each session, the same whenever it is asked, and none once they are stopped', async () => {
    assert.equal(await assignedPolicy(engine, learner, 'session-1'), null)
    await startExperiment(engine, asked, policies)
    await assert.rejects(startExperiment(engine, asked, policies), withCode('experiment.exists'))
    await assert.rejects(startExperiment(engine, { ...asked, name: 'other' }, policies), withCode('experiment.running'))
    const drawn = await assignedPolicy(engine, learner, 'session-1')
    assert.ok(drawn)
    assert.deepEqual(await assignedPolicy(engine, learner, 'session-1'), drawn)
    assert.equal(drawn.policy, drawn.arm === 'first' ? 'motion-class' : 'defaults')
    assert.deepEqual(assignmentIn({ experiment: { ...drawn } }), drawn, 'as it is recorded')
    assert.equal(await assignedPolicy(engine, 'camera/blender', 'session-1'), null)
    const stopped = await stopExperiment(engine, 'table')
    assert.deepEqual(await stopExperiment(engine, 'table'), stopped)
    assert.equal(await assignedPolicy(engine, learner, 'session-1'), null)
    await startExperiment(engine, { ...asked, name: 'second' }, policies)
    assert.deepEqual(
      (await listExperiments(engine)).map(({ name }) => name),
      ['second', 'table'],
    )
    await stopExperiment(engine, 'second')
  })

  test('that several start at once are one, and none is lost', async () => {
    const asking = ['one', 'two', 'three', 'four'].map((name) =>
      startExperiment(engine, { ...asked, name: `at-once-${name}` }, policies).then(
        () => 'started',
        (error: unknown) => (error instanceof Fault ? error.code : 'broken'),
      ),
    )
    const came = await Promise.all(asking)
    assert.deepEqual(came.toSorted(), ['experiment.running', 'experiment.running', 'experiment.running', 'started'])
    const running = (await listExperiments(engine)).filter(({ stoppedAt }) => stoppedAt === null)
    assert.equal(running.length, 1)
    const stopping = await Promise.all([1, 2].map(() => stopExperiment(engine, running[0]!.name)))
    assert.deepEqual(stopping[0], stopping[1])
  })

  test('outlive what another version wrote', async () => {
    const before = await engine.store.preference('experiments')
    const strange = { name: 'from the future', arms: 3 }
    const { items } = before as { items: readonly object[] }
    await engine.store.setPreference('experiments', { items: [...items, strange] as never })
    await startExperiment(engine, { ...asked, name: 'third' }, policies)
    const after = (await engine.store.preference('experiments')) as { items: readonly object[] }
    assert.deepEqual(after.items[items.length], strange)
    assert.ok(!(await listExperiments(engine)).some(({ name }) => name === 'from the future'))
  })
})

const experiment: Experiment = {
  ...asked,
  chance: 0.5,
  delta: 0.05,
  startedAt: '2026-01-01T00:00:00Z',
  stoppedAt: null,
}

const lesson = (i: number, value: number, decision: object | null, more: Partial<LessonAbout> = {}): LessonAbout => ({
  recordedAt: '2026-01-02T00:00:00Z',
  status: 'succeeded',
  source: 'own/0',
  levels: [`clip ${i}`, 'medium', 'all'],
  clip: `clip ${i}`,
  key: 'default',
  settings: {},
  features: {},
  value,
  parts: {},
  figures: {},
  firstTry: true,
  kept: true,
  raced: false,
  policy: null,
  propensity: null,
  decision: decision as LessonAbout['decision'],
  ...more,
})

/** Sessions as they would come: `gain` is what the first policy brings. */
function run(gain: number, sessions: number, seed: number) {
  const gatherer = gatherExperiment(experiment)
  const rng = seededRng(seed)
  for (let i = 0; i < sessions; i++) {
    const drawn = assignmentOf(experiment, `session ${seed} ${i}`)
    const value = Math.min(1, Math.max(0, 0.5 + (drawn.arm === 'first' ? gain : 0) + 0.6 * (rng.next() - 0.5)))
    gatherer.add(`session ${i}`, lesson(i, value, { experiment: drawn }))
  }
  return gatherer.result()
}

describe('what came of an experiment', () => {
  test('names the better policy when there is one, with what it brings', () => {
    const { winner, comparison, sentence, sessions, anytimeP } = run(0.25, 300, 1)
    assert.equal(winner, 'first')
    assert.equal(sessions, 300)
    assert.ok(anytimeP < 0.05)
    assert.ok(comparison.robust!.low < 0.25 && comparison.robust!.high > 0.25)
    assert.match(sentence, /^motion-class is better: motion-class 0\.7\d in \d+ sessions, defaults 0\.[45]\d in/)
  })

  test('names none where there is none, but once in twenty times at most', () => {
    const winners = Array.from({ length: 40 }, (_, seed) => run(0, 120, seed).winner).filter(Boolean)
    assert.ok(winners.length <= 4, `${winners.length} of 40`)
  })

  test('counts first tries of its own sessions only', () => {
    const gatherer = gatherExperiment(experiment)
    const drawn = assignmentOf(experiment, 'a')
    gatherer.add('a', lesson(1, 0.9, { experiment: drawn }))
    gatherer.add('b', lesson(2, 0.9, { experiment: drawn }, { firstTry: false }))
    gatherer.add('c', lesson(3, 0.9, { experiment: { ...drawn, experiment: 'another' } }))
    gatherer.add('d', lesson(4, 0.9, { experiment: { arm: 'third' } }))
    gatherer.add('e', lesson(5, 0.9, null))
    assert.equal(gatherer.result().sessions, 1)
  })

  test('says so before the first session, and after none came', () => {
    assert.match(gatherExperiment(experiment).result().sentence, /^No session yet/)
    const over = { ...experiment, stoppedAt: '2026-01-03T00:00:00Z' }
    assert.match(gatherExperiment(over).result().sentence, /ended without a session/)
  })

  test('is a fair coin over sessions', () => {
    const first = Array.from({ length: 4000 }, (_, i) => assignmentOf(experiment, `s${i}`)).filter(
      ({ arm }) => arm === 'first',
    )
    assert.ok(Math.abs(first.length - 2000) < 130, String(first.length))
  })
})
