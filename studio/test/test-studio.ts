/** A real Chromium before a real engine with the sample project, for the tests of the page. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { createClient, type Client } from '#client/client.ts'
import { needs } from '#test/needs.ts'
import { startServerProcess } from '../../bench/server-process.ts'

export const sampleSessions = 28

export interface Studio {
  readonly url: string
  readonly client: Client
  /** Of the store, as hex digits. */
  secret(): Promise<string>
  open(path: string, options?: { readonly colours?: 'light' | 'dark' }): Promise<Watched>
  close(): Promise<void>
}

/** A page that keeps account of what must never happen. */
export interface Watched {
  readonly page: Page
  /** Errors and warnings of the console, uncaught errors, violations of the page's security policy. */
  readonly complaints: string[]
  /** Requests to anywhere but the engine. */
  readonly strangers: string[]
  /** How much moved without being asked, as Chromium scores it: 0 is nothing, 0.1 counts as good elsewhere. */
  layoutShift(): Promise<number>
}

export async function startStudio(): Promise<Studio> {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-studio-'))
  const server = await startServerProcess(join(dir, 'data'), [])
  const client = createClient({ base: server.url })
  await sampleIsThere(client)
  const { path } = needs('chromium')
  // Containers run as root, where Chromium's own sandbox cannot; without a graphics card WebGL is drawn by the processor.
  const args = ['--no-sandbox', '--enable-unsafe-swiftshader']
  const browser = await chromium.launch({ executablePath: path, args })
  return {
    url: server.url,
    client,
    secret: async () => (await readFile(join(dir, 'data', 'secret'), 'utf8')).trim(),
    open: (address, options) => open(browser, server.url, address, options?.colours ?? 'light'),
    async close() {
      await browser.close()
      await server.stop()
      await rm(dir, { recursive: true })
    },
  }
}

async function sampleIsThere(client: Client): Promise<void> {
  for (;;) {
    const { count } = await client.call('GET /api/v1/sessions/count', { query: { project: 'sample', cap: 1000 } })
    if (count >= sampleSessions) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function open(browser: Browser, base: string, path: string, colours: 'light' | 'dark'): Promise<Watched> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: colours, locale: 'en-GB' })
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  const strangers: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  page.on('request', (request) => {
    const address = request.url()
    if (!address.startsWith(base) && !address.startsWith('blob:')) strangers.push(address)
  })
  await page.addInitScript(() => {
    const shifts = { total: 0 }
    Object.assign(window, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
        if (!hadRecentInput) shifts.total += value
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await page.goto(base + path)
  return {
    page,
    complaints,
    strangers,
    layoutShift: () => page.evaluate(() => (window as unknown as { shifts: { total: number } }).shifts.total),
  }
}
