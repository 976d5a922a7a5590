/** Keys that stand in web pages: they write into one project, from their own origins, and see nothing. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { createClient } from '#client/client.ts'
import { createRecorder, type RecordedRun } from '#client/recorder.ts'
import { memorySpool } from '#client/spool.ts'
import type { JsonObject } from '#core/json.ts'
import { type Engine, makeContext } from '#engine/engine.ts'
import { importPath } from '#engine/import.ts'
import { makeKey, type NewKey } from '#engine/people/keys.ts'
import { recordSession } from '#engine/record.ts'
import { sha256 } from './authorisation-world.ts'
import { addQuickAccount, ask, type Asked, bearer, openDoor, type PeopleDoor } from './people-door.ts'

const app = 'https://app.example'
const sessionOf = (parts: JsonObject = {}): JsonObject & { readonly id: string } => ({
  id: randomUUID(),
  domain: 'images',
  recordedAt: '2026-11-20T10:00:00Z',
  host: { name: 'test', version: '1' },
  context: { instruction: 'paint it' },
  settings: { values: {} },
  outcome: { status: 'succeeded' },
  ...parts,
})
const mediumOf = (text: string) => ({
  role: 'input',
  sha256: sha256(text),
  mediaType: 'image/png',
  bytes: text.length,
  width: null,
  height: null,
})

async function putBlob(engine: Engine, text: string): Promise<string> {
  async function* chunks() {
    yield Buffer.from(text)
  }
  return (await engine.store.blobs.put(chunks())).sha256
}

describe('an ingest key', () => {
  let door: PeopleDoor
  const secrets = new Map<string, string>()
  before(async () => {
    door = await openDoor(async (engine) => {
      await addQuickAccount(engine, { name: 'Ann', role: 'owner', project: null, password: 'seven green bottles' })
      const ingest = { kind: 'ingest', project: 'kitchen', expiresAt: null } as const
      const keys: readonly NewKey[] = [
        { ...ingest, name: 'page', origins: [app] },
        { ...ingest, name: 'program', origins: [] },
        { ...ingest, name: 'slow', origins: [], perMinute: 3 },
        { ...ingest, name: 'attic', project: 'attic', origins: [] },
        { kind: 'token', name: 'kitchen owner', role: 'owner', project: 'kitchen', expiresAt: null },
        { kind: 'token', name: 'all', role: 'owner', project: null, expiresAt: null },
      ]
      for (const key of keys) secrets.set(key.name, (await makeKey(engine, key, 'Ann')).secret)
    })
  })
  after(() => door.close())

  const as = (name: string, path: string, asked: Asked = {}) =>
    ask(door, path, { ...asked, headers: { ...bearer(secrets.get(name) ?? ''), ...asked.headers } })
  const fromPage = (origin: string, asked: Asked = {}) => ({
    ...asked,
    headers: { origin, 'sec-fetch-site': 'cross-site' },
  })

  test('is bound to the origins that it was made for, letter by letter', async () => {
    const send = (name: string, headers: Record<string, string>) =>
      as(name, '/api/v1/sessions', { body: sessionOf(), headers })
    const good = await send('page', { origin: app, 'sec-fetch-site': 'cross-site' })
    assert.equal(good.status, 200)
    assert.equal(good.headers.get('access-control-allow-origin'), app)
    assert.equal(good.headers.get('access-control-allow-credentials'), null)
    for (const origin of ['https://app.example.evil', 'http://app.example', 'https://app.example:8443', 'null']) {
      const said = await send('page', { origin })
      assert.deepEqual(
        [said.status, said.body['code'], said.headers.get('access-control-allow-origin')],
        [403, 'key.origin', null],
      )
    }
    assert.equal((await send('page', {})).body['code'], 'key.origin', 'a program has no origin')
    assert.equal((await send('program', {})).status, 200)
    assert.equal((await send('program', { origin: app })).body['code'], 'key.origin')
    assert.equal((await send('all', { origin: app })).body['code'], 'request.origin', 'a token is for no page')
    const wrong = await ask(door, '/api/v1/sessions', {
      body: sessionOf(),
      headers: { ...bearer('hsi_no'), origin: app },
    })
    assert.equal(wrong.status, 403)
  })

  test('is announced to pages of its origins for the routes that write, and to no others', async () => {
    const preflight = (path: string, method: string, origin = app) =>
      ask(door, path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization,content-type',
        },
      })
    const good = await preflight('/api/v1/sessions', 'POST')
    assert.equal(good.status, 204)
    assert.equal(good.headers.get('access-control-allow-origin'), app)
    assert.equal(good.headers.get('access-control-allow-methods'), 'POST')
    assert.match(good.headers.get('access-control-allow-headers') ?? '', /authorization, content-type/)
    assert.match(good.headers.get('vary') ?? '', /Origin/)
    assert.equal((await preflight(`/api/v1/blobs/${'a'.repeat(64)}`, 'PUT')).status, 204)
    const refused = [
      await preflight('/api/v1/sessions', 'GET'),
      await preflight('/api/v1/sessions', 'POST', 'https://evil.example'),
      await preflight('/api/v1/people', 'POST'),
      await preflight(`/api/v1/blobs/${'a'.repeat(64)}`, 'GET'),
      await preflight('/api/v1/sign-in', 'POST'),
    ]
    for (const said of refused) {
      assert.equal(said.status, 403)
      assert.equal(said.headers.get('access-control-allow-origin'), null)
    }
  })

  test('writes into its own project, whatever the page says, and reads nothing', async () => {
    const quiet = sessionOf()
    assert.equal((await as('program', '/api/v1/sessions', { body: quiet })).status, 200)
    const kept = await as('all', `/api/v1/sessions/${quiet.id}`)
    assert.equal(kept.body['project'], 'kitchen')
    const elsewhere = await as('program', '/api/v1/sessions', { body: sessionOf({ project: 'attic' }) })
    assert.deepEqual([elsewhere.status, elsewhere.body['code']], [403, 'request.project'])
    const lines = [sessionOf(), sessionOf({ project: 'attic' })].map((line) => JSON.stringify(line)).join('\n')
    const headers = { 'content-type': 'application/x-ndjson' }
    const batch = await as('program', '/api/v1/sessions/batch', { body: Buffer.from(lines), headers })
    assert.deepEqual([batch.body['created'], batch.body['refused']], [1, 1])
    const { outcome: _, ...head } = sessionOf({ project: 'attic' })
    assert.equal((await as('program', '/api/v1/journals', { body: { session: head } })).status, 403)
    for (const path of ['/api/v1/sessions', `/api/v1/sessions/${quiet.id}`, '/api/v1/projects', '/api/v1/stats'])
      assert.deepEqual([(await as('program', path)).status], [403], path)
    assert.equal((await as('page', '/api/v1/projects', fromPage(app))).headers.get('access-control-allow-origin'), null)
  })

  test('learns nothing of another project from ids and hashes', async () => {
    const { engine } = door
    await putBlob(engine, 'of the attic')
    const theirs = sessionOf({ project: 'attic', media: [mediumOf('of the attic')] })
    await recordSession(engine, theirs)
    const mine = sessionOf({ project: 'kitchen' })
    await recordSession(engine, mine)

    // An id that is taken answers alike, whoever has it.
    const other = { context: { instruction: 'paint another' } }
    const take = async (id: string) =>
      (await as('program', '/api/v1/sessions', { body: sessionOf({ ...other, id }) })).text
    const alike = (text: string) => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replace(/"request":"[^"]*"/, '')
    assert.equal(alike(await take(theirs.id)), alike(await take(mine.id)))

    // Edits: another's session is as unknown as none.
    const edit = async (session: string) =>
      (await as('program', '/api/v1/edits', { body: { session, kind: 'rating', after: { rating: 1 } } })).text
    assert.equal(alike(await edit(theirs.id)), alike(await edit(randomUUID())))

    // Bytes: naming the hash of what another project has is no way to them.
    const naming = (text: string) => as('program', '/api/v1/sessions', { body: sessionOf({ media: [mediumOf(text)] }) })
    const [foreign, missing] = [await naming('of the attic'), await naming('of nobody')]
    assert.deepEqual([foreign.status, foreign.body['code']], [422, 'session.media'])
    const hashless = (text: string) => alike(text).replaceAll(/[0-9a-f]{64}/g, 'HASH')
    assert.equal(hashless(foreign.text), hashless(missing.text))
    const path = `/api/v1/blobs/${sha256('of the attic')}`
    assert.equal((await as('kitchen owner', path)).status, 404)
    // Who sends them has them anyway.
    const bytes = {
      method: 'PUT',
      body: Buffer.from('of the attic'),
      headers: { 'content-type': 'application/octet-stream' },
    }
    assert.equal((await as('program', path, bytes)).status, 201)
    assert.equal((await naming('of the attic')).status, 200)
    assert.equal((await as('kitchen owner', path)).status, 200)
  })

  test('cannot lay hands on bytes through a journal, an upload or an import either', async () => {
    const { engine } = door
    await putBlob(engine, 'deep in the attic')
    const named = mediumOf('deep in the attic')
    await recordSession(engine, sessionOf({ project: 'attic', media: [named] }))
    const { outcome: _, ...head } = sessionOf()
    await as('program', '/api/v1/journals', { body: { session: head } })
    const append = await as('program', `/api/v1/journals/${head.id}`, {
      body: { ops: [{ op: 'media', media: named }] },
    })
    assert.equal(append.body['code'], 'session.media')
    const opened = await as('program', '/api/v1/journals', {
      body: { session: { ...head, id: randomUUID(), media: [named] } },
    })
    assert.equal(opened.body['code'], 'session.media')

    const metadata = `kind ${btoa('blob')},sha256 ${btoa(named.sha256)}`
    const begin = { 'tus-resumable': '1.0.0', 'upload-length': String(named.bytes), 'upload-metadata': metadata }
    const upload = async (name: string) =>
      (await as(name, '/api/v1/uploads', { method: 'POST', headers: begin })).headers.get('upload-offset')
    assert.deepEqual([await upload('all'), await upload('program')], [String(named.bytes), '0'])

    // An import may only bring what it holds itself, and add to what is its own.
    const { writeFile } = await import('node:fs/promises')
    const file = `${door.dir}/sessions.ndjson`
    await writeFile(file, `${JSON.stringify(sessionOf({ media: [named] }))}\n`)
    const request = { project: 'kitchen', path: file, name: 'sessions.ndjson', mode: 'merge', layout: null } as const
    const bring = (confined: boolean) =>
      importPath(engine, { ...request, principal: 'x', confined }, makeContext()).then(
        ({ sessions, problems }) => [sessions.created, problems.first[0]?.problem.code ?? null] as const,
        (error: { code?: string }) => [0, error.code ?? 'bug'] as const,
      )
    const confined = await bring(true)
    assert.equal(confined[0], 0)
    assert.notEqual((await bring(false))[0], 0, `else the one before proves nothing: ${confined[1]}`)
    assert.equal(confined[1], 'session.media')
  })

  test('may write so much in a minute, and is told when it may again', async () => {
    const send = () => as('slow', '/api/v1/sessions', { body: sessionOf() })
    const said = []
    for (let i = 0; i < 6; i++) said.push(await send())
    const late = said.find(({ status }) => status === 429)
    assert.ok(late, said.map(({ status }) => status).join())
    assert.ok(Number(late.headers.get('retry-after')) >= 1)
  })

  test('serves the recorder of a program, edits and media as well', async () => {
    const recorder = createRecorder({
      base: door.server.url,
      key: secrets.get('program') ?? '',
      host: { name: 'program' },
      spool: memorySpool(),
    })
    const run = {
      domain: 'images',
      context: { instruction: 'x' },
      settings: { values: {} },
      outcome: { status: 'failed' },
    }
    const id = recorder.record(run as RecordedRun, [
      { role: 'input', data: new Blob(['pixels']), mediaType: 'image/png' },
    ])
    recorder.edit({ session: id, kind: 'rating', after: { rating: 1 } })
    assert.deepEqual(await recorder.flush(), { arrived: true, waiting: 0, lost: [], problem: null })
    await recorder.close()
    const owner = createClient({ base: door.server.url, token: secrets.get('all') ?? '' })
    assert.equal((await owner.call('GET /api/v1/sessions/{id}', { params: { id } })).project, 'kitchen')
    const { items } = await owner.call('GET /api/v1/sessions/{id}/edits', { params: { id } })
    assert.deepEqual(
      items.map(({ principal }) => principal),
      ['program'],
    )
  })
})

test("what a recorder sends for another project than its key's is set aside, and holds up nothing", async () => {
  let secret = ''
  const door = await openDoor(async (engine) => {
    const key = { kind: 'ingest', name: 'program', project: 'kitchen', origins: [], expiresAt: null } as const
    secret = (await makeKey(engine, key, 'Ann')).secret
  })
  try {
    const spool = memorySpool()
    const run = {
      domain: 'images',
      context: { instruction: 'x' },
      settings: { values: {} },
      outcome: { status: 'failed' },
    }
    const options = { base: door.server.url, key: secret, host: { name: 'program' }, spool }
    const recorder = createRecorder({ ...options, project: 'attic' })
    const ids = [0, 1].map(() => recorder.record(run as RecordedRun))
    const { arrived, waiting, lost } = await recorder.flush()
    assert.deepEqual([arrived, waiting], [false, 0])
    assert.deepEqual(
      lost.map(({ id, problem }) => [id, problem.code]),
      ids.map((id) => [id, 'request.project']),
    )
    await recorder.close()
  } finally {
    await door.close()
  }
})
