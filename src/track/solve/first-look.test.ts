import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SyntheticOptions, syntheticShot } from '../synthetic.ts'
import { firstLook } from './first-look.ts'
import { selectKeyframes } from './keyframes.ts'
import { planOf } from './plan.ts'
import { tabulate } from './shot.ts'
import { askedOf } from './test-solve.ts'

/** What is seen at first sight of a shot of 800 px focal length, of which nothing is told. */
function lookAt(asked: Partial<SyntheticOptions>) {
  const made = syntheticShot({ frames: 40, noisePx: 0.15, grossShare: 0.05, ...asked })
  const options = { ...askedOf(made), focal: 'unknown', focalPx: null } as const
  const shot = tabulate(made.tracks, 0, 1, options)
  assert.ok(shot)
  const plan = planOf(options)
  const { motion, focalPx } = firstLook(shot, plan, selectKeyframes(shot, plan.diagonalPx, 8))
  return { motion, focalShare: focalPx === null ? null : focalPx / made.options.focalPx }
}

const near = (share: number | null, tolerance: number) =>
  assert.ok(share !== null && Math.abs(share - 1) < tolerance, `${share}`)

test('a turning camera is seen to turn, and by how long a lens', () => {
  for (const seed of [1, 2]) {
    const { motion, focalShare } = lookAt({ seed, path: 'tripod' })
    assert.equal(motion, 'turns')
    near(focalShare, 0.02)
  }
})

test('a camera that moves through a scene is seen to move, and through how long a lens', () => {
  for (const seed of [1, 2]) {
    const { motion, focalShare } = lookAt({ seed, path: 'orbit' })
    assert.equal(motion, 'moves')
    near(focalShare, 0.08)
  }
})

test('a zoom on a tripod is not taken for a moving camera, nor a plane for a turn', () => {
  for (const seed of [1, 2]) {
    assert.notEqual(lookAt({ seed, path: 'tripod', zoomToFocalPx: 1200 }).motion, 'moves')
    assert.notEqual(lookAt({ seed, path: 'dolly', scene: 'plane' }).motion, 'turns')
  }
})
