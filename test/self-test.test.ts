/** `hindsight doctor --self-test`, as its user calls it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClient } from '#client/client.ts'
import { makeContext } from '#engine/engine.ts'
import { openEngine } from '#engine/open.ts'
import { startServerProcess } from '../bench/server-process.ts'

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const sample = fileURLToPath(new URL('../sample', import.meta.url))

interface Told {
  readonly tried: readonly {
    readonly door: string
    readonly state: string
    readonly problem: { code: string } | null
  }[]
}

describe('the self-test', () => {
  let dir: string
  let data: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-self-'))
    data = join(dir, 'data')
    // The user's own data: the same GUI runs that the self-test sends under other ids, with the same pictures.
    assert.equal((await run('import', join(sample, 'gui'), '--project', 'mine')).status, 0)
  })
  after(() => rm(dir, { recursive: true }))

  async function run(...args: readonly string[]) {
    const child = spawn(process.execPath, [main, ...args, '--data', data, '--json'], {
      env: { ...process.env, HINDSIGHT_TOKEN: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const texts = { stdout: '', stderr: '' }
    child.stdout.on('data', (bytes: Buffer) => (texts.stdout += bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => (texts.stderr += bytes.toString()))
    const [status] = (await once(child, 'close')) as [number | null]
    return { status, ...texts }
  }
  const statesOf = ({ stdout }: { readonly stdout: string }) =>
    Object.fromEntries((JSON.parse(stdout) as Told).tried.map(({ door, state }) => [door, state]))
  async function inStore() {
    const engine = await openEngine({ dataDir: data, jobThreads: 0 })
    try {
      const { store } = engine
      const blobs: string[] = []
      for await (const { sha256 } of store.blobs.list()) blobs.push(sha256)
      const sessions = (await store.catalog.page({}, 100, null)).items
      const faults = (await store.verify({ repair: false }, makeContext())).faults
      return { blobs, sessions, projects: await store.catalog.projects(), faults }
    } finally {
      await engine.close()
    }
  }

  test('tries every door of the own data, and leaves them as they were', async () => {
    const before = await inStore()
    const ended = await run('doctor', '--self-test')
    assert.equal(ended.status, 0, ended.stdout + ended.stderr)
    const states = statesOf(ended)
    assert.equal(Object.keys(states).length, 11)
    const bad = Object.entries(states).filter(([, state]) => state === 'bad')
    assert.deepEqual(bad, [])
    assert.equal(states['an import on the command line'], 'good')
    assert.deepEqual(await inStore(), before)
  })

  test('tries a running server, where the command line cannot reach the data', async () => {
    const server = await startServerProcess(join(dir, 'other'))
    try {
      const ended = await run('doctor', '--self-test', '--url', server.url)
      assert.equal(ended.status, 0, ended.stdout + ended.stderr)
      assert.equal(statesOf(ended)['an import on the command line'], 'skipped')
      const client = createClient({ base: server.url })
      assert.equal((await client.call('GET /api/v1/sessions/count', { query: {} })).count, 0)
    } finally {
      await server.stop()
    }
  })

  test('says what is wrong, and ends with 1', async () => {
    const away = await run('doctor', '--self-test', '--url', 'http://127.0.0.1:9')
    assert.equal(away.status, 1)
    assert.match(away.stderr, /server\.unreachable/)
    // Sessions that are there already are somebody's.
    await run('import', join(sample, 'images'), '--project', 'self-test')
    const used = await run('doctor', '--self-test')
    assert.equal(used.status, 1)
    assert.match(used.stderr, /store\.occupied/)
  })
})
