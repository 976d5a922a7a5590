import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertRight, solved } from './test-solve.ts'

test('A walk through a room is solved from a focal length 30 % too long', async () => {
  const { solution, verdict } = await solved({ scene: 'street' })
  assertRight(verdict)
  assert.ok(verdict.focalMeanShare < 0.005)
  assert.equal(solution.motion, 'general')
  assert.equal(solution.zoom, false)
  assert.equal(solution.intrinsics.lens.model, 'none')
  assert.ok(solution.errorPx > 0.2 && solution.errorPx < 0.32, 'two coordinates of 0.2 px')
  assert.ok(solution.confidence > 0.9)
})

test('Wrong tracks are dropped: 30 % that jump and 10 % that slide', async () => {
  const { solution, verdict, shot } = await solved({ grossShare: 0.3, slidingShare: 0.1 })
  assertRight(verdict)
  assert.ok(solution.errorPx < 0.4)
  const wrong = new Set(shot.truth.kinds.flatMap((kind, id) => (kind === 'gross' ? [id] : [])))
  const whole = solution.points.filter(({ track, droppedFrames }) => wrong.has(track) && droppedFrames.length === 0)
  assert.ok(whole.length <= 0.3 * wrong.size, `${whole.length} of ${wrong.size} tracks that jump were kept whole`)
})

test('The same input and seed give the same answer to the last bit', async () => {
  const [first, second] = [await solved({ frames: 12 }), await solved({ frames: 12 })]
  assert.deepEqual(first.solution, second.solution)
})

test('Hidden observations are never used, and agree with the solution', async () => {
  const { solution, shot } = await solved({}, { heldOutShare: 0.2 })
  const all = shot.tracks.reduce((sum, track) => sum + track.frames.length, 0)
  const { used, dropped, heldOut } = solution.observations
  assert.ok(Math.abs(heldOut / all - 0.2) < 0.04)
  assert.ok(used + dropped + heldOut <= all)
  assert.ok(solution.heldOutErrorPx !== null && solution.heldOutErrorPx < 1.4 * solution.errorPx)
})

test('The focal length that is told to be off by a few standard deviations is off by no more', async () => {
  const { solution, shot } = await solved({ scene: 'street' })
  const off = Math.abs(solution.intrinsics.focalPx - shot.truth.intrinsics.focalPx)
  assert.ok(solution.focalSigmaPx !== null)
  assert.ok(off < 4 * solution.focalSigmaPx, `${off} px off with a sigma of ${solution.focalSigmaPx}`)
})

test('A given focal length stays as it is', async () => {
  const { solution, verdict } = await solved({}, { focal: 'fixed', focalPx: 800 })
  assertRight(verdict)
  assert.equal(solution.intrinsics.focalPx, 800)
  assert.equal(solution.focalSigmaPx, null)
})

test('A camera that only turns is told from one that moves, and its points are directions', async () => {
  const { solution, verdict } = await solved({ path: 'tripod', scene: 'street' })
  assert.equal(solution.motion, 'tripod')
  assert.ok(verdict.rotationMeanDeg < 0.03)
  assert.ok(verdict.focalMeanShare < 0.003)
  for (const { xyz } of solution.points) assert.ok(Math.abs(Math.hypot(...xyz) - 1) < 1e-9)
  for (const { camFromWorld } of solution.cameras) assert.deepEqual([...camFromWorld.translation], [0, 0, 0])
})

test('Distortion is found, k1 within 5 %', async () => {
  const lens = { model: 'polynomial', k1: -0.16, k2: 0.025, k3: 0 } as const
  const { solution, verdict } = await solved({ lens, focalPx: 640, frames: 50 })
  const found = solution.intrinsics.lens
  assert.ok(found.model === 'polynomial')
  assert.ok(Math.abs(found.k1 / lens.k1 - 1) < 0.05, `k1 ${found.k1}`)
  assert.ok(verdict.focalMeanShare < 0.005)
})
