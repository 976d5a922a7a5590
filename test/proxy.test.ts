/** The engine behind a proxy with the headers that docs/guides/running-as-a-service.md sets. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createClient } from '#client/client.ts'
import type { Engine } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { startServer, type Server as HttpServer } from '#http/server.ts'
import { madeSessions } from '../bench/made-sessions.ts'

const token = 'a-long-random-token'
const site = 'hindsight.example'

describe('behind a proxy', () => {
  let dir: string
  let engine: Engine
  let server: HttpServer
  let proxy: Server
  let base: string
  /** What went wrong on the way. */
  const told: string[] = []
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-proxy-'))
    engine = await openEngine({ dataDir: join(dir, 'data') })
    const options = { host: '127.0.0.1', port: 0, token, behindProxy: true, studioDir: null, legacyProject: 'default' }
    server = await startServer(engine, options)
    // As nginx: the Host is kept, what the client claimed of itself is overwritten, nothing is buffered.
    proxy = createServer((incoming, outgoing) => {
      const forwarded = { host: site, 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' }
      const headers = { ...incoming.headers, ...forwarded, 'x-request-id': 'proxy-0001' }
      const method = incoming.method ?? 'GET'
      const onward = request(new URL(incoming.url ?? '/', server.url), { method, headers, agent: false })
      onward.on('response', (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', (error) => {
        told.push(String(error))
        outgoing.destroy()
      })
      outgoing.on('close', () => onward.destroy())
      incoming.pipe(onward)
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  })
  after(async () => {
    proxy.closeAllConnections()
    proxy.close()
    await server.close()
    await engine.close()
    await rm(dir, { recursive: true })
  })

  const line = () => madeSessions(31).next().value?.line ?? ''
  const post = (headers: Record<string, string>) =>
    fetch(new URL('/api/v1/sessions', base), {
      method: 'POST',
      body: line(),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    })

  test('a program with a token records, and a page of the site too; nobody is the owner by being near', async () => {
    assert.equal((await post({})).status, 200)
    assert.equal((await post({ origin: `https://${site}` })).status, 200)
    assert.equal((await post({ origin: 'https://evil.example' })).status, 403)
    assert.equal((await fetch(new URL('/api/v1/sessions', base))).status, 401)
    assert.equal((await fetch(new URL('/readyz', base))).status, 200)
  })

  test("the proxy's id of a request is the engine's", async () => {
    const answer = await fetch(new URL('/nowhere', base), { headers: { authorization: `Bearer ${token}` } })
    assert.equal(answer.headers.get('x-request-id'), 'proxy-0001')
    assert.equal(((await answer.json()) as { readonly request: string }).request, 'proxy-0001')
  })

  test('events come through as they happen, and a large body as it is sent', async () => {
    const client = createClient({ base, token })
    const job = await client.call('POST /api/v1/care/schedules/{task}/run', { params: { task: 'verify' } })
    const states: string[] = []
    for await (const { state } of client.watchJob(job.id)) states.push(state)
    assert.equal(states.at(-1), 'succeeded')
    const bytes = new Uint8Array(20_000_000).fill(7)
    const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
    told.length = 0
    const stored = await client
      .call('PUT /api/v1/blobs/{sha256}', { params: { sha256 }, body: bytes })
      .catch((error: unknown) => assert.fail(`${String(error)}; ${told.join('; ')}`))
    assert.equal(stored.bytes, bytes.length)
  })
})
