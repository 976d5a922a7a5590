import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Bbox } from '#core/annotation.ts'
import { boxAroundClick, fitBox, iou, mapBox, mapPoint, toPicture } from './geometry.ts'
import type { Screen } from './session.ts'

const picture = { width: 400, height: 300 }
const shot: Screen = { sha256: 'a'.repeat(64), ...picture }

test('a box beyond the edge is cut, one that is mostly outside is none', () => {
  assert.deepEqual(fitBox([380, 280, 40, 30], picture), { bbox: [380, 280, 20, 20] })
  assert.deepEqual(fitBox([395, 295, 40, 40], picture), { rejected: 'outside' })
  assert.deepEqual(fitBox([475, 375, -275, -275], picture), { rejected: 'empty' })
  assert.deepEqual(fitBox([10, 10, Number.NaN, 5], picture), { rejected: 'empty' })
  assert.deepEqual(fitBox([10.4, 10.6, 20, 20], picture), { bbox: [10, 11, 20, 20] })
})

test('the stand-in box keeps its size at the edges and lies on the picture', () => {
  assert.deepEqual(boxAroundClick([200, 150], picture), [175, 125, 50, 50])
  assert.deepEqual(boxAroundClick([399, 2], picture), [350, 0, 50, 50])
  assert.deepEqual(boxAroundClick([10, 10], { width: 30, height: 20 }), [0, 0, 30, 20])
})

test('whatever goes in, a fitted box is whole pixels on the picture', () => {
  const number = fc.double({ min: -1000, max: 1000, noNaN: true })
  fc.assert(
    fc.property(number, number, number, number, (x, y, width, height) => {
      const fitted = fitBox([x, y, width, height], picture)
      if ('rejected' in fitted) return
      const [left, top, w, h] = fitted.bbox
      assert.ok([left, top, w, h].every(Number.isInteger))
      assert.ok(left >= 0 && top >= 0 && w > 0 && h > 0 && left + w <= 400 && top + h <= 300)
    }),
  )
})

test('overlap is that of the areas', () => {
  const box: Bbox = [0, 0, 10, 10]
  assert.equal(iou(box, [5, 0, 10, 10]), 1 / 3)
  assert.equal(iou(box, [10, 0, 10, 10]), 0)
  assert.equal(iou(box, box), 1)
})

test('a click on the left of two monitors lands on the picture of that monitor', () => {
  const display = {
    monitors: [
      { x: 0, y: 0, width: 1920, height: 1080 },
      { x: -1280, y: 40, width: 1280, height: 1024, scale: 2 },
    ],
  }
  const left = { ...shot, width: 2560, height: 2048, monitor: 1 }
  const byScreen = toPicture('screen', left, display, null, null)
  assert.ok(byScreen)
  assert.deepEqual(mapPoint(byScreen, { x: -1270, y: 60 }), [20, 40])
  // The desktop begins at (-1280, 0), so the same place has other virtual coordinates.
  const byDesktop = toPicture('virtual', left, display, null, null)
  assert.ok(byDesktop)
  assert.deepEqual(mapPoint(byDesktop, { x: 10, y: 60 }), [20, 40])
  const byMonitor = toPicture('monitor', left, display, 1, null)
  assert.ok(byMonitor)
  assert.deepEqual(mapBox(byMonitor, { x: 10, y: 20 }, { width: 5, height: 6 }), [20, 40, 10, 12])
})

test('a picture of the whole desktop begins at its corner', () => {
  const display = {
    monitors: [
      { x: 0, y: 0, width: 200, height: 300 },
      { x: -200, y: 0, width: 200, height: 300 },
    ],
  }
  const way = toPicture('screen', shot, display, null, null)
  assert.ok(way)
  assert.deepEqual(mapPoint(way, { x: -150, y: 10 }), [50, 10])
})

test('coordinates of a larger picture are scaled; of a cropped one nothing is known', () => {
  const way = toPicture('image', shot, null, null, { width: 800, height: 600 })
  assert.ok(way)
  assert.deepEqual(mapBox(way, { x: 100, y: 50 }, { width: 40, height: 20 }), [50, 25, 20, 10])
  assert.equal(toPicture('image', shot, null, null, { width: 200, height: 300 }), null)
})

test('coordinates of a monitor that the record does not name cannot be placed', () => {
  const monitors = [
    { x: 0, y: 0, width: 400, height: 300 },
    { x: 400, y: 0, width: 400, height: 300 },
  ]
  assert.equal(toPicture('monitor', shot, { monitors }, null, null), null)
})
