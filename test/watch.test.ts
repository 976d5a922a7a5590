/** What the server leaves behind of each request: an id, a line for machines, a count. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Engine } from '#engine/engine.ts'
import { makeLog } from '#engine/log.ts'
import { openEngine } from '#engine/open.ts'
import { buildServer } from '#http/server.ts'
import { madeSessions } from '../bench/made-sessions.ts'

describe('what is watched', () => {
  let dir: string
  let engine: Engine
  let app: FastifyInstance
  const lines: string[] = []
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-watch-'))
    const opened = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
    engine = { ...opened, log: makeLog('json', (line) => lines.push(line)) }
    app = await buildServer(engine, {
      host: '127.0.0.1',
      port: 0,
      token: null,
      studioDir: null,
      legacyProject: 'default',
    })
  })
  after(async () => {
    await app.close()
    await engine.close()
    await rm(dir, { recursive: true })
  })
  const call = (options: InjectOptions) =>
    app.inject({ ...options, headers: { host: 'localhost:4747', ...options.headers } })

  test('each answer has an id, a problem too, and one that a proxy gave is kept if it is harmless', async () => {
    const [first, second] = [await call({ url: '/livez' }), await call({ url: '/livez' })]
    assert.match(String(first.headers['x-request-id']), /^[\w.-]{8,64}$/)
    assert.notEqual(first.headers['x-request-id'], second.headers['x-request-id'])
    const headers = { 'x-request-id': 'from-the-proxy.7' }
    const problem = await call({ url: '/api/v1/sessions/00000000-0000-7000-8000-000000000000', headers })
    assert.equal(problem.headers['x-request-id'], 'from-the-proxy.7')
    assert.equal(problem.json<{ request: string }>().request, 'from-the-proxy.7')
    assert.ok((await call({ url: '/nowhere' })).json<{ request: string }>().request)
    for (const bad of ['x', 'a"b c', 'y'.repeat(100), '<script>alert(1)</script>']) {
      const answer = await call({ url: '/livez', headers: { 'x-request-id': bad } })
      assert.notEqual(answer.headers['x-request-id'], bad)
    }
  })

  test('a line names route, status and time, and nothing that anybody sent', async () => {
    lines.length = 0
    const session = JSON.parse(madeSessions(3).next().value?.line ?? '') as object
    const secret = 'Bearer planted-secret'
    const headers = { 'content-type': 'application/json', authorization: secret }
    await call({ method: 'POST', url: '/api/v1/sessions?note=planted-query', payload: session, headers })
    await call({ method: 'POST', url: '/api/v1/sessions', payload: '{"planted-body', headers })
    await call({ url: '/planted-path/../../etc/passwd', headers })
    await call({ url: '/api/v1/sessions?text=planted-query&project=planted-project', headers })
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(
      told.map(({ event, route, status }) => [event, route, status]),
      [
        ['request', 'POST /api/v1/sessions', 200],
        ['request', 'POST /api/v1/sessions', 400],
        ['request', 'none', 404],
        ['request', 'GET /api/v1/sessions', 200],
      ],
    )
    assert.ok(told.every(({ time, durationMs }) => !Number.isNaN(Date.parse(String(time))) && Number(durationMs) >= 0))
    assert.ok(!lines.join('').includes('planted'), lines.join(''))
  })

  test('figures are what Prometheus reads, count what happened, and name nothing', async () => {
    const scrape = async () => {
      const answer = await call({ url: '/metrics' })
      assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
      return answer.body
    }
    const valueOf = (text: string, series: string) => {
      const line = text.split('\n').find((one) => one.startsWith(`${series} `))
      return line === undefined ? null : Number(line.slice(series.length + 1))
    }
    const before = await scrape()
    for (const line of before.trimEnd().split('\n'))
      assert.match(line, /^(# (HELP|TYPE) hindsight_\w+ .+|hindsight_\w+(\{(\w+="[^"\n]*",?)+\})? -?[\d.e+-]+)$/)
    const series = before.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    const names = series.map((line) => line.slice(0, line.lastIndexOf(' ')))
    assert.equal(new Set(names).size, names.length)
    assert.ok(!before.includes('planted') && !before.includes(dir))

    const made = madeSessions(5)
    for (let i = 0; i < 3; i++) {
      const payload = JSON.parse(made.next().value?.line ?? '') as object
      assert.equal((await call({ method: 'POST', url: '/api/v1/sessions', payload })).statusCode, 200)
    }
    const after = await scrape()
    const posted = 'hindsight_http_requests_total{route="POST /api/v1/sessions",status="200"}'
    const grown = (name: string) => (valueOf(after, name) ?? 0) - (valueOf(before, name) ?? 0)
    assert.equal(grown(posted), 3)
    assert.equal(grown('hindsight_http_request_seconds_count{route="POST /api/v1/sessions"}'), 3)
    assert.equal(grown('hindsight_sessions{domain="camera"}'), 3)
    assert.equal(valueOf(after, 'hindsight_sessions{domain="gui"}'), 0)
    assert.ok(grown('hindsight_commit_seconds_count') >= 3)
    assert.equal(valueOf(after, 'hindsight_http_requests_under_way'), 1)
    assert.ok((valueOf(after, 'hindsight_disk_free_bytes') ?? 0) > 0)
    assert.equal(valueOf(after, 'hindsight_care_condition{task="backup",condition="off"}'), 1)
  })

  test('addresses that nobody has do not add series', async () => {
    const count = async () => (await call({ url: '/metrics' })).body.split('\n').length
    await call({ url: '/made-up-0' })
    const before = await count()
    for (let i = 1; i < 30; i++) await call({ url: `/made-up-${i}?q=${i}` })
    assert.equal(await count(), before)
  })
})
