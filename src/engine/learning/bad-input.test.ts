/** What is odd, wrong or meant ill: the default stays, and what was found is said. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { JsonObject } from '#core/json.ts'
import { defaultKey } from '#core/learnable.ts'
import { anchoredRules } from '#learn/choice/anchored.ts'
import { creditLimit } from '#learn/choice/credit.ts'
import { type Engine, makeContext } from '../engine.ts'
import { openEngine } from '../open.ts'
import { prepareSession } from '../prepare.ts'
import { recordSession } from '../record.ts'
import { learnedPolicy, predict } from './choose.ts'
import { catchUp } from './learn.ts'
import { readLearned } from './state.ts'
import { learnStatus } from './status.ts'
import { choosing, contextOf, idOf, learner, sessionOf } from './test-sessions.ts'
import { madeRun } from './test-runs.ts'
import { trainModels } from './train.ts'

const other = 'correlation=0.85'
const ctx = makeContext({ seed: 1 })

describe('what is odd', () => {
  let dir: string
  let engine: Engine
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-bad-input-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
  })
  afterEach(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })

  const record = (session: unknown) => recordSession(engine, session as JsonObject)
  const recommended = async () => (await predict(engine, learner, contextOf(0))).outlook.recommended.key
  const status = async () => (await learnStatus(engine, learner)).learners[0]!

  test('all runs failed: no setting is preferred, and the models have nothing to tell apart', async () => {
    for (let n = 0; n < 24; n++) {
      await record(sessionOf({ id: idOf(1, n), clip: n, key: n % 2 ? other : defaultKey, solved: false }))
    }
    await catchUp(engine, ctx)
    assert.equal(await recommended(), defaultKey)
    const { findings, tally } = await status()
    assert.deepEqual([tally.taught, findings[0]?.succeeded], [{ own: 24 }, 0])
    const { models } = await trainModels(engine, {}, ctx)
    assert.ok(models.every(({ acts }) => !acts))
    assert.match(models[1]!.reason, /^There are 0 rows of 0 clips/, 'where nothing was solved no region is to blame')
  })

  test('only one thing ever happened: nothing is fitted, and that is said', async () => {
    for (let clip = 0; clip < 20; clip++) {
      const { sent } = madeRun(clip, 0)
      const regionStats = Object.fromEntries(
        Object.keys((sent['telemetry'] as { regionStats: object }).regionStats).map((region) => [
          region,
          { totalTracks: 10, successfulTracks: 9 },
        ]),
      )
      await record({ ...sent, telemetry: { ...(sent['telemetry'] as object), regionStats } })
    }
    const { models } = await trainModels(engine, { names: ['dead-zones'] }, ctx)
    assert.equal(models[0]!.version, null)
    assert.match(models[0]!.reason, /^In all 180 rows of 20 clips the same came of it/)
  })

  test('imports that contradict each other cancel out', async () => {
    const rows = (series: number, isGood: boolean) =>
      Array.from({ length: 40 }, (_, n) => {
        const isOther = n % 2 === 0
        return prepareSession(
          sessionOf({
            id: idOf(series, n),
            clip: 100 * series + n,
            key: isOther ? other : defaultKey,
            solved: isOther === isGood,
          }),
        )
      })
    await engine.store.catalog.putSessions(rows(2, true), 'one-import')
    await engine.store.catalog.putSessions(rows(3, false), 'another-import')
    await catchUp(engine, ctx)
    assert.equal((await engine.store.learned.tally(learner)).taught['import'], 80)
    assert.equal(await recommended(), defaultKey)
  })

  test('failures that were imported count as failures', async () => {
    const failing = Array.from({ length: 30 }, (_, n) =>
      prepareSession(sessionOf({ id: idOf(4, n), clip: 400 + n, key: other, solved: false })),
    )
    for (let n = 0; n < 6; n++) {
      await record(sessionOf({ id: idOf(5, n), clip: 500 + n, key: n % 2 ? other : defaultKey, solved: n % 2 === 1 }))
    }
    await catchUp(engine, ctx)
    const expected = async () => (await predict(engine, learner, contextOf(0))).outlook.known.posterior(other)
    const mean = ({ a, b }: { readonly a: number; readonly b: number }) => a / (a + b)
    const before = mean(await expected())
    await engine.store.catalog.putSessions(failing, 'failures')
    await catchUp(engine, ctx)
    assert.ok(mean(await expected()) < before - 0.05)
  })

  test('sessions of another engine, without settings or beyond what is legal teach nothing, and are counted', async () => {
    const odd = (n: number, values: object, engineName = 'embedded') => {
      const made = sessionOf({ id: idOf(6, n), clip: n, solved: true }) as {
        context: object
        settings: { values: object }
      }
      return {
        ...made,
        context: { ...made.context, engine: { name: engineName, version: '0.0.1' } },
        settings: { ...made.settings, values: { ...made.settings.values, engine: engineName, ...values } },
      }
    }
    await record(odd(0, {}, 'mocha'))
    await record(odd(1, { patternSize: null }))
    await record(odd(2, { searchSize: 4001 }))
    await record(odd(3, {}))
    await catchUp(engine, ctx)
    const { taught, passed } = await engine.store.learned.tally(learner)
    assert.deepEqual(
      [taught, passed],
      [{ own: 1 }, { 'other-engine': 1, 'no-settings': 1, 'illegal-settings': 1 }],
      'of another version of the engine it counts',
    )
  })

  test('clocks that jump change neither what is known nor what was spent', async () => {
    const times = ['1970-01-01T00:00:00.000Z', '2999-12-31T23:59:59.000Z', '2026-11-01T10:00:00.000Z']
    const states: unknown[] = []
    for (const isOdd of [false, true]) {
      const own = await mkdtemp(join(tmpdir(), 'hindsight-clock-'))
      const one = await openEngine({ dataDir: own, jobThreads: 0 })
      for (let n = 0; n < 12; n++) {
        const id = idOf(7, n)
        const choice = await learnedPolicy(one, learner, choosing, { session: id }).choose(contextOf(n))
        const made = sessionOf({ id, clip: n, solved: n % 3 > 0, choice }) as JsonObject
        await recordSession(one, isOdd ? { ...made, recordedAt: times[n % 3]! } : made)
        await catchUp(one, ctx)
      }
      const { state } = await readLearned(one, learner, [])
      const rows = await one.store.learned.rowsBeneath(learner, '')
      states.push([rows, state.credit, state.pending.size])
      assert.ok(state.credit.spent <= creditLimit(state.credit.sessions, anchoredRules.credit))
      const points = (await learnStatus(one, learner)).learners[0]!.progress.points
      assert.ok(points.every(({ at }) => !Number.isNaN(Date.parse(at))))
      await one.close()
      await rm(own, { recursive: true })
    }
    // Chosen by other keys than each other's, the two stores draw alike: the coin hangs on the session's id alone.
    assert.deepEqual(states[1], states[0])
  })
})
