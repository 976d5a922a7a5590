/** Screenshots of the demonstration application, each with the states and elements that its page knows of. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import type { MediaRef } from '#core/session.ts'
import type { Screen, ScreenElement } from '#domains/gui/session.ts'
import { type Grey, greyOf } from './match.ts'
import type { Workflow } from './workflows.ts'

export const here = fileURLToPath(new URL('.', import.meta.url))
export const size = { width: 1024, height: 640 }

/** Pictures by their hash: equal screenshots are stored once. */
export const media = new Map<string, Buffer>()

export async function keep(png: Uint8Array, role: string): Promise<MediaRef> {
  // The same pixels in fewer bytes.
  const bytes = await sharp(png).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer()
  const { width, height } = await sharp(bytes).metadata()
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  media.set(sha256, bytes)
  return { role, sha256, mediaType: 'image/png', bytes: bytes.length, width, height }
}

export async function open(browser: Browser, role: Workflow['role']): Promise<Page> {
  const page = await browser.newPage({ viewport: size, deviceScaleFactor: 1 })
  await page.goto(`${pathToFileURL(join(here, 'app/index.html')).href}?role=${role}`)
  return page
}

/** Waits until what was asked for is on the screen. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
}

export interface Shot {
  readonly screen: Screen
  readonly ref: MediaRef
  readonly grey: Grey
}

export interface RawElement {
  readonly label: string
  readonly name: string
  readonly role: string
  readonly text: string | null
  readonly bbox: readonly [number, number, number, number]
  /** With the caption, which tells one empty field or checkbox from the next. */
  readonly withCaption: readonly [number, number, number, number]
}

/** Runs in the page: the marked elements that can be seen, those under a dialog or menu left out. */
export const listElements = `[...document.querySelectorAll('[data-element]')].flatMap((element) => {
  const { x, y, width, height } = element.getBoundingClientRect()
  const top = document.elementFromPoint(x + width / 2, y + height / 2)
  if (width === 0 || !top || !(element.contains(top) || top.contains(element) && top.closest('label') === element.closest('label') && element.closest('label'))) return []
  const outer = (element.closest('.field, label') ?? element).getBoundingClientRect()
  const withCaption = [outer.x, outer.y, outer.width, outer.height]
  const text = element.matches('button, a') ? element.textContent.trim() : null
  return [{ label: element.dataset.element, name: element.dataset.name, role: element.tagName.toLowerCase(), text, bbox: [x, y, width, height], withCaption }]
})`

export async function shoot(page: Page): Promise<Shot> {
  await settle(page)
  const png = await page.screenshot({ type: 'png' })
  const ref = await keep(png, 'screenshot')
  const raw = await page.evaluate<readonly RawElement[]>(listElements)
  const elements: readonly ScreenElement[] = raw.map(({ label, name, role, text, bbox }) => ({
    id: name,
    label,
    role,
    text,
    shape: { type: 'box', bbox: [...bbox] },
    confidence: null,
    source: 'dom',
    verified: false,
  }))
  const activeStates = (await page.evaluate<string>('document.body.dataset.states')).split(' ')
  const screen = {
    sha256: ref.sha256,
    ...size,
    takenAt: now(),
    activeStates,
    origin: { x: 0, y: 0 },
    scale: 1,
    elements,
  }
  return { screen, ref, grey: await greyOf(png) }
}

export const now = () => new Date().toISOString()
