/** A server that is killed in the middle of a tracking job: the next one takes the job up again, and nothing is lost. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Client, createClient, type Job } from '#client/client.ts'
import { readEvents } from '#client/read-events.ts'
import type { Live, TrackResult } from '#http/contract.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const walk = join(root, 'sample/clips/walk.mp4')

let dir: string
let server: ChildProcess | null = null
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hindsight-restart-'))
})
after(async () => {
  await stop('SIGTERM')
  await rm(dir, { recursive: true })
})

async function start(): Promise<Client> {
  const args = ['start', '--data', join(dir, 'data'), '--port', '0', '--no-sample', '--json']
  const child = spawn(process.execPath, [join(root, 'src/cli/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  server = child
  const [first] = (await once(child.stdout, 'data')) as [Buffer]
  return createClient({ base: (JSON.parse(first.toString()) as { url: string }).url })
}

async function stop(signal: NodeJS.Signals): Promise<void> {
  const child = server
  server = null
  if (child === null || child.exitCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

for (const phase of ['track', 'solve'] as const) {
  test(`killed while it is at: ${phase}`, async () => {
    const first = await start()
    const { fingerprint } = await first.call('POST /api/v1/clips', { body: { path: walk } })
    const job = await first.call('POST /api/v1/clips/{fingerprint}/track', { params: { fingerprint }, body: {} })
    const response = await fetch(first.url('GET /api/v1/jobs/{id}/live', { params: { id: job.id } }))
    for await (const { data } of readEvents(response)) if ((JSON.parse(data) as Live).phase === phase) break
    await stop('SIGKILL')

    const second = await start()
    let last: Job | null = null
    for await (const now of second.watchJob(job.id)) last = now
    assert.equal(last?.state, 'succeeded', JSON.stringify(last?.error))
    assert.equal(last.attempts, 2)
    const { best, report } = last.result as TrackResult
    const [attempt] = report['attempts'] as { resumed: boolean }[]
    // What was followed needs not be followed again.
    assert.equal(attempt?.resumed, phase === 'solve')
    const { items } = await second.call('GET /api/v1/sessions', { query: { facet: `clip:${fingerprint}` } })
    const kept = items.findIndex(({ id }) => id === best)
    assert.equal(items[kept]?.status, 'succeeded')
    assert.equal(items[kept + 1]?.status, 'failed', 'what the killed run had is on record')
    await stop('SIGTERM')
  })
}
