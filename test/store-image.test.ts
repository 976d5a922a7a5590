/** The image app's own door: its documented fields and answers, safe where the original lost or mixed data. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import sharp from 'sharp'
import { localOwner } from '#core/principal.ts'
import { appendConsent } from '#engine/consent.ts'
import type { Engine } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { readSession } from '#engine/read.ts'
import { type Server, startServer } from '#http/server.ts'

let dir: string
let engine: Engine
let server: Server

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-door-'))
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

const picture = (shade: number) =>
  sharp({ create: { width: 32, height: 24, channels: 3, background: { r: shade, g: 90, b: 255 - shade } } })
    .png()
    .toBuffer()

interface Sent {
  readonly originalImage?: Buffer | string
  readonly reimaginedImage?: Buffer
  readonly instruction?: string
  readonly userEmail?: string
  readonly consent?: string
}

async function send(fields: Sent) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields) as [string, Buffer | string][]) {
    if (typeof value === 'string') form.set(name, value)
    else form.set(name, new Blob([new Uint8Array(value)]), 'picture.jpg')
  }
  const answer = await fetch(`${server.url}/api/store-image`, { method: 'POST', body: form })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

const figures = async () => (await (await fetch(`${server.url}/api/store-image`)).json()) as Record<string, unknown>

test("without anybody's agreement nothing is kept", async () => {
  const answer = await send({
    originalImage: await picture(1),
    reimaginedImage: await picture(2),
    instruction: 'make it blue',
  })
  assert.deepEqual([answer.status, answer.body['code']], [403, 'consent.missing'])
  assert.equal(typeof answer.body['error'], 'string')
  assert.equal(
    (
      await send({
        originalImage: await picture(1),
        reimaginedImage: await picture(2),
        instruction: 'x',
        consent: 'false',
      })
    ).status,
    403,
  )
  assert.equal((await figures())['totalSessions'], 0)
})

test('missing fields are answered with 400 and {error}', async () => {
  const answer = await send({ originalImage: await picture(1), instruction: 'x', consent: 'true' })
  assert.equal(answer.status, 400)
  assert.match(String(answer.body['error']), /reimaginedImage/)
  assert.equal(
    (await send({ originalImage: 'not a file', reimaginedImage: await picture(2), instruction: 'x', consent: 'true' }))
      .status,
    400,
  )
})

test('what is no picture is refused by its content, whatever its name says', async () => {
  const reimaginedImage = await picture(3)
  const cases: readonly [Buffer, number, string][] = [
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'), 415, 'image.type'],
    [Buffer.alloc(0), 415, 'image.type'],
    [(await picture(9)).subarray(0, 60), 422, 'image.truncated'],
  ]
  for (const [originalImage, status, code] of cases) {
    const answer = await send({ originalImage, reimaginedImage, instruction: 'x', consent: 'true' })
    assert.deepEqual([answer.status, answer.body['code']], [status, code], JSON.stringify(answer.body))
  }
})

test('the address of a person is never stored, only a pseudonym that stays the same', async () => {
  const post = async (userEmail: string) => {
    const answer = await send({
      originalImage: await picture(4),
      reimaginedImage: await picture(5),
      instruction: 'a red door',
      userEmail,
      consent: 'true',
    })
    assert.deepEqual([answer.status, answer.body['success'], typeof answer.body['message']], [200, true, 'string'])
    const stored = await engine.store.catalog.session(String(answer.body['sessionId']))
    assert.ok(stored && !/user@example|example\.com/i.test(stored.body))
    return readSession(stored)
  }
  const [first, second, nobody] = [
    await post('user@example.com'),
    await post(' USER@example.com '),
    await post('anonymous'),
  ]
  assert.equal(first.contributor, second.contributor)
  assert.notEqual(first.contributor, null)
  assert.equal(nobody.contributor, null)
  assert.deepEqual(first.consent?.basis, 'explicit')
  assert.equal(first.media[0]?.mediaType, 'image/png', 'a PNG called .jpg is a PNG')
})

test('a hundred posts at once are a hundred sessions, none mixed with another', async () => {
  const entry = {
    project: 'default',
    contributor: null,
    session: null,
    decision: 'granted',
    scopes: ['collect', 'train'],
    text: 'I agree.',
  } as const
  await appendConsent(engine, entry, localOwner)
  const before = Number((await figures())['totalSessions'])
  const sent = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const [originalImage, reimaginedImage] = [await picture(i), await picture(i + 100)]
      const answer = await send({ originalImage, reimaginedImage, instruction: `shade ${i}` })
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      return { i, id: String(answer.body['sessionId']) }
    }),
  )
  assert.equal(new Set(sent.map((entry) => entry.id)).size, 100)
  for (const { i, id } of sent) {
    const stored = await engine.store.catalog.session(id)
    assert.ok(stored)
    const session = readSession(stored)
    assert.equal(session.context['instruction'], `shade ${i}`)
    const shade = await firstByte(session.media.find((media) => media.role === 'input')?.sha256 ?? '')
    assert.equal(shade, i)
    assert.equal(await firstByte(session.media.find((media) => media.role === 'output')?.sha256 ?? ''), i + 100)
  }
  const now = await figures()
  assert.deepEqual([now['totalSessions'], now['totalImages']], [before + 100, 2 * (before + 100)])
  assert.match(String(now['latestSession']), /^\d{4}-\d\d-\d\dT/)
  const page = await (await fetch(`${server.url}/admin/training-data`)).text()
  assert.match(page, new RegExp(`<dd>${before + 100}</dd>`))
  assert.doesNotMatch(page, /<script/)
})

async function firstByte(sha256: string): Promise<number | undefined> {
  const chunks: Uint8Array[] = []
  for await (const chunk of engine.store.blobs.open(sha256)) chunks.push(chunk)
  return (await sharp(Buffer.concat(chunks)).raw().toBuffer())[0]
}
