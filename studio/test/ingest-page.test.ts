/** An ingest key in a page of another site: a real Chromium decides what the page may send, and read. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build, type Rollup } from 'vite'
import { type Client, createClient } from '#client/client.ts'
import { needs } from '#test/needs.ts'
import { startServerProcess } from '../../bench/server-process.ts'
import type * as Sdk from '../../src/client/browser.ts'

const browserNeed = needs('chromium')

describe('a page of another origin', { skip: browserNeed.skip }, () => {
  let dir: string
  let server: Awaited<ReturnType<typeof startServerProcess>>
  let owner: Client
  let pages: HttpServer
  let pageUrl: string
  let secret: string
  before(async () => {
    const code = await bundle()
    pages = createServer((request, response) => {
      const isCode = request.url === '/sdk.js'
      response.setHeader('content-type', isCode ? 'text/javascript' : 'text/html')
      response.end(isCode ? code : '<!doctype html><title>App</title>')
    })
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
    // Another name for this machine: to a browser that is another site, not only another port.
    pageUrl = `http://localhost:${(pages.address() as AddressInfo).port}`
    dir = await mkdtemp(join(tmpdir(), 'hindsight-ingest-page-'))
    server = await startServerProcess(join(dir, 'data'), ['--no-sample'])
    owner = createClient({ base: server.url })
    const body = { kind: 'ingest' as const, name: 'page', project: 'kitchen', origins: [pageUrl] }
    ;({ secret } = await owner.call('POST /api/v1/keys', { body }))
  })
  after(async () => {
    pages.close()
    await server.stop()
    await rm(dir, { recursive: true })
  })

  test('records with its key through a real browser, and gets nowhere else with it', async () => {
    const browser = await chromium.launch({ executablePath: browserNeed.path, args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage()
      await page.goto(pageUrl)
      const result = await page.evaluate(
        async ([base = '', key = '']) => {
          const address = '/sdk.js'
          const { createRecorder, indexedDbSpool } = (await import(address)) as typeof Sdk
          const recorder = createRecorder({ base, key, host: { name: 'page' }, spool: indexedDbSpool() })
          const run = {
            domain: 'images',
            context: { instruction: 'x' },
            settings: { values: {} },
            outcome: { status: 'failed' },
          }
          const media = [{ role: 'input', data: new Blob(['pixels'], { type: 'image/png' }) }]
          const ids = [0, 1, 2].map(() => recorder.record(run as Sdk.RecordedRun, media))
          recorder.edit({ session: ids[0] ?? '', kind: 'rating', after: { rating: -1 } })
          const flushed = await recorder.flush()
          const headers = { authorization: `Bearer ${key}` }
          const tries = ['/api/v1/sessions', `/api/v1/sessions/${ids[0]}`, '/api/v1/projects'].map((path) =>
            fetch(`${base}${path}`, { headers }).then(
              () => 'an answer',
              () => 'nothing',
            ),
          )
          return { flushed, ids, read: await Promise.all(tries) }
        },
        [server.url, secret],
      )
      assert.deepEqual(result.flushed, { arrived: true, waiting: 0, lost: [], problem: null })
      assert.deepEqual(result.read, ['nothing', 'nothing', 'nothing'])
      for (const id of result.ids)
        assert.equal((await owner.call('GET /api/v1/sessions/{id}', { params: { id } })).project, 'kitchen')
      // The same page under its other name is another origin, which the key does not name.
      await page.goto(pageUrl.replace('localhost', '127.0.0.1'))
      const elsewhere = await page.evaluate(
        async ([base = '', key = '']) => {
          const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
          return fetch(`${base}/api/v1/sessions`, { method: 'POST', headers, body: '{}' }).then(
            ({ status }) => String(status),
            () => 'nothing',
          )
        },
        [server.url, secret],
      )
      assert.equal(elsewhere, 'nothing')
    } finally {
      await browser.close()
    }
  })
})

async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('../../src/client/browser.ts', import.meta.url))
  const lib = { entry, formats: ['es' as const], fileName: 'sdk' }
  const options = { configFile: false, logLevel: 'error', build: { lib, write: false } } as const
  const [{ output }] = (await build(options)) as [Rollup.RollupOutput]
  return output[0].code
}
