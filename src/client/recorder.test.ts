/** The recorder before a real engine that dies and comes back. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type ServerProcess, startServerProcess } from '../../bench/server-process.ts'
import { createClient } from './client.ts'
import { diskSpool } from './node-spool.ts'
import { createRecorder, type RecordedRun, type RecorderOptions } from './recorder.ts'
import { memorySpool } from './spool.ts'

let dir: string
let server: ServerProcess | null = null
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-recorder-'))
})
after(async () => {
  await server?.stop()
  await rm(dir, { recursive: true })
})

const base = 'http://engine.invalid'
/** The engine, wherever it is now. */
const toServer: typeof fetch = (input, init) => {
  if (server === null) return Promise.reject(new TypeError('connection refused'))
  return fetch(String(input as string).replace(base, server.url), init)
}
const recorder = (options: Partial<RecorderOptions> = {}) =>
  createRecorder({ base, host: { name: 'my-app', version: '1' }, spool: memorySpool(), fetch: toServer, ...options })
const client = createClient({ base, fetch: toServer })
const run = (instruction: string): RecordedRun => ({
  domain: 'images',
  context: { instruction },
  settings: { values: { model: 'editor-large', seed: 42 } },
  outcome: { status: 'failed' },
})
const picture = (text: string, role = 'input') => ({ role, mediaType: 'text/plain', data: new Blob([text]) })
async function instructions(): Promise<readonly string[]> {
  const { items } = await client.call('GET /api/v1/sessions', { query: { limit: 200 } })
  const found = items.map(({ id }) => client.call('GET /api/v1/sessions/{id}', { params: { id } }))
  return (await Promise.all(found)).map(({ context }) => String((context as Record<string, unknown>)['instruction']))
}

test('what is recorded while the engine is away or dies arrives in its order, once, with its bytes', async () => {
  const spool = join(dir, 'spool')
  const own = recorder({ spool: diskSpool(spool) })
  const first = own.record(run('0'), [picture('a'), picture('b', 'mask')])
  const { arrived, waiting, problem } = await own.flush({ timeoutMs: 300 })
  assert.deepEqual([arrived, waiting, problem?.code], [false, 1, 'server.unreachable'])

  server = await startServerProcess(join(dir, 'data'))
  for (let i = 1; i < 120; i++) {
    own.record(run(String(i)), i % 10 === 0 ? [picture(`bytes ${i}`)] : [])
    if (i === 60) {
      await own.flush({ timeoutMs: 50 })
      await server.kill()
      server = await startServerProcess(join(dir, 'data'))
    }
  }
  own.edit({ session: first, kind: 'rating', after: { rating: 1 } })
  const after = await own.flush({ timeoutMs: 30_000 })
  assert.deepEqual([after.arrived, after.waiting, after.lost], [true, 0, []])
  const found = await instructions()
  assert.deepEqual(
    found.toSorted((a, b) => Number(a) - Number(b)),
    Array.from({ length: 120 }, (_, i) => String(i)),
  )
  const session = await client.call('GET /api/v1/sessions/{id}', { params: { id: first } })
  const { media } = session as unknown as { media: { role: string; sha256: string }[] }
  const bytes = await client.open('GET /api/v1/blobs/{sha256}', {
    params: { sha256: media.find(({ role }) => role === 'mask')!.sha256 },
  })
  assert.equal(await bytes.text(), 'b')
  const { items } = await client.call('GET /api/v1/sessions/{id}/edits', { params: { id: first } })
  assert.equal(items.length, 1)
  await own.close()
  assert.deepEqual(await readdir(spool), [])
})

test('what the engine refuses is set aside with the reason, and holds up nothing', async () => {
  server ??= await startServerProcess(join(dir, 'data'))
  const told: string[] = []
  const spool = diskSpool(join(dir, 'refusing'))
  const own = recorder({ spool, onProblem: ({ code }, id) => told.push(`${code} ${id}`) })
  const bad = own.record({ ...run('bad'), settings: { values: { seed: 'not a number' } } })
  const good = own.record(run('good'))
  const { arrived, waiting, lost } = await own.flush()
  assert.deepEqual([arrived, waiting, lost.map(({ id }) => id)], [false, 0, [bad]])
  assert.ok(told.length === 1 && told[0]?.endsWith(bad), told[0])
  const aside = JSON.parse(await readFile(join(spool.refusedFolder, `session-${bad}.json`), 'utf8')) as Record<
    string,
    never
  >
  assert.match(String(aside['text']), /not a number/)
  assert.ok((await instructions()).includes('good') && good !== bad)
  await own.close()
})

test('never throws, whatever it is handed, and says what was not recorded', async () => {
  const told: string[] = []
  const own = recorder({
    onProblem(problem) {
      told.push(problem.found)
      throw new Error('the application fails in its own callback')
    },
    debug: () => {
      throw new Error('and in its log')
    },
  })
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  const ids = [
    own.record({ ...run('x'), context: circle }),
    own.record({ ...run('x'), context: { draw: () => 1 } }),
    own.record(null as unknown as RecordedRun),
  ]
  await own.stored()
  assert.ok(ids.every((id) => typeof id === 'string'))
  assert.equal(told.length, 3)
  const kept = own.record({ ...run('y'), context: { at: new Date(0), none: undefined, nan: Number.NaN } })
  assert.ok(kept)
  await own.close()
})

test('a full spool refuses what is new, and keeps what it has', async () => {
  const spool = memorySpool()
  const told: string[] = []
  const full = recorder({
    spool,
    maxEntries: 2,
    fetch: () => Promise.reject(new TypeError('away')),
    onProblem: ({ code }) => told.push(code),
  })
  const [one, two] = [full.record(run('1')), full.record(run('2'))]
  full.record(run('3'))
  await full.stored()
  assert.deepEqual(told, ['spool.full'])
  assert.deepEqual(
    (await spool.oldest(9)).map(({ id }) => id),
    [one, two],
  )
  await full.close()
})

test('an edit of a session that another recorder has waits for it, and holds up nothing', async () => {
  server ??= await startServerProcess(join(dir, 'data'))
  const [page, host] = [recorder({ project: 'apart' }), recorder({ project: 'apart' })]
  const id = '01936f5e-0000-7000-8000-0000000000aa'
  page.edit({ session: id, kind: 'rating', after: { rating: 1 } })
  const early = await page.flush({ timeoutMs: 300 })
  assert.deepEqual([early.arrived, early.waiting, early.lost, early.problem?.code], [false, 1, [], 'session.unknown'])
  const other = page.record(run('behind it'))
  for (let found = false; !found; await new Promise((resolve) => setTimeout(resolve, 20)))
    found = (await client.call('GET /api/v1/sessions', { query: { project: 'apart' } })).items.some(
      (item) => item.id === other,
    )
  host.record({ ...run('the session itself'), id })
  assert.ok((await host.flush()).arrived)
  assert.deepEqual(await page.flush(), { arrived: true, waiting: 0, lost: [], problem: null })
  const { items } = await client.call('GET /api/v1/sessions/{id}/edits', { params: { id } })
  assert.equal(items.length, 1)
  await Promise.all([page.close(), host.close()])
})

test('an engine that asks to be left alone is, also by a flush', async () => {
  const asked: number[] = []
  const answer = (status: number, headers: Record<string, string>, body: object) =>
    Promise.resolve(new Response(JSON.stringify(body), { status, headers }))
  const own = recorder({
    fetch: () => {
      asked.push(Date.now())
      const problem = { code: 'quota.rate', message: 'slow down' }
      return asked.length === 1
        ? answer(429, { 'retry-after': '1' }, problem)
        : answer(200, {}, { id: 'x', hash: 'y', result: 'created' })
    },
  })
  own.record(run('1'))
  const { problem } = await own.flush({ timeoutMs: 200 })
  assert.equal(problem?.code, 'quota.rate')
  assert.equal(asked.length, 1)
  assert.ok((await own.flush()).arrived)
  assert.equal(asked.length, 2)
  assert.ok(asked[1]! - asked[0]! >= 999, `${asked[1]! - asked[0]!} ms`)
  await own.close()
})
