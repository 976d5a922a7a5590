/**
 * Durable ingest over HTTP: NDJSON of 5 kB sessions, validated, acknowledged after commit, load client on the same
 * machine. Run: node bench/ingest-http.ts [sessions] [streams]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { machine } from './machine.ts'
import { madeSessions } from './made-sessions.ts'
import { startServerProcess } from './server-process.ts'

const total = Number(process.argv[2] ?? 60_000)
const streams = Number(process.argv[3] ?? 2)

const dataDir = await mkdtemp(join(tmpdir(), 'hindsight-bench-'))
const server = await startServerProcess(join(dataDir, 'data'))
try {
  // Bodies are made beforehand: the client should cost little, since it shares the machine.
  const perStream = Math.floor(total / streams)
  const bodies = Array.from({ length: streams }, (_, s) => makeBody(s + 1, perStream))
  const bytes = bodies.reduce((sum, body) => sum + body.reduce((inner, chunk) => inner + chunk.length, 0), 0)
  const start = performance.now()
  const replies = await Promise.all(bodies.map((body) => post(`${server.url}/api/v1/sessions/batch`, body)))
  const seconds = (performance.now() - start) / 1000
  const created = replies.reduce((sum, reply) => sum + reply.created, 0)
  if (created !== perStream * streams)
    throw new Error(`expected ${perStream * streams} created, found ${JSON.stringify(replies)}`)
  console.log(`${machine()}`)
  console.log(
    `${created} sessions of ${(bytes / created / 1000).toFixed(1)} kB over ${streams} streams in ${seconds.toFixed(1)} s: ` +
      `${Math.round(created / seconds)} sessions/s, server memory at most ${server.peakMb()} MB`,
  )
} finally {
  await server.stop()
  await rm(dataDir, { recursive: true })
}

function makeBody(seed: number, count: number): readonly Buffer[] {
  const chunks: Buffer[] = []
  let lines: string[] = []
  const sessions = madeSessions(seed)
  for (let i = 0; i < count; i++) {
    const { value } = sessions.next()
    if (value) lines.push(value.line, '\n')
    if (lines.length >= 60 || i === count - 1) {
      chunks.push(Buffer.from(lines.join('')))
      lines = []
    }
  }
  return chunks
}

async function post(url: string, chunks: readonly Buffer[]): Promise<{ created: number }> {
  const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } })
  const answered = once(sent, 'response')
  for (const chunk of chunks) if (!sent.write(chunk)) await once(sent, 'drain')
  sent.end()
  const [answer] = (await answered) as [AsyncIterable<Buffer>]
  let text = ''
  for await (const chunk of answer) text += chunk.toString()
  return JSON.parse(text) as { created: number }
}
