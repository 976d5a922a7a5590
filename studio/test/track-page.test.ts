/** The Track page before a real engine: footage that is drawn here goes in, a solved camera comes out, and is changed by hand. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { makeFootage } from '#test/footage/footage.ts'
import { needs } from '#test/needs.ts'
import type { TrackOptions } from '#http/contract.ts'
import { startStudio, type Studio, type Watched } from './test-studio.ts'

const chromium = needs('chromium')
const ffmpeg = needs('ffmpeg')
const footage = makeFootage({ seed: 3, widthPx: 320, heightPx: 180, frames: 20, speed: 2 })
const longMs = 90_000

describe('the Track page', { skip: chromium.skip }, () => {
  let studio: Studio
  let dir: string
  let shot: string
  /** Where the tracked clip is, once it is. */
  let address = ''

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hindsight-track-page-'))
    shot = join(dir, 'shot')
    await mkdir(shot)
    const { widthPx: width, heightPx: height, frameCount } = footage.info
    for (let frame = 0; frame < frameCount; frame++) {
      const name = join(shot, `shot.${String(frame).padStart(4, '0')}.png`)
      await sharp(footage.picture(frame), { raw: { width, height, channels: 3 } })
        .png({ compressionLevel: 1 })
        .toFile(name)
    }
    studio = await startStudio()
  })
  after(async () => {
    await studio.close()
    await rm(dir, { recursive: true })
  })

  const open = async (path: string): Promise<Watched> => {
    const watched = await studio.open(path)
    await watched.page.waitForSelector('main h1')
    return watched
  }

  test('takes footage to a solved camera: a path, one key, and it is watched growing', async () => {
    const { page, complaints } = await open('/track?project=default')
    await page.getByLabel('Path of a clip').fill(shot)
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await page.getByRole('button', { name: /^Track & solve/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Phases' }).waitFor()
    await page.waitForURL(/job=/)
    await page.waitForSelector('.verdict', { timeout: longMs })
    await page.waitForURL(/session=/)
    assert.match((await page.locator('.verdict').textContent()) ?? '', /^Solved in every frame/)
    assert.match((await page.locator('.facts').first().textContent()) ?? '', /Frames20 of 20/)
    address = new URL(page.url()).pathname + new URL(page.url()).search
    assert.deepEqual(complaintsOf(complaints), [])
    await page.close()
  })

  for (const colours of ['light', 'dark'] as const) {
    test(`opens in ${colours} without a complaint, a stranger, a jump or anything nameless`, async () => {
      const watched = await studio.open(address, { colours })
      await watched.page.waitForSelector('.verdict')
      await watched.page.waitForLoadState('networkidle')
      assert.deepEqual(complaintsOf(watched.complaints), [])
      assert.deepEqual(watched.strangers, [])
      const shift = await watched.layoutShift()
      assert.ok(shift < 0.002, `moved by ${shift}`)
      for (const tab of ['Track', /^Edit/, 'Result']) {
        await watched.page.getByRole('button', { name: tab, exact: true }).click()
        assert.deepEqual(await nameless(watched.page), [], String(tab))
      }
      await watched.page.close()
    })
  }

  test('is reached from the recorded session, and leads there', async () => {
    const { page } = await open(address)
    await page.getByRole('link', { name: 'The recorded session' }).click()
    await page.waitForURL(/\/sessions\//)
    await page.getByRole('link', { name: 'Open the clip' }).click()
    await page.waitForURL((url) => url.pathname + url.search === address)
    await page.close()
  })

  test('shows exactly the frame that the keys went to', async () => {
    const { page } = await open(address)
    await page.waitForSelector('.verdict')
    await page.keyboard.press('t') // no tracks over the picture
    const steps = [
      ['ArrowRight', 1],
      ['Shift+ArrowRight', 11],
      ['ArrowLeft', 10],
      ['End', 19],
      ['Home', 0],
    ] as const
    for (const [key, frame] of steps) {
      await page.keyboard.press(key)
      assert.equal(await frameOf(page), frame, key)
    }
    for (const frame of [0, 7, 19]) {
      await page.getByLabel('Frame number').fill(String(frame))
      await page.keyboard.press('Enter')
      await page.waitForFunction(
        (wanted) => document.querySelector('[role=slider]')?.ariaValueNow === wanted,
        `${frame}`,
      )
      // Until its picture has come, a neighbour stands in for it.
      let distances = await distancesFrom(page, frame)
      for (let wait = 0; wait < 50 && nearestOf(distances) !== 0; wait++) {
        await page.waitForTimeout(100)
        distances = await distancesFrom(page, frame)
      }
      assert.equal(nearestOf(distances), 0, `frame ${frame}: ${JSON.stringify(distances)}`)
    }
    await page.close()
  })

  test('plays forwards and backwards, and stops', async () => {
    const { page } = await open(address)
    await page.waitForSelector('.verdict')
    await page.keyboard.press('l')
    await page.waitForFunction(() => Number(document.querySelector('[role=slider]')?.ariaValueNow) > 3)
    await page.keyboard.press('k')
    const stood = await frameOf(page)
    await page.waitForTimeout(150)
    assert.equal(await frameOf(page), stood)
    await page.keyboard.press('Home')
    await page.keyboard.press('j')
    await page.waitForFunction(() => Number(document.querySelector('[role=slider]')?.ariaValueNow) > 9)
    await page.keyboard.press(' ')
    // The first half of a pair of keys takes the second from the player: this goes to the sessions.
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.waitForURL(/\/sessions/)
    await page.close()
  })

  test('changes tracks with a reason, takes back, solves again, and says what is kept', async () => {
    const { page, complaints } = await open(address)
    await page.waitForSelector('.verdict')
    await page.getByRole('button', { name: /^Edit/ }).click()
    const list = page.getByRole('list', { name: 'Changes' }).getByRole('listitem')
    await page.getByRole('group', { name: 'Choose tracks' }).getByText('worst 5 %').click()
    const chosen = await page.getByRole('region', { name: 'Chosen tracks' }).locator('strong').textContent()
    await page.keyboard.press('Delete')
    assert.equal(await list.count(), 1)
    assert.match((await list.textContent()) ?? '', /\?/)
    await page.getByRole('region', { name: 'Reason' }).getByText('reflection').click()
    assert.match((await list.textContent()) ?? '', /reflection$/)
    await page.keyboard.press('Control+z')
    assert.equal(await page.getByText('Nothing is changed yet.').count(), 1)
    await page.keyboard.press('Control+Shift+Z')
    assert.equal(await list.count(), 1)

    // A point that is added and taken back, then a box around all tracks.
    const stage = await page.locator('.track-stage canvas').boundingBox()
    assert.ok(stage)
    await page.keyboard.press('a')
    await page.mouse.click(stage.x + stage.width * 0.5, stage.y + stage.height * 0.4)
    assert.equal(await list.count(), 2)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('v')
    await page.mouse.move(stage.x + 4, stage.y + 4)
    await page.mouse.down()
    await page.mouse.move(stage.x + stage.width - 4, stage.y + stage.height - 4, { steps: 4 })
    await page.mouse.up()
    const boxed = Number.parseInt(
      (await page.getByRole('region', { name: 'Chosen tracks' }).locator('strong').textContent()) ?? '',
      10,
    )
    assert.ok(boxed > 20, `${boxed} tracks in the box`)
    await page.keyboard.press('Escape')

    const before = page.url()
    await page.getByRole('button', { name: 'Solve again' }).click()
    const verdict = page.locator('.comparison')
    await verdict.waitFor({ timeout: longMs })
    const words = (await verdict.textContent()) ?? ''
    const isBetter = words.startsWith('Better: the new solve is kept')
    assert.ok(isBetter || words.startsWith('Not better: the earlier solve is kept'), words)
    assert.equal(page.url() !== before, isBetter)

    const session = /session=([0-9a-f-]{36})/.exec(address)?.[1] ?? ''
    const { items } = await studio.client.call('GET /api/v1/sessions/{id}/edits', { params: { id: session } })
    const record = JSON.stringify(items.find(({ kind }) => kind === 'camera.behavior')?.after)
    assert.match(record, /"deletions":\[\{/)
    assert.match(record, /reflection|user-manual/)
    assert.ok(chosen)
    assert.deepEqual(complaintsOf(complaints), [])
    await page.close()
  })

  test('moves the marker that is dragged, by as much as the pointer went', async () => {
    const { page } = await open(address)
    await page.waitForSelector('.verdict')
    const session = /session=([0-9a-f-]{36})/.exec(address)?.[1] ?? ''
    const response = await studio.client.open('GET /api/v1/sessions/{id}/tracks', { params: { id: session } })
    const { tracks } = (await response.json()) as {
      tracks: readonly { id: number; frames: readonly number[]; xy: readonly (readonly [number, number])[] }[]
    }
    // One that stands alone in the first frame, so that no other is nearer to the pointer.
    const first = tracks.filter(({ frames }) => frames[0] === 0).map(({ id, xy }) => ({ id, place: xy[0] ?? [0, 0] }))
    const lone = first.find(({ id, place: [x, y] }) =>
      first.every((other) => other.id === id || Math.hypot(other.place[0] - x, other.place[1] - y) > 12),
    )
    assert.ok(lone)
    const stage = await page.locator('.track-stage canvas').boundingBox()
    assert.ok(stage)
    const { widthPx, heightPx } = footage.info
    const scale = Math.min((stage.width - 16) / widthPx, (stage.height - 16) / heightPx)
    const x = stage.x + (stage.width - widthPx * scale) / 2 + lone.place[0] * scale
    const y = stage.y + (stage.height - heightPx * scale) / 2 + lone.place[1] * scale
    await page.keyboard.press('m')
    await page.mouse.move(x, y)
    await page.getByText(`Track ${lone.id}`, { exact: true }).waitFor()
    await page.mouse.down()
    await page.mouse.move(x + 20, y + 10, { steps: 3 })
    await page.mouse.up()
    const list = page.getByRole('list', { name: 'Changes' }).getByRole('listitem')
    assert.match((await list.textContent()) ?? '', new RegExp(`^Move track ${lone.id} in frame 0`))
    await page.mouse.move(x + 20, y + 10)
    await page.getByText(`Track ${lone.id}`, { exact: true }).waitFor()
    await page.close()
  })

  test('offers the tracks that the filter would take out, to be chosen with a click', async () => {
    const { page } = await open(address)
    await page.waitForSelector('.verdict')
    const tracks = page.waitForResponse((response) => response.url().endsWith('/tracks'))
    // What the filter says is held elsewhere: here it says what there is.
    await page.route('**/proposals', async (route) => {
      const { tracks: all } = (await (await tracks).json()) as { tracks: { id: number }[] }
      const proposals = all
        .slice(0, 2)
        .map(({ id }) => ({ name: `${id}`, track: id, probability: 0.9, reason: 'short' }))
      await route.fulfill({ json: { session: 'x', model: '1', why: 'By what was taken out.', tracks: 9, proposals } })
    })
    await page.reload()
    await page.waitForSelector('.verdict')
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByRole('button', { name: 'proposed 2' }).click()
    await page.getByText('2 tracks chosen').waitFor()
    await page.keyboard.press('Delete')
    assert.equal(await page.getByRole('button', { name: /^proposed/ }).count(), 0)
    await page.close()
  })

  test('hands the camera to another program', async () => {
    const { page } = await open(address)
    await page.waitForSelector('.verdict')
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByLabel('First frame is number').fill('1001')
    const href = (await page.getByRole('link', { name: /^Blender/ }).getAttribute('href')) ?? ''
    assert.match(href, /startFrame=1001/)
    const script = await (await fetch(new URL(href, studio.url))).text()
    assert.match(script, /import bpy/)
    await page.close()
  })

  test('draws a mask, moves a corner of it, brings own tracks, and asks for them', async () => {
    const { page } = await open(address)
    await page.waitForSelector('.verdict')
    await page.getByRole('button', { name: 'Track', exact: true }).click()
    await page.getByText('More options').click()
    await page.getByRole('button', { name: 'Leave out' }).click()
    const stage = await page.locator('.track-stage canvas').boundingBox()
    assert.ok(stage)
    for (const [x, y] of [
      [0.4, 0.3],
      [0.6, 0.3],
      [0.5, 0.7],
    ] as const) {
      await page.mouse.click(stage.x + stage.width * x, stage.y + stage.height * y)
    }
    // Enter closes the mask and starts nothing.
    await page.keyboard.press('Enter')
    await page.getByText('Left out, 3 corners').waitFor()
    assert.doesNotMatch(page.url(), /job=/)

    const [from, to] = [0.4, 0.25].map((x) => [stage.x + stage.width * x, stage.y + stage.height * 0.3] as const)
    await page.mouse.move(...from!)
    await page.mouse.down()
    await page.mouse.move(...to!, { steps: 4 })
    await page.mouse.up()
    await page.getByLabel('File of own tracks').setInputFiles({
      name: 'roto.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('frame,track,x,y\n1,a,100,50\n'),
    })
    await page.getByText('roto.csv').waitFor()
    const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/track'))
    await page.route('**/track', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()))
    await page.getByRole('button', { name: /^Track & solve/ }).click()
    const { masks, tracks } = (await asked).postDataJSON() as TrackOptions
    const [dragged, still] = masks?.[0]?.points ?? []
    assert.ok(dragged && still && dragged[0] < still[0] - 60, 'the corner lies where it was dragged')
    assert.ok(Math.abs(dragged[1] - still[1]) < 4)
    assert.match(tracks ?? '', /^[0-9a-f]{64}$/)
    await page.close()
  })

  test('keeps the switches, and finds clips by folder', async () => {
    const { page } = await open('/track?project=default')
    const record = page.getByRole('switch', { name: /^Record sessions/ })
    const saved = () => page.waitForResponse((response) => response.request().method() === 'PUT')
    await Promise.all([saved(), record.click()])
    await page.getByText('off: nothing is written').waitFor()
    assert.equal((await studio.client.call('GET /api/v1/preferences')).recordSessions, false)
    await Promise.all([saved(), record.click()])
    assert.equal((await studio.client.call('GET /api/v1/preferences')).recordSessions, true)
    assert.equal(await page.locator('.clip-card').count(), 1)

    await page.keyboard.press('o')
    await page.getByLabel('Folder', { exact: true }).fill(dir)
    await page.keyboard.press('Enter')
    await page.locator('.folder-list').getByText('shot').first().waitFor()
    await page.close()
  })

  test('takes a video in that is dropped on it', { skip: ffmpeg.skip }, async () => {
    const file = join(dir, 'dropped.mp4')
    const pictures = ['-v', 'error', '-framerate', '24', '-i', join(shot, 'shot.%04d.png')]
    assert.equal(spawnSync(ffmpeg.path, [...pictures, '-pix_fmt', 'yuv420p', file]).status, 0)
    const { page, complaints } = await open('/track?project=default')
    const dropped = await page.evaluateHandle(
      (base64) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
        const transfer = new DataTransfer()
        transfer.items.add(new File([bytes], 'dropped.mp4', { type: 'video/mp4' }))
        return transfer
      },
      (await readFile(file)).toString('base64'),
    )
    await page.dispatchEvent('main', 'dragenter', { dataTransfer: dropped })
    await page.getByText('Drop a video to track it').waitFor()
    await page.dispatchEvent('main', 'drop', { dataTransfer: dropped })
    await page.waitForURL(/\/track\/clip-/)
    await page.getByRole('heading', { level: 1, name: 'dropped.mp4' }).waitFor()
    assert.deepEqual(complaintsOf(complaints), [])
    await page.close()
  })

  test('changes and exports also what is not recorded, and records nothing of it', async () => {
    const count = () =>
      studio.client.call('GET /api/v1/sessions/count', { query: { domain: 'camera', project: 'default' } })
    const before = await count()
    await studio.client.call('PUT /api/v1/preferences', { body: { recordSessions: false, recordEdits: false } })
    const [fingerprint = ''] = /clip-[0-9a-f]+/.exec(address) ?? []
    const body = { preset: 'fast', retries: 0, policy: 'defaults' } as const
    const { id } = await studio.client.call('POST /api/v1/clips/{fingerprint}/track', { params: { fingerprint }, body })
    const { page, complaints } = await open(`/track/${fingerprint}?project=default&job=${id}`)
    await page.waitForSelector('.verdict', { timeout: longMs })
    await page.getByRole('button', { name: 'Export' }).click()
    const href = (await page.getByRole('link', { name: /^USD/ }).getAttribute('href')) ?? ''
    assert.match(href, new RegExp(`/jobs/${id}/scene`))
    assert.match(await (await fetch(new URL(href, studio.url))).text(), /^#usda/)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^Edit/ }).click()
    await page.getByRole('group', { name: 'Choose tracks' }).getByText('worst 5 %').click()
    await page.keyboard.press('Delete')
    await page.getByText('This run was not recorded').waitFor()
    await page.getByRole('button', { name: 'Solve again' }).click()
    await page.locator('.comparison').waitFor({ timeout: longMs })
    assert.deepEqual(await count(), before)
    assert.deepEqual(complaintsOf(complaints), [])
    await studio.client.call('PUT /api/v1/preferences', { body: { recordSessions: true, recordEdits: true } })
    await page.close()
  })

  test('begins anew once the name of the project is typed, and says what is gone', async () => {
    const { page, complaints } = await open('/track?project=default')
    await page.getByRole('button', { name: 'Reset…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/^\d+ sessions?, with their tracks and solves, and \d+ edits? of them$/).waitFor()
    const erase = dialog.getByRole('button', { name: 'Erase all of it' })
    assert.equal(await erase.isDisabled(), true)
    await dialog.getByRole('textbox').fill('default')
    await erase.click()
    await dialog.getByText(/^Receipt [0-9a-f-]{36}$/).waitFor()
    await dialog.getByText('Close', { exact: true }).click()
    await page.getByText('Nothing was recorded yet.').waitFor()
    const { items } = await studio.client.call('GET /api/v1/clips')
    assert.ok(items.every(({ sessions }) => sessions === 0))
    const query = { project: 'default', domain: 'camera' } as const
    assert.equal((await studio.client.call('GET /api/v1/sessions/count', { query })).count, 0)
    assert.deepEqual(complaintsOf(complaints), [])
    await page.close()
  })
})

/** Controls that a screen reader could only call "button". */
function nameless(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const all = 'main button, main a[href], main input:not([hidden]), main select, main [tabindex="0"]'
    const isNamed = (element: HTMLElement) =>
      (element.textContent ?? '').trim() !== '' ||
      element.getAttribute('aria-label') !== null ||
      (element instanceof HTMLInputElement && (element.labels?.length ?? 0) > 0)
    const controls = [...document.querySelectorAll<HTMLElement>(all)].filter((control) => !isNamed(control))
    return controls.map((element) => element.outerHTML)
  })
}

/** A headless Chromium draws in three dimensions by software, and says so. */
const complaintsOf = (all: readonly string[]) => all.filter((text) => !/GL Driver Message|GPU stall/.test(text))

const frameOf = async (page: Page) =>
  Number(await page.getByRole('slider', { name: 'Frame' }).getAttribute('aria-valuenow'))

const grid = { columns: 32, rows: 18 }

/** The picture on the stage, in a grid of gray values. */
function pictureOf(page: Page): Promise<number[]> {
  return page.evaluate(({ columns, rows }) => {
    const canvas = document.querySelector<HTMLCanvasElement>('.track-stage canvas')
    const g = canvas?.getContext('2d')
    if (!canvas || !g) return []
    // As the stage fits it: in the middle, with a margin of 8 CSS pixels.
    const [width, height] = [canvas.clientWidth, canvas.clientHeight]
    const scale = Math.min((width - 16) / 320, (height - 16) / 180)
    const ratio = canvas.width / width
    const values: number[] = []
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const x = (width - 320 * scale) / 2 + ((column + 0.5) / columns) * 320 * scale
        const y = (height - 180 * scale) / 2 + ((row + 0.5) / rows) * 180 * scale
        const [r = 0, green = 0, b = 0] = g.getImageData(Math.floor(x * ratio), Math.floor(y * ratio), 1, 1).data
        values.push((r + green + b) / 3)
      }
    }
    return values
  }, grid)
}

type Distances = readonly (readonly [distance: number, by: number])[]

/** From the frame that should be shown, and from its neighbours. */
async function distancesFrom(page: Page, frame: number): Promise<Distances> {
  const shown = await pictureOf(page)
  return [-2, -1, 0, 1, 2].map((by) => [distance(shown, frame + by), by] as const)
}

const nearestOf = (distances: Distances) => distances.toSorted(([a], [b]) => a - b)[0]?.[1]

/** How far what is shown is from a frame as it was drawn; frames beyond the clip are far. */
function distance(shown: readonly number[], frame: number): number {
  const { widthPx, heightPx, frameCount } = footage.info
  if (frame < 0 || frame >= frameCount) return Number.POSITIVE_INFINITY
  const picture = footage.picture(frame)
  let sum = 0
  for (const [i, value] of shown.entries()) {
    const x = Math.floor((((i % grid.columns) + 0.5) / grid.columns) * widthPx)
    const y = Math.floor(((Math.floor(i / grid.columns) + 0.5) / grid.rows) * heightPx)
    const at = 3 * (y * widthPx + x)
    sum += Math.abs(value - (picture[at]! + picture[at + 1]! + picture[at + 2]!) / 3)
  }
  return sum / shown.length
}
