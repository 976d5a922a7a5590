/** The Learning page before a real engine, with sessions that were sent to it: what it shows, and what it changes. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { madeLearner, madeSessions, sealedFor } from '#test/made-learning.ts'
import { needs } from '#test/needs.ts'
import { startStudio, type Studio } from './test-studio.ts'

const chromium = needs('chromium')

describe('the Learning page', { skip: chromium.skip }, () => {
  let studio: Studio
  before(async () => {
    studio = await startStudio()
  })
  after(() => studio.close())

  const learnerNow = async () => {
    const { learners } = await studio.client.call('GET /api/v1/learn', { query: { learner: madeLearner } })
    return learners[0]!
  }
  const card = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true })

  test('explains itself while nothing was learned, and says what to record', async () => {
    await studio.client.call('POST /api/v1/learn/reset', { body: { confirm: 'reset' } })
    const { page, complaints, strangers } = await studio.open('/learning?project=sample')
    await page.waitForSelector('text=Nothing was learned yet')
    assert.match((await card(page, 'At a glance').textContent()) ?? '', /Learning is on.*waits for sessions/)
    assert.equal(await card(page, 'What was recorded, and what to record next').locator('ol li').count(), 5)
    assert.equal(await card(page, 'Models').locator('.models li').count(), 4)
    assert.deepEqual([complaints, strangers], [[], []])
    await page.close()
  })

  test('shows what sixty sessions taught, in both colours', async () => {
    const text = sealedFor({ secret: await studio.secret() }, madeSessions(60, 7))
      .map((session) => JSON.stringify(session))
      .join('\n')
    const sent = await fetch(`${studio.url}/api/v1/sessions/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: text,
    })
    assert.equal(((await sent.json()) as { created: number }).created, 60)
    await studio.client.call('POST /api/v1/learn/rebuild', { body: { learner: madeLearner } })
    const { findings, tally, worth, safety } = await learnerNow()
    assert.equal((tally.taught['own'] ?? 0) + (tally.taught['person'] ?? 0), 60)
    for (const colours of ['light', 'dark'] as const) {
      const { page, complaints, layoutShift } = await studio.open('/learning?project=made', { colours })
      await page.waitForSelector('.models li')
      const rows = card(page, 'What was found').locator('tbody tr')
      assert.equal(await rows.count(), findings.length)
      const used = findings.filter(({ verdict }) => verdict?.passed === true).length
      assert.ok(used > 0)
      assert.equal(await rows.getByText('yes, by a coin').count(), used)
      assert.ok((await card(page, 'Is it worth it?').textContent())?.includes(worth.sentence))
      assert.ok((await card(page, 'What may it cost?').textContent())?.includes(safety.credit.sentence))
      assert.equal(
        await page.getByRole('meter', { name: 'Credit' }).getAttribute('aria-valuetext'),
        creditWords(safety),
      )
      for (const chart of ['Over time', 'Gain', 'Against the default']) {
        await page.getByRole('button', { name: chart, exact: true }).click()
        const canvas = card(page, 'Is it worth it?').locator('canvas')
        await canvas.waitFor()
        assert.ok(await isDrawn(page), chart)
      }
      const hd = page.getByTitle(/^HD at 24:/)
      assert.match((await hd.textContent()) ?? '', /^15/)
      assert.deepEqual(complaints, [])
      assert.ok((await layoutShift()) < 0.02, String(await layoutShift()))
      await page.close()
    }
  })

  test('starts an experiment, refuses a second one with the reason, and stops it', async () => {
    const { page } = await studio.open('/learning?project=made')
    const start = async (name: string) => {
      await page.getByRole('button', { name: 'New experiment…' }).click()
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('First').selectOption('motion-class')
      await page.getByRole('button', { name: 'Start', exact: true }).click()
    }
    await start('the-table')
    await page.waitForSelector('.experiments li')
    assert.match((await page.locator('.experiments').textContent()) ?? '', /the-table.*running.*No session yet/)
    await start('another')
    await page.waitForSelector('dialog .problem')
    assert.match((await page.locator('dialog .problem').textContent()) ?? '', /experiment\.running/)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('.experiments').getByText('ended', { exact: true }).waitFor()
    const [experiment] = (await learnerNow()).experiments
    assert.equal(experiment?.name, 'the-table')
    assert.notEqual(experiment.stoppedAt, null)
    await page.close()
  })

  test('switches learning off and on, and forgets what was learned when that is confirmed', async () => {
    const { page } = await studio.open('/learning?project=made')
    await page.waitForSelector('.models li')
    await page.getByLabel(/^Learn from sessions/).click()
    await page.waitForSelector('text=Learning is off')
    const { learnFromSessions, recordSessions } = await studio.client.call('GET /api/v1/preferences', {})
    assert.deepEqual([learnFromSessions, recordSessions], [false, true])
    await page.getByLabel(/^Learn from sessions/).click()
    await page.waitForSelector('text=Learning is on')
    await page.getByRole('button', { name: 'Forget what was learned…' }).click()
    await page.getByRole('button', { name: 'Forget it' }).click()
    await page.waitForSelector('dialog', { state: 'detached' })
    assert.deepEqual((await learnerNow()).findings, [])
    await page.getByRole('button', { name: 'Learn again from all sessions' }).click()
    await page.waitForSelector('text=/\\d+ taught/')
    assert.equal((await learnerNow()).findings.length, 4)
    await page.close()
  })
})

const creditWords = ({ credit }: { readonly credit: { readonly spent: number; readonly limit: number } }) =>
  `${Math.round(credit.spent * 10) / 10} of ${Math.round(credit.limit * 10) / 10}`

/** Something of another colour than the rest was painted. */
const isDrawn = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.learning-chart canvas')
    const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data
    return pixels !== undefined && new Set(new Uint32Array(pixels.buffer)).size > 10
  })
