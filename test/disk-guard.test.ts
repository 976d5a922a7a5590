/** A disk with no room above the reserve: every door that writes says so by its code, the others work, and it comes back by itself. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Engine, makeContext } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { openSink } from '#engine/targets.ts'
import { type Server, startServer } from '#http/server.ts'
import { madeSessions } from '../bench/made-sessions.ts'

const made = madeSessions(71)
const nextSession = () => JSON.parse(made.next().value?.line ?? '') as Record<string, unknown> & { id: string }
const hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('without room above the reserve', () => {
  let dir: string
  let engine: Engine
  let server: Server
  const kept = nextSession()
  const open = nextSession()
  const bytes = Buffer.alloc(100_000, 7)
  const ctx = makeContext()
  let upload = ''

  async function call(method: string, path: string, body?: string | Uint8Array, more: Record<string, string> = {}) {
    const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream'
    const headers = { ...(body === undefined ? {} : { 'content-type': type }), ...more }
    const answer = await fetch(server.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    })
    const text = await answer.text()
    const { code = null } = (text.startsWith('{') ? JSON.parse(text) : {}) as { code?: string }
    return { status: answer.status, code, location: answer.headers.get('location') ?? '' }
  }
  const tus = { 'tus-resumable': '1.0.0' }
  const begin = (length: number) =>
    call('POST', '/api/v1/uploads', undefined, {
      ...tus,
      'upload-length': String(length),
      'upload-metadata': `sha256 ${base64(hex(bytes))}`,
    })
  const appended = { ops: [{ op: 'append', path: '/telemetry/frameSamples', value: { frame: 1 } }] }

  /** Everything that takes something in, and what it answers. */
  const doors: Readonly<Record<string, () => Promise<{ status: number; code: string | null }>>> = {
    'one session': () => call('POST', '/api/v1/sessions', JSON.stringify(nextSession())),
    lines: () =>
      call('POST', '/api/v1/sessions/batch', JSON.stringify(nextSession()), { 'content-type': 'application/x-ndjson' }),
    'an edit': () => call('POST', '/api/v1/edits', JSON.stringify({ session: kept.id, kind: 'rating', after: 3 })),
    'a journal': () => {
      const { outcome: _outcome, telemetry: _telemetry, ...session } = nextSession()
      return call('POST', '/api/v1/journals', JSON.stringify({ session }))
    },
    'an entry of a journal': () => call('POST', `/api/v1/journals/${open.id}`, JSON.stringify(appended)),
    'a blob': () => call('PUT', `/api/v1/blobs/${hex(bytes)}`, bytes),
    'a new upload': () => begin(bytes.length),
    'a piece of an upload': () =>
      call('PATCH', upload, bytes, { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }),
    'a clip': () => call('POST', '/api/v1/clips/upload?name=a.mp4', bytes),
    'an import': () => call('POST', '/api/v1/imports?name=a.zip', bytes),
    'an export': () => call('POST', '/api/v1/exports', JSON.stringify({ format: 'hindsight', query: {} })),
    'a training job': () => call('POST', '/api/v1/learn/train', JSON.stringify({})),
  }

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-guard-'))
    engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
    server = await startServer(engine, {
      host: '127.0.0.1',
      port: 0,
      token: null,
      studioDir: null,
      legacyProject: 'default',
    })
    assert.equal((await call('POST', '/api/v1/sessions', JSON.stringify(kept))).status, 200)
    const { outcome: _outcome, telemetry: _telemetry, ...session } = open
    assert.equal((await call('POST', '/api/v1/journals', JSON.stringify({ session }))).status, 201)
    upload = (await begin(bytes.length)).location
    // More than any disk has: as if it were full.
    await engine.store.setReserve(2 ** 52)
    // The guard looks again within half a second.
    await new Promise((resolve) => setTimeout(resolve, 600))
  })
  after(async () => {
    await server.close()
    await engine.close()
    await rm(dir, { recursive: true })
  })

  for (const [name, knock] of Object.entries(doors)) {
    test(`${name} is refused as store.full`, async () => {
      const { status, code } = await knock()
      assert.deepEqual([status, code], [507, 'store.full'])
    })
  }

  test('a backup and an export to a file are refused, and leave nothing behind', async () => {
    const { store } = engine
    await assert.rejects(store.backup(join(dir, 'backups'), ctx), { code: 'store.full' })
    const sink = await openSink(engine, join(dir, 'out.zip'))
    await assert.rejects(sink.write('a', 'b'), { code: 'store.full' })
    await sink.abort()
  })

  test('what is here can be read, cancelled and erased', async () => {
    assert.equal((await call('GET', `/api/v1/sessions/${kept.id}`)).status, 200)
    assert.equal((await call('HEAD', upload, undefined, tus)).status, 200)
    assert.equal((await engine.store.gc({ graceMs: 0, dryRun: false }, ctx)).blobs, 0)
    const second = nextSession()
    assert.equal((await engine.store.forget({ sessions: [second.id] }, 'owner', ctx)).sessions, 0)
    assert.equal(await engine.store.catalog.count({}, 10), 1)
  })

  test('with room again, each of them works without a restart', async () => {
    await engine.store.setReserve(null)
    await new Promise((resolve) => setTimeout(resolve, 600))
    for (const [name, knock] of Object.entries(doors)) {
      const { status, code } = await knock()
      // The bytes are neither a film nor an archive: that is said now.
      if (name === 'a clip') assert.deepEqual([status, code], [415, 'media.type'])
      else assert.ok(status < 300, `${name}: ${status} ${code}`)
    }
    assert.equal((await engine.store.verify({ repair: false }, ctx)).faults.length, 0)
  })
})
