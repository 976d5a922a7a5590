/**
 * Single sessions over HTTP: 100 senders at once, each with one POST of a 5 kB session under way, acknowledged after its commit.
 * The senders are in a process of their own. Run: node bench/http-ingest.ts [--sessions 20000] [--senders 100]
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine } from './machine.ts'
import { madeSessions } from './made-sessions.ts'
import { startServerProcess } from './server-process.ts'

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '20000' },
    senders: { type: 'string', default: '100' },
    to: { type: 'string' },
  },
})
const sessions = Number(values.sessions)
const senders = Number(values.senders)

interface Timed {
  /** Milliseconds of each request. */
  readonly times: readonly number[]
  readonly seconds: number
  /** Of processor, by the senders. */
  readonly cpuSeconds: number
}

/** Sends until none is left; `warmUp` of them are not counted. */
async function sendAll(url: string, warmUp: number): Promise<Timed> {
  const agent = new Agent({ keepAlive: true, maxSockets: senders })
  const made = madeSessions(5)
  const bodies = Array.from({ length: sessions + warmUp }, () => Buffer.from(made.next().value?.line ?? ''))
  const times: number[] = []
  const phase = async (from: number, to: number) => {
    let next = from
    const sender = async () => {
      while (next < to) {
        const body = bodies[next++]!
        const startedAt = performance.now()
        await post(agent, url, body)
        if (from > 0) times.push(performance.now() - startedAt)
      }
    }
    await Promise.all(Array.from({ length: senders }, sender))
  }
  await phase(0, warmUp)
  const [startedAt, cpu] = [performance.now(), process.cpuUsage()]
  await phase(warmUp, bodies.length)
  const { user, system } = process.cpuUsage(cpu)
  agent.destroy()
  return { times, seconds: (performance.now() - startedAt) / 1000, cpuSeconds: (user + system) / 1e6 }
}

function post(agent: Agent, url: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const sent = request(`${url}/api/v1/sessions`, { agent, method: 'POST', headers }, (answer) => {
      let said = ''
      answer.on('data', (chunk: Buffer) => (said += chunk.toString()))
      answer.on('end', () => (said.includes('"created"') ? resolve() : reject(new Error(said))))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Seconds of processor that a process has had so far; null where the system does not tell. */
function cpuSecondsOf(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return null
  }
}

async function measure(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hindsight-bench-'))
  const server = await startServerProcess(join(dataDir, 'data'))
  try {
    const before = cpuSecondsOf(server.child.pid ?? 0)
    const child = fork(fileURLToPath(import.meta.url), ['--to', server.url, ...process.argv.slice(2)])
    const [{ times, seconds, cpuSeconds }] = (await once(child, 'message')) as [Timed]
    const serverCpu = (cpuSecondsOf(server.child.pid ?? 0) ?? Number.NaN) - (before ?? Number.NaN)
    const sorted = times.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(0)
    console.log(machine())
    console.log(
      `${sessions} single POSTs by ${senders} senders in ${seconds.toFixed(1)} s: ${Math.round(sessions / seconds)}/s; ` +
        `median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms; processor: server ${serverCpu.toFixed(1)} s, ` +
        `senders ${cpuSeconds.toFixed(1)} s; server memory at most ${server.peakMb()} MB`,
    )
  } finally {
    await server.stop()
    await rm(dataDir, { recursive: true })
  }
}

if (values.to === undefined) await measure()
else {
  const timed = await sendAll(values.to, Math.min(2000, sessions))
  process.send?.(timed)
}
