/** A film that is too large for one breath: sent in pieces, and after the page was loaded anew it goes on where it stood. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { needs } from '#test/needs.ts'
import { startStudio, type Studio } from './test-studio.ts'

const chromium = needs('chromium')
const ffmpeg = needs('ffmpeg')

describe('a large film', { skip: chromium.skip || ffmpeg.skip }, () => {
  let studio: Studio
  let dir: string
  let film: string

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-large-'))
    film = join(dir, 'large.mkv')
    // Noise without loss is large after a second or two.
    const source = 'testsrc2=s=1280x720:r=24:d=3,noise=alls=60:allf=t'
    const args = ['-v', 'error', '-f', 'lavfi', '-i', source, '-c:v', 'ffv1', film]
    await promisify(execFile)(ffmpeg.path, args)
    studio = await startStudio()
  })
  after(async () => {
    await studio?.close()
    await rm(dir, { recursive: true })
  })

  /** Requests of the upload, as they are answered. */
  const answersOf = (page: Page) => {
    const answers: { method: string; status: number; offset: number }[] = []
    page.on('response', (response) => {
      if (!response.url().includes('/api/v1/uploads')) return
      const offset = Number(response.headers()['upload-offset'] ?? -1)
      answers.push({ method: response.request().method(), status: response.status(), offset })
    })
    return answers
  }

  test('goes on after the page was loaded anew, and opens when it has come', async () => {
    const { page, complaints } = await studio.open('/track?project=default')
    const answers = answersOf(page)
    const choose = () => page.locator('input[type=file]').first().setInputFiles(film)
    await page.waitForSelector('main h1')
    await choose()
    await page.getByText('Sending large.mkv').waitFor()
    while (!answers.some(({ method, offset }) => method === 'PATCH' && offset > 0)) await page.waitForTimeout(20)
    await page.reload()
    await page.waitForSelector('main h1')
    answers.length = 0
    await choose()
    await page.waitForURL(/\/track\/clip-[0-9a-f]{32}/, { timeout: 60_000 })
    assert.deepEqual([answers[0]?.method, answers[0]?.status], ['HEAD', 200])
    assert.ok((answers[0]?.offset ?? 0) >= 8 * 2 ** 20, `it began again at ${answers[0]?.offset}`)
    assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('upload')).length), 0)
    const { items } = await studio.client.call('GET /api/v1/clips')
    assert.deepEqual(
      items.map(({ name }) => name),
      ['large.mkv'],
    )
    assert.deepEqual(complaints, [])
  })
})
