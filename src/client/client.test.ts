import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createClient, type ClientOptions } from './client.ts'
import { HindsightError } from './hindsight-error.ts'
import { readEvents, type ServerEvent } from './read-events.ts'

const id = '01936f5e-0000-7000-8000-000000000001'
const job = { id, kind: 'import', state: 'running', progress: null }

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

async function serving(listener: Listener, options?: Partial<ClientOptions>) {
  const server = createServer((request, response) => void listener(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { client: createClient({ base, ...options }), base, [Symbol.dispose]: close }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function json(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text)
}

test('a route key becomes method, path and query', async () => {
  const seen: string[] = []
  using at = await serving((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    json(response, 200, '{"items":[],"next":null}')
  })
  await at.client.call('GET /api/v1/sessions', { query: { domain: 'gui', facet: ['app:a b', 'x:1..2'], limit: 5 } })
  await at.client.call('GET /api/v1/queries', { query: {} })
  await at.client.call('GET /api/v1/projects')
  assert.deepEqual(seen, [
    'GET /api/v1/sessions?domain=gui&facet=app%3Aa+b&facet=x%3A1..2&limit=5',
    'GET /api/v1/queries',
    'GET /api/v1/projects',
  ])
  assert.equal(
    at.client.url('GET /api/v1/datasets/{name}', { params: { name: 'a/b?' } }),
    `${at.base}/api/v1/datasets/a%2Fb%3F`,
  )
})

test('integers beyond 2^53 survive both ways', async () => {
  let sent = ''
  using at = await serving(async (request, response) => {
    sent = await bodyOf(request)
    json(response, 200, `{"id":"${id}","seed":9007199254740993}`)
  })
  const body = { kind: 'note', session: id, after: 9007199254740995n }
  const reply: unknown = await at.client.call('POST /api/v1/edits', { body })
  assert.equal(sent, `{"after":9007199254740995,"kind":"note","session":"${id}"}`)
  assert.deepEqual(reply, { id, seed: 9007199254740993n })
})

test('a refusal becomes a HindsightError with all it says', async () => {
  const problem = { code: 'a.b', message: 'a.b: m', expected: 'e', found: 'f', fix: 'x', where: 'line 3' }
  using at = await serving((_, response) => json(response, 409, JSON.stringify(problem)))
  await assert.rejects(at.client.call('GET /api/v1/projects'), (error) => {
    assert.ok(error instanceof HindsightError)
    const { code, message, expected, found, fix, where } = error
    assert.deepEqual({ code, message, expected, found, fix, where }, problem)
    assert.equal(error.status, 409)
    return true
  })
})

test('a page of a proxy, and no answer at all, are named as such', async () => {
  const at = await serving((_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'))
  await assert.rejects(at.client.call('GET /api/v1/projects'), { code: 'server.foreign', status: 502 })
  at[Symbol.dispose]()
  await assert.rejects(at.client.call('GET /api/v1/projects'), { code: 'server.unreachable', status: null })
})

test('a token is sent, bytes go out as they are, and an abort stays an abort', async () => {
  const seen: (string | undefined)[] = []
  using at = await serving(
    async (request, response) => {
      seen.push(request.headers.authorization, request.headers['content-type'], await bodyOf(request))
      if (request.method === 'PUT') json(response, 201, '{"bytes":3}')
    },
    { token: 'secret' },
  )
  const params = { sha256: 'a'.repeat(64) }
  await at.client.call('PUT /api/v1/blobs/{sha256}', { params, body: new Blob(['abc']) }, { contentType: 'text/plain' })
  assert.deepEqual(seen, ['Bearer secret', 'text/plain', 'abc'])
  const stop = new AbortController()
  const call = at.client.open('GET /api/v1/blobs/{sha256}', { params }, { signal: stop.signal })
  stop.abort()
  await assert.rejects(call, { name: 'AbortError' })
})

test('watching a job yields each change, connects again after a cut, and ends with the job', async () => {
  let connections = 0
  using at = await serving((request, response) => {
    if (request.url?.endsWith('/events') !== true) return json(response, 200, JSON.stringify(job))
    connections++
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const write = (state: string) => response.write(`data: ${JSON.stringify({ ...job, state })}\n\n`)
    if (connections === 1) {
      write('queued')
      setTimeout(() => response.destroy(), 20)
    } else {
      write('succeeded')
    }
  })
  const states: string[] = []
  for await (const { state } of at.client.watchJob(id)) states.push(state)
  assert.deepEqual(states, ['queued', 'running', 'succeeded'])
  assert.equal(connections, 2)
})

test('events survive any cut between chunks, and every kind of line end', async () => {
  const text = ': hello\r\n\r\nevent: job\r\ndata: {"a":\r\ndata: "ü"}\r\nid: 7\r\n\r\ndata:x\n\ndata: cut off'
  const bytes = new TextEncoder().encode(text)
  for (let size = 1; size <= bytes.length; size++) {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
        controller.close()
      },
    })
    const found: ServerEvent[] = []
    for await (const event of readEvents({ body })) found.push(event)
    assert.deepEqual(
      found,
      [
        { type: 'job', data: '{"a":\n"ü"}' },
        { type: 'message', data: 'x' },
      ],
      `chunks of ${size} bytes`,
    )
  }
})

test('what a route does not take is refused by the types', () => {
  const { call, open } = createClient({ base: 'http://127.0.0.1:9' })
  const wrong = () => [
    // @ts-expect-error no such domain
    call('GET /api/v1/sessions', { query: { domain: 'nope' } }),
    // @ts-expect-error the id is missing
    call('GET /api/v1/sessions/{id}'),
    // @ts-expect-error bytes are no JSON
    call('GET /api/v1/blobs/{sha256}', { params: { sha256: '' } }),
    // @ts-expect-error JSON is no bytes
    open('GET /api/v1/projects'),
  ]
  assert.equal(typeof wrong, 'function')
})

test('an engine that says that it is not well has answered', async () => {
  using at = await serving((request, response) => {
    json(response, 503, request.url === '/healthz' ? '{"ok":false,"problems":["x"]}' : '{"code":"store.overloaded"}')
  })
  assert.deepEqual(await at.client.call('GET /healthz'), { ok: false, problems: ['x'] })
  await assert.rejects(at.client.call('GET /api/v1/projects'), { status: 503 })
})
