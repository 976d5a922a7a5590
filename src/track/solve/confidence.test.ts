import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confidenceOf, type Signs } from './confidence.ts'
import { weights } from './confidence-weights.ts'
import { solved } from './test-solve.ts'

const unknown = { focal: 'unknown', focalPx: null } as const

test('before a wall that faces the camera moving in and zooming look alike, unless the focal length is known', async () => {
  const wall = { seed: 3, path: 'forward', scene: 'plane', noisePx: 0.5 } as const
  const found = await solved(wall, unknown)
  assert.equal(found.solution.signs!.wall, 1)
  assert.ok(found.solution.confidence <= 0.4)
  assert.match(found.solution.notes.join(' '), /one plane that faces the camera/)
  const known = await solved(wall, { focal: 'fixed', focalPx: 800 })
  assert.equal(known.solution.signs!.wall, 0)
  assert.doesNotMatch(known.solution.notes.join(' '), /one plane/)
})

test('a healthy walk through a room is told to be right, and so is a turn', async () => {
  for (const path of ['walk', 'tripod'] as const) {
    const { solution } = await solved({ seed: 2, path, frames: 30, noisePx: 0.1 }, unknown)
    assert.ok(solution.confidence > 0.9, `${path}: ${solution.confidence}`)
  }
})

test('however well all else looks, the focal length is no surer than its standard deviation', () => {
  const zeros = Object.fromEntries(Object.keys(weights.of).map((name) => [name, 0])) as Record<keyof Signs, number>
  const fine: Signs = { ...zeros, path: -4, rotation: -4, frames: 6, bridge: 5, relief: 8 }
  const told = (sigmaShare: number) => confidenceOf({ ...fine, focal: Math.log2(sigmaShare / 0.02) }, false, 1)
  assert.ok(told(0.002) > 0.9)
  assert.ok(told(0.025) < 0.5)
  assert.ok(told(0.1) < 0.15)
  for (let sigma = 0.002; sigma < 0.1; sigma *= 1.3) assert.ok(told(1.3 * sigma) < told(sigma))
})
