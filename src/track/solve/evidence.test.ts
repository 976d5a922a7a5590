import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gaussianPair, syntheticShot } from '../synthetic.ts'
import { seededRng } from '#core/rng.ts'
import { evidenceFor } from './evidence.ts'
import { emptyReconstruction, errorsPx, type Reconstruction } from './reconstruction.ts'
import { reject } from './reject.ts'
import { misfit, noisePx } from './score.ts'
import { tabulate } from './shot.ts'

const { tracks, truth } = syntheticShot({ frames: 20, liveTracks: 60, noisePx: 0.3, grossShare: 0.15 })
const shot = tabulate(tracks, 0, 1, truth.intrinsics)!
const frames = [...truth.camFromWorld.keys()]

/** The truth as a reconstruction, each point moved by so many units of the world at random. */
function trueReconstruction(pointNoise = 0): Reconstruction {
  const rng = seededRng(4)
  const points = Float64Array.from(truth.points.flatMap((p) => [...(p ?? [NaN, NaN, NaN])]))
  const noisy = points.map((v) => v + pointNoise * gaussianPair(rng)[0])
  return { ...emptyReconstruction(shot, truth.intrinsics, false), cameras: truth.camFromWorld, points: noisy }
}

test('The noise is found, whatever the outliers', () => {
  assert.ok(Math.abs(noisePx(shot, trueReconstruction()) - 0.3) < 0.03)
})

test('Rejection takes what is off by more than the gate, and nothing else', () => {
  const solved = trueReconstruction()
  const errors = errorsPx(shot, solved)
  const { reconstruction, lost } = reject(shot, solved, 3)
  errors.forEach((e, i) => {
    if (!lost.includes(shot.track[i]!)) assert.equal(reconstruction.kept[i], e > 3 ? 0 : 1)
  })
  for (const t of lost) {
    assert.equal(truth.kinds[t], 'gross')
    assert.ok(Number.isNaN(reconstruction.points[3 * t]!))
  }
  assert.ok(lost.length > 0)
})

test('A misfit is small for the truth, grows with error, and is 1 for nothing', () => {
  const nothing = emptyReconstruction(shot, truth.intrinsics, false)
  const scores = [trueReconstruction(), trueReconstruction(0.02), trueReconstruction(0.2), nothing].map((solved) =>
    misfit(shot, solved, 1),
  )
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => a - b),
  )
  assert.ok(Math.abs(scores.at(-1)! - 1) < 1e-12)
  assert.ok(scores[0]! < 0.25)
})

test('What is given up does not better the misfit', () => {
  const solved = trueReconstruction(0.02)
  const dropped = { ...solved, kept: solved.kept.map((_, i) => i % 2) }
  assert.equal(misfit(shot, dropped, 1), misfit(shot, solved, 1))
})

test('Evidence is strong for what all tracks gain by, weak for what one gains by, and against what is worse', () => {
  const [right, wrong] = [trueReconstruction(), trueReconstruction(0.05)]
  const better = evidenceFor(shot, wrong, right, 0.3, frames)
  assert.ok(better.gain > 0.2 && better.z > 5)
  const worse = evidenceFor(shot, right, wrong, 0.3, frames)
  assert.ok(worse.gain < 0 && worse.z < -5)
  const onlyOne = { ...right, points: right.points.map((v, i) => (i < 3 ? wrong.points[i]! : v)) }
  const little = evidenceFor(shot, onlyOne, right, 0.3, frames)
  assert.ok(Math.abs(little.z) <= 1)
})
