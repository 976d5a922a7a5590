/**
 * Starts the engine, records through its API, tracks a clip, learns, freezes a dataset and exports: what somebody does with the
 * program in a day. Run under a look at its sockets. Usage: node use-everything.ts FOLDER CLIP
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const [folder = '', clip = ''] = process.argv.slice(2)
const cli = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const data = join(folder, 'data')

/** Runs a command to its end. @returns what it printed */
function hindsight(...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args, '--data', data], { stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (printed += text))
    child.on('close', (status) =>
      status === 0 ? resolve(printed) : reject(new Error(`${args.join(' ')}: ${printed}`)),
    )
  })
}

const server = spawn(process.execPath, [cli, 'start', '--port', '0', '--data', data], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const base = await new Promise<string>((resolve) => {
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]
      if (url) resolve(url)
    })
  })
  const ask = async (path: string, init?: RequestInit) => {
    const reply = await fetch(`${base}${path}`, init)
    const body = await reply.text()
    assert.ok(reply.ok, `${path}: ${reply.status} ${body}`)
    return body
  }
  const send = (path: string, body: unknown) =>
    ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

  // The first start loads the sample project; one of its runs is recorded anew as our own.
  const run = await firstRun()
  const id = '01a3a000-0000-7000-8000-000000000001'
  await send('/api/v1/sessions', { ...run, id, parent: null, project: 'own' })
  await send('/api/v1/datasets', {
    name: 'shop',
    project: 'sample',
    select: { sessions: { domain: 'gui' }, sampleType: 'image' },
  })
  const made = JSON.parse(await send('/api/v1/datasets/shop/versions?project=sample', {})) as { id: string }
  await ended(made.id)
  const job = await send('/api/v1/exports', { project: 'sample', dataset: 'shop', format: 'coco' })
  await ended((JSON.parse(job) as { id: string }).id)
  for (const path of ['/healthz', '/api/v1/learn', '/api/v1/openapi.json', '/api/v1/archives']) await ask(path)
  await hindsight('track', clip, '--out', join(folder, 'out'))
  await hindsight('learn', 'train')
  await hindsight('export', 'shop', '--project', 'sample', '--format', 'jsonl', '--out', join(folder, 'lines'))
  await hindsight('archive', '--where', 'domain=images&project=sample')
  await hindsight('backup', join(folder, 'backups'))
  await hindsight('verify')
  await hindsight('doctor')
  assert.ok(existsSync(join(folder, 'lines')))

  async function firstRun(): Promise<Record<string, unknown>> {
    for (;;) {
      const found = await ask('/api/v1/sessions?project=sample&domain=gui&limit=1')
      const [item] = (JSON.parse(found) as { readonly items: readonly { readonly id: string }[] }).items
      if (item) return JSON.parse(await ask(`/api/v1/sessions/${item.id}`)) as Record<string, unknown>
      await wait(200)
    }
  }

  async function ended(id: string): Promise<void> {
    for (;;) {
      const { state, error } = JSON.parse(await ask(`/api/v1/jobs/${id}`)) as { state: string; error: unknown }
      if (state === 'succeeded') return
      assert.ok(state === 'queued' || state === 'running', JSON.stringify(error))
      await wait(200)
    }
  }
} finally {
  server.kill('SIGTERM')
}
console.log('everything was used')
