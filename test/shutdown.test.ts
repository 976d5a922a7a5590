/** SIGTERM to a server at work: what was begun is answered, what runs is parked, and nothing that was acknowledged is lost. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { createClient } from '#client/client.ts'
import { openStore } from '#store/open.ts'
import { type ServerProcess, startServerProcess } from '../bench/server-process.ts'
import { madeSessions } from '../bench/made-sessions.ts'

describe('ending a server', { skip: process.platform === 'win32' && 'no SIGTERM on Windows' }, () => {
  let dir: string
  let data: string
  let server: ServerProcess
  const made = madeSessions(21)
  const nextLine = () => made.next().value?.line ?? ''
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-shutdown-'))
    data = join(dir, 'data')
    server = await startServerProcess(data)
  })
  afterEach(async () => {
    await server.stop()
    await rm(dir, { recursive: true })
  })

  /** A session whose body is half sent. */
  async function halfSent(line: string): Promise<ClientRequest> {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(line) }
    const sent = request(new URL('/api/v1/sessions', server.url), { method: 'POST', headers })
    sent.on('error', () => {})
    await new Promise((resolve) => sent.write(line.slice(0, 1000), resolve))
    return sent
  }

  test('answers what was begun, takes nothing new, cuts what has no end, and ends with 0', async () => {
    const line = nextLine()
    const sent = await halfSent(line)
    const client = createClient({ base: server.url })
    const busy = await client.call('POST /api/v1/care/schedules/{task}/run', { params: { task: 'verify' } })
    await sleep(100)
    const ended = once(server.child, 'exit')
    server.child.kill('SIGTERM')
    await sleep(300)
    await assert.rejects(fetch(new URL('/livez', server.url)))
    sent.end(line.slice(1000))
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.headers.connection, 'close')
    assert.deepEqual(await ended, [0, null])

    server = await startServerProcess(data)
    const again = createClient({ base: server.url })
    const { id } = JSON.parse(line) as { readonly id: string }
    assert.equal((await again.call('GET /api/v1/sessions/{id}', { params: { id } })).id, id)
    // The job was done before, or is taken up by the new one when the lease of the old one has run out.
    let state = ''
    for await (const job of again.watchJob(busy.id)) state = job.state
    assert.equal(state, 'succeeded')
  })

  test('does not wait for a stream of events', async () => {
    // A job of a kind that this program does not know is never run, and so watched without end.
    const store = await openStore(data)
    const id = '00000000-0000-7000-8000-000000000001'
    await store.jobs.add({ id, kind: 'of-the-future', project: 'p', principal: 'owner', params: {} })
    await store.close()
    const stream = await fetch(new URL(`/api/v1/jobs/${id}/events`, server.url))
    const reading = stream.text().catch(() => 'cut')
    const startedMs = performance.now()
    const ended = once(server.child, 'exit')
    server.child.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
    assert.ok(performance.now() - startedMs < 8000)
    assert.equal(await reading, 'cut')
  })
})
