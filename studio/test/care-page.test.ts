/** Care, consent and the field guide in the page, before a real engine: what is pressed here happens there. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { needs } from '#test/needs.ts'
import { startStudio, type Studio } from './test-studio.ts'

const chromium = needs('chromium')
const longMs = 30_000

describe('care, consent and fields', { skip: chromium.skip }, () => {
  let studio: Studio
  before(async () => {
    studio = await startStudio()
  })
  after(() => studio.close())

  const card = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true })
  const dialog = (page: Page) => page.getByRole('dialog')
  const care = async () => await studio.client.call('GET /api/v1/care')
  const stateOf = async (task: string) => (await care()).tasks.find((each) => each.task === task)!

  test('a backup is made now, watched, listed, and said on the overview', async () => {
    const { page, complaints } = await studio.open('/care?project=sample')
    await card(page, 'Backups').getByText('There is no backup.').waitFor()
    await page.getByRole('button', { name: 'Run now: Back up' }).click()
    await card(page, 'Backups').locator('tbody tr').waitFor({ timeout: longMs })
    const [backup] = (await care()).backups
    assert.ok(backup)
    const row = (await card(page, 'Backups').locator('tbody tr').textContent()) ?? ''
    assert.ok(row.includes(backup.path), row)
    assert.ok(row.includes(String(backup.sessions)))
    assert.ok((await card(page, 'Backups').textContent())?.includes(`npx hindsight restore '${backup.path}'`))
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('a task is switched on, given another time, and off again; the overview tells when it comes next', async () => {
    const { page } = await studio.open('/care?project=sample')
    const verify = card(page, 'Verify')
    await verify.getByRole('switch').click()
    await verify.getByText('Next').waitFor()
    assert.equal((await stateOf('verify')).on, true)
    await page.getByRole('button', { name: 'Change: Verify' }).click()
    await dialog(page).getByLabel('When').fill('once in a blue moon')
    await dialog(page).getByRole('button', { name: 'Save' }).click()
    await dialog(page).getByRole('alert').waitFor()
    await dialog(page).getByLabel('When').fill('monthly on day 2 at 04:10')
    await dialog(page).getByLabel('Clock of').fill('Europe/Berlin')
    await dialog(page).getByRole('button', { name: 'Save' }).click()
    await verify.getByText('monthly on day 2 at 04:10 (Europe/Berlin)').waitFor()
    const { when, zone } = await stateOf('verify')
    assert.deepEqual([when, zone], ['monthly on day 2 at 04:10', 'Europe/Berlin'])
    await page.getByRole('link', { name: 'Overview' }).click()
    await card(page, 'Care of the data').getByText(/next/).waitFor()
    await page.getByRole('link', { name: 'All of it' }).click()
    await verify.getByRole('switch').click()
    await page.waitForFunction(() => !document.body.innerText.includes('monthly on day 2'))
    assert.equal((await stateOf('verify')).on, false)
    await page.close()
  })

  test('rules of retention are shown what they would take before they can be switched on', async () => {
    const { page } = await studio.open('/care?project=sample')
    await card(page, 'Retention').getByRole('switch').click()
    assert.equal((await stateOf('retention')).on, false, 'a switch alone does nothing')
    const days = dialog(page).getByLabel(/^Sessions older than/)
    await days.fill('1')
    await dialog(page).getByLabel('of those that fit').fill('project=sample&domain=images')
    await dialog(page).getByLabel('are').selectOption('forget')
    assert.equal(
      await dialog(page)
        .getByRole('button', { name: /Switch these rules on/ })
        .count(),
      0,
    )
    await dialog(page).getByRole('button', { name: 'Show what they would take today' }).click()
    await dialog(page)
      .getByText(/14 sessions of project=sample&domain=images for ever/)
      .waitFor()
    // Other rules were not looked at.
    await days.fill('30000')
    assert.equal(
      await dialog(page)
        .getByRole('button', { name: /Switch these rules on/ })
        .count(),
      0,
    )
    await dialog(page).getByRole('button', { name: 'Show what they would take today' }).click()
    await dialog(page)
      .getByText(/^0 sessions/)
      .waitFor()
    await dialog(page).getByRole('button', { name: 'Switch these rules on' }).click()
    await dialog(page).waitFor({ state: 'hidden' })
    assert.equal((await stateOf('retention')).on, true)
    assert.equal((await stateOf('retention')).plan?.rules?.[0]?.olderThanDays, 30_000)
    await page.close()
  })

  test('old sessions go into an archive and come back, one by one or all', async () => {
    const { page } = await studio.open('/care?project=sample')
    const archives = card(page, 'Archives')
    await archives.getByRole('button', { name: 'Move into an archive…' }).click()
    await dialog(page)
      .getByLabel(/^Recorded more than/)
      .fill('36000')
    await dialog(page).getByRole('button', { name: 'Show what would be moved' }).click()
    await dialog(page).getByText('No session is that old.').waitFor()
    await dialog(page)
      .getByLabel(/^Recorded more than/)
      .fill('100')
    await dialog(page).getByRole('button', { name: 'Show what would be moved' }).click()
    const move = dialog(page).getByRole('button', { name: /^Move \d+ sessions/ })
    await move.waitFor()
    const moved = Number(/\d+/.exec((await move.textContent()) ?? '')?.[0])
    assert.ok(moved > 2)
    const count = async () =>
      (await studio.client.call('GET /api/v1/sessions/count', { query: { project: 'sample', cap: 1000 } })).count
    const all = await count()
    await move.click()
    const open = page.getByRole('button', { name: /^Open the archive/ })
    await page.waitForSelector('[aria-label^="Open the archive"]:enabled', { timeout: longMs })
    assert.equal(await count(), all - moved)
    await open.click()
    await dialog(page).getByText('Every byte of it is as it was written.').waitFor()
    await dialog(page).getByRole('checkbox').first().check()
    await dialog(page).getByRole('button', { name: 'Bring 1 session back' }).click()
    await archives.getByText('1 back').waitFor({ timeout: longMs })
    assert.equal(await count(), all - moved + 1)
    await open.click()
    await dialog(page).getByRole('button', { name: 'Bring all back' }).click()
    await archives.getByText(`${moved} back`).waitFor({ timeout: longMs })
    assert.equal(await count(), all)
    await page.close()
  })

  test('a project is given a limit, and the limit is lifted', async () => {
    const { page } = await studio.open('/care?project=sample')
    const quotas = card(page, 'What projects hold')
    const set = async (sessions: string) => {
      await page.getByRole('button', { name: 'Change what sample may hold' }).click()
      await dialog(page).getByLabel('Sessions at most').fill(sessions)
      await dialog(page).getByRole('button', { name: 'Set it' }).click()
      await dialog(page).waitFor({ state: 'hidden' })
    }
    await set('28')
    await quotas.getByText('28 of 28').waitFor()
    await set('')
    await quotas.getByText('28 of 28').waitFor({ state: 'detached' })
    const { items } = await studio.client.call('GET /api/v1/quotas')
    assert.equal(items.find(({ project }) => project === 'sample')?.sessions, null)
    await page.close()
  })

  test('an address is told, its answer shown, and told no more', async (t) => {
    const heard: string[] = []
    const receiver = await listening((body) => heard.push(body))
    t.after(() => receiver.close())
    const { page } = await studio.open('/care?project=sample')
    const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
    await page.getByRole('button', { name: 'Tell an address…' }).click()
    await dialog(page).getByLabel('Address', { exact: true }).fill(address)
    await dialog(page).getByRole('button', { name: 'Add it' }).click()
    await dialog(page).getByRole('alert').waitFor()
    await dialog(page)
      .getByRole('checkbox', { name: /one of this machine/ })
      .check()
    await dialog(page).getByRole('button', { name: 'Add it' }).click()
    assert.match((await dialog(page).getByLabel('Secret', { exact: true }).textContent()) ?? '', /.{20}/)
    await dialog(page).getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('button', { name: `Open the webhook to ${address}` }).click()
    await dialog(page).getByRole('button', { name: 'Send a test' }).click()
    await dialog(page).getByText('answered 200').waitFor()
    assert.equal(heard.length, 1)
    await dialog(page).getByRole('button', { name: 'Remove…' }).click()
    await dialog(page).getByRole('button', { name: 'Remove it' }).click()
    await card(page, 'Webhooks').getByText('Nobody is told of anything').waitFor()
    await page.close()
  })

  test('consent is written down and withdrawn, in the words that were said', async () => {
    const { page, complaints } = await studio.open('/consent?project=sample')
    await page.getByText('Nobody has said anything yet.').waitFor()
    await page.getByRole('button', { name: 'Write a line' }).click()
    await dialog(page).getByLabel('Contributor').fill('ada')
    await dialog(page).getByLabel('The words that were agreed to').fill('You may learn from what I made.')
    await dialog(page).getByRole('button', { name: 'Write it down' }).click()
    const ada = card(page, 'ada')
    await ada.getByText('You may learn from what I made.').waitFor()
    await page.getByRole('button', { name: 'Withdraw the consent of ada' }).click()
    await dialog(page).getByLabel(/^Why/).fill('I have changed my mind.')
    await dialog(page).getByRole('button', { name: 'Withdraw it' }).click()
    await ada.getByText('I have changed my mind.').waitFor()
    assert.equal(await ada.locator('.ledger li').count(), 2)
    const { items } = await studio.client.call('GET /api/v1/consent', { query: { project: 'sample' } })
    assert.deepEqual(
      items.map(({ decision, contributor, text }) => [decision, contributor, text]),
      [
        ['granted', 'ada', 'You may learn from what I made.'],
        ['withdrawn', 'ada', 'I have changed my mind.'],
      ],
    )
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('somebody is forgotten after what goes was shown and the name was typed; the receipt says the same', async () => {
    for (const [i, contributor] of ['ada', 'ada', 'bob'].entries()) {
      const body = {
        id: `01a1f914-13d2-7b84-b44e-b464f2be660${i}`,
        project: 'sample',
        domain: 'gui',
        recordedAt: '2026-11-01T00:00:00Z',
        host: { name: 'h', version: null },
        contributor,
        context: { kind: 'run' },
        settings: { values: {}, reason: null, propensity: null, policy: null },
        outcome: { status: 'succeeded', error: null, durationMs: 1 },
      }
      await studio.client.call('POST /api/v1/sessions', { body })
    }
    const { page } = await studio.open('/consent?project=sample')
    await page.getByRole('button', { name: 'Forget ada' }).click()
    await dialog(page).getByText('This cannot be undone.').waitFor()
    assert.match((await dialog(page).locator('.facts').first().textContent()) ?? '', /Sessions2Edits0/)
    const forget = dialog(page).getByRole('button', { name: 'Forget for ever' })
    assert.ok(await forget.isDisabled())
    await dialog(page)
      .getByLabel(/^To go on/)
      .fill('bob')
    assert.ok(await forget.isDisabled())
    await dialog(page)
      .getByLabel(/^To go on/)
      .fill('ada')
    await forget.click()
    await dialog(page).getByRole('heading', { name: 'Forgotten' }).waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog(page).getByRole('button', { name: 'Download the receipt' }).click(),
    ])
    const receipt = JSON.parse(await readFile(await download.path(), 'utf8')) as { id: string; sessions: number }
    assert.equal(receipt.sessions, 2)
    assert.equal(download.suggestedFilename(), `receipt-${receipt.id}.json`)
    const left = async (contributor: string) =>
      (await studio.client.call('GET /api/v1/sessions/count', { query: { contributor, cap: 10 } })).count
    assert.deepEqual([await left('ada'), await left('bob')], [0, 1])
    await page.close()
  })

  test("a field's name on a session leads to what the guide says of it", async () => {
    const query = { project: 'sample', domain: 'camera', status: 'succeeded', limit: 1 } as const
    const { items } = await studio.client.call('GET /api/v1/sessions', { query })
    const { page, complaints } = await studio.open(`/sessions/${items[0]?.id}?project=sample`)
    await page.getByRole('link', { name: 'Error (mean over tracks)' }).click()
    await page.waitForURL(/\/fields\?.*field=outcome\.solveErrorPx/)
    const entry = card(page, 'outcome.solveErrorPx')
    await entry.waitFor()
    const { items: guide } = await studio.client.call('GET /api/v1/fields/{domain}', { params: { domain: 'camera' } })
    const row = guide.find(({ path }) => path === 'outcome.solveErrorPx')
    assert.ok(row)
    assert.ok((await entry.textContent())?.includes(row.about))
    assert.match((await entry.textContent()) ?? '', /Unitpx/)
    await page.getByLabel('Search the fields').fill('solve error px')
    await page.waitForFunction(() => document.querySelectorAll('.fields tbody tr').length < 12)
    assert.ok((await page.locator('.fields tbody').textContent())?.includes('outcome.solveErrorPx'))
    assert.deepEqual(complaints, [])
    await page.goBack()
    await page.waitForURL(/\/sessions\//)
    await page.close()
  })

  test('every field that a session page names is in the guide', async () => {
    for (const domain of ['camera', 'images', 'gui'] as const) {
      const { items: guide } = await studio.client.call('GET /api/v1/fields/{domain}', { params: { domain } })
      const known = new Set(guide.map(({ path }) => path))
      const query = { project: 'sample', domain, limit: 4 } as const
      const { items } = await studio.client.call('GET /api/v1/sessions', { query })
      const { page } = await studio.open('/?project=sample')
      for (const { id } of items) {
        await page.goto(`${studio.url}/sessions/${id}?project=sample`)
        await page.waitForSelector('.field-link')
        const paths = await page
          .locator('.field-link')
          .evaluateAll((links) =>
            links.map((link) => new URL((link as HTMLAnchorElement).href).searchParams.get('field') ?? ''),
          )
        assert.ok(paths.length > 10)
        assert.deepEqual(
          paths.filter((path) => !known.has(path)),
          [],
          domain,
        )
      }
      await page.close()
    }
  })
})

/** Something that is told. */
async function listening(onBody: (body: string) => void): Promise<Server> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      onBody(body)
      response.end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
