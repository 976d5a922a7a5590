/** The views of a result before a real engine: what is clicked in one is chosen in all, and a scene goes out as it was laid. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { makeFootage } from '#test/footage/footage.ts'
import { needs } from '#test/needs.ts'
import { startStudio, type Studio } from './test-studio.ts'

const chromium = needs('chromium')
const footage = makeFootage({ seed: 3, widthPx: 320, heightPx: 180, frames: 20, speed: 2 })

describe('the views of a result', { skip: chromium.skip }, () => {
  let studio: Studio
  let dir: string
  let address: string

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-track-views-'))
    const shot = join(dir, 'shot')
    await mkdir(shot)
    const { widthPx: width, heightPx: height, frameCount } = footage.info
    for (let frame = 0; frame < frameCount; frame++) {
      await sharp(footage.picture(frame), { raw: { width, height, channels: 3 } })
        .png({ compressionLevel: 1 })
        .toFile(join(shot, `shot.${String(frame).padStart(4, '0')}.png`))
    }
    studio = await startStudio()
    const { client } = studio
    const { fingerprint } = await client.call('POST /api/v1/clips', { body: { path: shot } })
    // Two attempts, so that there is something to compare.
    for (const patternSize of [21, 25]) {
      const body = { preset: 'fast' as const, retries: 0, policy: 'defaults', settings: { patternSize, tracks: 100 } }
      const job = await client.call('POST /api/v1/clips/{fingerprint}/track', { params: { fingerprint }, body })
      for await (const { state, error } of client.watchJob(job.id))
        assert.notEqual(state, 'failed', JSON.stringify(error))
    }
    address = `/track/${fingerprint}?project=default`
  })
  after(async () => {
    await studio.close()
    await rm(dir, { recursive: true })
  })

  const open = async () => {
    const watched = await studio.open(address)
    await watched.page.getByRole('tab', { name: '3D' }).waitFor()
    return watched
  }
  const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click()

  test('points are chosen in space, lay the scene, and the export takes it along', async () => {
    const { page, complaints } = await open()
    await page.locator('.scene-room canvas').waitFor()
    const tools = page.getByRole('complementary', { name: 'Lay out the scene' })
    await pickPoints(page, 3)
    await tools.getByText('3 points chosen.').waitFor()
    const link = async () => {
      await page.getByRole('button', { name: 'Export' }).click()
      const href = await page.getByRole('link', { name: /^Blender/ }).getAttribute('href')
      await page.keyboard.press('Escape')
      return new URL(href ?? '', studio.url)
    }
    assert.equal((await link()).searchParams.get('placement'), null)
    await tools.getByRole('button', { name: 'Floor 3+' }).click()
    const laid = await link()
    assert.equal(laid.searchParams.get('placement')?.split(',').length, 13)
    const scene = await fetch(laid)
    assert.equal(scene.status, 200)
    assert.match(await scene.text(), /Hindsight/)
    await tools.getByRole('button', { name: 'Undo' }).click()
    assert.equal((await link()).searchParams.get('placement'), null)
    assert.deepEqual(complaintsOf(complaints), [])
    await page.close()
  })

  test('a test object stands in the footage in each frame, and is gone when it is removed', async () => {
    const { page } = await open()
    await page.locator('.scene-room canvas').waitFor()
    await pickPoints(page, 1)
    await page.keyboard.press('t') // no tracks over the picture
    const tools = page.getByRole('complementary', { name: 'Lay out the scene' })
    const add = async (kind: string) => {
      await tools.getByRole('button', { name: kind, exact: true }).click()
      await page.waitForTimeout(300)
    }
    const before = await stageOf(page)
    await add('Cube')
    const cube = await stageOf(page)
    assert.ok(!cube.equals(before), 'the cube is seen')
    await page.keyboard.press('ArrowRight')
    await page.waitForTimeout(500)
    await page.keyboard.press('ArrowLeft')
    await page.waitForTimeout(500)
    assert.ok((await stageOf(page)).equals(cube), 'and stands where it stood when the frame comes back')
    await tools.getByRole('button', { name: /^Remove: Cube/ }).click()
    await page.waitForTimeout(300)
    assert.ok((await stageOf(page)).equals(before))
    await page.close()
  })

  test('graphs, sheet and regions choose tracks and go to frames', async () => {
    const { page, complaints } = await open()
    await tab(page, 'Errors')
    const chart = page.locator('.u-over').first()
    const box = await chart.boundingBox()
    assert.ok(box)
    await chart.click({ position: { x: box.width * 0.52, y: box.height / 2 } })
    await page.waitForFunction(() => document.querySelector('[role=slider]')?.ariaValueNow === '10')
    await page.locator('canvas.bars').click({ position: { x: 60, y: 140 } })
    await page
      .locator('.graph .legend')
      .getByText(/ track \d+$/)
      .waitFor()
    await tab(page, 'Tracks')
    await page.locator('.sheet').click({ position: { x: 4, y: 10 } })
    await page.waitForFunction(() => document.querySelector('[role=slider]')?.ariaValueNow === '0')
    await tab(page, 'Regions')
    await page.getByRole('button', { name: /^center:/ }).click()
    await tab(page, '3D')
    await page.getByText(/^\d+ points chosen\.$/).waitFor()
    assert.deepEqual(complaintsOf(complaints), [])
    await page.close()
  })

  test('two attempts are compared, and the diagnosis says what is known', async () => {
    const { page, complaints } = await open()
    await tab(page, 'Compare')
    await page.getByText(/^Over 20 frames the paths lie/).waitFor()
    const row = page.getByRole('row', { name: /^pattern size/ })
    assert.match((await row.textContent()) ?? '', /2125|2521/)
    assert.match((await page.getByRole('row', { name: /^Frames solved/ }).textContent()) ?? '', /2020= same/)
    await page.getByRole('tab', { name: 'Compare' }).focus()
    await page.keyboard.press('ArrowRight')
    assert.equal(await page.getByRole('tab', { name: 'Diagnosis' }).getAttribute('aria-selected'), 'true')
    await page.getByText('Nothing was found to be wrong with this attempt.').waitFor()
    assert.deepEqual(complaintsOf(complaints), [])
    await page.close()
  })
})

/** Points of the 3D view, found as a person finds them: where the pointer gets a label. */
async function pickPoints(page: Page, count: number): Promise<void> {
  const box = await page.locator('.scene-room canvas').boundingBox()
  assert.ok(box)
  const label = page.locator('.scene-label', { hasText: 'track' })
  const seen = new Set<string | null>()
  await page.waitForTimeout(500)
  for (let y = 0.2; y < 0.95; y += 0.06) {
    for (let x = 0.15; x < 0.9; x += 0.02) {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height)
      const words = (await label.count()) > 0 ? await label.textContent() : null
      if (words === null || seen.has(words)) continue
      await page.keyboard[seen.size > 0 ? 'down' : 'up']('Shift')
      await page.mouse.down()
      await page.mouse.up()
      await page.keyboard.up('Shift')
      seen.add(words)
      if (seen.size === count) return
      break // the next one from another row, so that three do not lie on a line
    }
  }
  assert.fail(`only ${seen.size} points were found`)
}

const stageOf = (page: Page) => page.locator('.track-stage canvas').screenshot()

/** Software drivers talk about their own speed. */
const complaintsOf = (complaints: readonly string[]) => complaints.filter((one) => !/GPU stall|GL Driver/.test(one))
