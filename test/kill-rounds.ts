/**
 * Kills whole programs with SIGKILL at random moments while they work, and then asks what survived. Used by a quick test
 * and, with many more rounds, by a long one.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeContext } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { type Rng, seededRng } from '#core/rng.ts'
import { madeSessions } from '../bench/made-sessions.ts'
import { type ServerProcess, startServerProcess } from '../bench/server-process.ts'

const cli = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

/** What a client was told is safe: the hash by id. */
export type Acknowledged = Map<string, string>

/** Starts a server, records through several connections, kills it at a random moment. */
export async function killServerOnce(dataDir: string, seed: number, acknowledged: Acknowledged): Promise<void> {
  const rng = seededRng(seed)
  const server = await startServerProcess(dataDir)
  const stop = new AbortController()
  const clients = [1, 2, 3, 4].map((client) => record(server, seed * 10 + client, acknowledged, stop.signal))
  clients.push(recordBatches(server, seed * 10 + 9, acknowledged, stop.signal))
  // Odd seeds kill it while it certainly records, however slow the machine; even ones perhaps before its first answer.
  const before = acknowledged.size
  if (seed % 2 === 1) while (acknowledged.size === before && server.child.exitCode === null) await sleep(20)
  await sleep(50 + rng.int(700))
  await server.kill()
  stop.abort()
  await Promise.all(clients)
}

async function record(
  server: ServerProcess,
  seed: number,
  acknowledged: Acknowledged,
  signal: AbortSignal,
): Promise<void> {
  for (const { id, line } of madeSessions(seed, Date.now())) {
    if (signal.aborted) return
    try {
      const answer = await fetch(`${server.url}/api/v1/sessions`, {
        method: 'POST',
        body: line,
        headers: { 'content-type': 'application/json' },
        signal,
      })
      const body = (await answer.json()) as { hash?: string; result?: string }
      if (answer.ok && body.hash) acknowledged.set(id, body.hash)
    } catch {
      return // the server is gone; what it had not answered may or may not be there
    }
  }
}

async function recordBatches(
  server: ServerProcess,
  seed: number,
  acknowledged: Acknowledged,
  signal: AbortSignal,
): Promise<void> {
  const made = madeSessions(seed, Date.now())
  while (!signal.aborted) {
    const batch = Array.from({ length: 100 }, () => made.next().value).filter((entry) => entry !== undefined)
    const body = batch.map((entry) => entry.line).join('\n')
    try {
      const answer = await fetch(`${server.url}/api/v1/sessions/batch`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-ndjson' },
        signal,
      })
      const { created } = (await answer.json()) as { created: number }
      assert.equal(created, batch.length)
      for (const { id } of batch) acknowledged.set(id, '')
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      return
    }
  }
}

/** Kills an import at a random moment; the next round goes on with the same file. @returns whether it had ended before */
export async function killImportOnce(dataDir: string, file: string, rng: Rng): Promise<boolean> {
  const child = spawn(process.execPath, [cli, 'import', file, '--data', dataDir, '--json'], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), 350 + rng.int(900))
  const [code] = (await ended) as [number | null]
  clearTimeout(timer)
  assert.ok(code === 0 || code === null, `the import ended with ${code}`)
  return code === 0
}

/** Kills an export at a random moment: its target is whole or not there, and no part of it lies around under its name. */
export async function killExportOnce(dataDir: string, out: string, rng: Rng): Promise<boolean> {
  const args = [cli, 'export', '--format', 'hindsight', '--out', out, '--data', dataDir, '--json']
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), 350 + rng.int(900))
  const [code] = (await ended) as [number | null]
  clearTimeout(timer)
  assert.equal(existsSync(out), code === 0, `the target of an export that ended with ${code}`)
  return code === 0
}

export async function writeSessionsFile(path: string, seed: number, count: number): Promise<readonly string[]> {
  const made = madeSessions(seed)
  const entries = Array.from({ length: count }, () => made.next().value).filter((entry) => entry !== undefined)
  await writeFile(path, entries.map((entry) => `${entry.line}\n`).join(''))
  return entries.map((entry) => entry.id)
}

/** Opens what is left, without a hand's help: all that was acknowledged is there once, byte for byte, and all else is sound. */
export async function assertSurvived(dataDir: string, acknowledged: Acknowledged): Promise<void> {
  const engine = await openEngine({ dataDir, jobThreads: 0 })
  try {
    for (const [id, hash] of acknowledged) {
      const stored = await engine.store.catalog.session(id)
      assert.ok(stored, `acknowledged session ${id} is gone`)
      assert.equal(createHash('sha256').update(stored.body).digest('hex'), stored.hash)
      if (hash !== '') assert.equal(stored.hash, hash, `session ${id} changed`)
    }
    const seen = new Map<string, number>()
    for await (const { id } of engine.store.catalog.scan({})) seen.set(id, (seen.get(id) ?? 0) + 1)
    assert.ok(
      [...seen.values()].every((times) => times === 1),
      'a session is there twice',
    )
    assert.ok(seen.size >= acknowledged.size)
    assert.equal(await engine.store.catalog.count({}, 1_000_000), seen.size)
    const report = await engine.store.verify({ repair: false }, makeContext())
    assert.deepEqual(
      report.faults.map((entry) => entry.fault.message),
      [],
    )
  } finally {
    await engine.close()
  }
  const leftovers = readdirSync(join(dataDir, 'journals'))
  assert.deepEqual(leftovers, [], 'a journal was left open')
}
