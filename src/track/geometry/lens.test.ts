import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Intrinsics, Lens } from './intrinsics.ts'
import { distort, distortWithJacobian, lensMap, undistort } from './lens.ts'

const picture = { widthPx: 320, heightPx: 180, focalPx: 300, pixelAspect: 1, principalXPx: 160, principalYPx: 90 }
const withLens = (lens: Lens): Intrinsics => ({ ...picture, lens })

// What the Movie Distortion node of Blender 3.4.1 does to a picture of 320 x 180 with a focal length of 300 pixels: offsets
// from the principal point, x to the right and y down, of the ideal and of the distorted point, read from 32-bit EXR files.
// Its brown_p2 was 0.01: in Blender y runs up.
const blender: { lens: Lens; pixels: [number, number, number, number][] }[] = [
  {
    lens: { model: 'polynomial', k1: -0.2, k2: 0.05, k3: 0.01 },
    pixels: [
      [-105, 44, -102.0878, 42.7796],
      [85, 24, 83.559, 23.5931],
      [35, -66, 34.5727, -65.1943],
    ],
  },
  {
    lens: { model: 'division', k1: -0.15, k2: 0.03 },
    pixels: [
      [-105, 44, -107.25, 44.9429],
      [85, 24, 86.1, 24.3106],
      [35, -66, 35.3245, -66.6119],
    ],
  },
  {
    lens: { model: 'division', k1: 0.15, k2: 0.03 },
    pixels: [
      [-100, 50, -97.9037, 48.9518],
      [90, 30, 88.6438, 29.5479],
      [40, -60, 39.6524, -59.4786],
    ],
  },
  {
    lens: { model: 'nuke', k1: -0.1, k2: 0.02 },
    pixels: [
      [-100, 50, -95.9118, 47.9559],
      [90, 30, 87.2244, 29.0748],
      [40, -60, 39.2483, -58.8725],
    ],
  },
  {
    lens: { model: 'brown', k1: -0.1, k2: 0.02, k3: 0.01, k4: 0, p1: 0.02, p2: -0.01 },
    pixels: [
      [-100, 50, -96.1524, 48.0762],
      [90, 30, 90.6189, 29.7063],
      [40, -60, 40.4916, -60.3908],
    ],
  },
]

const lenses = fc.oneof(
  fc
    .record({
      k1: fc.double({ min: -0.4, max: 0.4, noNaN: true }),
      k2: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
    })
    .chain(({ k1, k2 }) => {
      const lens: Lens[] = [
        { model: 'none' },
        { model: 'polynomial', k1, k2, k3: k1 * k2 },
        { model: 'division', k1, k2 },
        { model: 'nuke', k1, k2 },
        { model: 'brown', k1, k2, k3: k1 * k2, k4: k2 / 10, p1: k2 / 20, p2: k1 / 50 },
      ]
      return fc.constantFrom(...lens)
    }),
)
const coordinate = fc.double({ min: -0.9, max: 0.9, noNaN: true })

test('what Blender does, to its 32-bit precision', () => {
  for (const { lens, pixels } of blender) {
    const map = lensMap(withLens(lens))
    const out = new Float64Array(2)
    assert.ok(pixels.length > 0)
    for (const [x, y, u, v] of pixels) {
      assert.ok(distort(map, x / 300, y / 300, out))
      assert.ok(Math.hypot(300 * out[0]! - u, 300 * out[1]! - v) < 3e-4, `${lens.model} at ${x}, ${y}`)
    }
  }
})

test('both directions undo each other wherever there is an answer', () => {
  const [there, back] = [new Float64Array(2), new Float64Array(2)]
  let answers = 0
  fc.assert(
    fc.property(lenses, coordinate, coordinate, (lens, x, y) => {
      const map = lensMap(withLens(lens))
      if (distort(map, x, y, there)) {
        answers++
        assert.ok(undistort(map, there[0]!, there[1]!, back), 'what was distorted has a way back')
        // Close to the fold the way back loses digits without bound.
        const margin = Math.hypot(x, y) / map.idealRadius
        assert.ok(Math.hypot(back[0]! - x, back[1]! - y) < (margin > 0.99 ? 1e-5 : 1e-10))
      } else {
        assert.ok(Math.hypot(x, y) >= map.idealRadius)
        assert.ok(Number.isNaN(there[0]!) && Number.isNaN(there[1]!))
      }
      if (undistort(map, x, y, back)) {
        assert.ok(distort(map, back[0]!, back[1]!, there), 'what was undistorted lies within the fold')
        assert.ok(Math.hypot(there[0]! - x, there[1]! - y) < 1e-10)
      } else assert.ok(Math.hypot(x, y) >= map.distortedRadius)
    }),
    { numRuns: 2000, seed: 1 },
  )
  assert.ok(answers > 1000)
})

test('the fold is where the distorted radius stops growing', () => {
  const barrel = lensMap(withLens({ model: 'polynomial', k1: -0.3, k2: 0, k3: 0 }))
  assert.ok(Math.abs(barrel.idealRadius - Math.sqrt(1 / 0.9)) < 1e-12)
  assert.ok(Math.abs(barrel.distortedRadius - (2 / 3) * barrel.idealRadius) < 1e-12)
  const out = new Float64Array(2)
  assert.equal(distort(barrel, 1.06, 0, out), false)
  assert.equal(undistort(barrel, 0.71, 0, out), false)
  assert.equal(lensMap(withLens({ model: 'polynomial', k1: 0.3, k2: 0, k3: 0 })).idealRadius, Infinity)
  // A pole: every distorted radius is reached before it.
  const pole = lensMap(withLens({ model: 'division', k1: -0.25, k2: 0 }))
  assert.ok(Math.abs(pole.idealRadius - 2) < 1e-12)
  assert.equal(pole.distortedRadius, Infinity)
  assert.ok(undistort(pole, 1e6, 0, out) && out[0]! < 2)
})

test('what is not finite has no answer', () => {
  const out = new Float64Array(2)
  for (const model of ['none', 'polynomial', 'division', 'nuke', 'brown'] as const) {
    const lens = { model, k1: 0.1, k2: 0, k3: 0, k4: 0, p1: 1e-3, p2: 0 }
    const map = lensMap(withLens(lens))
    for (const bad of [NaN, Infinity]) {
      assert.equal(distort(map, bad, 0, out), false)
      assert.equal(undistort(map, 0, bad, out), false)
    }
    const broken = lensMap(withLens({ ...lens, k1: NaN }))
    if (model !== 'none') assert.equal(distort(broken, 0.1, 0.1, out), false)
  }
})

test('derivatives are those of the map', () => {
  const jacobian = { byRay: new Float64Array(4), byK: new Float64Array(6) }
  const [out, plus, minus] = [new Float64Array(2), new Float64Array(2), new Float64Array(2)]
  const h = 1e-6
  fc.assert(
    fc.property(lenses, coordinate, coordinate, (lens, x, y) => {
      const map = lensMap(withLens(lens))
      fc.pre(Math.hypot(x, y) < 0.9 * map.idealRadius)
      assert.ok(distortWithJacobian(map, x, y, out, jacobian))
      for (let column = 0; column < 2; column++) {
        distort(map, x + (column === 0 ? h : 0), y + (column === 1 ? h : 0), plus)
        distort(map, x - (column === 0 ? h : 0), y - (column === 1 ? h : 0), minus)
        for (let row = 0; row < 2; row++) {
          const numeric = (plus[row]! - minus[row]!) / (2 * h)
          assert.ok(Math.abs(numeric - jacobian.byRay[2 * row + column]!) < 1e-6)
        }
      }
      for (const [k, name] of (['k1', 'k2', 'k3'] as const).entries()) {
        distort({ ...map, [name]: map[name] + h }, x, y, plus)
        distort({ ...map, [name]: map[name] - h }, x, y, minus)
        for (let row = 0; row < 2; row++) {
          const unused =
            lens.model === 'none' || (name === 'k3' && (lens.model === 'division' || lens.model === 'nuke'))
          const numeric = unused ? 0 : (plus[row]! - minus[row]!) / (2 * h)
          assert.ok(Math.abs(numeric - jacobian.byK[3 * row + k]!) < 1e-6)
        }
      }
    }),
    { numRuns: 500, seed: 2 },
  )
})
