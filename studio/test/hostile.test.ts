/**
 * Hostile names and words on every page, in every dialog and tab that a click opens: none of them becomes markup, runs, leaves
 * the machine or breaks the layout. And no file that somebody recorded runs in our origin.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { hostileTexts, plantedHost, plantedMark } from '#test/hostile-texts.ts'
import { needs } from '#test/needs.ts'
import { hostileProject, plantHostile, type Planted } from '#test/hostile-store.ts'
import { startStudio, type Studio, type Watched } from './test-studio.ts'

const chromium = needs('chromium')
const ffmpeg = needs('ffmpeg')
const clip = fileURLToPath(new URL('../../sample/clips/walk.mp4', import.meta.url))
/** Of controls that look the same, so many are pressed in pages so wide: what a click opens is the same in a narrow one. */
const pressedAt = { 1280: 2, 390: 1 } as const
/** What changes or ends something, or leads away from what is looked at. */
const leftAlone =
  /delete|forget|remove|undo|revoke|disable|sign out|back|next session|previous session|close|cancel|reset|colours|stop|track & solve|dismiss|save|create|^add|commit$|run now|withdraw it|set it|for ever|make it|switch/i

describe('a store full of hostile texts', { skip: chromium.skip }, () => {
  let studio: Studio
  let planted: Planted
  before(async () => {
    studio = await startStudio()
    planted = await plantHostile(studio.client)
  })
  after(() => studio.close())

  const project = encodeURIComponent(hostileProject)
  const paths = (): readonly string[] => [
    '/',
    '/sessions',
    `/sessions?contributor=${encodeURIComponent(hostileTexts[1] ?? '')}&text=${encodeURIComponent(hostileTexts[0] ?? '')}`,
    ...Object.values(planted.sessions).map((id) => `/sessions/${id}`),
    '/datasets',
    `/datasets/${encodeURIComponent(planted.dataset)}`,
    `/datasets/${encodeURIComponent(hostileTexts[4] ?? '')}`,
    '/learning',
    '/transfer',
    '/jobs',
    '/track',
    '/people',
    '/people?tab=keys',
    '/people?tab=audit',
    '/care',
    '/consent',
    `/fields?field=${encodeURIComponent(hostileTexts[0] ?? '')}`,
    '/account',
    `/sessions/${encodeURIComponent(hostileTexts[0] ?? '')}`,
    `/${encodeURIComponent(hostileTexts[2] ?? '')}`,
  ]

  test('was filled: hundreds of texts of sessions were taken as they are', () => {
    assert.ok(planted.texts > 150, `${planted.texts} texts`)
  })

  for (const widthPx of [1280, 390] as const) {
    test(`shows them as text and nothing else, ${widthPx} pixels wide`, async () => {
      const watched = await studio.open(`/?project=${project}`)
      const dialogs = await watch(watched)
      await watched.page.setViewportSize({ width: widthPx, height: 800 })
      const faults: string[] = []
      for (const path of paths()) {
        const address = `${path}${path.includes('?') ? '&' : '?'}project=${project}`
        await watched.page.goto(studio.url + address)
        faults.push(...(await walk(watched.page, pressedAt[widthPx])))
      }
      assert.deepEqual(faults, [])
      assert.deepEqual([dialogs, watched.strangers, watched.complaints.filter(isGrave)], [[], [], []])
      await watched.page.close()
    })
  }

  test('a clip may be called anything', { skip: ffmpeg.skip }, async () => {
    const body = new Blob([await readFile(clip)])
    const watched = await studio.open(`/track?project=${project}`)
    const dialogs = await watch(watched)
    const name = `${hostileTexts[0]}.mp4`
    const sent = await studio.client.call('POST /api/v1/clips/upload', { query: { name }, body })
    for (const path of ['/track', `/track/${sent.fingerprint}`]) {
      await watched.page.goto(`${studio.url}${path}?project=${project}`)
      await settle(watched.page)
      assert.ok((await watched.page.locator('main').textContent())?.includes('onerror'), 'the name is shown')
      assert.deepEqual(await walk(watched.page, 2), [])
    }
    assert.deepEqual([dialogs, watched.strangers, watched.complaints.filter(isGrave)], [[], [], []])
    await watched.page.close()
  })

  test('a recorded SVG or HTML file never runs in our origin, however it is opened', async () => {
    const run = `fetch('/api/v1/stats').then(() => { document.title = 'ran' }); document.title = 'ran'; alert('ran')`
    const files = [
      `<svg xmlns="http://www.w3.org/2000/svg"><script>${run}</script></svg>`,
      `<!doctype html><html><body><script>${run}</script></body></html>`,
      // A picture to whoever looks at its first bytes only.
      `GIF89a/*<html><script>*/=1;${run}</script></html>`,
    ]
    const watched = await studio.open('/?project=sample')
    const dialogs = await watch(watched)
    for (const text of files) {
      const bytes = Buffer.from(text)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      await studio.client.call('PUT /api/v1/blobs/{sha256}', { params: { sha256 }, body: bytes })
      const url = studio.client.url('GET /api/v1/blobs/{sha256}', { params: { sha256 } })
      // As an address: it becomes a download, and the page stays what it was.
      const [download] = await Promise.all([
        watched.page.waitForEvent('download'),
        watched.page.evaluate((to) => void (location.href = to), url),
      ])
      await download.cancel()
      // As a script of the page, which its own policy would allow: the type of the answer forbids it.
      const loaded = await watched.page.evaluate(
        (src) =>
          new Promise<string>((resolve) => {
            const script = document.createElement('script')
            script.onload = () => resolve('loaded')
            script.onerror = () => resolve('refused')
            try {
              script.src = src
              document.head.append(script)
            } catch {
              resolve('refused')
            }
          }),
        url,
      )
      assert.equal(loaded, 'refused')
      assert.notEqual(await watched.page.title(), 'ran')
    }
    assert.deepEqual(dialogs, [])
    await watched.page.close()
  })

  test('the policy stops what got as far as markup', async () => {
    const { page } = await studio.open('/?project=sample')
    const outcome = await page.evaluate(async () => {
      const violated: string[] = []
      document.addEventListener('securitypolicyviolation', (event) => violated.push(event.effectiveDirective))
      let markup = 'taken'
      try {
        document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="document.title = 1">')
      } catch {
        markup = 'refused'
      }
      const parsed = document.createElement('p')
      parsed.setAttribute('style', 'color: red')
      document.body.append(parsed)
      const far = await fetch('https://planted.invalid/').then(
        () => 'reached',
        () => 'refused',
      )
      await new Promise((resolve) => setTimeout(resolve, 100))
      return { markup, far, violated }
    })
    assert.deepEqual([outcome.markup, outcome.far], ['refused', 'refused'])
    for (const wanted of ['require-trusted-types-for', 'style-src-attr', 'connect-src']) {
      assert.ok(outcome.violated.includes(wanted), `${wanted} is among ${outcome.violated.join(', ')}`)
    }
    await page.close()
  })
})

/** Keeps account of what must never happen. @returns the texts of dialogs that a script opened */
async function watch({ page }: Watched): Promise<readonly string[]> {
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await page.addInitScript(() => {
    const violations: string[] = []
    Object.assign(window, { violations })
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
      violations.push(`${effectiveDirective} ${blockedURI} ${sample}`),
    )
  })
  return dialogs
}

const settle = async (page: Page) => {
  await page.waitForSelector('main h1')
  await page.waitForLoadState('networkidle')
}

/** Uncaught errors, and what the page's policy had to stop. */
const isGrave = (complaint: string) =>
  /Error:|Content Security Policy|Trusted|Refused/i.test(complaint) && !/Failed to load resource/.test(complaint)

/** What is wrong with what is shown now, in words. */
function faultsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(
    ({ mark, host }) => {
      const faults = [...(window as unknown as { violations: string[] }).violations].map((each) => `violation: ${each}`)
      for (const element of document.querySelectorAll(`[${mark}]`)) faults.push(`markup: ${element.outerHTML}`)
      for (const element of document.querySelectorAll<HTMLElement>('[href], [src], [action]')) {
        const names = ['href', 'src', 'action'].filter((name) => element.hasAttribute(name))
        for (const name of names) {
          const { protocol, origin } = new URL(element.getAttribute(name) ?? '', location.href)
          const isOwn = origin === location.origin || (protocol === 'blob:' && origin === location.origin)
          if (!isOwn) faults.push(`address: ${element.outerHTML.slice(0, 200)}`)
        }
      }
      if (document.body.innerText.includes('Something went wrong in the page')) faults.push('the page gave up')
      if (document.querySelector(`[style*="${host}"]`)) faults.push('style')
      const boxes = ['html', '.side', 'main', '.page-head', '.page-body', 'dialog[open]', 'dialog[open] .dialog-body']
      for (const selector of boxes) {
        for (const box of document.querySelectorAll<HTMLElement>(selector)) {
          if (box.scrollWidth <= box.clientWidth + 1) continue
          const edge = box.getBoundingClientRect().left + box.clientWidth + 1
          const wide = [...box.querySelectorAll<HTMLElement>('*')].filter((inner) => {
            const { right, width } = inner.getBoundingClientRect()
            if (width === 0 || right <= edge) return false
            // What scrolls by itself within the box does not widen it.
            for (let each = inner.parentElement; each !== null && each !== box; each = each.parentElement) {
              if (getComputedStyle(each).overflowX !== 'visible') return false
            }
            return true
          })
          const named = wide.slice(0, 6).map(({ tagName, className }) => `${tagName}.${String(className)}`)
          faults.push(`overflow of ${selector} by ${box.scrollWidth - box.clientWidth}: ${named.join(' > ')}`)
        }
      }
      return faults
    },
    { mark: plantedMark, host: plantedHost },
  )
}

/**
 * Looks at a page, and at whatever opens when what can be pressed without harm is pressed.
 *
 * @param most of controls that look the same, so many are pressed
 * @returns what is wrong, once each
 */
async function walk(page: Page, most: number): Promise<readonly string[]> {
  const faults = new Map<string, string>()
  const look = async (after: string) => {
    for (const fault of await faultsOf(page)) if (!faults.has(fault)) faults.set(fault, after)
  }
  await settle(page)
  await look('at first')
  const { href, pathname } = new URL(page.url())
  const pressed = new Map<string, number>()
  for (;;) {
    const next = await pressNext(page, pressed, most)
    if (next === null) {
      // Nothing is left to press in this dialog; or, without one, on this page.
      if ((await page.locator('dialog[open]').count()) === 0) break
      await page.keyboard.press('Escape')
      continue
    }
    await page.waitForTimeout(30)
    await look(`after ${next}`)
    if (new URL(page.url()).pathname === pathname) continue
    await page.goto(href)
    await settle(page)
  }
  return [...faults].map(([fault, after]) => `${decodeURIComponent(pathname).slice(0, 60)} ${after}: ${fault}`)
}

/** Presses what looks unlike anything that was pressed before. @returns how it looks; null when there is none left */
async function pressNext(page: Page, pressed: Map<string, number>, perLook: number): Promise<string | null> {
  const { look, counts } = await page.evaluate(
    ({ seen, avoid, most }) => {
      const done = new Map(seen)
      const within = document.querySelector('dialog[open]') ?? document
      const ordinals = new Map<string, number>()
      for (const control of within.querySelectorAll<HTMLElement>(
        'main button:not(:disabled), main summary, dialog button:not(:disabled), dialog summary, .side button',
      )) {
        const name = control.getAttribute('aria-label') ?? control.textContent ?? ''
        const looks = `${control.tagName}.${control.className}|${/^[\w ]{1,30}$/.test(name) ? name : ''}`
        const ordinal = (ordinals.get(looks) ?? 0) + 1
        ordinals.set(looks, ordinal)
        if (ordinal > most || ordinal <= (done.get(looks) ?? 0)) continue
        done.set(looks, ordinal)
        if (new RegExp(avoid, 'i').test(name.slice(0, 40))) continue
        control.click()
        return { look: looks, counts: [...done] }
      }
      return { look: null, counts: [...done] }
    },
    { seen: [...pressed], avoid: leftAlone.source, most: perLook },
  )
  for (const [each, count] of counts) pressed.set(each, count)
  return look
}
