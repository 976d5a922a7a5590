/** The recorder in a page: a real Chromium, its IndexedDB, and the bundle that an application's own build would make. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { build, type Rollup } from 'vite'
import { needs } from '#test/needs.ts'
import type * as Sdk from '../../src/client/browser.ts'
import { startStudio, type Studio } from './test-studio.ts'

const chromium = needs('chromium')
const entry = fileURLToPath(new URL('../../src/client/browser.ts', import.meta.url))

async function bundle(): Promise<string> {
  const lib = { entry, formats: ['es' as const], fileName: 'sdk' }
  const options = { configFile: false, logLevel: 'error', build: { lib, write: false, minify: true } } as const
  const [{ output }] = (await build(options)) as [Rollup.RollupOutput]
  assert.equal(output.length, 1, 'one file, which imports nothing')
  return output[0].code
}

describe('the recorder in a page', { skip: chromium.skip }, () => {
  let studio: Studio
  let code: string
  before(async () => {
    ;[studio, code] = await Promise.all([startStudio(), bundle()])
  })
  after(() => studio.close())

  /** The application: a page of the engine's own origin that has the recorder. */
  async function app(page: Page): Promise<void> {
    await page.route('**/app/sdk.js', (route) => route.fulfill({ contentType: 'text/javascript', body: code }))
    await page.route('**/app/', (route) => route.fulfill({ contentType: 'text/html', body: '<title>App</title>' }))
    await page.goto(`${studio.url}/app/`)
  }

  test('what was recorded while the engine was away arrives after the page was opened again', async () => {
    const { page } = await studio.open('/')
    await app(page)
    await page.route('**/api/**', (route) => route.abort())
    const waiting = await page.evaluate(async () => {
      const address = '/app/sdk.js'
      const { createRecorder, indexedDbSpool } = (await import(address)) as typeof Sdk
      const host = { name: 'page' }
      const recorder = createRecorder({ base: location.origin, host, project: 'pages', spool: indexedDbSpool() })
      const picture = { role: 'input', data: new Blob(['pixels'], { type: 'image/png' }), width: 2, height: 3 }
      for (let i = 0; i < 30; i++) {
        const run = { context: { instruction: `edit ${i}` }, settings: { values: {} }, outcome: { status: 'failed' } }
        recorder.record({ domain: 'images', ...run } as Sdk.RecordedRun, [picture])
      }
      return recorder.flush({ timeoutMs: 500 })
    })
    assert.deepEqual([waiting.arrived, waiting.waiting, waiting.problem?.code], [false, 30, 'server.unreachable'])

    await page.unroute('**/api/**')
    await page.reload()
    const later = await page.evaluate(async () => {
      const address = '/app/sdk.js'
      const { createRecorder, indexedDbSpool } = (await import(address)) as typeof Sdk
      const recorder = createRecorder({ base: location.origin, host: { name: 'page' }, spool: indexedDbSpool() })
      const result = await recorder.flush()
      await recorder.close()
      return result
    })
    assert.deepEqual(later, { arrived: true, waiting: 0, lost: [], problem: null })
    const { items } = await studio.client.call('GET /api/v1/sessions', { query: { project: 'pages', limit: 50 } })
    assert.equal(items.length, 30)
    const { media } = await studio.client.call('GET /api/v1/sessions/{id}', { params: { id: items[0]!.id } })
    const { sha256, ...facts } = (media as unknown as { sha256: string }[])[0]!
    assert.deepEqual(facts, { role: 'input', mediaType: 'image/png', bytes: 6, width: 2, height: 3 })
    const bytes = await studio.client.open('GET /api/v1/blobs/{sha256}', { params: { sha256 } })
    assert.equal(await bytes.text(), 'pixels')
    await page.close()
  })
})
