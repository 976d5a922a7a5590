/** Care of the data by the clock, as its owner and a watcher of the service meet it over HTTP. */
import assert from 'node:assert/strict'
import { readdirSync, truncateSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { JsonObject } from '#core/json.ts'
import { restoreArchived } from '#engine/archives.ts'
import { careState, isKeptWell } from '#engine/care/care-state.ts'
import { commitVersion } from '#engine/commit-version.ts'
import { createDataset } from '#engine/datasets.ts'
import { checkQuality } from '#engine/care/quality-check.ts'
import { diagnose } from '#engine/doctor.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { finishJob } from '#engine/jobs/finish-job.ts'
import { openEngine } from '#engine/open.ts'
import { recordSession } from '#engine/record.ts'
import type { Care, CareTaskState, Health, RetentionPreview } from '#http/contract.ts'
import { buildServer } from '#http/server.ts'
import { madeSessions } from '../bench/made-sessions.ts'

const dayMs = 86_400_000
const token = 'a-long-random-token'

describe('care of the data', () => {
  let dir: string
  let engine: Engine
  let app: FastifyInstance
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-care-'))
    engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
    app = await buildServer(engine, { host: '0.0.0.0', port: 0, token, studioDir: null, legacyProject: 'default' })
    const made = madeSessions(11)
    for (let i = 0; i < 6; i++) {
      const session = JSON.parse(made.next().value?.line ?? '') as JsonObject
      await recordSession(engine, { ...session, contributor: i === 0 ? 'somebody-else' : null })
    }
  })
  after(async () => {
    await app.close()
    await engine.close()
    await rm(dir, { recursive: true })
  })

  type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'
  async function call<T>(method: Method, url: string, payload?: object, as: string | null = token) {
    const headers = { host: 'hindsight.example', ...(as === null ? {} : { authorization: `Bearer ${as}` }) }
    const answer = await app.inject({ method, url, headers, ...(payload ? { payload } : {}) })
    return { status: answer.statusCode, body: answer.json<T>() }
  }
  const code = async (method: Method, url: string, payload?: object) => {
    const { status, body } = await call<{ readonly code: string }>(method, url, payload)
    return `${status} ${body.code}`
  }
  /** Runs a task as a server without other work would, and gives its job at its end. */
  async function runToEnd(task: string) {
    const { status, body } = await call<{ readonly id: string }>('POST', `/api/v1/care/schedules/${task}/run`)
    assert.equal(status, 202)
    return await finishJob(
      engine,
      { id: body.id, kind: task },
      { signal: new AbortController().signal, progress: () => {} },
    )
  }
  const conditionOf = async (task: string, nowMs = Date.now()) =>
    (await careState(engine, nowMs)).find((state) => state.task === task)?.condition

  test('nothing is on by itself, and all is well', async () => {
    const { body } = await call<Care>('GET', '/api/v1/care')
    assert.deepEqual(
      body.tasks.map(({ task, condition, on }) => [task, condition, on]),
      [
        ['backup', 'off', false],
        ['verify', 'off', false],
        ['retention', 'off', false],
        ['quality', 'off', false],
      ],
    )
    assert.deepEqual(await call('GET', '/livez', undefined, null), { status: 200, body: { ok: true } })
    assert.deepEqual(await call('GET', '/readyz', undefined, null), { status: 200, body: { ok: true } })
    // Whoever does not say who they are learns no more than that.
    assert.deepEqual(await call('GET', '/healthz', undefined, null), { status: 200, body: { ok: true } })
    const told = await call<Health>('GET', '/healthz')
    assert.equal(told.body['sessions'], 6)
    assert.deepEqual(told.body.problems, [])
  })

  test('a backup is set, run, counted and thinned out', async () => {
    const plan = { keep: { newest: 2, daily: 0, weekly: 0 } }
    const change = { when: 'Weekly on Sunday at 03:00', zone: 'Europe/Berlin', plan }
    const { status, body } = await call<CareTaskState>('PUT', '/api/v1/care/schedules/backup', change)
    assert.equal(status, 200)
    assert.deepEqual([body.condition, body.on, body.when], ['waiting', true, 'weekly on sunday at 03:00'])
    assert.equal(new Date(body.nextAt ?? '').getUTCDay(), 0)
    for (let i = 0; i < 3; i++) {
      const job = await runToEnd('backup')
      assert.deepEqual([job.state, job.error, job.principal], ['succeeded', null, 'owner'])
    }
    const care = (await call<Care>('GET', '/api/v1/care')).body
    assert.equal(care.backups.length, 2)
    assert.equal(care.tasks[0]?.condition, 'good')
    assert.deepEqual(readdirSync(join(dir, 'data/backups')).filter((name) => /^\d/.test(name)).length, 2)
    const stats = await call<{ readonly care: Care['tasks'] }>('GET', '/api/v1/stats')
    assert.equal(stats.body.care[0]?.lastGoodAt, care.tasks[0]?.lastGoodAt)
  })

  test('what cannot be meant is refused, and leaves what was', async () => {
    const backup = '/api/v1/care/schedules/backup'
    assert.equal(await code('PUT', backup, { when: 'noon' }), '422 schedule.invalid')
    assert.equal(await code('PUT', backup, { zone: 'Atlantis' }), '422 schedule.invalid')
    assert.equal(await code('PUT', backup, { plan: { folder: 'relative' } }), '422 schedule.invalid')
    assert.equal(
      await code('PUT', backup, { plan: { rules: [{ olderThanDays: 1, action: 'forget' }] } }),
      '422 schedule.invalid',
    )
    assert.equal(await code('PUT', '/api/v1/care/schedules/verify', { plan: { keep: {} } }), '422 schedule.invalid')
    assert.equal(await code('PUT', '/api/v1/care/schedules/other', {}), '400 request.invalid')
    assert.equal(await code('POST', '/api/v1/care/schedules/retention/run'), '422 schedule.invalid')
    assert.equal((await call<Care>('GET', '/api/v1/care')).body.tasks[0]?.when, 'weekly on sunday at 03:00')
  })

  test('one that is overdue says so, and is bad news', async () => {
    const nextMs = (await engine.store.schedules.get('backup'))?.nextAtMs ?? 0
    assert.equal(await conditionOf('backup', nextMs + 1000), 'good')
    assert.equal(await conditionOf('backup', nextMs + dayMs), 'overdue')
    assert.equal(isKeptWell(await careState(engine, nextMs + dayMs)), false)
    const off = await call<CareTaskState>('DELETE', '/api/v1/care/schedules/backup')
    assert.deepEqual([off.body.on, off.body.nextAt], [false, null])
    assert.equal(await conditionOf('backup', nextMs + dayMs), 'off')
  })

  test('a backup that fails is bad news until one succeeds', async () => {
    await call('PUT', '/api/v1/care/schedules/backup', { plan: { folder: join(dir, 'data/hindsight.json/no-folder') } })
    const failed = await runToEnd('backup')
    assert.equal(failed.state, 'failed')
    assert.ok(failed.error && failed.error.code !== 'bug', JSON.stringify(failed.error))
    const bad = await call<Health>('GET', '/healthz')
    assert.equal(bad.status, 503)
    assert.match(bad.body.problems?.[0] ?? '', /^backup: The last one failed: store\./)
    assert.deepEqual(await call('GET', '/healthz', undefined, null), { status: 503, body: { ok: false } })
    const told = (await diagnose(engine, {}, makeContext())).find(({ check }) => check === 'schedule of backup')
    assert.equal(told?.state, 'warning')
    assert.equal((await call('GET', '/readyz')).status, 200)
    await call('PUT', '/api/v1/care/schedules/backup', { plan: { folder: null } })
    assert.equal((await runToEnd('backup')).state, 'succeeded')
    assert.equal((await call('GET', '/healthz')).status, 200)
  })

  test('old sessions go by rules that were shown, and by no others', async () => {
    const rules = [{ query: 'status=failed', olderThanDays: 30, action: 'forget' as const }]
    const select = { sessions: {}, sampleType: 'row' } as const
    await createDataset(engine, { name: 'rows', project: 'bench', about: null, select })
    const commit = { project: 'bench', dataset: 'rows', version: '1.0.0', plan: null, note: null }
    await commitVersion(engine, commit, makeContext({ seed: 1 }))
    const preview = '/api/v1/care/retention/preview'
    const retention = '/api/v1/care/schedules/retention'
    const { body } = await call<RetentionPreview>('POST', preview, { rules })
    const failedRuns = await engine.store.catalog.count({ status: 'failed' }, 1000)
    assert.ok(failedRuns > 0)
    assert.deepEqual(body.rules[0]?.sessions, failedRuns)
    assert.equal(body.rules[0]?.versions.length, 1)
    assert.match(body.rules[0]?.versions[0] ?? '', /rows@1\.0\.0/)
    assert.equal(await code('PUT', retention, { plan: { rules } }), '409 schedule.unseen')
    const wider = [{ ...rules[0]!, query: '' }]
    assert.equal(await code('PUT', retention, { plan: { rules: wider }, shown: body.shown }), '409 schedule.unseen')
    assert.equal(await code('POST', preview, { rules: [{ ...rules[0]!, query: 'colour=red' }] }), '422 query.invalid')
    assert.equal((await call('PUT', retention, { plan: { rules }, shown: body.shown })).status, 200)
    const before = await engine.store.catalog.count({}, 1000)
    assert.equal((await runToEnd('retention')).state, 'succeeded')
    assert.equal(await engine.store.catalog.count({ status: 'failed' }, 1000), 0)
    assert.equal(await engine.store.catalog.count({}, 1000), before - failedRuns)
  })

  test('old sessions that are archived come back as they were', async () => {
    const rules = [{ query: 'project=bench', olderThanDays: 1, action: 'archive' as const }]
    const { body } = await call<RetentionPreview>('POST', '/api/v1/care/retention/preview', { rules })
    const plan = { plan: { rules }, shown: body.shown }
    assert.equal((await call('PUT', '/api/v1/care/schedules/retention', plan)).status, 200)
    const all = (await engine.store.catalog.page({}, 100, null)).items
    const job = await runToEnd('retention')
    assert.deepEqual([job.state, (job.result as { readonly sessions: number }).sessions], ['succeeded', all.length])
    assert.equal(await engine.store.catalog.count({}, 1000), 0)
    const [archive] = await engine.store.archives.list()
    await restoreArchived(engine, archive?.path ?? '', null, makeContext())
    assert.deepEqual((await engine.store.catalog.page({}, 100, null)).items, all)
  })

  test('quality is checked of what came in since, and what was found is counted over time', async () => {
    const first = await runToEnd('quality')
    assert.equal((first.result as { readonly sessions: number }).sessions, await engine.store.catalog.count({}, 1000))
    assert.equal(((await runToEnd('quality')).result as { readonly sessions: number }).sessions, 0)
    const { quality, findingKinds } = (await call<Care>('GET', '/api/v1/care')).body
    assert.equal(quality.length, 2)
    assert.deepEqual(
      Object.keys(quality[0]?.findings ?? {}).filter((kind) => findingKinds[kind] === undefined),
      [],
    )
    assert.ok((quality[0]?.findings['no-consent'] ?? 0) === 1, JSON.stringify(quality))
    const again = await checkQuality(engine, 0, makeContext())
    assert.deepEqual(again.findings, quality[0]?.findings)
  })

  test('damage is found, and no watcher is told that all is well', async () => {
    assert.equal((await runToEnd('verify')).state, 'succeeded')
    const { store } = engine
    async function* bytes() {
      yield new TextEncoder().encode('a picture')
    }
    const { sha256 } = await store.blobs.put(bytes())
    truncateSync(join(dir, 'data/blobs', sha256.slice(0, 2), sha256.slice(2, 4), sha256), 3)
    const job = await runToEnd('verify')
    assert.equal(job.error?.code, 'verify.faults')
    assert.equal((await call('GET', '/healthz')).status, 503)
    await store.verify({ repair: true }, makeContext())
    assert.equal((await call('GET', '/healthz')).status, 200)
  })
})
