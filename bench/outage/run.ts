/**
 * Many programs come back at once after the engine was away: what arrives, how long it takes, and what memory it needs. The
 * engine is killed while they are at it.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '#client/client.ts'
import { type ServerProcess, startServerProcess } from '../server-process.ts'
import type { Said, Told } from './clients.ts'

export interface OutagePlan {
  readonly recorders: number
  /** They are spread over so many processes. */
  readonly processes: number
  /** Sessions that each of them recorded while the engine was away. */
  readonly each: number
  /** How often the engine is killed while they come back: after equal shares of what is to arrive. */
  readonly kills: number
  readonly timeoutMs: number
  readonly say?: (line: string) => void
}

export interface OutageFigures {
  readonly recorded: number
  /** Sessions at the engine. */
  readonly found: number
  /** Of those recorded, how many are not there. */
  readonly missing: number
  /** Sessions there that nobody recorded, or twice. */
  readonly surplus: number
  /** Recorders that say that all of theirs arrived. */
  readonly sure: number
  readonly lost: readonly string[]
  /** Entries that are left on the disk. */
  readonly leftInSpools: number
  readonly answers: Readonly<Record<string, number>>
  readonly seconds: number
  /** From the start of all until half, 99 of 100, and the last of the recorders were through, s. */
  readonly throughS: { readonly half: number; readonly most: number; readonly last: number }
  /** The most of any engine process, and of any process of recorders. */
  readonly serverPeakMb: number
  readonly clientPeakMb: number
  /** Processor time of the last engine process; null where the system does not tell. */
  readonly serverCpuS: number | null
  readonly killed: number
}

export async function runOutage(plan: OutagePlan): Promise<OutageFigures> {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-outage-'))
  const port = await freePort()
  const clients = Array.from({ length: plan.processes }, () =>
    fork(fileURLToPath(new URL('clients.ts', import.meta.url))),
  )
  const servers = new Servers(join(dir, 'data'), port)
  try {
    return await through(plan, { folder: join(dir, 'spools'), base: `http://127.0.0.1:${port}`, clients, servers })
  } finally {
    for (const client of clients) client.kill('SIGKILL')
    await servers.stop()
    await rm(dir, { recursive: true })
  }
}

interface Stage {
  readonly folder: string
  readonly base: string
  readonly clients: readonly ChildProcess[]
  readonly servers: Servers
}

async function through(plan: OutagePlan, { folder, base, clients, servers }: Stage): Promise<OutageFigures> {
  const { recorders, each, kills, timeoutMs, say = () => {} } = plan
  const share = Math.ceil(recorders / clients.length)
  const recorded = await Promise.all(
    clients.map((client, i) => {
      const from = i * share
      const count = Math.max(0, Math.min(share, recorders - from))
      return tell(client, { what: 'record', base, folder, from, recorders: count, each })
    }),
  )
  const ids = recorded.flatMap((one) => one.ids)
  say(`${ids.length} sessions recorded by ${recorders} recorders while the engine is away`)

  await servers.start()
  const start = performance.now()
  const flushed = Promise.all(clients.map((client) => tell(client, { what: 'flush', timeoutMs })))
  const engine = createClient({ base })
  for (let kill = 1; kill <= kills; kill++) {
    const wanted = Math.floor((ids.length * kill) / (kills + 1))
    const there = await untilThere(engine, wanted, start + timeoutMs)
    say(`killed at ${there} sessions, after ${((performance.now() - start) / 1000).toFixed(1)} s`)
    await servers.killAndStart()
  }
  const results = await flushed
  const seconds = (performance.now() - start) / 1000
  return figures(ids, results, await idsAt(engine), {
    seconds,
    killed: kills,
    serverPeakMb: servers.peakMb(),
    serverCpuS: servers.cpuS(),
    leftInSpools: await entriesIn(folder),
  })
}

type Measured = Pick<OutageFigures, 'seconds' | 'killed' | 'serverPeakMb' | 'serverCpuS' | 'leftInSpools'>

function figures(
  ids: readonly string[],
  said: readonly Said[],
  there: readonly string[],
  measured: Measured,
): OutageFigures {
  const found = new Set(there)
  const known = new Set(ids)
  const after = said.flatMap(({ afterMs }) => afterMs).sort((a, b) => a - b)
  const at = (share: number) =>
    (after[Math.min(after.length - 1, Math.floor(share * after.length))] ?? Number.NaN) / 1000
  const answers: Record<string, number> = {}
  for (const one of said)
    for (const [status, count] of Object.entries(one.answers)) answers[status] = (answers[status] ?? 0) + count
  return {
    recorded: ids.length,
    found: there.length,
    missing: ids.filter((id) => !found.has(id)).length,
    surplus: there.filter((id) => !known.has(id)).length + (there.length - found.size),
    sure: said.reduce((sum, { arrived }) => sum + arrived, 0),
    lost: said.flatMap(({ lost }) => lost),
    answers,
    throughS: { half: at(0.5), most: at(0.99), last: at(1) },
    clientPeakMb: Math.max(...said.map(({ peakMb }) => peakMb)),
    ...measured,
  }
}

async function tell(client: ChildProcess, told: Told): Promise<Said> {
  const answered = once(client, 'message') as Promise<[Said]>
  client.send(told)
  const ended = once(client, 'exit').then(([code]) => {
    throw new Error(`a process of recorders ended with ${String(code)}`)
  })
  const [said] = await Promise.race([answered, ended as Promise<never>])
  return said
}

type Engine = ReturnType<typeof createClient>

/** @returns how many are there, as soon as it is enough */
async function untilThere(engine: Engine, wanted: number, until: number): Promise<number> {
  for (;;) {
    const { count } = await engine
      .call('GET /api/v1/sessions/count', { query: { project: 'outage', cap: 1_000_000 } })
      .catch(() => ({ count: 0 }))
    if (count >= wanted || performance.now() > until) return count
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function idsAt(engine: Engine): Promise<readonly string[]> {
  const ids: string[] = []
  for (let cursor: string | null = null; ; ) {
    const query = { project: 'outage', limit: 500, ...(cursor !== null && { cursor }) }
    const page: { items: { id: string }[]; next: string | null } = await engine.call('GET /api/v1/sessions', { query })
    ids.push(...page.items.map(({ id }) => id))
    if (page.next === null) return ids
    cursor = page.next
  }
}

async function entriesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  return names.filter((name) => /-(?:session|edit)[^/\\]*\.json$/.test(name)).length
}

/** A port that was free a moment ago: the engine has to come back where it was. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}

/** The engine, once after the other on one port and one data directory. */
class Servers {
  readonly #dataDir: string
  readonly #port: number
  #now: ServerProcess | null = null
  #peakMb = 0

  constructor(dataDir: string, port: number) {
    this.#dataDir = dataDir
    this.#port = port
  }

  async start(): Promise<void> {
    this.#now = await startServerProcess(this.#dataDir, ['--no-sample', '--port', String(this.#port)])
  }

  async killAndStart(): Promise<void> {
    this.peakMb()
    await this.#now?.kill()
    await this.start()
  }

  peakMb(): number {
    this.#peakMb = Math.max(this.#peakMb, this.#now?.peakMb() ?? 0)
    return this.#peakMb
  }

  /** Of user and system together, proc(5). */
  cpuS(): number | null {
    try {
      const stat = readFileSync(`/proc/${this.#now?.child.pid}/stat`, 'utf8')
      const [user = 0, system = 0] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number)
      return (user + system) / 100
    } catch {
      return null
    }
  }

  async stop(): Promise<void> {
    await this.#now?.stop()
  }
}
