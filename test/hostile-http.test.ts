/** What no client of good faith sends, byte by byte over a real connection: each refused by its code, and the engine goes on. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { makeWorld, type World } from './authorisation-world.ts'

let world: World
let port = 0
before(async () => {
  world = await makeWorld()
  port = Number(new URL(world.server.url).port)
})
after(() => world.close())

const answersOf = (text: string): readonly string[] => text.split(/(?=HTTP\/1\.1 \d{3} )/).filter((part) => part !== '')

/** Sends bytes, and gives all that came back until nothing more does. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    // A kept connection: its answer is whole when its announced length is here.
    const isWhole = () => {
      const [, length] = /content-length: (\d+)\r\n/i.exec(got) ?? []
      const start = got.indexOf('\r\n\r\n')
      return length !== undefined && start > 0 && got.length - start - 4 >= Number(length)
    }
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1')
      // Time for a second answer, which there must not be.
      if (isWhole()) setTimeout(() => socket.destroy(), 50)
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(got))
    socket.write(bytes, 'latin1')
  })
}

const usual = () => `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${world.secretOf('owner', 'all')}\r\n`
const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\n${usual()}${more}\r\n`
const post = (path: string, headers: string, body = '') => `POST ${path} HTTP/1.1\r\n${usual()}${headers}\r\n${body}`
const json = 'Content-Type: application/json\r\n'
const sized = (body: string) => `${json}Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n`
const smuggled = () => get('/api/v1/keys')
const edits = '/api/v1/edits'
const chunked = `${json}Transfer-Encoding: chunked\r\n`

const broken: Readonly<Record<string, readonly [status: number, code: string, bytes: () => string]>> = {
  'a length beside chunks': [
    400,
    'request.invalid',
    () => post(edits, `${chunked}Content-Length: 4\r\n`, `0\r\n\r\n${smuggled()}`),
  ],
  'two lengths': [400, 'request.invalid', () => post(edits, 'Content-Length: 4\r\nContent-Length: 5\r\n', smuggled())],
  'an unknown encoding after chunks': [
    400,
    'request.invalid',
    () => post(edits, 'Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled()}`),
  ],
  'a negative length': [400, 'request.invalid', () => post(edits, 'Content-Length: -1\r\n', smuggled())],
  'a broken chunk': [400, 'request.invalid', () => post(edits, chunked, `zz\r\n{}\r\n0\r\n\r\n${smuggled()}`)],
  'endless chunk extensions': [
    400,
    'request.invalid',
    () => post(edits, chunked, `2;${'e'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`),
  ],
  'line feeds alone': [400, 'request.invalid', () => `GET /livez HTTP/1.1\nHost: 127.0.0.1\n\n`],
  'a zero byte in a header': [400, 'request.invalid', () => get('/livez', 'X-A: a\0b\r\n')],
  'a folded header': [400, 'request.invalid', () => get('/livez', 'X-A: a\r\n b\r\n')],
  'a space in the name of a header': [400, 'request.invalid', () => get('/livez', 'X A: a\r\n')],
  'two hosts': [400, 'request.invalid', () => get('/livez', 'Host: elsewhere.invalid\r\n')],
  'HTTP/2 without asking': [400, 'request.invalid', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  'TLS on a plain port': [400, 'request.invalid', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  'a header of 100 kB': [413, 'request.large', () => get('/livez', `X-A: ${'a'.repeat(100_000)}\r\n`)],
  'thousands of headers': [
    413,
    'request.large',
    () => get('/livez', Array.from({ length: 3000 }, (_, i) => `x${i}: 1\r\n`).join('')),
  ],
  'another host': [403, 'request.origin', () => 'GET /api/v1/keys HTTP/1.1\r\nHost: elsewhere.invalid\r\n\r\n'],
  'no host in HTTP/1.0': [403, 'request.origin', () => 'GET /api/v1/keys HTTP/1.0\r\n\r\n'],
  'the page of another site': [
    403,
    'request.origin',
    () => get('/api/v1/keys', 'Origin: https://elsewhere.invalid\r\n'),
  ],
  'a sandboxed page': [403, 'request.origin', () => get('/api/v1/keys', 'Origin: null\r\n')],
  'a method in a header': [
    404,
    'request.route',
    () =>
      post(
        '/api/v1/keys/01a20079-3cfb-7585-84f6-1e9d462de6db',
        'X-HTTP-Method-Override: DELETE\r\nContent-Length: 0\r\n',
      ),
  ],
  'TRACE, which echoes': [404, 'request.route', () => `TRACE /livez HTTP/1.1\r\n${usual()}\r\n`],
  'dots in the path': [404, 'request.route', () => get('/api/v1/../../etc/passwd')],
  'escaped dots in the path': [404, 'request.route', () => get('/admin/%2e%2e/%2e%2e/etc/passwd')],
  'backslashes in the path': [404, 'request.route', () => get('/admin\\..\\..\\etc\\passwd')],
  'two slashes': [404, 'request.route', () => get('//api/v1/keys')],
  'a path of 15 kB': [404, 'request.route', () => get(`/${'a'.repeat(15_000)}`)],
  'a broken escape': [400, 'request.invalid', () => get('/api/v1/sessions/%zz')],
  'dots of overlong UTF-8': [400, 'request.invalid', () => get('/api/v1/datasets/%c0%ae%c0%ae')],
  'a zero byte in a name': [400, 'request.invalid', () => get('/api/v1/datasets/%00')],
  'a zero byte in a path': [404, 'file.missing', () => get('/api/v1/folders?path=%2Ftmp%00')],
  'a path that no file can have': [404, 'file.missing', () => get(`/api/v1/folders?path=%2F${'0'.repeat(300)}`)],
  'a clip whose path no file can have': [
    404,
    'file.missing',
    () => {
      const body = JSON.stringify({ path: '0'.repeat(300) })
      return post('/api/v1/clips', sized(body), body)
    },
  ],
  'a form without a boundary': [
    400,
    'request.invalid',
    () => post('/api/store-image', 'Content-Type: multipart/form-data\r\nContent-Length: 2\r\n', 'ab'),
  ],
  'a form that breaks off': [
    400,
    'request.invalid',
    () => post('/api/store-image', 'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5\r\n', '--b\r\n'),
  ],
  'UTF-16': [400, 'json.malformed', () => post(edits, sized('\xff\xfe{\0}\0'), '\xff\xfe{\0}\0')],
  'a million brackets': [400, 'json.malformed', () => post(edits, sized('['.repeat(1e6)), '['.repeat(1e6))],
  'a key that reaches the prototype': [
    400,
    'json.key',
    () => post(edits, sized('{"__proto__":{"role":"owner"}}'), '{"__proto__":{"role":"owner"}}'),
  ],
}

describe('what is broken or forged is refused by its code, once, and its connection leads nowhere else', () => {
  for (const [what, [status, code, bytes]] of Object.entries(broken)) {
    test(what, async () => {
      const answers = answersOf(await exchange(bytes()))
      assert.equal(answers.length, 1, answers.join('\n'))
      const [head = '', body = ''] = (answers[0] ?? '').split('\r\n\r\n')
      assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `), `${head}\n${body}`)
      assert.match(head, /x-content-type-options: nosniff/)
      const told = JSON.parse(body) as Record<string, unknown>
      assert.equal(told['code'], code, body)
      for (const part of ['expected', 'found', 'fix']) assert.ok(String(told[part]).length > 0, part)
      assert.ok(body.length < 2000, 'what was sent is not sent back at length')
    })
  }
})

test('a tunnel is not opened, and no other protocol is spoken', async () => {
  assert.equal(await exchange('CONNECT elsewhere.invalid:80 HTTP/1.1\r\nHost: elsewhere.invalid\r\n\r\n'), '')
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
  assert.match(await exchange(get('/livez', upgrade)), /^HTTP\/1\.1 200 [\s\S]*\{"ok":true\}$/)
})

test('odd ranges are answered whole, never with what was not asked for', async () => {
  const { sha256 } = world.things.alpha
  const whole = await exchange(get(`/api/v1/blobs/${sha256}`))
  const length = /content-length: \d+/i.exec(whole)?.[0] ?? 'none'
  for (const range of [
    `bytes=${'0-1,'.repeat(1000)}0-1`,
    `bytes=${'9'.repeat(30)}-`,
    'bytes=5-2',
    'bytes=-',
    'lines=0-1',
  ]) {
    const answer = await exchange(get(`/api/v1/blobs/${sha256}`, `Range: ${range}\r\n`))
    assert.match(answer, /^HTTP\/1\.1 200 /, range)
    assert.ok(answer.includes(length), range)
  }
})

test('after all that the engine still answers', async () => {
  const answer = await fetch(`${world.server.url}/livez`)
  assert.deepEqual(await answer.json(), { ok: true })
})
