/** Learning over HTTP: what was learned, what would be chosen, experiments, switches, reset. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { Reply } from '#http/contract.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { catchUp } from '#engine/learning/learn.ts'
import { openEngine } from '#engine/open.ts'
import { buildServer } from '#http/server.ts'
import { goodOnSoft, madeLearner, madeSessions, sealedFor } from './made-learning.ts'

describe('learning over HTTP', () => {
  let dir: string
  let engine: Engine
  let app: FastifyInstance
  const sessions = madeSessions(72, 7)

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-learn-api-'))
    engine = await openEngine({ dataDir: dir, jobThreads: 0 })
    const options = { host: '127.0.0.1', port: 0, token: null, studioDir: null, legacyProject: 'default' }
    app = await buildServer(engine, options)
    const payload = sealedFor(engine.store, sessions)
      .map((session) => JSON.stringify(session))
      .join('\n')
    const headers = { 'content-type': 'application/x-ndjson' }
    const sent = await ask('POST', '/api/v1/sessions/batch', payload, headers)
    assert.equal(sent.body['created'], 72)
    await catchUp(engine, makeContext())
  })
  after(async () => {
    await app.close()
    await engine.close()
    await rm(dir, { recursive: true })
  })

  async function ask(
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    payload?: object | string,
    headers: Record<string, string> = payload === undefined ? {} : { 'content-type': 'application/json' },
  ) {
    const request = { method, url, headers: { host: 'localhost:4747', ...headers } }
    const answer = await app.inject(payload === undefined ? request : { ...request, payload })
    return { status: answer.statusCode, body: JSON.parse(answer.body) as Record<string, unknown> }
  }
  const status = async () => (await ask('GET', '/api/v1/learn')).body as unknown as Reply<'GET /api/v1/learn'>

  test('shows what was learned of every learner', async () => {
    const { learners, switches, comparable, coverage } = await status()
    const learner = learners.find(({ name }) => name === madeLearner)
    assert.deepEqual(learner?.tally.taught, { own: 40, person: 32 })
    assert.ok(learner?.findings.some(({ best }) => best?.key === goodOnSoft))
    assert.ok(learners.length > 1 && learners.every(({ sentence }) => sentence.endsWith('.')))
    assert.ok(comparable[madeLearner]?.includes('learned') && comparable[madeLearner].includes('defaults'))
    assert.equal(switches.learnFromImports, true)
    assert.equal(coverage.sessions, 72)
    const one = await ask('GET', `/api/v1/learn?learner=${encodeURIComponent(madeLearner)}`)
    assert.equal((one.body['learners'] as readonly unknown[]).length, 1)
    const none = await ask('GET', '/api/v1/learn?learner=weather')
    assert.deepEqual([none.status, none.body['code']], [404, 'learn.unknown'])
  })

  test('says what would be chosen, with its evidence and sessions like it, and spends nothing by that', async () => {
    const before = (await status()).learners.find(({ name }) => name === madeLearner)?.safety.credit
    const soft = sessions.find(({ context }) => (context['probe'] as { textureClass: string }).textureClass === 'low')!
    const context = { ...soft.context, clip: { fingerprint: 'clip-that-is-new' } }
    const { status: code, body } = await ask('POST', '/api/v1/predict', { context })
    assert.equal(code, 200, JSON.stringify(body))
    const told = body as unknown as Reply<'POST /api/v1/predict'>
    assert.equal(told.recommended.key, goodOnSoft)
    assert.ok(told.recommended.expected.mean > told.base.expected.mean)
    assert.notDeepEqual(told.recommended.settings, told.base.settings)
    assert.equal(told.similar.length, 5)
    assert.ok(told.similar.every(({ distance }) => distance <= 0.35))
    assert.ok(told.chances.some(({ role }) => role === 'control'))
    const after = (await status()).learners.find(({ name }) => name === madeLearner)?.safety.credit
    assert.deepEqual(after, before)
    const empty = await ask('POST', '/api/v1/predict', { context: {} })
    assert.deepEqual([empty.status, empty.body['code']], [422, 'settings.invalid'])
    const unknown = await ask('POST', '/api/v1/predict', { clip: 'clip-of-nobody' })
    assert.deepEqual([unknown.status, unknown.body['code']], [404, 'clip.unknown'])
  })

  test('starts and stops experiments', async () => {
    const wanted = { name: 'table', learner: madeLearner, first: 'learned', second: 'motion-class' }
    assert.equal((await ask('POST', '/api/v1/learn/experiments', wanted)).status, 201)
    assert.equal((await ask('POST', '/api/v1/learn/experiments', { ...wanted, name: 'two' })).status, 409)
    assert.equal((await ask('POST', '/api/v1/learn/experiments', { ...wanted, first: 'x' })).status, 422)
    const running = (await status()).learners.find(({ name }) => name === madeLearner)?.experiments
    assert.match(running?.[0]?.sentence ?? '', /^No session yet/)
    const stopped = await ask('POST', '/api/v1/learn/experiments/table/stop', {})
    assert.equal(typeof stopped.body['stoppedAt'], 'string')
  })

  test('changes the switches that are given and no others', async () => {
    const off = await ask('PUT', '/api/v1/preferences', { learnFromSessions: false })
    assert.deepEqual(off.body, {
      recordSessions: true,
      recordEdits: true,
      learnFromSessions: false,
      learnFromEdits: true,
      learnFromImports: true,
    })
    assert.equal((await status()).isOn, false)
    await ask('PUT', '/api/v1/preferences', { learnFromSessions: true })
    assert.equal((await status()).isOn, true)
  })

  test('lists models before any was trained, and knows none that there is not', async () => {
    const { body } = await ask('GET', '/api/v1/learn/models')
    const items = body['items'] as Reply<'GET /api/v1/learn/models'>['items']
    assert.ok(items.length > 0 && items.every(({ acting, versions }) => acting === null && versions.length === 0))
    const none = await ask('POST', '/api/v1/learn/models/weather/rollback', {})
    assert.deepEqual([none.status, none.body['code']], [404, 'model.unknown'])
    const job = await ask('POST', '/api/v1/learn/train', { names: ['settings'] })
    assert.deepEqual([job.status, job.body['kind']], [202, 'train'])
  })

  test('forgets what was learned when that is confirmed, and learns it again from the sessions', async () => {
    assert.equal((await ask('POST', '/api/v1/learn/reset', { learner: madeLearner })).status, 400)
    const reset = await ask('POST', '/api/v1/learn/reset', { learner: madeLearner, confirm: 'reset' })
    assert.deepEqual(reset.body, { learners: [madeLearner] })
    const forgotten = (await status()).learners.find(({ name }) => name === madeLearner)
    assert.deepEqual([forgotten?.tally.taught, forgotten?.tally.passed, forgotten?.findings], [{}, { reset: 72 }, []])
    const rebuilt = await ask('POST', '/api/v1/learn/rebuild', { learner: madeLearner })
    assert.deepEqual(rebuilt.body, { taught: 72, passedOver: 0 })
    assert.equal((await status()).learners.find(({ name }) => name === madeLearner)?.findings.length, 4)
  })
})
