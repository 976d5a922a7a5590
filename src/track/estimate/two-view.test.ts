import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRng } from '#core/rng.ts'
import { dot, unit } from '../geometry/linear.ts'
import type { Rigid3 } from '../geometry/rigid3.ts'
import { angleBetween } from '../geometry/so3.ts'
import { sampsonSquared } from './epipolar.ts'
import { decomposeEssential, essentialOf, refineRelativePose, relativePose } from './essential.ts'
import { fivePoint } from './five-point.ts'
import { all, focalPx, makePair, median } from './test-pairs.ts'
import { robustEssential, robustRelativePose } from './two-view.ts'

const degrees = (rad: number) => (rad * 180) / Math.PI
const turnError = (found: Rigid3, truth: Rigid3) => degrees(angleBetween(found.rotation, truth.rotation))
const courseError = (found: Rigid3, truth: Rigid3) =>
  degrees(Math.acos(Math.min(1, dot(found.translation, unit(truth.translation)!))))

/** Of essential matrices, whose sign means nothing. */
function distance(one: Float64Array, other: Float64Array): number {
  const size = (m: Float64Array) => Math.hypot(...m)
  const scale = Math.SQRT2
  const [p, q] = [one.map((value) => (scale * value) / size(one)), other.map((value) => (scale * value) / size(other))]
  return Math.min(size(p.map((value, i) => value - q[i]!)), size(p.map((value, i) => value + q[i]!)))
}

test('five points without noise: the true matrix is among the answers, and every answer fits', () => {
  let answers = 0
  for (let seed = 0; seed < 300; seed++) {
    const { a, b, bFromA } = makePair({ seed, count: 5 })
    const found = fivePoint(a, b, all(5))
    answers += found.length
    assert.ok(found.length <= 10)
    assert.ok(Math.min(...found.map((essential) => distance(essential, essentialOf(bFromA)))) < 1e-9, `seed ${seed}`)
    for (const essential of found) {
      const squared = new Float64Array(5)
      sampsonSquared(essential, a, b, squared)
      assert.ok(Math.max(...squared) < 1e-20)
      // 2 E Eᵀ E = trace(E Eᵀ) E: the two singular values are equal.
      assert.ok(Math.min(...decomposeEssential(essential).map((pose) => distance(essentialOf(pose), essential))) < 1e-8)
    }
  }
  assert.ok(answers > 3 * 300 && answers < 6 * 300)
})

test('five points that determine nothing give nothing or finite matrices, never NaN', () => {
  const still = makePair({ seed: 1, count: 5, scene: 'turn' })
  const cases = [
    { a: still.a, b: still.a }, // no motion
    { a: still.a, b: still.b }, // a mere turn
    { a: new Float64Array(10), b: new Float64Array(10) }, // one point five times
    { a: still.a.map((value, i) => (i % 2 === 0 ? value : 0.5 * still.a[i - 1]!)), b: still.b }, // on one line
    { a: still.a.map(() => NaN), b: still.b },
  ]
  for (const { a, b } of cases) {
    for (const essential of fivePoint(a, b, all(5))) assert.ok(essential.every(Number.isFinite))
  }
  assert.deepEqual(fivePoint(new Float64Array(10), new Float64Array(10), all(5)), [])
  assert.deepEqual(fivePoint(cases[4]!.a, still.b, all(5)), [])
})

test('a matrix has four motions, one of them the true one, which the points choose', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const { a, b, bFromA } = makePair({ seed, count: 30 })
      const poses = decomposeEssential(essentialOf(bFromA))
      assert.equal(poses.length, 4)
      const true_ = poses.filter((pose) => turnError(pose, bFromA) < 1e-5 && courseError(pose, bFromA) < 1e-4)
      assert.equal(true_.length, 1)
      const chosen = relativePose(essentialOf(bFromA), a, b, all(30))
      assert.ok(chosen !== null && chosen.inFront === 30 && turnError(chosen.bFromA, bFromA) < 1e-5)
    }),
    { numRuns: 50, seed: 1 },
  )
})

test('refinement reaches the truth from a start some degrees off', () => {
  for (let seed = 0; seed < 10; seed++) {
    const { a, b, bFromA } = makePair({ seed, count: 60 })
    const other = makePair({ seed, count: 5, noisePx: 0 }).bFromA
    const off = { rotation: other.rotation, translation: unit(other.translation.map((v, i) => v + 0.05 * (i - 1)))! }
    const refined = refineRelativePose(off, a, b, all(60))
    assert.ok(refined !== null && turnError(refined, bFromA) < 1e-6 && courseError(refined, bFromA) < 1e-4)
  }
  const { a, b, bFromA } = makePair({ seed: 1, count: 4 })
  assert.equal(refineRelativePose(bFromA, a, b, all(4)), null)
})

test('two fifths of outliers: exact without noise, within stated bounds with it', () => {
  for (const [noisePx, turnBound, courseBound] of [
    [0, 1e-8, 1e-5],
    [0.1, 0.02, 0.1],
    [0.5, 0.1, 0.5],
  ] as const) {
    const [turns, courses]: [number[], number[]] = [[], []]
    for (let seed = 0; seed < 12; seed++) {
      const { a, b, bFromA, right } = makePair({ seed, noisePx, outliers: 0.4 })
      const fit = robustRelativePose(a, b, { threshold: 2 / focalPx, rng: seededRng(seed) })
      assert.ok(fit !== null)
      turns.push(turnError(fit.bFromA, bFromA))
      courses.push(courseError(fit.bFromA, bFromA))
      assert.ok(right.filter((i) => fit.inliers.includes(i)).length >= 0.97 * right.length)
      assert.ok(fit.inliers.length < 1.1 * right.length)
      assert.ok(noisePx === 0 || Math.abs(fit.sigma * focalPx - noisePx) < 0.3 * noisePx, 'the noise is told')
    }
    assert.ok(median(turns) < turnBound && Math.max(...turns) < 4 * turnBound, `${noisePx} px: ${Math.max(...turns)}`)
    assert.ok(median(courses) < courseBound && Math.max(...courses) < 4 * courseBound, `${Math.max(...courses)}`)
  }
})

test('the same seed gives the same bits', () => {
  const { a, b } = makePair({ seed: 3, noisePx: 0.3, outliers: 0.3 })
  const once = () => robustRelativePose(a, b, { threshold: 2 / focalPx, rng: seededRng(9) })
  assert.deepEqual(once(), once())
})

test('of a plane one of the two motions that it allows is found', () => {
  let right = 0
  for (let seed = 0; seed < 12; seed++) {
    const { a, b, bFromA } = makePair({ seed, scene: 'plane', noisePx: 0.1, outliers: 0.2 })
    const pose = robustRelativePose(a, b, { threshold: 2 / focalPx, rng: seededRng(seed) })
    assert.ok(pose !== null && pose.inlierShare > 0.7, `seed ${seed}`)
    if (turnError(pose.bFromA, bFromA) < 0.3) right++
  }
  assert.ok(right >= 3, `${right} of 12`)
})

test('without parallax, or enough points, there is no pose', () => {
  const options = { threshold: 2 / focalPx, rng: seededRng(1), maxSamples: 50 }
  const turn = makePair({ seed: 1, scene: 'turn' })
  assert.equal(robustRelativePose(turn.a, turn.a, options), null, 'no motion at all')
  const shaky = makePair({ seed: 1, scene: 'turn', noisePx: 0.1 })
  assert.ok(robustEssential(shaky.a, shaky.b, options) !== null, 'a turn has matrices that fit')
  const few = makePair({ seed: 1, count: 5 })
  assert.equal(robustRelativePose(few.a, few.b, options), null, 'five fit always, which proves nothing')
  assert.equal(robustRelativePose(new Float64Array(0), new Float64Array(0), options), null)
  assert.equal(
    robustRelativePose(
      turn.a.map(() => NaN),
      turn.b,
      options,
    ),
    null,
  )
})
