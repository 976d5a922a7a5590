/** Telling others: what they get and can check, that nothing is lost when they are away, and where it does not go. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { webhookEvents } from '#core/webhook-store.ts'
import { type Engine, makeContext, newId } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { recordSession } from '#engine/record.ts'
import { type DispatcherOptions, retryMs, startDispatcher } from '#engine/webhooks/dispatcher.ts'
import { addWebhook, enableWebhook, removeWebhook, testWebhook, webhookById } from '#engine/webhooks/webhooks.ts'
import { parseJson } from '#core/json.ts'
import { madeSessions } from '../bench/made-sessions.ts'

interface Message {
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: { readonly id: string; readonly event: string; readonly data: Record<string, unknown> }
}

/** Somebody who wants to be told, and answers as is asked of him. */
class Receiver {
  readonly got: Message[] = []
  status = 204
  headers: Record<string, string> = {}
  readonly #server: HttpServer

  private constructor(server: HttpServer) {
    this.#server = server
  }

  static async open(): Promise<Receiver> {
    const server = createServer((request, answer) => {
      let text = ''
      request.on('data', (chunk: Buffer) => (text += chunk.toString()))
      request.on('end', () => {
        receiver.got.push({ headers: request.headers, text, body: JSON.parse(text) as Message['body'] })
        answer.writeHead(receiver.status, receiver.headers).end()
      })
    })
    const receiver = new Receiver(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

const sessions = madeSessions(31)
const nextSession = (project = 'default') => ({
  ...(parseJson(sessions.next().value?.line ?? '') as { id: string }),
  project,
})

describe('webhooks', () => {
  let dir: string
  let engine: Engine
  let receiver: Receiver
  /** Moved on by hand: a day goes by in no time. */
  let nowMs = Date.now()

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-webhooks-'))
    engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
    receiver = await Receiver.open()
  })
  after(async () => {
    await engine.close()
    await receiver.close()
    await rm(dir, { recursive: true })
  })

  const add = (more: Partial<Parameters<typeof addWebhook>[1]> = {}) =>
    addWebhook(engine, { url: receiver.url, internal: true, project: null, events: webhookEvents, ...more })
  const send = async (options: DispatcherOptions = {}, on = engine) => {
    const dispatcher = startDispatcher(on, { pollMs: 3_600_000, now: () => nowMs, ...options })
    const tried = await dispatcher.run()
    await dispatcher.close()
    return tried
  }

  test('tell of sessions that came in since, in one message, signed', async () => {
    await recordSession(engine, nextSession())
    const hook = await add()
    const ids = []
    for (let i = 0; i < 3; i++) ids.push((await recordSession(engine, nextSession())).id)
    assert.equal(await send(), 1)
    const [message] = receiver.got.splice(0)
    assert.ok(message)
    const { sessions: told } = message.body.data as { sessions: { id: string; project: string; domain: string }[] }
    assert.deepEqual(
      told.map(({ id }) => id),
      ids,
    )
    assert.deepEqual(Object.keys(told[0] ?? {}).sort(), ['domain', 'id', 'project', 'recordedAt', 'status'])
    assert.equal(message.body.event, 'sessions.recorded')
    const [, atS, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(message.headers['hindsight-signature'])) ?? []
    assert.equal(mac, createHmac('sha256', hook.secret).update(`${atS}.${message.text}`).digest('hex'))
    assert.ok(Math.abs(Number(atS) * 1000 - nowMs) < 2000)
    assert.equal(await send(), 0, 'told once')
    assert.equal(JSON.stringify(await engine.store.webhooks.list()).includes(hook.secret), false)
    await removeWebhook(engine, hook.id)
  })

  test('tell of versions and jobs, to those who want to hear of them, of their project', async () => {
    const wanted = await add({ project: 'mine', events: ['job.finished', 'version.created'] })
    const at = new Date().toISOString()
    for (const project of ['mine', 'other']) {
      const id = newId()
      await engine.store.jobs.add({ id, kind: 'export', project, principal: 'owner', params: { path: '/secret' } })
      await engine.store.jobs.claim('w', ['export'], 60_000)
      await engine.store.jobs.finish(id, 'w', { state: 'succeeded', result: { path: '/secret' } })
      const version = {
        dataset: 'd',
        project,
        version: '1.0.0',
        createdAt: at,
        hash: '0'.repeat(64),
        items: 0,
        counts: { train: 0, val: 0, test: 0 },
        plan: { shares: { train: 1, val: 0, test: 0 }, seed: 1, stratifyBy: null },
        labels: [],
        note: null,
        redacted: false,
      }
      const select = { sessions: {}, sampleType: 'row' } as const
      await engine.store.datasets.create({ name: 'd', project, about: null, createdAt: at, select })
      await engine.store.datasets.commit(version, (async function* () {})())
      await recordSession(engine, nextSession(project))
    }
    await send()
    const told = receiver.got.splice(0)
    assert.deepEqual(told.map(({ body }) => body.event).sort(), ['job.finished', 'version.created'])
    assert.ok(told.every(({ body }) => body.data['project'] === 'mine'))
    assert.ok(!told.some(({ text }) => text.includes('/secret')))
    await removeWebhook(engine, wanted.id)
  })

  test('wait for a receiver that is away, also when the engine is opened anew, and repeat under the same id', async () => {
    const hook = await add({ events: ['sessions.recorded'] })
    receiver.status = 500
    const { id } = await recordSession(engine, nextSession())
    await send()
    assert.equal(await send(), 0, 'not before its time')
    assert.equal((await engine.store.webhooks.log(hook.id, 1))[0]?.said, 'status 500')
    // What comes meanwhile waits, and is told of together.
    const later = await recordSession(engine, nextSession())
    await engine.close()
    engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
    receiver.status = 200
    // The store's own clock: claims go by it.
    await engine.store.webhooks.enable(hook.id)
    await send()
    await send()
    const [first, second, third] = receiver.got.splice(0).map(({ body }) => body)
    assert.equal(first?.id, second?.id)
    const idsOf = (body: typeof first) => ((body?.data['sessions'] ?? []) as { id: string }[]).map((one) => one.id)
    assert.deepEqual(idsOf(second), [id])
    assert.deepEqual(idsOf(third), [later.id])
    await removeWebhook(engine, hook.id)
  })

  test('are disabled after a day in which nothing got through, with the reason, and can be enabled again', async () => {
    assert.ok(retryMs.reduce((sum, ms) => sum + ms, 0) >= 86_400_000)
    const hook = await add({ events: ['sessions.recorded'] })
    receiver.status = 503
    await recordSession(engine, nextSession())
    assert.equal((await webhookById(engine, hook.id)).disabled, null)
    // For whoever is so late, each next attempt is due at once.
    nowMs = Date.now() - 2 * 86_400_000
    assert.equal(await send(), retryMs.length + 1)
    nowMs = Date.now()
    assert.match((await webhookById(engine, hook.id)).disabled?.why ?? '', /nothing got through.*status 503/)
    const [entry] = await engine.store.webhooks.log(hook.id, 1)
    assert.deepEqual([entry?.state, entry?.attempts], ['failed', retryMs.length + 1])
    await recordSession(engine, nextSession())
    assert.equal(await send(), 0)
    await assert.rejects(testWebhook(engine, hook.id), { code: 'webhook.disabled' })
    receiver.status = 200
    receiver.got.length = 0
    assert.equal((await enableWebhook(engine, hook.id)).disabled, null)
    assert.equal(await send(), 1)
    await removeWebhook(engine, hook.id)
    receiver.got.length = 0
  })

  test('follow no redirect, and stop at once where a receiver is gone for good', async () => {
    const hook = await add({ events: ['sessions.recorded'] })
    receiver.status = 302
    receiver.headers = { location: receiver.url }
    const redirected = await testWebhook(engine, hook.id)
    assert.deepEqual([redirected.state, redirected.said], ['failed', 'a redirect, which is not followed'])
    assert.equal(receiver.got.splice(0).length, 1)
    receiver.headers = {}
    receiver.status = 410
    await recordSession(engine, nextSession())
    await send()
    assert.match((await webhookById(engine, hook.id)).disabled?.why ?? '', /gone for good/)
    receiver.status = 200
    receiver.got.length = 0
    await removeWebhook(engine, hook.id)
  })

  test('go to no internal address that was not allowed, also when a name means one only later', async () => {
    await assert.rejects(add({ internal: false }), { code: 'webhook.address' })
    const port = new URL(receiver.url).port
    let asked = 0
    const outside = async () => [{ address: '93.184.216.34', family: 4 } as const]
    const hook = await addWebhook(
      engine,
      { url: `http://rebound.example:${port}/hook`, internal: false, project: null, events: ['sessions.recorded'] },
      outside,
    )
    await recordSession(engine, nextSession())
    const inside = async () => {
      asked++
      return [{ address: '127.0.0.1', family: 4 } as const]
    }
    assert.equal(await send({ resolve: inside }), 1)
    assert.equal(asked, 1)
    assert.equal(receiver.got.length, 0)
    assert.match((await engine.store.webhooks.log(hook.id, 1))[0]?.said ?? '', /webhook\.address/)
    await removeWebhook(engine, hook.id)
  })

  test('connect to the address that was looked up, whatever the name means by then', async () => {
    const port = new URL(receiver.url).port
    const inside = async () => [{ address: '127.0.0.1', family: 4 } as const]
    const url = `http://nowhere.invalid:${port}/hook`
    const hook = await addWebhook(engine, { url, internal: true, project: null, events: ['sessions.recorded'] }, inside)
    await recordSession(engine, nextSession())
    await send({ resolve: inside })
    const [message] = receiver.got.splice(0)
    assert.equal(message?.headers.host, `nowhere.invalid:${port}`)
    await removeWebhook(engine, hook.id)
  })

  test('tell nothing of sessions that were erased before', async () => {
    const hook = await add({ events: ['sessions.recorded'] })
    const [gone, stays] = [await recordSession(engine, nextSession()), await recordSession(engine, nextSession())]
    await engine.store.webhooks.gather()
    await engine.store.forget({ sessions: [gone.id] }, 'owner', makeContext())
    await send()
    const text = receiver.got.splice(0).map((message) => message.text)
    assert.equal(text.length, 1)
    assert.ok(text[0]?.includes(stays.id) && !text[0].includes(gone.id))
    await removeWebhook(engine, hook.id)
  })

  test('are in no backup: a copy of the store sends nothing', async () => {
    const hook = await add()
    await recordSession(engine, nextSession())
    await engine.store.webhooks.gather()
    const backup = await engine.store.backup(join(dir, 'backups'), makeContext())
    const { restore } = await import('#store/restore.ts')
    await restore(backup.path, join(dir, 'copy'), makeContext())
    const copy = await openEngine({ dataDir: join(dir, 'copy'), jobThreads: 0 })
    try {
      assert.deepEqual(await copy.store.webhooks.list(), [])
      await recordSession(copy, nextSession())
      assert.equal(await send({}, copy), 0)
    } finally {
      await copy.close()
    }
    await removeWebhook(engine, hook.id)
  })
})
