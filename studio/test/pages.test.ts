/** Every page, in both colour schemes: nothing complains, nothing leaves the machine, nothing jumps, all has a name. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { needs } from '#test/needs.ts'
import { startStudio, type Studio } from './test-studio.ts'

const chromium = needs('chromium')
/** A hundredth of what is commonly called good. */
const shiftLimit = 0.002

describe('every page', { skip: chromium.skip }, () => {
  let studio: Studio
  let sessions: Readonly<Record<'camera' | 'images' | 'gui', string>>

  before(async () => {
    studio = await startStudio()
    const newest = async (domain: 'camera' | 'images' | 'gui') => {
      const query = { project: 'sample', domain, status: 'succeeded', limit: 1 } as const
      const page = await studio.client.call('GET /api/v1/sessions', { query })
      return page.items[0]?.id ?? ''
    }
    sessions = { camera: await newest('camera'), images: await newest('images'), gui: await newest('gui') }
  })
  after(() => studio.close())

  const paths = (): readonly (readonly [path: string, sign: string])[] => [
    ['/', 'text=What came in'],
    ['/track', 'text=The clips that you track will be here.'],
    ['/sessions', '.list-link'],
    [`/sessions/${sessions.camera}`, '.track-frame canvas'],
    [`/sessions/${sessions.images}`, '.swipe-line'],
    [`/sessions/${sessions.gui}`, '.steps'],
    ['/datasets', 'text=No dataset yet.'],
    ['/learning', '.models li'],
    ['/transfer', 'text=sample camera'],
    ['/jobs', 'text=No job has run yet.'],
    ['/fields', '.fields tbody tr'],
    ['/consent', 'text=Nobody has said anything yet.'],
    ['/care', 'text=There is no backup.'],
    ['/people', 'text=Nobody has an account yet.'],
    ['/people?tab=keys', 'text=No token and no key yet.'],
    ['/people?tab=audit', 'text=Newest first'],
    ['/account', 'text=Who I am'],
    ['/nowhere', 'text=There is nothing at this address.'],
  ]

  for (const colours of ['light', 'dark'] as const) {
    test(`opens in ${colours} without a complaint, a stranger, a jump or anything nameless`, async () => {
      for (const [path, sign] of paths()) {
        const watched = await studio.open(`${path}${path.includes('?') ? '&' : '?'}project=sample`, { colours })
        await watched.page.waitForSelector(sign)
        await watched.page.waitForLoadState('networkidle')
        assert.deepEqual(watched.complaints, [], path)
        assert.deepEqual(watched.strangers, [], path)
        const shift = await watched.layoutShift()
        assert.ok(shift < shiftLimit, `${path} moved by ${shift}`)
        assert.equal(await watched.page.locator('html').getAttribute('data-theme'), colours)
        assert.deepEqual(await nameless(watched.page), [], path)
        await watched.page.close()
      }
    })
  }

  test('is served with a policy that allows no inline script and no stranger', async () => {
    const response = await fetch(studio.url, { headers: { accept: 'text/html' } })
    const policy = response.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/)
    assert.match(policy, /require-trusted-types-for 'script'/)
    assert.doesNotMatch(policy, /unsafe|https?:|data:|blob:|\*/)
  })

  test('keeps the colours that were chosen', async () => {
    const { page } = await studio.open('/?project=sample')
    const change = page.getByRole('button', { name: /^Colours/ })
    await change.click()
    await change.click()
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
    await page.reload()
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
    await page.close()
  })

  test('greets an empty store with ways to fill it, of which the second works as it stands', async () => {
    const { page } = await studio.open('/?project=fresh')
    await page.waitForSelector('text=Nothing recorded here yet')
    const call = (await page.locator('pre').first().textContent()) ?? ''
    const body = /-d '(.*)'/s.exec(call)?.[1] ?? ''
    const recorded = await studio.client.call('POST /api/v1/sessions', {
      body: JSON.parse(body) as Record<string, unknown>,
    })
    assert.equal(recorded.result, 'created')
    await page.close()
  })

  test('chooses a project that has something when the address names none', async () => {
    const { page } = await studio.open('/')
    await page.waitForSelector('main h1')
    const { items } = await studio.client.call('GET /api/v1/projects')
    if (!items.includes('default')) await page.waitForURL(/project=sample/)
    assert.equal(await page.locator('nav select').inputValue(), items.includes('default') ? 'default' : 'sample')
    await page.close()
  })
})

/** Controls that a screen reader could only call "button", and pictures without a text. */
function nameless(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const all = 'button, a[href], input:not([hidden]), select, textarea, [tabindex="0"]'
    const isNamed = (element: HTMLElement) =>
      (element.textContent ?? '').trim() !== '' ||
      element.getAttribute('aria-label') !== null ||
      (element instanceof HTMLInputElement && (element.labels?.length ?? 0) > 0)
    const controls = [...document.querySelectorAll<HTMLElement>(all)].filter((control) => !isNamed(control))
    const pictures = [...document.images].filter((image) => !image.hasAttribute('alt'))
    return [...controls, ...pictures].map((element) => element.outerHTML)
  })
}
