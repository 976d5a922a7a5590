import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Json } from '#core/json.ts'
import { goodOnSoft, madeLearner, madeSessions, sealedFor } from '#test/made-learning.ts'
import { type Engine, makeContext } from '../engine.ts'
import { openEngine } from '../open.ts'
import { writePreferences } from '../preferences.ts'
import { recordLines, recordSession } from '../record.ts'
import { catchUp } from './learn.ts'
import { rebuildLearned } from './rebuild.ts'
import { learnStatus } from './status.ts'

describe('what was learned', () => {
  let dir: string
  let engine: Engine
  const sessions = madeSessions(160, 7)
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-status-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
  })
  after(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })

  test('is nothing before the first session, and says so', async () => {
    const { learners, coverage, sentence, isOn } = await learnStatus(engine)
    assert.ok(isOn)
    assert.match(sentence, /waits for sessions/)
    const [first] = learners
    assert.match(first?.worth.sentence ?? '', /^Nothing is known of its worth yet/)
    assert.deepEqual([first?.findings, first?.progress.points, coverage.sessions], [[], [], 0])
    assert.match(first?.safety.credit.sentence ?? '', /^Learning has cost nothing yet/)
    assert.equal(coverage.next.length, 5)
    assert.ok(coverage.classes.flat().every(({ needed, step }) => needed === 5 && step === null))
  })

  test('is shown as it is, from sessions whose truth is known', async () => {
    const lines = async function* () {
      for (const session of sealedFor(engine.store, sessions)) yield Buffer.from(`${JSON.stringify(session)}\n`)
    }
    const { created } = await recordLines(engine, lines(), makeContext().signal)
    assert.equal(created, 160)
    await rebuildLearned(engine, madeLearner, makeContext())
    const { learners, coverage } = await learnStatus(engine, madeLearner)
    const [learner] = learners
    assert.ok(learner && learners.length === 1)
    assert.deepEqual(learner.tally.taught, { own: 128, person: 32 })
    assert.equal(learner.findings.length, 4)

    const soft = learner.findings.filter(({ words }) => words.includes('little texture'))
    assert.equal(soft.length, 2)
    assert.ok(soft.some(({ best, verdict }) => best?.key === goodOnSoft && verdict?.passed === true))
    for (const { base, best, sentence } of soft) {
      assert.ok(best!.expected.mean > base.expected.mean, sentence)
      assert.ok(best!.expected.low < best!.expected.mean && best!.expected.mean < best!.expected.high)
    }
    // Where the default is better nothing is recommended, and it says what keeps it back.
    for (const { verdict, missing } of learner.findings.filter((one) => !soft.includes(one))) {
      assert.notEqual(verdict?.passed, true)
      assert.ok(verdict === null || missing !== null)
    }

    const { coin, learned, base } = learner.worth
    const tosses = sessions.filter(({ settings }) => settings.decision?.['coin'] != null)
    assert.equal(coin.first.sessions + coin.second.sessions, tosses.length)
    assert.ok(coin.difference!.value > 0.1, JSON.stringify(coin))
    assert.equal(learned.sessions, 128)
    assert.ok(learned.snips!.value > base.snips!.value)
    assert.equal(learned.leftOut.noPropensity, 32, 'those that a person chose')

    const charged = sessions.filter(({ settings }) => settings.decision?.['charge'] === 1).length
    assert.equal(learner.safety.credit.spent, charged)
    assert.equal(learner.safety.credit.limit, 10 + 0.2 * 128)
    assert.ok(learner.safety.proof.evidence > 1)

    const { points, live, gained } = learner.progress
    assert.equal(
      points.reduce((sum, { firstTries }) => sum + firstTries, 0),
      160,
    )
    assert.equal(points.at(-1)?.to, 160)
    assert.equal(live.at(-1)?.sessions, tosses.length)
    assert.ok(live.at(-1)!.learned!.mean > live.at(-1)!.base!.mean)
    assert.equal(gained.length, points.length)
    const success = learner.measures.find(({ name }) => name === 'success')!
    assert.ok(success.value! > 0.3 && success.value! <= 1 && success.met === success.value! > 0.6)

    assert.equal(coverage.sessions, 160)
    const of = (name: string) => coverage.axes.flatMap(({ kinds }) => kinds).find((kind) => kind.name === name)
    assert.deepEqual([of('low light')?.sessions, of('drone')?.sessions, of('handheld')?.sessions], [40, 40, 0])
    assert.equal(of('static')?.step, 'significant')
    assert.equal(of('static')?.needed, 60)
    assert.match(coverage.next[0] ?? '', /none yet$/)
  })

  test('is the same when it is asked again, and changes with the next session', async () => {
    const first = await learnStatus(engine, madeLearner)
    assert.equal((await learnStatus(engine, madeLearner)).learners[0], first.learners[0], 'kept')
    const [more] = madeSessions(1, 8, 0)
    await recordSession(engine, more as unknown as Json)
    await catchUp(engine, makeContext())
    const after = await learnStatus(engine, madeLearner)
    assert.equal(after.learners[0]?.progress.points.at(-1)?.to, 161)
  })

  test('says so when learning is switched off', async () => {
    await writePreferences(engine, { learnFromSessions: false })
    const { isOn, sentence } = await learnStatus(engine, madeLearner)
    assert.equal(isOn, false)
    assert.match(sentence, /switched off/)
    await writePreferences(engine, { learnFromSessions: true })
  })
})
