/**
 * An application that is none of ours, with the installed package: people use it in a browser while the engine is killed, and
 * then the application too. Nothing that it recorded is lost, and nothing is there twice.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright-core'
import { createClient } from '#client/client.ts'
import { type InstalledPackage, installPackage } from './installed-package.ts'
import { needs } from './needs.ts'

const needed = needs('chromium')
const source = fileURLToPath(new URL('../integrations/examples/photo-app', import.meta.url))

describe('an application that records', { skip: needed.skip }, () => {
  let app: InstalledPackage
  let browser: Browser
  const running = new Set<ChildProcess>()
  before(async () => {
    app = await installPackage()
    for (const name of await readdir(source))
      if (name !== 'package.json') await cp(join(source, name), join(app.folder, name), { recursive: true })
    browser = await chromium.launch({ executablePath: needed.path, args: ['--no-sandbox'] })
  })
  after(async () => {
    await browser.close()
    for (const child of running) await kill(child)
    await app.remove()
  })

  /** In a group of its own, since npx puts a shell in between. @returns once it says that it listens */
  async function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
    const stdio = ['ignore', 'pipe', 'inherit'] as const
    const child = spawn(command, args, {
      cwd: app.folder,
      env: { ...app.env, ...env },
      stdio: [...stdio],
      detached: true,
    })
    running.add(child)
    await Promise.race([
      once(child.stdout!, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${command} ${args.join(' ')} ended`))),
    ])
    return child
  }
  /** As a power cut would. */
  async function kill(child: ChildProcess): Promise<void> {
    running.delete(child)
    const gone = once(child, 'exit')
    process.kill(-child.pid!, 'SIGKILL')
    await gone
  }

  test('loses nothing, whatever is killed', async () => {
    const [enginePort, appPort] = [await freePort(), await freePort()]
    const [engineUrl, appUrl] = [`http://127.0.0.1:${enginePort}`, `http://127.0.0.1:${appPort}`]
    const startEngine = () =>
      start('npx', ['hindsight', 'start', '--port', String(enginePort), '--no-sample', '--json'])
    let engine = await startEngine()
    const made = await promisify(execFile)(
      'npx',
      ['hindsight', 'keys', 'add', 'photo-page', '--ingest', '--project', 'photos', '--origin', appUrl, '--json'],
      { cwd: app.folder, env: app.env },
    )
    const { secret } = JSON.parse(made.stdout) as { secret: string }
    const startApp = () =>
      start('node', ['app.js'], { PORT: String(appPort), HINDSIGHT_URL: engineUrl, HINDSIGHT_KEY: secret })
    let photoApp = await startApp()

    // One profile: what a page keeps, the next one finds.
    const profile = await browser.newContext()
    let page = await profile.newPage()
    page.setDefaultTimeout(20_000)
    await page.goto(appUrl)
    await editAndRate(page, ['make it red', 'paint it blue'])

    await kill(engine)
    await editAndRate(page, ['more green please', 'nothing that we know', 'make it yellow'])
    // The application dies with what it could not send yet; the page is closed with ratings that wait.
    await kill(photoApp)
    await page.close({ runBeforeUnload: false })
    photoApp = await startApp()
    page = await profile.newPage()
    page.setDefaultTimeout(20_000)
    await page.goto(appUrl)
    await editAndRate(page, ['all in white', 'red again'])
    assert.match((await page.locator('output').textContent()) ?? '', /^\d+ ratings wait, 0 lost$/)

    engine = await startEngine()
    await page.getByText('0 ratings wait, 0 lost').waitFor({ timeout: 120_000 })
    const recorded = (await (await fetch(`${appUrl}/recorded`)).json()) as { waiting: number; lost: unknown[] }
    assert.deepEqual([recorded.waiting, recorded.lost], [0, []])

    await assertAllThere(engineUrl, [
      'all in white',
      'make it red',
      'make it yellow',
      'more green please',
      'nothing that we know',
      'paint it blue',
      'red again',
    ])
    await kill(photoApp)
    await kill(engine)
  })

  async function editAndRate(page: Page, instructions: readonly string[]): Promise<void> {
    for (const instruction of instructions) {
      await page.getByRole('textbox').fill(instruction)
      await page.getByRole('button', { name: 'Edit' }).click()
      const item = page.getByRole('listitem').filter({ hasText: instruction })
      await item.getByRole('button', { name: 'good' }).click()
      await item.and(page.locator('[data-rated="1"]')).waitFor()
    }
  }

  /** Each session once, with the pictures that it names and the rating that a person gave it. */
  async function assertAllThere(base: string, instructions: readonly string[]): Promise<void> {
    const client = createClient({ base })
    const { items } = await client.call('GET /api/v1/sessions', { query: { project: 'photos', limit: 100 } })
    const found: string[] = []
    for (const { id, status } of items) {
      const session = await client.call('GET /api/v1/sessions/{id}', { params: { id } })
      const { context, media } = session as unknown as { context: { instruction: string }; media: { sha256: string }[] }
      found.push(context.instruction)
      assert.equal(media.length, status === 'failed' ? 1 : 2)
      for (const { sha256 } of media) {
        const bytes = await (await client.open('GET /api/v1/blobs/{sha256}', { params: { sha256 } })).bytes()
        assert.equal(Buffer.from(bytes).toString('latin1', 1, 4), 'PNG')
      }
      const { items: edits } = await client.call('GET /api/v1/sessions/{id}/edits', { params: { id } })
      assert.deepEqual(
        edits.map(({ kind, after: said }) => [kind, said]),
        [['rating', { rating: 1 }]],
        context.instruction,
      )
    }
    assert.deepEqual(found.sort(), instructions)
  }
})

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
