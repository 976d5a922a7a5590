/** The session list and the pages of sessions, used as a person at the keyboard would. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { needs } from '#test/needs.ts'
import { madeSessions } from '../../bench/made-sessions.ts'
import { sampleSessions, startStudio, type Studio } from './test-studio.ts'

const chromium = needs('chromium')
const manySessions = 3000

describe('the session list', { skip: chromium.skip }, () => {
  let studio: Studio
  before(async () => {
    studio = await startStudio()
  })
  after(() => studio.close())

  const texts = (page: Page) => page.locator('.list-link').allTextContents()
  const newestOf = async (domain: 'camera' | 'images' | 'gui', status: 'succeeded' | 'failed') => {
    const query = { project: 'sample', domain, status, limit: 1 } as const
    const { items } = await studio.client.call('GET /api/v1/sessions', { query })
    return items[0]?.id ?? ''
  }

  test('is searched, walked, opened and left by keys alone', async () => {
    const { page, complaints } = await studio.open('/?project=sample')
    await page.waitForSelector('text=What came in')
    await page.keyboard.press('/')
    await page.waitForURL(/\/sessions/)
    await page.waitForSelector('#search:focus')
    await page.keyboard.type('autumn')
    await page.waitForURL(/text=autumn/)
    await page.getByText('2 sessions', { exact: true }).waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.list-link').length === 2)
    await page.keyboard.press('Enter')
    await page.keyboard.press('j')
    const wanted = (await texts(page))[1] ?? ''
    assert.equal(await page.locator('[aria-current="true"] .list-link').textContent(), wanted)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/sessions\/[0-9a-f-]{36}/)
    await page.getByRole('heading', { level: 1, name: wanted, exact: true }).waitFor()
    const [opened] = [page.url()]
    await page.keyboard.press('k')
    await page.waitForURL((url) => url.href !== opened)
    await page.keyboard.press('Escape')
    await page.waitForURL(/\/sessions\?.*text=autumn/)
    await page.waitForSelector('.list-link')
    assert.equal(await page.locator('[aria-current="true"] .list-link').textContent(), (await texts(page))[0])
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('keeps its filters in the address, and Back takes the last one off', async () => {
    const { page } = await studio.open('/sessions?project=sample&domain=gui')
    await page.getByText('2 sessions', { exact: true }).waitFor()
    await page.getByLabel('Outcome').selectOption('failed')
    await page.waitForURL(/status=failed/)
    await page.getByText('1 session', { exact: true }).waitFor()
    await page.goBack()
    await page.getByText('2 sessions', { exact: true }).waitFor()
    await page.getByRole('button', { name: /Export the open invoices/ }).click()
    await page.waitForURL(/facet=workflow/)
    await page.getByText('1 session', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText(`${sampleSessions} sessions`, { exact: true }).waitFor()
    await page.close()
  })

  test('saves a query under a name and opens it again', async () => {
    const { page } = await studio.open('/sessions?project=sample&domain=camera&status=failed')
    await page.waitForSelector('.list-link')
    const expected = await texts(page)
    await page.getByRole('button', { name: 'Save query' }).click()
    await page.getByRole('textbox', { name: /^Name/ }).fill('Lost cameras')
    await page.keyboard.press('Enter')
    await page.getByText('Saved as “Lost cameras”.').waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText(`${sampleSessions} sessions`, { exact: true }).waitFor()
    await page.getByRole('button', { name: /^Saved/ }).click()
    await page.getByRole('link', { name: /Lost cameras/ }).click()
    await page.waitForURL(/status=failed/)
    await page.waitForFunction((count) => document.querySelectorAll('.list-link').length === count, expected.length)
    assert.deepEqual(await texts(page), expected)
    await page.close()
  })

  test('holds a few dozen rows of thousands, loads on as it is scrolled, and returns to where it was left', async () => {
    const lines: string[] = []
    for (const { line } of madeSessions(11, Date.UTC(2026, 0, 1), 'many')) {
      lines.push(line)
      if (lines.length === manySessions) break
    }
    const body = new Blob([lines.join('\n')])
    const options = { contentType: 'application/x-ndjson' }
    const { created } = await studio.client.call('POST /api/v1/sessions/batch', { body }, options)
    assert.equal(created, manySessions)

    const { page, complaints } = await studio.open('/sessions?project=many')
    await page.waitForSelector('.list-link')
    await page.evaluate(async () => {
      const box = document.querySelector('.list-scroll')
      if (!box) throw new Error('there is no list')
      for (let i = 0; i < 400 && box.scrollTop < 2000 * 56; i++) {
        box.scrollTop += 1200
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })
    await page.waitForFunction(() => document.querySelectorAll('.list-link').length > 10)
    const rows = await page.locator('.placed').count()
    assert.ok(rows < 60, `${rows} rows are drawn`)
    const index = Number(await page.locator('.placed:has(.list-link)').first().getAttribute('aria-rowindex'))
    assert.ok(index > 1900, `row ${index} is reached`)
    const title = (await texts(page))[12] ?? ''
    await page.locator('.list-link').nth(12).click()
    await page.waitForURL(/\/sessions\/[0-9a-f-]{36}/)
    await page.goBack()
    await page.waitForSelector('.list-link')
    assert.ok((await texts(page)).includes(title), 'the row is in sight again')
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('a camera session draws its tracks, moves through time, and tells of a track', async () => {
    const { page } = await studio.open(`/sessions/${await newestOf('camera', 'succeeded')}?project=sample`)
    const canvas = page.locator('.track-frame canvas')
    await canvas.waitFor()
    const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL())
    const inked = await canvas.evaluate((element) => {
      const { width, height } = element as HTMLCanvasElement
      const pixels = (element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ?? []
      return pixels.filter((value, i) => i % 4 === 3 && value > 200).length
    })
    assert.ok(inked > 500, `${inked} pixels are drawn`)
    const before = await picture()
    await page.keyboard.press('ArrowRight')
    await page.waitForTimeout(100)
    assert.notEqual(await picture(), before)
    await page.locator('.track-name').first().click()
    assert.match((await page.locator('.track-facts').textContent()) ?? '', /frames \d+–\d+/)
    assert.equal(await page.locator('.regions td').count(), 9)
    await page.close()
  })

  test('an images session is swiped by keys, and a rating becomes an edit', async () => {
    const id = await newestOf('images', 'succeeded')
    const { page } = await studio.open(`/sessions/${id}?project=sample`)
    const line = page.getByRole('slider', { name: /before/ })
    await line.focus()
    await page.keyboard.press('ArrowLeft')
    assert.equal(await line.getAttribute('aria-valuenow'), '48')
    await page.keyboard.press('End')
    const clip = await page.getByRole('img', { name: 'Before' }).evaluate((image) => getComputedStyle(image).clipPath)
    assert.match(clip, /^inset\(0(px)? 0%/)
    const { items: earlier } = await studio.client.call('GET /api/v1/sessions/{id}/edits', { params: { id } })
    await page.getByRole('group', { name: 'Rating' }).getByRole('button', { name: 'Bad' }).click()
    await page.getByText('Rated bad').first().waitFor()
    const { items } = await studio.client.call('GET /api/v1/sessions/{id}/edits', { params: { id } })
    assert.equal(items.length, earlier.length + 1)
    assert.equal(items.at(-1)?.after, -1)
    await page.close()
  })

  test('a gui session is stepped by keys; a failure is marked, and a row lights up its box', async () => {
    const { page } = await studio.open(`/sessions/${await newestOf('gui', 'failed')}?project=sample`)
    await page.waitForSelector('.steps')
    assert.equal(await page.locator('.step.failed').count(), 1)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.getByText('Step 3 of 8').waitFor()
    await page.locator('.mark-row').first().hover()
    assert.equal(await page.locator('.mark.hovered').count(), 1)
    const inside = await page.locator('.mark.hovered').evaluate((mark) => {
      const [box, stage] = [mark.getBoundingClientRect(), mark.parentElement?.getBoundingClientRect()]
      return stage !== undefined && box.left >= stage.left && box.right <= stage.right && box.bottom <= stage.bottom
    })
    assert.ok(inside, 'the box lies on the screenshot')
    await page.close()
  })
})
