/** The HTTP door, on a real store: every answer that a client's author would try, right and wrong. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import sharp from 'sharp'
import type { Engine } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { type Route, routes } from '#http/contract.ts'
import { buildServer } from '#http/server.ts'
import { madeSessions } from '../bench/made-sessions.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const made = madeSessions(7)
const nextSession = () => JSON.parse(made.next().value?.line ?? '') as Record<string, unknown> & { id: string }

let dir: string
let engine: Engine
let app: FastifyInstance

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-http-'))
  engine = await openEngine({ dataDir: join(dir, 'data') })
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

async function call(options: InjectOptions) {
  const answer = await app.inject({ ...options, headers: { host: 'localhost:4747', ...options.headers } })
  const isJson = String(answer.headers['content-type']).startsWith('application/json')
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.body,
    body: isJson ? (JSON.parse(answer.body) as Record<string, unknown>) : {},
  }
}
const post = (url: string, payload: object | string, headers: Record<string, string> = {}) =>
  call({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...headers } })

describe('sessions', () => {
  test('are recorded once, however often they are sent', async () => {
    const session = nextSession()
    const first = await post('/api/v1/sessions', session)
    assert.equal(first.status, 200)
    assert.equal(first.body['result'], 'created')
    const again = await post('/api/v1/sessions', Object.fromEntries(Object.entries(session).reverse()))
    assert.equal(again.body['result'], 'repeated')
    assert.equal(again.body['hash'], first.body['hash'])
    const stored = await call({ method: 'GET', url: `/api/v1/sessions/${session.id}` })
    assert.equal(sha256(stored.text), first.body['hash'])
    assert.deepEqual(stored.body, session)
  })

  test('never change: other content under the same id is refused', async () => {
    const session = nextSession()
    await post('/api/v1/sessions', session)
    const other = await post('/api/v1/sessions', { ...session, project: 'elsewhere' })
    assert.equal(other.status, 409)
    assert.equal(other.body['code'], 'session.conflict')
  })

  test('keep fields of newer clients and all digits of big integers', async () => {
    const session = nextSession()
    const text = JSON.stringify({ ...session, fromTheFuture: { n: 1 } }).replace('"n":1', '"n":9007199254740993123')
    assert.equal((await post('/api/v1/sessions', text)).status, 200)
    const stored = await call({ method: 'GET', url: `/api/v1/sessions/${session.id}` })
    assert.match(stored.text, /"fromTheFuture":\{"n":9007199254740993123\}/)
  })

  const refusals: readonly [name: string, code: string, status: number, body: () => object | string][] = [
    ['malformed JSON', 'json.malformed', 400, () => '{"id": '],
    ['NaN', 'json.malformed', 400, () => '{"id": NaN}'],
    [
      'a number beyond doubles',
      'json.number',
      400,
      () => JSON.stringify(nextSession()).replace('"firstFrame"', '"x"').replace('"fps":', '"huge":1e999,"fps":'),
    ],
    [
      'a __proto__ key',
      'json.key',
      400,
      () => JSON.stringify(nextSession()).replace('"context":{', '"context":{"__proto__":{"admin":true},'),
    ],
    [
      'an escaped __proto__ key',
      'json.key',
      400,
      () => JSON.stringify(nextSession()).replace('"context":{', '"context":{"\\u005f_proto__":1,'),
    ],
    ['an unknown domain', 'session.domain', 422, () => ({ ...nextSession(), domain: 'audio' })],
    [
      'a wrong unit',
      'session.invalid',
      422,
      () => JSON.stringify(nextSession()).replace(/"correlation":[\d.]+/, '"correlation":70'),
    ],
    ['a wrong enum', 'session.invalid', 422, () => JSON.stringify(nextSession()).replace('"LocRot"', '"Wobble"')],
    ['a local time', 'session.invalid', 422, () => ({ ...nextSession(), recordedAt: '2026-01-01T10:00:00' })],
    ['a newer schema', 'session.version', 422, () => ({ ...nextSession(), schemaVersion: 99 })],
    [
      'media that were not uploaded',
      'session.media',
      422,
      () => ({
        ...nextSession(),
        media: [{ role: 'frame', sha256: 'a'.repeat(64), mediaType: 'image/png', bytes: 3, width: 1, height: 1 }],
      }),
    ],
    ['no object at all', 'request.invalid', 400, () => '[1]'],
  ]
  for (const [name, code, status, body] of refusals) {
    test(`with ${name} are refused as ${code}`, async () => {
      const answer = await post('/api/v1/sessions', body())
      assert.deepEqual([answer.status, answer.body['code']], [status, code], answer.text)
      for (const part of ['expected', 'found', 'fix']) assert.ok(String(answer.body[part]).length > 0, part)
    })
  }

  test('of a 100 MB field are refused without being read into the store', async () => {
    const answer = await post('/api/v1/sessions', JSON.stringify({ ...nextSession(), blob: 'x'.repeat(20_000_000) }))
    assert.deepEqual([answer.status, answer.body['code']], [413, 'request.large'])
  })

  test('come in as lines; bad lines are named and the others taken', async () => {
    const good = [nextSession(), nextSession(), nextSession()]
    const lines = [
      JSON.stringify(good[0]),
      'nonsense',
      JSON.stringify(good[1]),
      '',
      JSON.stringify(good[0]),
      JSON.stringify(good[2]),
    ]
    const answer = await call({
      method: 'POST',
      url: '/api/v1/sessions/batch',
      payload: lines.join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    })
    assert.equal(answer.status, 200, answer.text)
    const { created, repeated, refused, problems } = answer.body as {
      created: number
      repeated: number
      refused: number
      problems: { line: number; problem: { code: string } }[]
    }
    assert.deepEqual({ created, repeated, refused }, { created: 3, repeated: 1, refused: 1 })
    assert.deepEqual(
      problems.map((entry) => [entry.line, entry.problem.code]),
      [[2, 'json.malformed']],
    )
  })

  test('are listed newest first, page by page, and filtered', async () => {
    const project = 'paging'
    for (let i = 0; i < 7; i++) await post('/api/v1/sessions', { ...nextSession(), project })
    const ids: string[] = []
    let cursor = ''
    do {
      const page = await call({ method: 'GET', url: `/api/v1/sessions?project=${project}&limit=3${cursor}` })
      const { items, next } = page.body as { items: { id: string; recordedAt: string }[]; next: string | null }
      ids.push(...items.map((item) => item.id))
      cursor = next === null ? '' : `&cursor=${encodeURIComponent(next)}`
    } while (cursor !== '')
    assert.equal(new Set(ids).size, 7)
    const all = await call({ method: 'GET', url: `/api/v1/sessions?project=${project}&status=succeeded` })
    const succeeded = (all.body['items'] as { status: string }[]).map((item) => item.status)
    assert.ok(succeeded.every((status) => status === 'succeeded') && succeeded.length > 0)
    const bad = await call({ method: 'GET', url: '/api/v1/sessions?cursor=made-up' })
    assert.equal(bad.body['code'], 'cursor.invalid')
    assert.equal((await call({ method: 'GET', url: '/api/v1/sessions?domain=audio' })).body['code'], 'request.invalid')
    assert.equal(
      (await call({ method: 'GET', url: `/api/v1/sessions?facet=${encodeURIComponent('no colon')}` })).body['code'],
      'query.invalid',
    )
  })
})

describe('journals', () => {
  test('become a session when they are closed', async () => {
    const { outcome: _outcome, telemetry: _telemetry, ...head } = nextSession()
    assert.equal((await post('/api/v1/journals', { session: head })).status, 201)
    const frame = { frame: 3, activeTracks: 9, tracksLost: 1, averageVelocityUv: 0.01 }
    const url = `/api/v1/journals/${head.id}`
    assert.equal(
      (await post(url, { ops: [{ op: 'append', path: '/telemetry/frameSamples', value: frame }] })).body['closed'],
      false,
    )
    const closed = await post(url, { ops: [{ op: 'close', outcome: { status: 'succeeded', solveErrorPx: 0.4 } }] })
    assert.equal(closed.body['closed'], true, closed.text)
    const stored = await call({ method: 'GET', url: `/api/v1/sessions/${head.id}` })
    assert.deepEqual((stored.body['telemetry'] as { frameSamples: unknown }).frameSamples, [frame])
    assert.equal((await post(url, { ops: [{ op: 'close', outcome: {} }] })).body['code'], 'journal.unknown')
  })
})

describe('edits', () => {
  test('are appended to a session and never change it', async () => {
    const session = nextSession()
    const { body } = await post('/api/v1/sessions', session)
    const sent = await post('/api/v1/edits', { session: session.id, kind: 'rating', after: 4, reason: 'steady' })
    assert.equal(sent.status, 201, sent.text)
    const { items } = (await call({ method: 'GET', url: `/api/v1/sessions/${session.id}/edits` })).body as {
      items: { after: unknown; principal: string }[]
    }
    assert.deepEqual(
      items.map((edit) => [edit.after, edit.principal]),
      [[4, 'owner']],
    )
    const stored = await call({ method: 'GET', url: `/api/v1/sessions/${session.id}` })
    assert.equal(sha256(stored.text), body['hash'])
    const lost = await post('/api/v1/edits', {
      session: '00000000-0000-7000-8000-000000000000',
      kind: 'rating',
      after: 1,
    })
    assert.deepEqual([lost.status, lost.body['code']], [404, 'session.unknown'])
  })
})

describe('blobs', () => {
  const put = (hash: string, bytes: Buffer, type = 'application/octet-stream') =>
    call({ method: 'PUT', url: `/api/v1/blobs/${hash}`, payload: bytes, headers: { 'content-type': type } })

  test('are stored under their own hash only, and come back whole and in ranges', async () => {
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#8a5' } })
      .png()
      .toBuffer()
    const hash = sha256(bytes)
    assert.equal((await put('0'.repeat(64), bytes)).body['code'], 'blob.mismatch')
    assert.equal((await put(hash, bytes)).status, 201)
    const whole = await app.inject({ method: 'GET', url: `/api/v1/blobs/${hash}`, headers: { host: 'localhost' } })
    assert.deepEqual(whole.rawPayload, bytes)
    assert.equal(whole.headers['content-type'], 'image/png')
    const part = await app.inject({
      method: 'GET',
      url: `/api/v1/blobs/${hash}`,
      headers: { host: 'localhost', range: 'bytes=4-9' },
    })
    assert.equal(part.statusCode, 206)
    assert.deepEqual(part.rawPayload, bytes.subarray(4, 10))
    const small = await app.inject({
      method: 'GET',
      url: `/api/v1/blobs/${hash}/thumbnail?width=16`,
      headers: { host: 'localhost' },
    })
    assert.equal((await sharp(small.rawPayload).metadata()).width, 16)
  })

  test('are served inert: a script in an SVG is a download, never a page', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    await put(sha256(svg), svg, 'image/svg+xml')
    const answer = await call({ method: 'GET', url: `/api/v1/blobs/${sha256(svg)}` })
    assert.equal(answer.headers['content-type'], 'application/octet-stream')
    assert.match(String(answer.headers['content-disposition']), /^attachment/)
    assert.match(String(answer.headers['content-security-policy']), /sandbox/)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    const thumb = await call({ method: 'GET', url: `/api/v1/blobs/${sha256(svg)}/thumbnail` })
    assert.deepEqual([thumb.status, thumb.body['code']], [415, 'image.type'])
  })
})

describe('the door', () => {
  test('refuses other sites and names that are not loopback', async () => {
    const rebound = await app.inject({ method: 'GET', url: '/healthz', headers: { host: 'evil.example' } })
    assert.equal(rebound.json<{ code: string }>().code, 'request.origin')
    const forged = await post('/api/v1/sessions', nextSession(), { origin: 'https://evil.example' })
    assert.deepEqual([forged.status, forged.body['code']], [403, 'request.origin'])
  })

  test('wants a token on the network, and takes no other', async () => {
    const options = { host: '0.0.0.0', port: 0, studioDir: null, legacyProject: 'default' }
    await assert.rejects(buildServer(engine, { ...options, token: null }), /settings\.invalid/)
    const open = await buildServer(engine, { ...options, token: 'a long random text' })
    try {
      const ask = (authorization?: string) =>
        open.inject({
          method: 'GET',
          url: '/api/v1/sessions',
          headers: { host: 'hindsight.example', ...(authorization ? { authorization } : {}) },
        })
      assert.equal((await ask()).statusCode, 401)
      assert.equal((await ask('Bearer wrong')).statusCode, 401)
      assert.equal((await ask('Bearer a long random text')).statusCode, 200)
      assert.equal(
        (await open.inject({ method: 'GET', url: '/healthz', headers: { host: 'hindsight.example' } })).statusCode,
        200,
      )
    } finally {
      await open.close()
    }
  })

  test('answers unknown routes, methods and types with a code', async () => {
    assert.equal((await call({ method: 'GET', url: '/api/v1/nothing' })).body['code'], 'request.route')
    const wrong = await call({
      method: 'POST',
      url: '/api/v1/sessions',
      payload: 'x',
      headers: { 'content-type': 'text/plain' },
    })
    assert.deepEqual([wrong.status, wrong.body['code']], [415, 'request.type'])
    const lines = await call({
      method: 'POST',
      url: '/api/v1/sessions/batch',
      payload: 'x',
      headers: { 'content-type': 'text/plain' },
    })
    assert.deepEqual([lines.status, lines.body['code']], [415, 'request.type'])
  })

  test('describes every route of the table as OpenAPI', async () => {
    const { body } = await call({ method: 'GET', url: '/api/v1/openapi.json' })
    const paths = body['paths'] as Record<string, Record<string, unknown>>
    for (const key of Object.keys(routes)) {
      const [method = '', path = ''] = key.split(' ')
      assert.ok(paths[path]?.[method.toLowerCase()], key)
    }
    const { schemas } = body['components'] as { readonly schemas: Readonly<Record<string, unknown>> }
    for (const [, reference = ''] of JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1]
      assert.ok(name !== undefined && name in schemas, reference)
    }
    for (const [key, { reply, gives }] of Object.entries(routes as Readonly<Record<string, Route>>))
      if (reply === 'stream' || reply === 'page') assert.ok(gives, `${key} says of what type its answer is`)
    for (const domain of ['camera', 'images', 'gui']) {
      const schema = await call({ method: 'GET', url: `/api/v1/schemas/${domain}` })
      assert.ok('properties' in schema.body, domain)
    }
  })
})
