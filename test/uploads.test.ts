/** Uploads that break off and go on: the protocol to the letter, the usual client, and an engine that is killed meanwhile. */
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Upload } from 'tus-js-client'
import type { Engine } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { type Server, startServer } from '#http/server.ts'
import { startServerProcess } from '../bench/server-process.ts'

const hex = (bytes: Uint8Array, algorithm = 'sha256') => createHash(algorithm).update(bytes).digest('hex')
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Bytes that nothing else here has. */
function bytesOf(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i += 4)
    bytes.writeUInt32LE((i * 2654435761 + seed * 40503) >>> 0, Math.min(i, length - 4))
  return bytes
}

const tus = { 'tus-resumable': '1.0.0' }
const piece = { ...tus, 'content-type': 'application/offset+octet-stream' }

/** A client of the protocol that does nothing by itself. */
function clientOf(url: string) {
  const call = async (method: string, path: string, headers: Record<string, string>, body?: Uint8Array) => {
    const answer = await fetch(new URL(path, url), { method, headers, ...(body ? { body: new Uint8Array(body) } : {}) })
    const said = await answer.text()
    const problem = said.startsWith('{') ? (JSON.parse(said) as { code?: string; result?: object }) : {}
    return { status: answer.status, headers: answer.headers, ...problem }
  }
  return {
    call,
    begin: (bytes: Uint8Array, more: Record<string, string> = {}) =>
      call('POST', '/api/v1/uploads', {
        ...tus,
        'upload-length': String(bytes.length),
        'upload-metadata': `sha256 ${base64(hex(bytes))}`,
        ...more,
      }),
    head: (path: string) => call('HEAD', path, tus),
    patch: (path: string, offset: number, bytes: Uint8Array, more: Record<string, string> = {}) =>
      call('PATCH', path, { ...piece, 'upload-offset': String(offset), ...more }, bytes),
  }
}

/** Sends a piece without its end; the connection stays open until `cut`. */
async function sendHalf(url: string, path: string, offset: number, bytes: Uint8Array) {
  const headers = { ...piece, 'upload-offset': String(offset), 'content-length': String(bytes.length * 2) }
  const sent = request(new URL(path, url), { method: 'PATCH', headers })
  sent.on('error', () => {})
  await new Promise<void>((resolve) => sent.write(bytes, () => resolve()))
  return { cut: () => sent.destroy() }
}

const untilOffset = async (at: ReturnType<typeof clientOf>, path: string, offset: number): Promise<void> => {
  for (let i = 0; i < 200; i++) {
    if ((await at.head(path)).headers.get('upload-offset') === String(offset)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`the upload never stood at ${offset}`)
}

describe('resumable uploads', () => {
  let dir: string
  let engine: Engine
  let server: Server
  let at: ReturnType<typeof clientOf>
  const uploadsFolder = () => join(dir, 'data/tmp/uploads')
  const pathOf = (answer: { headers: Headers }) => answer.headers.get('location') ?? assert.fail('no Location')

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-uploads-'))
    engine = await openEngine({ dataDir: join(dir, 'data'), jobThreads: 0 })
    server = await startServer(engine, {
      host: '127.0.0.1',
      port: 0,
      token: null,
      studioDir: null,
      legacyProject: 'default',
    })
    at = clientOf(server.url)
  })
  after(async () => {
    await server.close()
    await engine.close()
    await rm(dir, { recursive: true })
  })

  test('say what is spoken here', async () => {
    const { status, headers } = await at.call('OPTIONS', '/api/v1/uploads', {})
    assert.equal(status, 204)
    assert.equal(headers.get('tus-version'), '1.0.0')
    assert.match(headers.get('tus-extension') ?? '', /creation.*termination.*expiration.*checksum/)
    assert.ok(Number(headers.get('tus-max-size')) >= 2 ** 30)
  })

  test('come in one piece', async () => {
    const bytes = bytesOf(100_000, 1)
    const begun = await at.begin(bytes)
    assert.equal(begun.status, 201)
    assert.ok(Date.parse(begun.headers.get('upload-expires') ?? '') > Date.now())
    const sent = await at.patch(pathOf(begun), 0, bytes)
    assert.deepEqual([sent.status, sent.headers.get('upload-offset')], [204, '100000'])
    assert.deepEqual(await engine.store.blobs.stat(hex(bytes)), { sha256: hex(bytes), bytes: 100_000 })
    const { result } = await at.call('GET', pathOf(begun), {})
    assert.deepEqual(result, { sha256: hex(bytes), bytes: 100_000 })
    const stands = await at.head(pathOf(begun))
    assert.deepEqual([stands.headers.get('upload-offset'), stands.headers.get('upload-length')], ['100000', '100000'])
    assert.equal(stands.headers.get('cache-control'), 'no-store')
  })

  test('come in many pieces, and say after each where they stand', async () => {
    const bytes = bytesOf(90_000, 2)
    const path = pathOf(await at.begin(bytes))
    for (let offset = 0; offset < bytes.length; offset += 30_000) {
      assert.equal((await at.head(path)).headers.get('upload-offset'), String(offset))
      const sent = await at.patch(path, offset, bytes.subarray(offset, offset + 30_000))
      assert.deepEqual([sent.status, sent.headers.get('upload-offset')], [204, String(offset + 30_000)])
    }
    assert.ok(await engine.store.blobs.stat(hex(bytes)))
  })

  test('with an offset too low or too high are refused, and lose nothing by it', async () => {
    const bytes = bytesOf(50_000, 3)
    const path = pathOf(await at.begin(bytes))
    await at.patch(path, 0, bytes.subarray(0, 20_000))
    for (const offset of [0, 19_999, 20_001, 50_000]) {
      const refused = await at.patch(path, offset, bytes.subarray(0, 100).subarray(0, Math.max(0, 50_000 - offset)))
      assert.deepEqual([refused.status, refused.code], [409, 'upload.offset'], String(offset))
    }
    assert.equal((await at.patch(path, 20_000, bytes.subarray(20_000))).status, 204)
    assert.ok(await engine.store.blobs.stat(hex(bytes)))
  })

  test('beyond the announced length are refused, announced or not', async () => {
    const bytes = bytesOf(10_000, 4)
    const path = pathOf(await at.begin(bytes))
    const declared = await at.patch(path, 0, bytesOf(10_001, 5))
    assert.deepEqual([declared.status, declared.code], [413, 'request.large'])
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(bytesOf(20_000, 5)))
        controller.close()
      },
    })
    const headers = { ...piece, 'upload-offset': '0' }
    const streamed = await fetch(new URL(path, server.url), { method: 'PATCH', body, duplex: 'half', headers })
    assert.equal(streamed.status, 413)
    assert.equal((await at.head(path)).headers.get('upload-offset'), '0')
    assert.equal((await at.patch(path, 0, bytes)).status, 204)
  })

  test('that are not what was announced leave nothing behind', async () => {
    const bytes = bytesOf(5000, 6)
    const path = pathOf(await at.begin(bytes))
    const refused = await at.patch(path, 0, bytesOf(5000, 7))
    assert.deepEqual([refused.status, refused.code], [422, 'blob.mismatch'])
    assert.equal((await at.head(path)).status, 404)
    assert.equal(await engine.store.blobs.stat(hex(bytes)), null)
    const id = path.split('/').at(-1) ?? ''
    assert.deepEqual(
      (await readdir(uploadsFolder())).filter((name) => name.startsWith(id)),
      [],
    )
  })

  test('with a checksum that does not fit keep nothing of the piece', async () => {
    const bytes = bytesOf(8000, 8)
    const path = pathOf(await at.begin(bytes))
    const checksum = (of: Uint8Array) => ({
      'upload-checksum': `sha1 ${createHash('sha1').update(of).digest('base64')}`,
    })
    const refused = await at.patch(path, 0, bytes.subarray(0, 4000), checksum(bytes))
    assert.deepEqual([refused.status, refused.code], [460, 'upload.checksum'])
    assert.equal((await at.head(path)).headers.get('upload-offset'), '0')
    assert.equal((await at.patch(path, 0, bytes.subarray(0, 4000), checksum(bytes.subarray(0, 4000)))).status, 204)
    const unknown = await at.patch(path, 4000, bytes.subarray(4000), { 'upload-checksum': 'crc32 AAAA' })
    assert.deepEqual([unknown.status, unknown.code], [400, 'request.invalid'])
    assert.equal((await at.patch(path, 4000, bytes.subarray(4000))).status, 204)
  })

  test('of a blob that is here already are finished at once', async () => {
    const bytes = bytesOf(70_000, 9)
    await at.patch(pathOf(await at.begin(bytes)), 0, bytes)
    const again = await at.begin(bytes)
    assert.deepEqual([again.status, again.headers.get('upload-offset')], [201, '70000'])
    assert.equal((await at.head(pathOf(again))).headers.get('upload-offset'), '70000')
  })

  test('by two at once: the second is told to wait, and what the first had sent when its line broke is kept', async () => {
    const bytes = bytesOf(400_000, 10)
    const path = pathOf(await at.begin(bytes))
    const first = await sendHalf(server.url, path, 0, bytes.subarray(0, 100_000))
    const lock = `${path.split('/').at(-1)}.lock`
    while (!(await readdir(uploadsFolder())).includes(lock)) await new Promise((resolve) => setTimeout(resolve, 5))
    const second = await at.patch(path, 0, bytes.subarray(0, 10))
    assert.deepEqual([second.status, second.code], [423, 'upload.busy'])
    assert.equal(second.headers.get('retry-after'), '1')
    first.cut()
    await untilOffset(at, path, 100_000)
    assert.equal((await at.patch(path, 100_000, bytes.subarray(100_000))).status, 204)
    assert.ok(await engine.store.blobs.stat(hex(bytes)))
  })

  test('can be given up, and are gone', async () => {
    const bytes = bytesOf(1000, 11)
    const path = pathOf(await at.begin(bytes))
    await at.patch(path, 0, bytes.subarray(0, 10))
    assert.equal((await at.call('DELETE', path, tus)).status, 204)
    assert.equal((await at.head(path)).status, 404)
    assert.equal((await at.patch(path, 10, bytes.subarray(10))).code, 'upload.unknown')
  })

  test('that nobody goes on with are given up after a day, and their bytes are freed', async () => {
    const bytes = bytesOf(3000, 12)
    const path = pathOf(await at.begin(bytes))
    await at.patch(path, 0, bytes.subarray(0, 2000))
    const id = path.split('/').at(-1) ?? ''
    const old = new Date(Date.now() - 25 * 3_600_000)
    assert.equal(await engine.store.uploads.expire(), 0)
    await utimes(join(uploadsFolder(), `${id}.data`), old, old)
    assert.equal(await engine.store.uploads.expire(), 1)
    assert.deepEqual(
      (await readdir(uploadsFolder())).filter((name) => name.startsWith(id)),
      [],
    )
    assert.equal((await at.head(path)).status, 404)
  })

  test('that are asked for wrongly are refused by name', async () => {
    const bytes = bytesOf(100, 13)
    const codes = [
      await at.call('POST', '/api/v1/uploads', { 'upload-length': '5' }),
      await at.begin(bytes, { 'upload-length': 'many' }),
      await at.begin(bytes, { 'upload-length': String(2 ** 50) }),
      await at.begin(bytes, { 'upload-metadata': 'sha256 ****' }),
      await at.begin(bytes, { 'upload-metadata': `kind ${base64('virus')}` }),
      await at.begin(bytes, { 'upload-metadata': `sha256 ${base64('../../etc/passwd')}` }),
      await at.head(`/api/v1/uploads/${randomUUID()}`),
      await at.patch(pathOf(await at.begin(bytes)), 0, bytes, { 'content-type': 'text/plain' }),
    ].map(({ status, code }) => `${status} ${code}`)
    assert.deepEqual(codes, [
      '412 upload.version',
      '400 request.invalid',
      '413 request.large',
      '400 request.invalid',
      '400 request.invalid',
      '400 request.invalid',
      '404 undefined', // HEAD has no body
      '415 request.type',
    ])
  })

  test('of a file that is no film keep nothing', async () => {
    const bytes = bytesOf(4000, 14)
    const metadata = `kind ${base64('clip')},name ${base64('../../walk.mp4')}`
    const path = pathOf(await at.begin(bytes, { 'upload-metadata': metadata }))
    const refused = await at.patch(path, 0, bytes)
    assert.deepEqual([refused.status, refused.code], [415, 'media.type'])
    assert.deepEqual(await readdir(join(dir, 'data/clips')), [])
    assert.equal((await at.head(path)).status, 404)
  })

  test('go through with the usual client, in pieces, with a break in between', async () => {
    const bytes = bytesOf(1_000_000, 15)
    const told: number[] = []
    const options = {
      endpoint: `${server.url}/api/v1/uploads`,
      chunkSize: 150_000,
      metadata: { kind: 'blob', sha256: hex(bytes) },
      retryDelays: [0, 50],
    }
    const location = await new Promise<string>((resolve, reject) => {
      const upload = new Upload(bytes, {
        ...options,
        onError: reject,
        onChunkComplete: (_size, accepted) => {
          told.push(accepted)
          if (accepted >= 300_000) void upload.abort().then(() => resolve(upload.url ?? ''))
        },
      })
      upload.start()
    })
    await new Promise<void>((resolve, reject) => {
      new Upload(bytes, { ...options, uploadUrl: location, onError: reject, onSuccess: () => resolve() }).start()
    })
    assert.ok(await engine.store.blobs.stat(hex(bytes)))
    // Once more: it is here, and the client finds out by itself.
    await new Promise<void>((resolve, reject) => {
      new Upload(bytes, { ...options, onError: reject, onSuccess: () => resolve() }).start()
    })
    assert.deepEqual(told.slice(0, 2), [150_000, 300_000])
  })
})

test('an engine that is killed in the middle of a piece goes on where it stood', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-uploads-'))
  const dataDir = join(dir, 'data')
  const bytes = bytesOf(6_000_000, 20)
  try {
    const first = await startServerProcess(dataDir)
    const before = clientOf(first.url)
    const path = (await before.begin(bytes)).headers.get('location') ?? ''
    assert.equal((await before.patch(path, 0, bytes.subarray(0, 1_000_000))).status, 204)
    const half = await sendHalf(first.url, path, 1_000_000, bytes.subarray(1_000_000, 3_500_000))
    const id = path.split('/').at(-1) ?? ''
    // Some of it is on the disk, and nobody was told so.
    const data = join(dataDir, 'tmp/uploads', `${id}.data`)
    while ((await readFile(data)).length <= 1_000_000) await new Promise((resolve) => setTimeout(resolve, 10))
    await first.kill()
    half.cut()

    const second = await startServerProcess(dataDir)
    const then = clientOf(second.url)
    const stands = Number((await then.head(path)).headers.get('upload-offset'))
    assert.ok(stands > 1_000_000 && stands <= 3_500_000, String(stands))
    assert.equal((await then.patch(path, stands, bytes.subarray(stands))).status, 204)
    const back = await fetch(`${second.url}/api/v1/blobs/${hex(bytes)}`)
    assert.equal(hex(new Uint8Array(await back.arrayBuffer())), hex(bytes))
    second.child.kill('SIGTERM')
    await once(second.child, 'exit')
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
