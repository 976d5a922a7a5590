/** What another program does to learn with: it asks for settings, uses them, and sends what came of it. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { JsonObject } from '#core/json.ts'
import type { Reply } from '#http/contract.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { catchUp } from '#engine/learning/learn.ts'
import { readLearned } from '#engine/learning/state.ts'
import { openEngine } from '#engine/open.ts'
import { buildServer } from '#http/server.ts'

type Given = Reply<'POST /api/v1/learn/choose'>
type Told = Reply<'POST /api/v1/predict'>

/** The n-th id of a series. */
const idOf = (series: number, n: number) =>
  `019a0000-0000-7${String(series).padStart(3, '0')}-8000-${String(n).padStart(12, '0')}`

describe('another program learns through the doors', () => {
  let dir: string
  let engine: Engine
  let app: FastifyInstance
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-learn-doors-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
    const options = { host: '127.0.0.1', port: 0, token: null, studioDir: null, legacyProject: 'default' }
    app = await buildServer(engine, options)
  })
  after(async () => {
    await app.close()
    await engine.close()
    await rm(dir, { recursive: true })
  })

  async function post(url: string, payload: object) {
    const headers = { host: 'localhost:4747', 'content-type': 'application/json' }
    const { statusCode: status, body } = await app.inject({ method: 'POST', url, headers, payload })
    return { status, body: JSON.parse(body) as unknown }
  }
  async function done<T>(url: string, payload: object): Promise<T> {
    const { status, body } = await post(url, payload)
    assert.ok(status < 300, JSON.stringify(body))
    return body as T
  }
  const predicted = (learner: string, context: object) => done<Told>('/api/v1/predict', { learner, context })
  const chosen = (learner: string, session: string, context: object) =>
    done<Given>('/api/v1/learn/choose', { learner, session, context })
  const credit = async (learner: string) => (await readLearned(engine, learner, [])).state.credit
  const statusOf = async (learner: string) => {
    const url = `/api/v1/learn?learner=${learner}`
    const { body } = await app.inject({ method: 'GET', url, headers: { host: 'localhost:4747' } })
    return (JSON.parse(body) as Reply<'GET /api/v1/learn'>).learners[0]!
  }

  const rated = { instruction: 'Make it winter.', language: 'en' }
  const picture = (id: string, settings: object, more: object = {}) => ({
    id,
    domain: 'images',
    recordedAt: '2026-11-02T10:00:00.000Z',
    host: { name: 'painter' },
    context: rated,
    settings,
    outcome: { status: 'succeeded' },
    ...more,
  })
  const rate = (session: string, rating: number) =>
    done('/api/v1/edits', { session, kind: 'rating', after: { rating } })

  test('pictures: people rate what parameters made, and the next request is answered otherwise', async () => {
    const asked = { ...rated, model: 'pix-2' }
    assert.ok((await predicted('images', asked)).isDefault)
    for (let n = 0; n < 12; n++) {
      const isGood = n % 2 === 0
      const values = { model: 'pix-2', strength: 0.8, guidance: isGood ? 10 : 7.5, imageGuidance: 1.5, steps: 50 }
      await done('/api/v1/sessions', picture(idOf(1, n), { values }))
      await rate(idOf(1, n), isGood ? 1 : -1)
    }
    const told = await predicted('images', asked)
    assert.deepEqual([told.recommended.key, told.recommended.settings['guidance']], ['guidance=10', 10])
    assert.equal(told.recommended.observations, 6)
    assert.match(told.reason, /^guidance=10: .* in 6 sessions like this/)
    // Of another model nothing is known.
    assert.ok((await predicted('images', { ...rated, model: 'other' })).isDefault)

    const before = await credit('images')
    const drawn = new Map<string, number>()
    for (let n = 0; n < 16; n++) {
      const id = idOf(2, n)
      const { values, ...why } = await chosen('images', id, asked)
      assert.ok(why.propensity !== null && why.propensity > 0 && why.propensity < 1)
      const settings = { ...why, values: { model: 'pix-2', ...values } }
      // Of an application's users each is a contributor: what this store chose for them is its own all the same.
      await done('/api/v1/sessions', picture(id, settings, { contributor: `user-${n}` }))
      await rate(id, values['guidance'] === 10 ? 1 : -1)
      const role = String(why.decision?.['role'] as string)
      drawn.set(role, (drawn.get(role) ?? 0) + 1)
    }
    assert.ok(drawn.has('control') && drawn.has('wanted'), 'a coin between both')
    await catchUp(engine, makeContext())
    const { sessions, spent } = await credit('images')
    assert.equal(sessions, before.sessions + 16)
    assert.ok(spent > before.spent)
    const { worth, unsigned, tally } = await statusOf('images')
    assert.equal(unsigned, 0)
    assert.deepEqual(tally.taught, { own: 28 })
    assert.equal(worth.coin.first.sessions, drawn.get('wanted'))
    assert.ok(worth.coin.first.mean! > worth.coin.second.mean!)
    assert.equal((await readLearned(engine, 'images', [])).state.pending.size, 0)
  })

  test('a rating that is taken back changes the answer again', async () => {
    for (let n = 0; n < 12; n += 2) await rate(idOf(1, n), -1)
    for (let n = 0; n < 16; n++) await rate(idOf(2, n), -1)
    assert.ok((await predicted('images', { ...rated, model: 'pix-2' })).isDefault)
  })

  test('screens: what was found with one demand is looked for with it, in the run and for the element', async () => {
    const context = { kind: 'run', app: 'Ledger', os: 'linux' }
    const element = { ...context, element: 'menu' }
    assert.ok((await predicted('gui', element)).isDefault)
    for (let n = 0; n < 12; n++) {
      const isGood = n % 2 === 0
      const look = { imageId: 'menu', found: isGood, confidence: 0.78 }
      await done('/api/v1/sessions', {
        id: idOf(3, n),
        domain: 'gui',
        recordedAt: '2026-11-02T10:00:00.000Z',
        host: { name: 'clicker' },
        context,
        settings: { values: { similarityThreshold: isGood ? 0.7 : 0.85 } },
        outcome: { status: isGood ? 'succeeded' : 'failed' },
        telemetry: { actions: [{ id: 'a', type: 'CLICK', success: isGood, matches: [look] }] },
      })
    }
    assert.equal((await predicted('gui', context)).recommended.key, 'similarityThreshold=0.7')
    const { recommended } = await predicted('gui', element)
    assert.equal(recommended.settings['similarityThreshold'], 0.7)
    const { values, policy, decision } = await chosen('gui', idOf(4, 0), context)
    assert.deepEqual(Object.keys(values).toSorted(), ['multiScale', 'searchStrategy', 'similarityThreshold'])
    assert.match(policy.version, /^anchored-/)
    assert.match(String(decision?.['signature'] as string), /^[0-9a-f]{64}$/)
  })

  test('a choice that was changed, moved to another session or made up is recorded, and not believed', async () => {
    const asked = { ...rated, model: 'pix-3' }
    const given = await chosen('images', idOf(5, 0), asked)
    const { values, ...why } = given
    const used = { model: 'pix-3', ...values }
    const forged: readonly (readonly [n: number, settings: object])[] = [
      [0, { ...why, values: used, propensity: 0.01 }],
      [1, { ...why, values: used }],
      [2, { ...why, values: used, decision: { ...why.decision, charge: 1, role: 'wanted' } }],
      [3, { ...why, values: used, decision: { ...why.decision, signature: 'f'.repeat(64) } }],
      [4, { values: used, propensity: 0.001, reason: null, policy: null }],
    ]
    const before = [await credit('images'), (await readLearned(engine, 'images', [])).state.proof]
    for (const [n, settings] of forged) {
      await done('/api/v1/sessions', picture(idOf(5, n), settings, { outcome: { status: 'succeeded', rating: 1 } }))
    }
    await catchUp(engine, makeContext())
    for (const [n] of forged) {
      const about = (await engine.store.learned.lesson('images', idOf(5, n)))!.about
      assert.deepEqual([about['decision'], about['propensity'], about['isUnsigned']], [null, null, true], `${n}`)
      const answer = await app.inject({ url: `/api/v1/sessions/${idOf(5, n)}`, headers: { host: 'localhost:4747' } })
      const kept = JSON.parse(answer.body) as { settings: JsonObject }
      assert.notEqual(kept.settings['propensity'], null, 'what was sent is on record')
    }
    assert.deepEqual([await credit('images'), (await readLearned(engine, 'images', [])).state.proof], before)
    assert.equal((await statusOf('images')).unsigned, 5)
  })

  test('questions that make no sense are refused', async () => {
    const refused = async (payload: object) => {
      const { status, body } = await post('/api/v1/learn/choose', payload)
      return [status, (body as { code: string }).code]
    }
    const good = { learner: 'images', session: idOf(6, 0), context: { instruction: 'x' } }
    assert.deepEqual(await refused({ ...good, learner: 'weather' }), [404, 'learn.unknown'])
    assert.deepEqual(await refused({ ...good, session: 'mine' }), [400, 'request.invalid'])
    assert.deepEqual(await refused({ ...good, session: idOf(1, 0) }), [409, 'session.conflict'])
    assert.deepEqual(await refused({ ...good, context: { instruction: 7 } }), [422, 'session.invalid'])
    const odd = await post('/api/v1/predict', { learner: 'gui', context: { app: ['x'] } })
    assert.deepEqual([odd.status, (odd.body as { code: string }).code], [422, 'session.invalid'])
    const strange = await post('/api/v1/predict', { learner: 'images', context: { model: 7, inputWidthPx: 'wide' } })
    assert.equal(strange.status, 200, 'what stands beside a context says nothing where it makes no sense')
  })

  test('where learning is switched off the default is given, and nothing is drawn', async () => {
    const headers = { host: 'localhost:4747', 'content-type': 'application/json' }
    const set = (learnFromSessions: boolean) =>
      app.inject({ method: 'PUT', url: '/api/v1/preferences', headers, payload: { learnFromSessions } })
    await set(false)
    const { decision, propensity, values } = await chosen('images', idOf(7, 0), { ...rated, model: 'pix-2' })
    assert.deepEqual([decision, propensity, values['guidance']], [null, null, 7.5])
    await set(true)
  })
})
