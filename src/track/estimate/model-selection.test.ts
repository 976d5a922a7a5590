import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { robustFundamental } from './eight-point.ts'
import { focalFromFundamentals, robustTurnAndFocal } from './focal.ts'
import { chooseMotion, type MotionKind } from './model-selection.ts'
import { focalPx, makePair } from './test-pairs.ts'

const scenes = [
  ['turn', 'rotation'],
  ['plane', 'plane'],
  ['depth', 'general'],
] as const

const options = (seed: number, guess: number) =>
  ({
    threshold: 2 / (focalPx * guess),
    leastSigma: 0.05 / (focalPx * guess),
    rng: seededRng(seed),
    focal: guess === 1 ? 'known' : 'free',
  }) as const

for (const guess of [1, 1.3]) {
  test(`turn, plane and depth are told apart, the focal length ${guess === 1 ? 'known' : '30 % wrong'}`, () => {
    for (const [scene, kind] of scenes) {
      let [hits, all] = [0, 0]
      for (const noisePx of [0, 0.1, 0.4]) {
        for (let seed = 0; seed < 3; seed++) {
          const { a, b } = makePair({ seed, scene, noisePx, outliers: 0.2 })
          const scaled = (rays: Float64Array) => rays.map((value) => value / guess)
          const choice = chooseMotion(scaled(a), scaled(b), options(seed, guess))
          assert.ok(choice !== null)
          all++
          if (choice.kind === kind) hits++
          assert.equal(choice.scores[choice.kind], Math.min(...Object.values(choice.scores)))
          // A wrong focal length leaves errors that no motion explains.
          if (noisePx > 0 && guess === 1) assert.ok(Math.abs(choice.sigma * focalPx * guess - noisePx) < 0.35 * noisePx)
        }
      }
      assert.ok(hits >= all - 1, `${scene}: ${hits} of ${all}`)
    }
  })
}

test('nothing to choose from', () => {
  const kinds: (MotionKind | undefined)[] = []
  for (const count of [0, 1]) {
    const { a, b } = makePair({ seed: 1, count })
    kinds.push(chooseMotion(a, b, options(1, 1))?.kind)
  }
  assert.deepEqual(kinds, [undefined, undefined])
  const { a, b } = makePair({ seed: 1, count: 20 })
  assert.equal(
    chooseMotion(
      a.map(() => NaN),
      b,
      options(1, 1),
    ),
    null,
  )
})

test('the focal length from a turn, though the guess is off by far', () => {
  for (const guess of [0.6, 1.7]) {
    for (let seed = 0; seed < 5; seed++) {
      const { a, b } = makePair({ seed, scene: 'turn', noisePx: 0.1, outliers: 0.3 })
      const scaled = (rays: Float64Array) => rays.map((value) => value / guess)
      const fit = robustTurnAndFocal(scaled(a), scaled(b), options(seed, guess))
      assert.ok(fit !== null && Math.abs(fit.model.focalFactor * guess - 1) < 0.015, `seed ${seed}`)
    }
  }
})

test('the focal length from moving pictures', () => {
  for (const [noisePx, bound] of [
    [0, 1e-3],
    [0.2, 0.01],
  ] as const) {
    const pairs = [0, 1, 2, 3, 4, 5].flatMap((seed) => {
      const { a, b } = makePair({ seed, count: 120, noisePx, baseline: 1.2 })
      const toPixels = (rays: Float64Array) => rays.map((value) => focalPx * value)
      const fit = robustFundamental(toPixels(a), toPixels(b), { threshold: 2, rng: seededRng(seed) })
      return fit === null ? [] : [fit.model]
    })
    const hint = focalFromFundamentals(pairs, { from: 300, to: 4000 })
    assert.ok(hint !== null && Math.abs(hint.focal / focalPx - 1) < bound)
    assert.ok(hint.range.from < focalPx && focalPx < hint.range.to)
  }
  assert.equal(focalFromFundamentals([], { from: 300, to: 4000 }), null)
  // A camera that moves straight ahead: every focal length makes an essential matrix of this.
  const ahead = Float64Array.of(0, -1, 0, 1, 0, 0, 0, 0, 0)
  assert.equal(focalFromFundamentals([ahead], { from: 300, to: 4000 }), null)
})
