import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import {
  failureChances,
  failureFrame,
  fitHazard,
  judgeHazard,
  spanLabels,
  survivalCurves,
  type TrackLife,
} from './hazard.ts'
import { auc, calibrationError } from './metrics.ts'
import { windowFeatureNames, writeWindowFeatures } from './window-features.ts'

/**
 * Points that drift to the picture's border at x = 1 and are lost there, or are lost by chance where contrast is low; watched
 * for 60 frames.
 */
function drifting(count: number, seed: string): TrackLife[] {
  const rng = seededRng(`drifting ${seed}`)
  return Array.from({ length: count }, (_, track) => {
    const [start, speed, contrast] = [rng.next(), 0.002 + 0.03 * rng.next(), rng.next()]
    const x: number[] = []
    const seen: number[] = []
    let failed = false
    for (let frame = 0; frame < 60 && !failed; frame++) {
      x.push(start + speed * frame + 0.002 * (rng.next() - 0.5))
      seen.push(rng.next() < 0.05 ? Number.NaN : contrast)
      failed = start + speed * (frame + 1) > 1 || rng.next() < 0.06 * (1 - contrast) ** 3
    }
    const signals = [Float64Array.from(x), Float64Array.from(seen)]
    return { frames: x.length, failed, signals, group: `clip ${track % 20}` }
  })
}

const known = drifting(400, 'known')
const unseen = drifting(300, 'unseen')
const model = fitHazard(['x', 'contrast'], known, { boost: { trees: 120, rate: 0.1 } })!

test('tells frames apart that are near failure, with chances that mean something', () => {
  const labels: number[] = []
  const chances: number[] = []
  for (const { signals, frames, failed } of unseen) {
    failureChances(model, signals, frames, 10).forEach((chance, frame) => {
      // What came after the last frames of a survivor nobody saw.
      if (!failed && frame + 10 >= frames) return
      labels.push(failed && frame + 10 >= frames ? 1 : 0)
      chances.push(chance)
    })
  }
  assert.ok(auc(labels, chances)! > 0.9, `${auc(labels, chances)}`)
  assert.ok(calibrationError(labels, chances)! < 0.06)
})

test('foretells failure frames far better than the usual lifetime does', () => {
  const score = judgeHazard(model, known, unseen, 6, 100)
  assert.equal(score.tracks, unseen.filter(({ frames }) => frames > 6).length)
  assert.ok(score.concordance! > 0.75, `${score.concordance}`)
  assert.ok(
    score.medianFrameError! < 0.6 * score.baselineFrameError!,
    `${score.medianFrameError} ${score.baselineFrameError}`,
  )
})

test('a survival curve falls, and looks at nothing after the frame', () => {
  const { signals } = unseen.find(({ frames }) => frames > 40)!
  const cut = signals.map((signal) => signal.slice(0, 11))
  const [curve, same] = survivalCurves(
    model,
    [
      { signals, frame: 10 },
      { signals: cut, frame: 10 },
    ],
    150,
  )
  assert.deepEqual(curve, same)
  curve!.forEach((chance, step) => assert.ok(chance > 0 && chance <= (curve![step - 1] ?? 1)))
  const median = failureFrame(model, signals, 10, 150)!
  assert.ok(curve![median - 11]! <= 0.5 && (curve![median - 12] ?? 1) > 0.5)
  assert.equal(failureFrame(model, signals, 10, median - 11), null)
})

describe('labels', () => {
  const spans = [1, 3, 6]
  test('a failure is the last of its spans', () => {
    assert.deepEqual(spanLabels({ frames: 5, failed: true }, 4, spans), [1])
    assert.deepEqual(spanLabels({ frames: 5, failed: true }, 3, spans), [0, 1])
    assert.deepEqual(spanLabels({ frames: 5, failed: true }, 0, spans), [0, 0, 1])
    assert.deepEqual(spanLabels({ frames: 9, failed: true }, 0, spans), [0, 0, 0])
  })
  test('a span that nobody saw the end of has none', () => {
    assert.deepEqual(spanLabels({ frames: 5, failed: false }, 4, spans), [])
    assert.deepEqual(spanLabels({ frames: 5, failed: false }, 1, spans), [0, 0])
  })
  test('without any there is no model', () => {
    assert.equal(fitHazard(['x'], []), null)
    const life = { frames: 1, failed: false, signals: [new Float64Array(1)], group: 'a' }
    assert.equal(fitHazard(['x'], [life], { stride: 1 }), null)
  })
})

test('window features are what their names say', () => {
  const to = new Float64Array(5)
  const signal = Float64Array.of(1, 2, Number.NaN, 6, 7)
  assert.deepEqual(windowFeatureNames(['x'], 3), ['age', 'x', 'x change 3', 'x mean 3', 'x spread 3'])
  writeWindowFeatures([signal], 4, 3, to, 0)
  assert.deepEqual([...to], [4, 7, 5, 5, Math.sqrt(7)])
  writeWindowFeatures([signal], 0, 3, to, 0)
  assert.deepEqual([...to], [0, 1, Number.NaN, 1, Number.NaN])
})
