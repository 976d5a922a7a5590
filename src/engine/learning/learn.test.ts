import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { defaultKey } from '#core/learnable.ts'
import { localOwner } from '#core/principal.ts'
import { anchoredRules } from '#learn/choice/anchored.ts'
import { creditLimit } from '#learn/choice/credit.ts'
import { appendEdit } from '../edits.ts'
import { type Engine, makeContext } from '../engine.ts'
import { forgetData } from '../forget.ts'
import { appendJournal, openJournal } from '../journals.ts'
import { openEngine } from '../open.ts'
import { writePreferences } from '../preferences.ts'
import { prepareSession } from '../prepare.ts'
import { recordSession } from '../record.ts'
import { learnedPolicy, predict } from './choose.ts'
import { catchUp, learnFrom, unlearn } from './learn.ts'
import { rebuildLearned, resetLearned } from './rebuild.ts'
import { readLearned } from './state.ts'
import { choosing, contextOf, idOf, learner, type Made, openingOf, sessionOf } from './test-sessions.ts'

/** A setting that differs from the default in one thing. */
const other = 'correlation=0.85'

describe('learning from sessions', () => {
  let dir: string
  let engine: Engine
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-learn-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
  })
  afterEach(async () => {
    await engine.close()
    await rm(dir, { recursive: true })
  })

  /** Records sessions, each of a clip of its own unless said, and learns from them. */
  async function taught(series: number, made: readonly Omit<Made, 'id' | 'clip'>[]): Promise<void> {
    for (const [n, one] of made.entries()) {
      await recordSession(engine, sessionOf({ id: idOf(series, n), clip: 1000 * series + n, ...one }))
    }
    await catchUp(engine, makeContext())
  }
  const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value)
  const asked = () => predict(engine, learner, contextOf(0))
  const chance = async (role: string) =>
    (await asked()).outlook.arms.reduce((sum, arm) => (arm.role === role ? sum + arm.chance : sum), 0)
  const choose = (session: string, clip = 0) =>
    learnedPolicy(engine, learner, choosing, { session }).choose(contextOf(clip))
  /** All rows, whatever their order of learning. */
  const known = () => engine.store.learned.rowsBeneath(learner, '')

  test('ten perfect sessions change the next choice, within its chances and against a control', async () => {
    assert.equal((await asked()).outlook.recommended.key, defaultKey)
    await taught(1, [...times(10, { key: other, solved: true }), ...times(5, { solved: false })])
    const { outlook, reason, similar } = await asked()
    assert.equal(outlook.recommended.key, other)
    assert.equal(outlook.recommended.settings['correlation'], 0.85)
    assert.match(reason, /^correlation=0\.85: 0\.\d\d .* in 10 sessions like this, the default 0\.\d\d/)
    assert.equal(similar.length, 5)
    const [wanted, control] = [await chance('wanted'), await chance('control')]
    assert.ok(wanted > 0.4 && Math.abs(wanted - control) < 1e-9, `${wanted} against ${control}`)
    const drawn = new Set<string>()
    for (let n = 0; n < 12; n++) {
      const { decision, propensity, settings } = await choose(idOf(2, n), 50 + n)
      drawn.add(decision.key)
      assert.ok(propensity !== null && propensity > 0 && propensity < 1)
      assert.deepEqual(settings, decision.settings)
    }
    assert.ok(drawn.has(other) && drawn.has(defaultKey))
  })

  test('a choice is drawn by the id of its session, and may be repeated', async () => {
    const before = await readLearned(engine, learner, [])
    const first = await choose(idOf(3, 1))
    assert.equal(before.revision, 0)
    await resetLearned(engine, learner)
    const again = await choose(idOf(3, 1))
    assert.deepEqual(again.decision, first.decision)
  })

  test('nine harmful sessions and one good one change nothing, ever', async () => {
    await taught(4, [
      ...times(5, { solved: true }),
      ...times(4, { key: other, solved: false }),
      { key: other, solved: true },
      ...times(5, { key: other, solved: false }),
    ])
    const { outlook } = await asked()
    assert.equal(outlook.recommended.key, defaultKey)
    assert.equal(await chance('wanted'), 0)
    assert.ok((await chance('default')) >= 0.9)
  })

  test('a lesson is learned once, and what it was charged is settled by its outcome', async () => {
    const id = idOf(5, 1)
    const choice = await choose(id)
    const begun = (await readLearned(engine, learner, [])).state
    assert.deepEqual([...begun.pending.keys()], [id])
    assert.equal(begun.credit.sessions, 1)
    await recordSession(engine, sessionOf({ id, clip: 0, solved: true, choice }))
    for (let i = 0; i < 3; i++) await learnFrom(engine, id, makeContext())
    await catchUp(engine, makeContext())
    const after = (await readLearned(engine, learner, [])).state
    assert.equal(after.pending.size, 0)
    assert.equal(after.credit.sessions, 1)
    assert.equal(await engine.store.learned.count(learner), 1)
  })

  test('what is forgotten, unlearned or set aside leaves what was there before, and comes back exactly', async () => {
    await taught(6, times(6, { solved: false }))
    const before = [await known(), (await asked()).outlook.arms]
    await taught(7, [...times(4, { key: other, solved: true })])
    const taughtMore = await known()
    assert.equal((await asked()).outlook.recommended.key, other)
    await unlearn(engine, idOf(7, 0))
    const { catalog } = engine.store
    await forgetData(engine, { sessions: [idOf(7, 0)] }, 'owner', makeContext())
    for (const n of [1, 2, 3]) await unlearn(engine, idOf(7, n))
    assert.deepEqual([await known(), (await asked()).outlook.arms], before)
    await rebuildLearned(engine, learner, makeContext())
    assert.equal((await known()).find(({ key, group }) => key === other && group === 'all')?.count, 3)
    const all = await known()
    assert.equal(await catalog.setAside('made', 'camera', 'some-import'), 9)
    assert.deepEqual(await known(), [])
    await catalog.bringBack('some-import')
    assert.deepEqual(await known(), all)
    assert.notDeepEqual(all, taughtMore)
  })

  test('edits change what a session is worth, and are not another session', async () => {
    await taught(8, [{ solved: true }])
    const before = await engine.store.learned.lesson(learner, idOf(8, 0))
    const { credit } = (await readLearned(engine, learner, [])).state
    await appendEdit(engine, { session: idOf(8, 0), kind: 'reject', after: null }, localOwner)
    await catchUp(engine, makeContext())
    const after = await engine.store.learned.lesson(learner, idOf(8, 0))
    assert.ok(Number(after?.about['value']) < Number(before?.about['value']), 'refused by a person')
    assert.equal((await known()).find(({ group }) => group === 'all')?.count, 1)
    assert.deepEqual((await readLearned(engine, learner, [])).state.credit, credit)
  })

  test('a thousand made-up imports move no choice further than their cap, and leave no trace', async () => {
    await taught(9, [...times(8, { solved: true }), ...times(4, { key: other, solved: false })])
    const before = await asked()
    const fakes = 1000
    const rows = Array.from({ length: fakes }, (_, n) =>
      prepareSession(
        sessionOf({ id: idOf(10, n), clip: 5000 + n, key: n % 2 ? other : defaultKey, solved: n % 2 === 1 }),
      ),
    )
    await engine.store.catalog.putSessions(rows, 'bad-import')
    await catchUp(engine, makeContext())
    assert.equal((await engine.store.learned.tally(learner)).taught['import'], fakes)
    const poisoned = await asked()
    assert.equal(poisoned.outlook.recommended.key, defaultKey)
    const { a, b } = poisoned.outlook.known.posterior(other, 1)
    const { sourceCap, strength } = anchoredRules.pooling
    assert.ok(a + b <= 4 + sourceCap + strength + 1e-9, `${a + b} sessions speak`)
    await writePreferences(engine, { learnFromImports: false })
    assert.deepEqual((await asked()).outlook.arms, before.outlook.arms)
    await writePreferences(engine, { learnFromImports: true })
    assert.deepEqual((await asked()).outlook.arms, poisoned.outlook.arms)
    assert.equal(await engine.store.catalog.bringBack('bad-import'), 0)
    assert.deepEqual((await asked()).outlook.arms, before.outlook.arms)
  })

  test('reset goes back to what the program came with; the sessions stay, and rebuilding learns them', async () => {
    const first = await asked()
    await taught(11, [...times(10, { key: other, solved: true }), ...times(5, { solved: false })])
    const taughtArms = (await asked()).outlook.arms
    await resetLearned(engine, null)
    const { outlook, reason } = await asked()
    assert.deepEqual([outlook.arms, reason], [first.outlook.arms, first.reason])
    await catchUp(engine, makeContext())
    assert.deepEqual((await asked()).outlook.arms, first.outlook.arms, 'what was reset is not caught up with')
    assert.equal((await engine.store.learned.tally(learner)).passed['reset'], 15)
    await rebuildLearned(engine, learner, makeContext())
    assert.deepEqual((await asked()).outlook.arms, taughtArms)
  })

  test('what was spent stays spent where learning anew is stopped half way, and is not spent twice', async () => {
    await taught(21, [...times(10, { key: other, solved: true }), ...times(5, { solved: false })])
    for (let n = 0; n < 40; n++) {
      const id = idOf(22, n)
      const choice = await choose(id, 100 + n)
      // Every fourth run is lost: no session knows of it.
      if (n % 4 === 0) continue
      await recordSession(engine, sessionOf({ id, clip: 100 + n, solved: n % 3 === 0, choice }))
    }
    await catchUp(engine, makeContext())
    const spent = async () => (await readLearned(engine, learner, [])).state.credit.spent
    const before = await spent()
    assert.ok(before > 4, `${before} were spent`)
    const stopping = new AbortController()
    const { learned } = engine.store
    const commit = learned.commit.bind(learned)
    let commits = 0
    learned.commit = async (...change) => {
      if (++commits > 25) stopping.abort(new Error('killed'))
      return await commit(...change)
    }
    await assert.rejects(rebuildLearned(engine, learner, makeContext({ signal: stopping.signal })), /killed/)
    learned.commit = commit
    assert.ok((await learned.count(learner)) < 30, 'half way')
    assert.equal(await spent(), before)
    await catchUp(engine, makeContext())
    assert.equal(await engine.store.learned.count(learner), 45)
    assert.equal(await spent(), before)
    await rebuildLearned(engine, learner, makeContext())
    assert.equal(await spent(), before)
  })

  test('a run that was lost stays charged, and is waited for no more', async () => {
    await taught(12, [...times(10, { key: other, solved: true }), ...times(5, { solved: false })])
    let n = 0
    let spent = 0
    for (; spent === 0 && n < 40; n++) {
      const { decision } = await choose(idOf(13, n), 100 + n)
      spent += decision.charge
    }
    assert.equal(spent, 1)
    await catchUp(engine, makeContext())
    const { credit, pending } = (await readLearned(engine, learner, [])).state
    assert.deepEqual([credit.spent, pending.size], [1, 0])
  })

  test('a run that is under way is waited for', async () => {
    const id = idOf(14, 0)
    await openJournal(engine, openingOf(id, 0))
    await choose(id)
    await catchUp(engine, makeContext())
    assert.equal((await readLearned(engine, learner, [])).state.pending.size, 1)
    await appendJournal(engine, id, [{ op: 'close', outcome: { status: 'cancelled', error: null, durationMs: 5 } }])
    await catchUp(engine, makeContext())
    assert.equal((await readLearned(engine, learner, [])).state.pending.size, 0)
    assert.equal((await engine.store.learned.tally(learner)).passed['cancelled'], 1)
  })

  test('what is damaged is set aside and said, its credit is spent, and it is learned anew from the sessions', async () => {
    await taught(15, [...times(10, { key: other, solved: true }), ...times(5, { solved: false })])
    const before = await known()
    await engine.close()
    for (const damage of [
      `update learned_head set value = '{"version":1,"name":"camera/embedded","credit":{"sessions":-1}}'`,
      `update learned_row set sum = 99000000 where grp = 'all'`,
    ]) {
      const db = new DatabaseSync(join(dir, 'catalog.db'))
      db.exec(damage)
      db.close()
      engine = await openEngine({ dataDir: dir, jobThreads: 0 })
      const { decision } = await choose(idOf(16, 0))
      assert.equal(decision.role, 'default', 'no credit, no risk')
      const { damage: said, state } = await readLearned(engine, learner, [])
      assert.match(said?.why ?? '', /expected/)
      assert.equal(state.credit.spent, anchoredRules.credit.start)
      await catchUp(engine, makeContext())
      assert.deepEqual(await known(), before)
      assert.ok((await readLearned(engine, learner, [])).damage !== null)
      await engine.close()
    }
    const db = new DatabaseSync(join(dir, 'catalog.db'))
    assert.equal(db.prepare(`select count(*) as n from quarantine where what = 'learned'`).get()?.['n'], 2)
    db.close()
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
  })

  test('the credit is never overdrawn by runs side by side', async () => {
    await taught(17, [...times(10, { key: other, solved: true }), ...times(5, { solved: false })])
    await Promise.all(Array.from({ length: 40 }, (_, n) => choose(idOf(18, n), 300 + n)))
    const { credit } = (await readLearned(engine, learner, [])).state
    assert.equal(credit.sessions, 40)
    assert.ok(credit.spent <= creditLimit(40, anchoredRules.credit))
    assert.ok(credit.spent > 5, `${credit.spent} were spent`)
  })

  test('nothing is learned while learning is switched off, and all of it afterwards', async () => {
    await writePreferences(engine, { learnFromSessions: false })
    await taught(19, times(3, { solved: true }))
    await learnFrom(engine, idOf(19, 0), makeContext())
    assert.equal(await engine.store.learned.count(learner), 0)
    await writePreferences(engine, { learnFromSessions: true })
    await catchUp(engine, makeContext())
    assert.equal(await engine.store.learned.count(learner), 3)
  })

  test('what says nothing is counted by its reason, and a session that cannot be read holds nothing up', async () => {
    await recordSession(
      engine,
      sessionOf({ id: idOf(20, 0), clip: 1, solved: true, parts: { outcome: { status: null } } }),
    )
    await recordSession(engine, sessionOf({ id: idOf(20, 1), clip: 2, solved: true }))
    await recordSession(engine, sessionOf({ id: idOf(20, 2), clip: 3, solved: true }))
    await engine.close()
    const db = new DatabaseSync(join(dir, 'catalog.db'))
    db.exec(`update record set body = '{}' where seq = (select seq from session where id = '${idOf(20, 1)}')`)
    db.close()
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
    const warnings: string[] = []
    const done = await catchUp(engine, makeContext({ warn: ({ message }) => void warnings.push(message) }))
    assert.ok(done.taught >= 1)
    assert.deepEqual((await engine.store.learned.tally(learner)).passed, { damaged: 1, 'no-outcome': 1 })
    assert.match(warnings.join('\n'), /taught nothing/)
  })
})
