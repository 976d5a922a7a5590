import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SyntheticOptions } from '../synthetic.ts'
import { assertRight, solved } from './test-solve.ts'

test('No focal length is needed, of a wide lens nor of a long one', async () => {
  for (const focalPx of [450, 2600]) {
    const { verdict } = await solved(
      { scene: 'street', focalPx, frames: 30, liveTracks: 80 },
      { focal: 'unknown', focalPx: null },
    )
    assertRight(verdict)
    assert.ok(verdict.focalMeanShare < 0.02, `${focalPx}: ${verdict.focalMeanShare}`)
  }
})

test('What moves on its own does not win, though a third of the tracks are on it', async () => {
  const { solution, verdict, shot } = await solved({ movers: 4, moverShare: 0.35 })
  assertRight(verdict)
  const movers = shot.truth.kinds.filter((kind) => kind === 'mover').length
  assert.ok(movers > 20)
  assert.ok(solution.unsolved.length > 0.5 * movers)
})

test('A turning camera that zooms has a focal length for each frame', async () => {
  const { solution, verdict } = await solved({ path: 'tripod', scene: 'street', zoomToFocalPx: 1200, frames: 40 })
  assert.equal(solution.motion, 'tripod')
  assert.equal(solution.zoom, true)
  assert.ok(verdict.focalMaxShare < 0.01)
})

test('A zoom while walking is recognised, and its curve found within 1 %', async () => {
  const { solution, verdict } = await solved({ zoomToFocalPx: 1200, frames: 40 })
  assert.equal(solution.zoom, true)
  assert.equal(solution.motion, 'general')
  assert.ok(verdict.focalMaxShare < 0.01, `${verdict.focalMaxShare}`)
  assert.ok(verdict.positionShare !== null && verdict.positionShare < 0.005)
})

test('A principal point off the middle is found when it may be', async () => {
  const { solution } = await solved({ principalOffsetPx: [15, -10], frames: 50 }, { principal: 'refine' })
  const { principalXPx, principalYPx } = solution.intrinsics
  assert.ok(Math.hypot(principalXPx - 495, principalYPx - 260) < 4, `${principalXPx}, ${principalYPx}`)
})

test('Flights forward, a scene that is one plane, and pixels that are not square', async () => {
  const shots: Partial<SyntheticOptions>[] = [
    { path: 'forward', scene: 'street' },
    { path: 'walk', scene: 'plane', frames: 40 },
    { pixelAspect: 2, scene: 'street' },
  ]
  for (const shot of shots) {
    const { verdict } = await solved(shot)
    assert.ok(verdict.positionShare !== null && verdict.positionShare < 0.003, JSON.stringify(shot))
    assert.ok(verdict.rotationMeanDeg < 0.2, JSON.stringify(shot))
  }
})

test('Where the motion hardly shows the focal length, the given one is kept and said to be', async () => {
  const { solution } = await solved({ path: 'dolly', scene: 'plane', frames: 30 })
  assert.equal(solution.intrinsics.focalPx, 1.3 * 800)
  assert.ok(solution.notes.some((note) => note.includes('focal length')))
})
