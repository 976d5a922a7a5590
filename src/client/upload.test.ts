/** Files in pieces, over a line that breaks: against a real engine. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Engine } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { type Server, startServer } from '#http/server.ts'
import { madeSessions } from '../../bench/made-sessions.ts'
import { createClient } from './client.ts'
import { createRecorder } from './recorder.ts'
import { memorySpool } from './spool.ts'
import { cancelUpload, inPiecesAbove, uploadInPieces } from './upload.ts'

const hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const bytesOf = (length: number, seed: number) => Buffer.alloc(length, `${seed} of many`)

describe('files in pieces', () => {
  let dir: string
  let engine: Engine
  let server: Server

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-pieces-'))
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

  /** A line that breaks at the given requests, the answer lost at every second of them. */
  function breaking(at: readonly number[]) {
    let count = 0
    let methods = ''
    const line: typeof globalThis.fetch = async (...asked) => {
      const nth = count++
      methods += `${(asked[1]?.method ?? 'GET')[0]}`
      if (!at.includes(nth)) return fetch(...asked)
      if (at.indexOf(nth) % 2 === 1) await fetch(...asked)
      throw new TypeError('the line broke')
    }
    return { fetch: line, said: () => methods }
  }

  test('arrive over a line that breaks, and tell how far they are', async () => {
    const bytes = bytesOf(1_000_000, 1)
    const line = breaking([0, 3, 5, 6, 9])
    const client = createClient({ base: server.url, fetch: line.fetch })
    const sent: number[] = []
    const { result, kind } = await uploadInPieces(client, new Blob([bytes]), {
      kind: 'blob',
      sha256: hex(bytes),
      pieceBytes: 150_000,
      onSent: (count) => sent.push(count),
    })
    assert.deepEqual([kind, result], ['blob', { sha256: hex(bytes), bytes: bytes.length }])
    assert.ok(await engine.store.blobs.stat(hex(bytes)))
    assert.deepEqual(
      sent,
      sent.toSorted((a, b) => a - b),
    )
    assert.equal(sent.at(-1), bytes.length)
    // Pieces whose answer was lost were asked for, not sent again: seven pieces, two failures before their bytes were sent.
    assert.match(line.said(), /^PP(?:P|H)+G$/)
  })

  test('go on where they stood, of an upload that was begun before', async () => {
    const bytes = bytesOf(600_000, 2)
    const stop = new AbortController()
    let begun = ''
    const client = createClient({ base: server.url })
    const options = { kind: 'blob', sha256: hex(bytes), pieceBytes: 100_000 } as const
    await assert.rejects(
      uploadInPieces(client, new Blob([bytes]), {
        ...options,
        signal: stop.signal,
        onBegun: (id) => (begun = id),
        onSent: (count) => count >= 300_000 && stop.abort(),
      }),
      { name: 'AbortError' },
    )
    const sent: number[] = []
    await uploadInPieces(client, new Blob([bytes]), { ...options, resume: begun, onSent: (count) => sent.push(count) })
    assert.equal(sent[0], 300_000)
    assert.ok(await engine.store.blobs.stat(hex(bytes)))
  })

  test('that were cancelled are gone, and begun anew when somebody goes on', async () => {
    const bytes = bytesOf(200_000, 3)
    const client = createClient({ base: server.url })
    const stop = new AbortController()
    let begun = ''
    const options = { kind: 'blob', sha256: hex(bytes), pieceBytes: 50_000 } as const
    const cancelled = uploadInPieces(client, new Blob([bytes]), {
      ...options,
      signal: stop.signal,
      onBegun: (id) => (begun = id),
      onSent: (count) => count >= 100_000 && stop.abort(),
    })
    await assert.rejects(cancelled, { name: 'AbortError' })
    await cancelUpload(client, begun)
    const sent: number[] = []
    await uploadInPieces(client, new Blob([bytes]), { ...options, resume: begun, onSent: (count) => sent.push(count) })
    assert.equal(sent[0], 0)
    assert.ok(await engine.store.blobs.stat(hex(bytes)))
  })

  test('that are refused say why, at once', async () => {
    const bytes = bytesOf(1000, 4)
    const upload = uploadInPieces(createClient({ base: server.url }), new Blob([bytes]), {
      kind: 'blob',
      sha256: hex(bytesOf(1000, 5)),
    })
    await assert.rejects(upload, { code: 'blob.mismatch', status: 422 })
  })

  test('are how a recorder sends its large media', async () => {
    const bytes = bytesOf(inPiecesAbove + 1_000_000, 6)
    const lines: string[] = []
    const recorder = createRecorder({
      base: server.url,
      host: { name: 'test' },
      spool: memorySpool(),
      debug: (line) => lines.push(line),
    })
    const made = JSON.parse(madeSessions(51).next().value?.line ?? '') as Parameters<typeof recorder.record>[0]
    const { domain, context, settings, outcome } = made
    const id = recorder.record({ domain, context, settings, outcome }, [{ role: 'film', data: new Blob([bytes]) }])
    const flushed = await recorder.flush({ timeoutMs: 60_000 })
    await recorder.close()
    assert.deepEqual(flushed.lost, [])
    assert.equal(flushed.arrived, true)
    assert.equal((await engine.store.blobs.stat(hex(bytes)))?.bytes, bytes.length)
    assert.ok(await engine.store.catalog.session(id))
    assert.ok(lines.filter((line) => line.includes(hex(bytes))).length >= 8)
  })
})
