import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { apply3 } from '../geometry/linear.ts'
import { angleBetween, expSo3 } from '../geometry/so3.ts'
import { sampsonSquared } from './epipolar.ts'
import { eightPoint, refineFundamental, robustFundamental } from './eight-point.ts'
import { homography, homographySquared, planeMotions, robustHomography } from './homography.ts'
import { robustRotation, rotationBetween } from './rotation.ts'
import { all, focalPx, makePair, median } from './test-pairs.ts'

const toPixels = (rays: Float64Array) => rays.map((value, i) => focalPx * value + (i % 2 === 0 ? 480 : 270))

/** The farthest that a homography puts a right correspondence from where it is. */
function worstTransfer(h: Float64Array, a: Float64Array, b: Float64Array, subset: Int32Array): number {
  return Math.max(
    ...Array.from(subset, (i) => {
      const there = apply3(h, Float64Array.of(a[2 * i]!, a[2 * i + 1]!, 1))
      return Math.hypot(there[0]! / there[2]! - b[2 * i]!, there[1]! / there[2]! - b[2 * i + 1]!)
    }),
  )
}

test('a homography from four points of a plane, and from all, in rays and in pixels', () => {
  for (let seed = 0; seed < 30; seed++) {
    const { a, b } = makePair({ seed, scene: 'plane', count: 40 })
    for (const subset of [all(4), all(40)]) {
      const h = homography(a, b, subset)
      assert.ok(h !== null && worstTransfer(h, a, b, all(40)) < (subset.length === 4 ? 1e-9 : 1e-12), `seed ${seed}`)
      const inPixels = homography(toPixels(a), toPixels(b), subset)
      assert.ok(inPixels !== null && worstTransfer(inPixels, toPixels(a), toPixels(b), all(40)) < 1e-6)
    }
  }
})

test('points that do not determine a homography give none', () => {
  const { a, b } = makePair({ seed: 1, scene: 'plane', count: 5 })
  const lined = a.slice()
  lined.set([(lined[0]! + lined[2]!) / 2, (lined[1]! + lined[3]!) / 2], 4)
  const there = b.slice()
  there.set([(there[0]! + there[2]!) / 2, (there[1]! + there[3]!) / 2], 4)
  assert.equal(homography(lined, there, all(4)), null, 'three of four on one line')
  assert.equal(homography(a, b, [0, 1, 2, 2]), null, 'one given twice')
  assert.equal(homography(a, b, all(3)), null)
  assert.equal(homography(new Float64Array(8), b, all(4)), null)
  assert.equal(
    homography(
      a.map(() => NaN),
      b,
      all(4),
    ),
    null,
  )
})

test('the Sampson error of a homography is how far the points must move', () => {
  const { a, b } = makePair({ seed: 2, scene: 'plane', count: 20 })
  const h = homography(a, b, all(20))!
  const squared = new Float64Array(20)
  homographySquared(h, a, b, squared)
  assert.ok(Math.max(...squared) < 1e-24)
  // Pushed by e in the second picture, the four coordinates share the way: about e / sqrt 2 under a gentle homography.
  homographySquared(
    h,
    a,
    b.map((value) => value + 1e-3 / Math.SQRT2),
    squared,
  )
  squared.forEach((value) => assert.ok(Math.abs(Math.sqrt(value) - 1e-3 / Math.SQRT2) < 2e-4))
  homographySquared(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, -1), a, b, squared)
  assert.ok(
    squared.every((value) => value === Infinity),
    'behind the horizon',
  )
})

test('a plane among two fifths of outliers', () => {
  for (const [noisePx, bound] of [
    [0, 1e-9],
    [0.3, 0.5],
  ] as const) {
    for (let seed = 0; seed < 8; seed++) {
      const clean = makePair({ seed, scene: 'plane' })
      const { a, b, right } = makePair({ seed, scene: 'plane', noisePx, outliers: 0.4 })
      const fit = robustHomography(a, b, { threshold: 2 / focalPx, rng: seededRng(seed) })
      assert.ok(fit !== null && worstTransfer(fit.model, clean.a, clean.b, right) * focalPx < bound, `seed ${seed}`)
    }
  }
})

test('the motions of a plane hold the true one', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { a, b, bFromA } = makePair({ seed, scene: 'plane', count: 30 })
    const motions = planeMotions(homography(a, b, all(30))!)
    assert.equal(motions.length, 2)
    const errors = motions.map(({ rotation, translation }) => {
      const along = translation.reduce((sum, value, i) => sum + value * bFromA.translation[i]!, 0) / 0.8
      return angleBetween(rotation, bFromA.rotation) + Math.abs(1 - Math.abs(along))
    })
    assert.ok(Math.min(...errors) < 1e-8, `seed ${seed}: ${errors.join()}`)
  }
  assert.deepEqual(planeMotions(expSo3(0.1, 0.2, 0.3)), [], 'a mere turn has no plane')
})

test('the rotation between two pictures, from two points up and among outliers', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { a, b, bFromA } = makePair({ seed, scene: 'turn', count: 30 })
    for (const count of [2, 30]) {
      const rotation = rotationBetween(a, b, all(count))
      assert.ok(rotation !== null && angleBetween(rotation, bFromA.rotation) < 1e-12)
    }
    const noisy = makePair({ seed, scene: 'turn', noisePx: 0.3, outliers: 0.4 })
    const fit = robustRotation(noisy.a, noisy.b, { threshold: 2 / focalPx, rng: seededRng(seed) })
    assert.ok(fit !== null && angleBetween(fit.model, bFromA.rotation) * focalPx < 0.3)
  }
  const { a, b } = makePair({ seed: 1, scene: 'turn', count: 3 })
  assert.equal(rotationBetween(a, b, [0]), null, 'one direction leaves a turn open')
  assert.equal(rotationBetween(a, b, [1, 1]), null)
  assert.equal(
    rotationBetween(
      a.map(() => NaN),
      b,
      [0, 1],
    ),
    null,
  )
})

test('a fundamental matrix from eight points in pixels, and none from a plane', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { a, b } = makePair({ seed, count: 60 })
    const [p, q] = [toPixels(a), toPixels(b)]
    const squared = new Float64Array(60)
    for (const subset of [all(8), all(60)]) {
      const f = eightPoint(p, q, subset)
      assert.ok(f !== null)
      sampsonSquared(f, p, q, squared)
      assert.ok(Math.max(...squared) < (subset.length === 8 ? 1e-8 : 1e-16), `seed ${seed}: ${Math.max(...squared)}`)
    }
    const plane = makePair({ seed, count: 60, scene: 'plane' })
    assert.equal(eightPoint(toPixels(plane.a), toPixels(plane.b), all(60)), null)
  }
  const { a, b } = makePair({ seed: 1, count: 8 })
  assert.equal(eightPoint(a, b, all(7)), null)
  assert.equal(
    eightPoint(
      a,
      a.map(() => 0),
      all(8),
    ),
    null,
  )
})

test('refinement makes a fundamental matrix better than least squares of the algebraic error', () => {
  const [before, after]: [number[], number[]] = [[], []]
  for (let seed = 0; seed < 15; seed++) {
    const clean = makePair({ seed, count: 100 })
    const { a, b } = makePair({ seed, count: 100, noisePx: 1 })
    const [p, q] = [toPixels(a), toPixels(b)]
    const start = eightPoint(p, q, all(100))!
    const errors = (f: Float64Array, x: Float64Array, y: Float64Array) => {
      const squared = new Float64Array(100)
      sampsonSquared(f, x, y, squared)
      return squared.reduce((sum, value) => sum + value, 0)
    }
    const refined = refineFundamental(start, p, q, all(100))!
    assert.ok(errors(refined, p, q) <= errors(start, p, q) * (1 + 1e-9))
    before.push(errors(start, toPixels(clean.a), toPixels(clean.b)))
    after.push(errors(refined, toPixels(clean.a), toPixels(clean.b)))
  }
  assert.ok(median(after) < median(before))
})

test('a fundamental matrix among outliers', () => {
  for (let seed = 0; seed < 3; seed++) {
    const clean = makePair({ seed })
    const { a, b, right } = makePair({ seed, noisePx: 0.3, outliers: 0.2 })
    const fit = robustFundamental(toPixels(a), toPixels(b), { threshold: 2, rng: seededRng(seed) })
    assert.ok(fit !== null)
    const squared = new Float64Array(200)
    sampsonSquared(fit.model, toPixels(clean.a), toPixels(clean.b), squared)
    assert.ok(median(Array.from(right, (i) => Math.sqrt(squared[i]!))) < 0.1)
  }
})
