/** When more comes in than the disk takes: what may wait is bounded, the rest is told to come back, and nothing acknowledged is lost. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import fastify from 'fastify'
import type { Engine } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { limitIntake } from '#http/intake-limit.ts'
import { answerFault } from '#http/problems.ts'
import { type Server, startServer } from '#http/server.ts'
import { madeSessions } from '../bench/made-sessions.ts'

const made = madeSessions(41)
const nextLine = (padding: number) =>
  JSON.stringify({ ...(JSON.parse(made.next().value?.line ?? '') as object), padding: 'x'.repeat(padding) })

describe('a writer that stands still', () => {
  let dir: string
  let engine: Engine
  let server: Server

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-pressure-'))
    engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0, waitingBytes: 4 * 2 ** 20 })
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

  const post = async (body: string) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${server.url}/api/v1/sessions`, { method: 'POST', body, headers })
    const { code = null } = (await answer.json()) as { code?: string }
    return { status: answer.status, code, retryAfter: answer.headers.get('retry-after') }
  }

  test('lets 4 MB wait and sends the rest away with a time to come back; then all that waited is there', async () => {
    const bodies = Array.from({ length: 40 }, () => nextLine(240_000))
    const lock = new DatabaseSync(join(dir, 'data/catalog.db'))
    lock.exec('begin immediate')
    let sentAway = 0
    const answers = bodies.map(async (body) => {
      const answer = await post(body)
      if (answer.status === 503) sentAway++
      return answer
    })
    // Those that are sent away do not wait for the lock; four megabytes are 17 of 245 kB.
    const first = await Promise.race(answers)
    assert.deepEqual([first.status, first.code], [503, 'store.overloaded'])
    assert.ok(Number(first.retryAfter) >= 1 && Number(first.retryAfter) <= 5)
    while (sentAway < 23) await new Promise((resolve) => setTimeout(resolve, 5))
    lock.exec('rollback')
    lock.close()
    const all = await Promise.all(answers)
    assert.deepEqual(
      [200, 503].map((status) => all.filter((answer) => answer.status === status).length),
      [17, 23],
    )
    assert.equal(await engine.store.catalog.count({}, 1000), 17)
    // Whoever comes back is let in, and who was in before does no harm.
    for (const body of bodies) assert.equal((await post(body)).status, 200)
    assert.equal(await engine.store.catalog.count({}, 1000), bodies.length)
  })
})

test('bodies on their way are bounded, and their room is free again when they are answered or break off', async () => {
  const app = fastify({ bodyLimit: 10_000 })
  app.setErrorHandler(answerFault)
  app.addHook('onRequest', async (request) => void Object.assign(request, { trail: {} }))
  limitIntake(app, { bytes: 10_000, requests: 2 })
  const gate = Promise.withResolvers<void>()
  app.post('/', async () => {
    await gate.promise
    return { ok: true }
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const headers = { 'content-type': 'application/json' }
  const send = (chars: number, signal?: AbortSignal) =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify('x'.repeat(chars)), ...(signal ? { signal } : {}) })
  const stop = new AbortController()
  try {
    const first = send(4000)
    const leaving = send(4000, stop.signal).catch(() => null)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const third = await send(10)
    assert.deepEqual([third.status, ((await third.json()) as { code: string }).code], [503, 'store.overloaded'])
    stop.abort()
    await leaving
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal((await send(8000)).status, 503, 'too many bytes')
    const small = send(10)
    gate.resolve()
    assert.deepEqual([(await first).status, (await small).status], [200, 200])
    assert.equal((await send(8000)).status, 200)
  } finally {
    await app.close()
  }
})
