/** What is refused while it is still being sent: the sender gets to read why, and nothing is kept. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Engine } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { type Server, startServer } from '#http/server.ts'

let dir: string
let engine: Engine
let server: Server

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-limits-'))
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

const megabyte = Buffer.alloc(1024 * 1024, 'x')

async function send(path: string, method: string, type: string, megabytes: number) {
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ < megabytes) controller.enqueue(new Uint8Array(megabyte))
      else controller.close()
    },
  })
  const answer = await fetch(server.url + path, { method, body, duplex: 'half', headers: { 'content-type': type } })
  return { status: answer.status, code: ((await answer.json()) as { code: string }).code }
}

test('a line without an end is refused long before it ends', async () => {
  const answer = await send('/api/v1/sessions/batch', 'POST', 'application/x-ndjson', 60)
  assert.deepEqual(answer, { status: 413, code: 'request.large' })
  assert.equal(await engine.store.catalog.count({}, 10), 0)
})

test('a body that is not the announced blob leaves nothing behind', async () => {
  const answer = await send(`/api/v1/blobs/${'0'.repeat(64)}`, 'PUT', 'application/octet-stream', 20)
  assert.deepEqual(answer, { status: 422, code: 'blob.mismatch' })
  assert.deepEqual(
    (await readdir(join(dir, 'data/tmp'))).filter((name) => name.endsWith('.part')),
    [],
  )
})
