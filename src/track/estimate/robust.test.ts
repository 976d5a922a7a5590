import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { msac, type RobustModel } from './robust.ts'
import { normal, uniform } from './test-pairs.ts'

interface Line {
  readonly slope: number
  readonly offset: number
}

/** Points on y = 2 x + 1 with noise, the first `wrong` of them anywhere. */
function lineProblem(count: number, wrong: number, noise: number): RobustModel<Line> {
  const [any, gauss] = [uniform('line'), normal('line')]
  const x = Float64Array.from({ length: count }, any)
  const y = x.map((value, i) => (i < wrong ? 4 * any() : 2 * value + 1 + noise * gauss()))
  const through = (data: Int32Array): Line | null => {
    const mean = (values: Float64Array) => data.reduce((sum, i) => sum + values[i]!, 0) / data.length
    const [mx, my] = [mean(x), mean(y)]
    const [xx, xy] = data.reduce(([p, q], i) => [p! + (x[i]! - mx) ** 2, q! + (x[i]! - mx) * (y[i]! - my)], [0, 0])
    return xx! > 0 ? { slope: xy! / xx!, offset: my - (xy! / xx!) * mx } : null
  }
  return {
    dataCount: count,
    sampleSize: 2,
    residualFreedom: 1,
    solve: (sample) => [through(sample)].filter((line) => line !== null),
    residuals({ slope, offset }, squared) {
      for (let i = 0; i < count; i++) squared[i] = (y[i]! - slope * x[i]! - offset) ** 2
    },
    refine: (_, data) => through(data),
  }
}

test('a line among 70 % of outliers, as well as least squares of what is right', () => {
  const fit = msac(lineProblem(400, 280, 0.01), { threshold: 0.05, rng: seededRng(1) })
  assert.ok(fit !== null)
  assert.ok(Math.abs(fit.model.slope - 2) < 0.01 && Math.abs(fit.model.offset - 1) < 0.005)
  assert.ok(Math.abs(fit.sigma - 0.01) < 0.003)
  assert.equal(fit.inlierShare, fit.inliers.length / 400)
  assert.ok(
    fit.inliers.every((i, k) => k === 0 || i > fit.inliers[k - 1]!),
    'ascending',
  )
})

test('a threshold twenty times too wide costs nothing', () => {
  const fit = msac(lineProblem(300, 100, 0.001), { threshold: 0.02, rng: seededRng(1) })
  assert.ok(fit !== null && Math.abs(fit.model.slope - 2) < 5e-4)
})

test('it stops early where all fit, and late where few do', () => {
  const easy = msac(lineProblem(200, 0, 0.01), { threshold: 0.05, rng: seededRng(1) })
  const hard = msac(lineProblem(200, 150, 0.01), { threshold: 0.05, rng: seededRng(1) })
  assert.ok(easy !== null && hard !== null)
  assert.equal(easy.samples, 20)
  assert.ok(hard.samples > 60 && hard.samples < 300)
  const capped = msac(lineProblem(200, 150, 0.01), { threshold: 0.05, rng: seededRng(1), maxSamples: 30 })
  assert.equal(capped?.samples, 30)
})

test('too few data, and data that nothing explains, have no model', () => {
  assert.equal(msac(lineProblem(1, 0, 0), { threshold: 1, rng: seededRng(1) }), null)
  assert.equal(msac(lineProblem(2, 0, 0), { threshold: 1, rng: seededRng(1) }), null)
  const nothing: RobustModel<Line> = { ...lineProblem(50, 0, 0), solve: () => [] }
  assert.equal(msac(nothing, { threshold: 1, rng: seededRng(1) }), null)
  const lost: RobustModel<Line> = { ...lineProblem(50, 0, 0), residuals: (_, squared) => squared.fill(NaN) }
  assert.equal(msac(lost, { threshold: 1, rng: seededRng(1), maxSamples: 100 }), null)
})
