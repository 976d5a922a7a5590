import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { defaultKey } from '#core/learnable.ts'
import { byRegionKey } from '#domains/camera/learning/by-region.ts'
import { type Known, knownOf } from '#domains/camera/learning/known.ts'
import { choiceOf } from '#domains/camera/learning/naming.ts'
import { type Region, regions } from '#domains/camera/terms.ts'
import { type Engine, makeContext } from '../engine.ts'
import { openEngine } from '../open.ts'
import { recordSession } from '../record.ts'
import { type LearnedPolicy, learnedPolicy, predict } from './choose.ts'
import { catchUp } from './learn.ts'
import { proposeByRegion } from './propose-regions.ts'
import { choosing, contextOf, idOf, learner, type Made, sessionOf } from './test-sessions.ts'

const wide = 'search=1.45'
const known = knownOf(contextOf(0), 'embedded') as Known

/** Tracks in the top left survive with a wide window only; everywhere else it does them harm. */
const survivedIn = (region: Region, key: string) => ((region === 'top-left') === (key === wide) ? 9 : 3)

const survival = (keyAt: (region: Region) => string) => ({
  survival: {
    rate: 0.6,
    markers: 90,
    survived: 54,
    regions: Object.fromEntries(
      regions.map((region) => [region, { total: 10, survived: survivedIn(region, keyAt(region)) }]),
    ),
  },
})

describe('settings for parts of the picture', () => {
  let dir: string
  let engine: Engine
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-regions-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
  })
  after(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })

  async function record(made: Made, keyAt: (region: Region) => string): Promise<void> {
    await recordSession(engine, sessionOf({ ...made, parts: { telemetry: survival(keyAt) } }))
    await catchUp(engine, makeContext())
  }
  const proposed = () => proposeByRegion(engine, learner, known)
  const policy = (session: string, regional: Awaited<ReturnType<typeof proposed>>): LearnedPolicy<object, unknown> =>
    learnedPolicy(engine, learner, choosing, {
      session,
      propose: () => (regional === null ? [] : [regional.candidate]),
    }) as unknown as LearnedPolicy<object, unknown>

  test('are proposed where tracks survived better with something else, from three sessions on', async () => {
    assert.equal(await proposed(), null)
    for (let n = 0; n < 8; n++) {
      const key = n % 2 === 0 ? wide : defaultKey
      await record({ id: idOf(1, n), clip: n, key, solved: true }, () => key)
      if (n === 3) assert.equal(await proposed(), null, 'two sessions are too few')
    }
    const { candidate, wishes } = (await proposed())!
    assert.deepEqual(
      wishes.map(({ region, key }) => [region, key]),
      [['top-left', wide]],
    )
    assert.ok(wishes[0]!.verdict.passed && wishes[0]!.verdict.confidence! >= 0.7)
    assert.equal(candidate.trialShare, 0.5)
    assert.deepEqual(candidate.settings, { ...choosing.base(contextOf(0)), 'top-left': wide })
    const { tracker, regions: own } = choiceOf(candidate.settings, known)
    assert.deepEqual(Object.keys(own ?? {}), ['top-left'])
    assert.ok(own!['top-left']!.searchSize > 1.3 * tracker.searchSize)
    assert.equal(own!['top-left']!.patternSize, tracker.patternSize)
  })

  test('have to earn their evidence by whole runs, and are wanted when they have', async () => {
    const { outlook } = await predict(engine, learner, contextOf(0))
    assert.equal(outlook.recommended.key, defaultKey)
    let tried = 0
    for (let n = 0; n < 160 && tried < 4; n++) {
      const regional = await proposed()
      const clip = 100 + n
      const choice = (await policy(idOf(2, n), regional).choose(contextOf(clip))) as never as NonNullable<
        Made['choice']
      >
      const isRegional = choice.decision.key === byRegionKey
      if (isRegional) tried++
      const overrides = isRegional ? { regionOverrides: { 'top-left': { searchSize: 91 } } } : {}
      const made = sessionOf({ id: idOf(2, n), clip, solved: isRegional, choice })
      const { 'top-left': _, ...five } = choice.decision.settings
      const settings = {
        ...(made as { settings: object }).settings,
        values: { ...five, ...overrides, engine: 'embedded' },
      }
      const keyAt = (region: Region) => (isRegional && region === 'top-left' ? wide : defaultKey)
      await recordSession(engine, { ...(made as object), settings, telemetry: survival(keyAt) } as never)
      await catchUp(engine, makeContext())
    }
    assert.equal(tried, 4, 'it was tried within the credit')
    const [regional] = [(await proposed())!]
    const { decision, reason } = await policy(idOf(3, 0), regional).choose(contextOf(500))
    assert.equal(decision.coin?.key, byRegionKey, reason)
    const lesson = (await engine.store.learned.lesson(learner, idOf(2, 0)))!
    assert.ok(lesson.rows.some(({ group }) => group.startsWith('region/') && group.endsWith('/top-left')))
  })

  test('are remembered for their clip as they were used', async () => {
    const { learned } = engine.store
    for await (const { session, about } of learned.lessons(learner)) {
      if (about['key'] !== byRegionKey) continue
      assert.equal((about['settings'] as Record<string, unknown>)['top-left'], wide)
      const clip = Number.parseInt(session.slice(-4), 16) + 100
      const { outlook } = await predict(engine, learner, contextOf(clip))
      const replay = outlook.arms.find(({ role }) => role === 'replay')
      assert.deepEqual(replay?.candidate.settings['top-left'], wide)
      return
    }
    assert.fail('no session used it')
  })

  test('are not learned from sessions that say nothing of parts, nor where all want the same', async () => {
    const { dir: other, engine: fresh } = await (async () => {
      const at = await mkdtemp(join(tmpdir(), 'hindsight-regions-'))
      return { dir: at, engine: await openEngine({ dataDir: at, jobThreads: 0 }) }
    })()
    for (let n = 0; n < 8; n++) {
      const key = n % 2 === 0 ? wide : defaultKey
      const everywhere = Object.fromEntries(
        regions.map((region) => [region, { total: 10, survived: key === wide ? 9 : 3 }]),
      )
      const parts = { telemetry: { survival: { rate: 0.6, regions: everywhere } } }
      await recordSession(fresh, sessionOf({ id: idOf(4, n), clip: n, key, solved: true, parts }))
    }
    await catchUp(fresh, makeContext())
    assert.equal(await proposeByRegion(fresh, learner, known), null)
    await fresh.close()
    await rm(other, { recursive: true })
  })
})
