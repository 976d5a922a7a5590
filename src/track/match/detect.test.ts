import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LumaFrame } from '#vision/frames.ts'
import { createReferenceKernel } from '#vision/kernel-reference.ts'
import { render, type Texture, waves } from '#vision/test-texture.ts'
import { type DetectOptions, type DetectReport, detect } from './detect.ts'
import { regionIndex, regions } from './region.ts'

const kernel = createReferenceKernel()
const [width, height] = [180, 135]
const plain: DetectOptions = {
  count: null,
  threshold: 0.0001,
  minDistancePx: 10,
  marginPx: 6,
  windowPx: 5,
  frame: 0,
  masks: [],
  existing: [],
}

const frameOf = (texture: Texture): LumaFrame => render(texture, width, height, (x, y) => [x, y])

function find(texture: Texture, options: Partial<DetectOptions> = {}): DetectReport {
  const image = kernel.pyramid(frameOf(texture), 1)
  try {
    return detect(kernel, image, { ...plain, ...options })
  } finally {
    image.release()
  }
}

const points = ({ xy }: DetectReport) =>
  Array.from({ length: xy.length / 2 }, (_, i) => [xy[2 * i]!, xy[2 * i + 1]!] as const)

/** Round bright spots on grey. */
const spots =
  (centres: readonly (readonly [number, number, number])[]): Texture =>
  (x, y) =>
    60 + centres.reduce((sum, [cx, cy, peak]) => sum + peak * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 8), 0)

/** A spot in the middle of each region, moved a little and of its own strength. */
const nine = regions.map((_, r) => [30.3 + 60 * (r % 3), 22.6 + 45 * Math.floor(r / 3), 60 + 10 * r] as const)

test('spots are found to a tenth of a pixel, strongest first', () => {
  const found = points(find(spots(nine)))
  assert.equal(found.length, 9)
  const expected = nine.toReversed()
  found.forEach(([x, y], i) => {
    assert.ok(Math.hypot(x - expected[i]![0], y - expected[i]![1]) < 0.1, `spot ${i} found at ${x}, ${y}`)
  })
})

test('in a large picture corners are found in a reduced one, to a fraction of its own pixels', () => {
  const [widthPx, heightPx] = [1930, 70]
  const centres = Array.from({ length: 12 }, (_, i) => [80.3 + 160 * i, 34.7, 120] as const)
  const blobs: Texture = (x, y) =>
    centres.reduce((sum, [cx, cy, peak]) => sum + peak * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 32), 60)
  const frame = render(blobs, widthPx, heightPx, (x, y) => [x, y])
  const image = kernel.pyramid(frame, 2)
  const found = points(detect(kernel, image, { ...plain, windowPx: 9 }))
  image.release()
  assert.equal(found.length, centres.length)
  for (const [cx, cy] of centres)
    assert.ok(
      found.some(([x, y]) => Math.hypot(x - cx, y - cy) < 0.3),
      `none at ${cx}: ${found.join(' ')}`,
    )
})

test('a corner counts when the square of its strength reaches the share of the strongest one', () => {
  // Strength goes with the square of contrast, so half the contrast is a sixteenth on the scale of the threshold.
  const pair = spots([
    [50.5, 60.5, 140],
    [120.5, 60.5, 70],
  ])
  assert.equal(find(pair, { threshold: 1 / 16 / 1.2 }).xy.length, 4)
  assert.equal(find(pair, { threshold: 1.2 / 16 }).xy.length, 2)
})

test('halving the threshold never removes a corner; with a count it never finds fewer', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0.001, max: 1, noNaN: true }), (seed, threshold) => {
      const texture = waves(seed)
      const image = kernel.pyramid(frameOf(texture), 1)
      const at = (t: number, count: number | null) => points(detect(kernel, image, { ...plain, threshold: t, count }))
      const lower = new Set(at(threshold / 2, null).map(String))
      for (const point of at(threshold, null)) assert.ok(lower.has(String(point)), `${String(point)} is gone`)
      assert.ok(at(threshold / 2, 12).length >= at(threshold, 12).length)
      image.release()
    }),
    { numRuns: 5 },
  )
})

test('distance, margin and existing tracks are kept, and nothing is placed twice', () => {
  const existing = [40, 40, 100.5, 70]
  const found = points(find(waves(3), { existing, minDistancePx: 12, marginPx: 15 }))
  assert.ok(found.length > 15, `only ${found.length} corners`)
  const all = [...found, [40, 40], [100.5, 70]] as const
  found.forEach(([x, y], i) => {
    assert.ok(x >= 15 && y >= 15 && x <= width - 15 && y <= height - 15)
    all.forEach(([u, v], j) => {
      if (j !== i) assert.ok(Math.hypot(u! - x, v! - y) >= 12)
    })
  })
})

test('a count is spread over the regions, existing tracks counted', () => {
  const existing = [20, 20, 35, 20, 20, 35]
  const report = find(waves(8, { longestPx: 20 }), { count: 21, existing, minDistancePx: 6 })
  assert.equal(points(report).length, 18)
  for (const { region, existing: before, wanted, found } of report.regions) {
    assert.ok(before + found >= 2 && before + found <= 3, `${region} has ${before} and ${found}`)
    assert.equal(wanted, Math.max(0, 3 - before))
  }
})

test('masks hold: none in an exclude mask, all in the include mask, for the frames they are for', () => {
  const left = [0, 0, 90, 0, 90, height, 0, height]
  const inLeft = (report: DetectReport) => points(report).map(([x]) => x < 90)
  const excluded = find(waves(2), { masks: [{ kind: 'exclude', polygon: left }] })
  assert.ok(excluded.xy.length > 0 && !inLeft(excluded).includes(true))
  const included = find(waves(2), { masks: [{ kind: 'include', polygon: left }] })
  assert.ok(included.xy.length > 0 && !inLeft(included).includes(false))
  const later = find(waves(2), { masks: [{ kind: 'include', polygon: left, from: 5 }] })
  assert.deepEqual(later.xy, find(waves(2)).xy)
  assert.throws(() => find(waves(2), { masks: [{ kind: 'include', polygon: [0, 0, 1, Number.NaN] }] }), {
    code: 'settings.invalid',
  })
})

test('an empty region says why', () => {
  const whyOf = (report: DetectReport, region: number) => report.regions[region]!.why
  const textured = spots(nine)
  const half: Texture = (x, y) => (regionIndex(x, y, width, height) === 0 ? 60 : textured(x, y))
  const untouched = find(half, { count: 9 })
  assert.equal(whyOf(untouched, 0), 'no-texture')
  assert.equal(whyOf(untouched, 4), null)
  const square = (r: number) => {
    const [x, y] = [60 * (r % 3), 45 * Math.floor(r / 3)]
    return [x, y, x + 60, y, x + 60, y + 45, x, y + 45]
  }
  const masked = find(textured, { count: 9, masks: [{ kind: 'exclude', polygon: square(5) }] })
  assert.equal(whyOf(masked, 5), 'masked')
  assert.equal(whyOf(find(textured, { count: 9, marginPx: 40 }), 1), 'margin')
  assert.equal(whyOf(find(textured, { count: 9, threshold: 0.9 }), 0), 'threshold')
  const [x, y] = nine[7]!
  assert.equal(whyOf(find(textured, { count: 18, existing: [x + 3, y] }), 7), 'occupied')
  const blank = find(() => 0, { count: 9 })
  assert.deepEqual(new Set(blank.regions.map(({ why }) => why)), new Set(['no-texture']))
  assert.equal(blank.xy.length, 0)
})

test('a mask over everything leaves nothing and says so', () => {
  const report = find(waves(1), {
    count: 40,
    masks: [{ kind: 'exclude', polygon: [-1, -1, 999, -1, 999, 999, -1, 999] }],
  })
  assert.equal(report.xy.length, 0)
  assert.deepEqual(new Set(report.regions.map(({ why }) => why)), new Set(['masked']))
})
