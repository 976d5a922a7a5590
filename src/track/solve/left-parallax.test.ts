import assert from 'node:assert/strict'
import { test } from 'node:test'
import { syntheticShot, type SyntheticOptions } from '../synthetic.ts'
import { leftParallax } from './left-parallax.ts'
import { adjustPart, emptyReconstruction } from './reconstruction.ts'
import { placePoints } from './place-points.ts'
import { tabulate } from './shot.ts'
import { solveContext } from './test-solve.ts'

/** The shot solved as a turn from the true rotations, whether it is one or not. */
async function leftOf(asked: Partial<SyntheticOptions>): Promise<number | null> {
  const { tracks, truth, options } = syntheticShot({ frames: 20, liveTracks: 60, noisePx: 0.2, scene: 'far', ...asked })
  const shot = tabulate(tracks, 0, 1, options)!
  const cameras = truth.camFromWorld.map(({ rotation }) => ({ rotation, translation: new Float64Array(3) }))
  const started = { ...emptyReconstruction(shot, truth.intrinsics, true), cameras }
  const placed = placePoints(shot, started, { leastParallaxPx: 0, gatePx: Infinity })
  const frames = [...cameras.keys()]
  const loss = { kind: 'cauchy', scalePx: 1 } as const
  const part = await adjustPart(shot, placed, { frames, focal: 'shared', loss, maxIterations: 30 }, solveContext)
  return leftParallax(shot, part!.reconstruction)
}

test('what a true turn leaves is no parallax', async () => {
  for (const seed of [1, 2, 3]) {
    const left = await leftOf({ path: 'tripod', seed })
    assert.ok(left !== null && left > 0.5 && left < 2.5, `${left}`)
  }
})

test('what is left of a walk past things that are taken to be far is parallax', async () => {
  for (const seed of [1, 2, 3]) {
    const left = await leftOf({ path: 'walk', scene: 'room', seed })
    assert.ok(left !== null && left > 10, `${left}`)
  }
})

test('of two frames nothing is said', async () => {
  assert.equal(await leftOf({ path: 'tripod', frames: 2 }), null)
})
