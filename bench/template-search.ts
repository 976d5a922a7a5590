/**
 * How fast templates are found, beside OpenCV's matchTemplate on the same pictures, and how often at the very place.
 *
 *     node bench/template-search.ts [--python PYTHON with opencv-python-headless] [--screen FILE]
 *
 * A 100 x 40 template on a 1080p screen, alone and over 23 sizes from 0.8 to 1.25; making the screen ready is counted each
 * time. Places: 400 parts of the screen of five shapes; those that lie as well (0.95) elsewhere are not unique and not counted.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { seededRng } from '#core/rng.ts'
import type { Picture } from '#vision/templates/picture.ts'
import { createTemplateSearch } from '#vision/templates/template-search.ts'
import { cut, drawScreen } from '#vision/templates/test-screen.ts'

const { values } = parseArgs({ options: { python: { type: 'string' }, screen: { type: 'string' } } })
const [width, height] = [1920, 1080]
const picture = values.screen === undefined ? drawScreen(width, height, 7) : await load(values.screen)
const search = await createTemplateSearch()
const scales = Array.from({ length: 23 }, (_, i) => 0.8 * (1.25 / 0.8) ** (i / 22))
const template = cut(picture, { x: 700, y: 300, width: 100, height: 40 })

async function load(file: string): Promise<Picture> {
  const data = await sharp(file).removeAlpha().resize(width, height, { fit: 'cover', position: 'top' }).raw().toBuffer()
  return { widthPx: width, heightPx: height, channels: 3, data: new Uint8Array(data) }
}

/** Milliseconds, the middle of many. */
function timed(work: () => void, times: number): number {
  for (let i = 0; i < 3; i++) work()
  const all = Array.from({ length: times }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return all.sort((a, b) => a - b)[times >> 1]!
}

function find(part: Picture, over: readonly number[] = [1]) {
  const screen = search.screen(picture)
  const found = search.find(screen, part, { threshold: 0.8, scales: over })
  screen.release()
  return found
}

function places() {
  const rng = seededRng(5)
  let [unique, right] = [0, 0]
  for (const [w, h] of [
    [100, 40],
    [24, 24],
    [200, 14],
    [300, 200],
    [60, 20],
  ] as const) {
    for (let i = 0; i < 80; i++) {
      const [x, y] = [rng.int(width - w), rng.int(height - h)]
      const { matches, best } = find(cut(picture, { x, y, width: w, height: h }))
      if (best === null || (matches[1]?.score ?? 0) > 0.95) continue
      unique++
      if (Math.abs(best.x - x) <= 1 && Math.abs(best.y - y) <= 1) right++
    }
  }
  return { unique, right }
}

const own = { one: timed(() => find(template), 15), sizes: timed(() => find(template, scales), 7) }
console.log(`ours: ${own.one.toFixed(1)} ms, over 23 sizes ${own.sizes.toFixed(0)} ms`)
if (values.python !== undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'hindsight-templates-'))
  for (const [name, part] of [
    ['screen', picture],
    ['template', template],
  ] as const) {
    const raw = { width: part.widthPx, height: part.heightPx, channels: 3 } as const
    await sharp(part.data, { raw })
      .png()
      .toFile(join(folder, `${name}.png`))
  }
  const script = `
import cv2, time, sys
s = cv2.cvtColor(cv2.imread(sys.argv[1] + '/screen.png'), cv2.COLOR_BGR2GRAY)
t = cv2.cvtColor(cv2.imread(sys.argv[1] + '/template.png'), cv2.COLOR_BGR2GRAY)
def find(scales):
    for f in scales:
        i = cv2.INTER_AREA if f < 1 else cv2.INTER_LINEAR
        cv2.minMaxLoc(cv2.matchTemplate(s, t if f == 1 else cv2.resize(t, None, fx=f, fy=f, interpolation=i), cv2.TM_CCOEFF_NORMED))
def timed(work, n):
    for i in range(3): work()
    a = []
    for i in range(n):
        c = time.perf_counter(); work(); a.append((time.perf_counter() - c) * 1e3)
    return sorted(a)[n // 2]
print('OpenCV %s: %.1f ms, over 23 sizes %.0f ms' % (cv2.__version__, timed(lambda: find([1]), 15), timed(lambda: find([0.8 * (1.25 / 0.8) ** (i / 22) for i in range(23)]), 3)))
`
  const { stdout, stderr } = spawnSync(values.python, ['-c', script, folder], { encoding: 'utf8' })
  console.log(stdout.trim() || stderr.trim())
  rmSync(folder, { recursive: true })
}
const { unique, right } = places()
console.log(`places: ${right} of ${unique} unique ones within 1 pixel`)
