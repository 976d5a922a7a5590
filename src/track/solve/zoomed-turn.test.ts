import assert from 'node:assert/strict'
import { test } from 'node:test'
import { solved } from './test-solve.ts'

const unknown = { focal: 'unknown', focalPx: null } as const
const zoom = { path: 'tripod', focalPx: 880, zoomToFocalPx: 560, noisePx: 0.1 } as const

test('a zoom from one place is found where a turn is asked for, which no one focal length fits', async () => {
  const { solution, verdict } = await solved(zoom, { ...unknown, motion: 'tripod' })
  assert.deepEqual([solution.motion, solution.zoom], ['tripod', true])
  assert.ok(verdict.focalMeanShare < 0.005 && verdict.rotationMeanDeg < 0.05)
})

test('a zoom from one place is not taken for a path towards a wall', async () => {
  for (const scene of ['room', 'facade'] as const) {
    const { solution, verdict } = await solved({ ...zoom, scene }, unknown)
    assert.deepEqual([solution.motion, solution.zoom], ['tripod', true], scene)
    assert.ok(verdict.focalMeanShare < 0.005 && verdict.rotationMeanDeg < 0.05)
  }
})

test('a camera that moves towards a wall is not taken for a zoom', async () => {
  for (const [scene, noisePx] of [
    ['plane', 0.1],
    ['facade', 0.5],
  ] as const) {
    const { solution } = await solved({ seed: 4, path: 'forward', scene, noisePx }, unknown)
    assert.deepEqual([solution.motion, solution.zoom, solution.signs!.wall], ['general', false, 1], scene)
  }
})
