/** An engine that is open to the network lets the page in by a token, and by nothing else. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { chromium } from 'playwright-core'
import { needs } from '#test/needs.ts'
import { startServerProcess } from '../../bench/server-process.ts'

const { skip, path } = needs('chromium')

test('the page asks for the token, refuses a wrong one in words, and hides the right one', { skip }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hindsight-token-'))
  process.env['HINDSIGHT_TOKEN'] = 'right-token-of-the-test'
  const server = await startServerProcess(join(dir, 'data'), ['--no-sample', '--host', '0.0.0.0'])
  delete process.env['HINDSIGHT_TOKEN']
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    const url = server.url.replace('0.0.0.0', '127.0.0.1')
    assert.equal((await fetch(`${url}/api/v1/projects`)).status, 401)
    await page.goto(`${url}/sessions`)
    const field = page.getByLabel('Token')
    await field.fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('This token is not known here.').waitFor()
    await field.fill('right-token-of-the-test')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    assert.doesNotMatch(page.url(), /token/)
    assert.doesNotMatch(await page.evaluate(() => document.cookie), /right-token/)
  } finally {
    await browser.close()
    await server.stop()
    await rm(dir, { recursive: true })
  }
})
