/** Limits that an owner sets: refused by name before anything is kept, with what is used and what is allowed. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { localOwner } from '#core/principal.ts'
import type { Engine } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { quotaReport, setProjectQuota, setRate } from '#engine/quotas.ts'
import { paceOf } from '#engine/rates.ts'
import { recordLines } from '#engine/record.ts'
import { type Server, startServer } from '#http/server.ts'
import { madeSessions } from '../bench/made-sessions.ts'

const made = madeSessions(43)
const nextSession = (project: string, media: readonly object[] = []) => ({
  ...(JSON.parse(made.next().value?.line ?? '') as { id: string }),
  project,
  media,
})
const hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('quotas', () => {
  let dir: string
  let engine: Engine
  let server: Server

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-quotas-'))
    engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
    server = await startServer(engine, {
      host: '127.0.0.1',
      port: 0,
      token: null,
      studioDir: null,
      legacyProject: 'default',
    })
  })
  after(async () => {
    await server.close()
    await engine.close()
    await rm(dir, { recursive: true })
  })

  async function call(method: string, path: string, body?: string | Uint8Array, more: Record<string, string> = {}) {
    const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream'
    const headers = { ...(body === undefined ? {} : { 'content-type': type }), ...more }
    const answer = await fetch(server.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    })
    const text = await answer.text()
    const said = (text.startsWith('{') ? JSON.parse(text) : {}) as { code?: string; found?: string; expected?: string }
    return { ...said, status: answer.status, retryAfter: answer.headers.get('retry-after') }
  }
  const post = (session: object) => call('POST', '/api/v1/sessions', JSON.stringify(session))
  const postLines = (sessions: readonly object[]) =>
    call('POST', '/api/v1/sessions/batch', sessions.map((one) => JSON.stringify(one)).join('\n'), {
      'content-type': 'application/x-ndjson',
    })
  const keep = async (seed: number, length: number) => {
    const bytes = Buffer.alloc(length, seed)
    await call('PUT', `/api/v1/blobs/${hex(bytes)}`, bytes)
    return {
      role: 'frame',
      sha256: hex(bytes),
      mediaType: 'application/octet-stream',
      bytes: length,
      width: null,
      height: null,
    }
  }

  test('of sessions: what is over is refused and not kept, a repeat always gets through', async () => {
    const set = await call('PUT', '/api/v1/quotas/few', JSON.stringify({ sessions: 3 }))
    assert.equal(set.status, 200)
    const sent = [nextSession('few'), nextSession('few'), nextSession('few'), nextSession('few')]
    const statuses = []
    for (const session of sent) statuses.push((await post(session)).status)
    assert.deepEqual(statuses, [200, 200, 200, 507])
    const refused = await post(sent[3]!)
    assert.equal(refused.code, 'quota.sessions')
    assert.match(refused.expected ?? '', /at most 3 sessions in project few/)
    assert.match(refused.found ?? '', /3 sessions there, and 1 more/)
    assert.equal(refused.retryAfter, '60')
    for (const session of sent.slice(0, 3)) assert.equal((await post(session)).status, 200)
    assert.equal((await postLines(sent.slice(0, 3))).status, 200)
    assert.equal((await postLines(sent)).code, 'quota.sessions')
    assert.equal(await engine.store.catalog.count({ project: 'few' }, 10), 3)
    assert.equal((await post(nextSession('elsewhere'))).status, 200)
    await setProjectQuota(engine, 'few', { sessions: 4, bytes: null })
    assert.equal((await post(sent[3]!)).status, 200)
  })

  test('of bytes: counted once for each blob, asked before an upload, and free again when sessions are erased', async () => {
    const [small, large] = [await keep(1, 40_000), await keep(2, 70_000)]
    await setProjectQuota(engine, 'tight', { bytes: 100_000, sessions: null })
    const first = nextSession('tight', [small])
    assert.equal((await post(first)).status, 200)
    assert.equal((await post(nextSession('tight', [small]))).status, 200)
    const over = await post(nextSession('tight', [large]))
    assert.deepEqual([over.status, over.code], [507, 'quota.bytes'])
    // Twice the same blob had been counted twice until it mattered.
    assert.equal((await post(nextSession('tight', [await keep(3, 55_000)]))).status, 200)
    const report = (await quotaReport(engine)).find(({ project }) => project === 'tight')
    assert.deepEqual([report?.usedBytes, report?.bytes, report?.usedSessions], [95_000, 100_000, 3])
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const begin = (length: number) =>
      call('POST', '/api/v1/uploads', undefined, {
        'tus-resumable': '1.0.0',
        'upload-length': String(length),
        'upload-metadata': `sha256 ${base64('f'.repeat(64))},project ${base64('tight')}`,
      })
    assert.deepEqual([(await begin(5001)).code, (await begin(5000)).status], ['quota.bytes', 201])
  })

  test('of a key: so many in a minute, then a time to come back', async () => {
    await setRate(engine, 'owner', 60)
    const statuses = []
    for (let i = 0; i < 90; i++) statuses.push(await post(nextSession('fast')))
    const refused = statuses.filter(({ status }) => status === 429)
    // However slow the machine: a second gives one more.
    assert.ok(refused.length >= 1 && refused.length <= 30, String(refused.length))
    assert.equal(refused[0]?.code, 'quota.rate')
    assert.ok(Number(refused[0]?.retryAfter) >= 1)
    await setRate(engine, 'owner', null)
    assert.equal((await post(nextSession('fast'))).status, 200)
  })

  test('of a key hold for what one request brings, and sending the same again costs nothing', async () => {
    const lines = Array.from({ length: 600 }, () => JSON.stringify(nextSession('bulk')))
    const kept = []
    for (const name of ['first', 'second', 'third']) {
      // Each as the same key would be after a pause.
      await setRate(engine, name, 100)
      const pace = await paceOf(engine, { ...localOwner, name })
      const bytes = Readable.from(lines.map((line) => Buffer.from(`${line}\n`)))
      const ended = await recordLines(engine, bytes, new AbortController().signal, null, pace).catch((error) => error)
      kept.push([
        await engine.store.catalog.count({ project: 'bulk' }, 1000),
        (ended as { code?: string }).code ?? null,
      ])
      await setRate(engine, name, null)
    }
    assert.deepEqual(kept, [
      [250, 'quota.rate'],
      [500, 'quota.rate'],
      [600, null],
    ])
  })

  test('let a run end that was let in when it began, and do not keep an engine from opening', async () => {
    await setProjectQuota(engine, 'runs', { sessions: 1, bytes: null })
    const { outcome, telemetry: _telemetry, ...head } = nextSession('runs') as Record<string, unknown> & { id: string }
    assert.equal((await call('POST', '/api/v1/journals', JSON.stringify({ session: head }))).status, 201)
    const { outcome: _, telemetry: _2, ...lost } = nextSession('runs') as Record<string, unknown> & { id: string }
    assert.equal((await call('POST', '/api/v1/journals', JSON.stringify({ session: lost }))).status, 201)
    await setProjectQuota(engine, 'runs', { sessions: 0, bytes: null })
    const late = nextSession('runs')
    assert.equal((await call('POST', '/api/v1/journals', JSON.stringify({ session: late }))).code, 'quota.sessions')
    const close = JSON.stringify({ ops: [{ op: 'close', outcome }] })
    assert.equal((await call('POST', `/api/v1/journals/${head.id}`, close)).status, 200)
    // The engine goes; who comes next closes what was left, or leaves it where the disk has no room.
    await server.close()
    await engine.store.setReserve(2 ** 52)
    await engine.close()
    const dataDir = join(dir, 'data')
    const full = await openEngine({ dataDir, jobThreads: 0 })
    assert.equal(await full.store.catalog.count({ project: 'runs' }, 10), 1)
    await full.store.setReserve(null)
    await full.close()
    engine = await openEngine({ dataDir, jobThreads: 0 })
    assert.equal(await engine.store.catalog.count({ project: 'runs' }, 10), 2)
    server = await startServer(engine, {
      host: '127.0.0.1',
      port: 0,
      token: null,
      studioDir: null,
      legacyProject: 'default',
    })
  })
})
