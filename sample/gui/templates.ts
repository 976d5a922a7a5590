/** The templates of the workflows, cut out of screenshots of a visit by hand. */
import type { Browser } from 'playwright-core'
import sharp from 'sharp'
import type { MediaRef } from '#core/session.ts'
import { type Grey, greyOf } from './match.ts'
import { keep, listElements, open, type RawElement, settle } from './screenshots.ts'
import { workflows } from './workflows.ts'

export interface Template {
  readonly name: string
  readonly ref: MediaRef
  readonly grey: Grey
}

/** Cuts the templates out of a visit by hand to every state, as a person does who sets up an automation. */
export async function cutTemplates(browser: Browser): Promise<ReadonlyMap<string, Template>> {
  const templates = new Map<string, Template>()
  const page = await open(browser, 'clerk')
  const cut = async () => {
    await settle(page)
    const png = await page.screenshot({ type: 'png' })
    for (const { name, withCaption } of await page.evaluate<readonly RawElement[]>(listElements)) {
      if (templates.has(name) || !usedTemplates.has(name)) continue
      const [x, y, width, height] = withCaption
      const region = { left: Math.floor(x), top: Math.floor(y), width: Math.ceil(width), height: Math.ceil(height) }
      const piece = await sharp(png).extract(region).png().toBuffer()
      templates.set(name, { name, ref: await keep(piece, 'template'), grey: await greyOf(piece) })
    }
  }
  await cut()
  await page.fill('#email', 'somebody@harbour.example')
  await page.fill('#password', 'anything')
  await page.click('#sign-in')
  await cut()
  await page.click('[data-name="row_INV-2045"]')
  await cut()
  await page.click('[data-name=back_link]')
  await page.click('[data-name="row_INV-2038"]')
  await cut()
  await page.click('#avatar')
  await cut()
  await page.click('#open-settings')
  await cut()
  await page.click('#save')
  await cut()
  await page.close()
  return templates
}

const usedTemplates = new Set(
  workflows.flatMap(({ steps }) => steps.flatMap((step) => ('template' in step ? [step.template] : []))),
)
