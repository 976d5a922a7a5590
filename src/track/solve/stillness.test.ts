import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import type { SolveOptions, SolverTrack } from '../solution.ts'
import { gaussianPair, syntheticShot } from '../synthetic.ts'
import { solveCamera } from './solve-camera.ts'
import { askedOf, solveContext } from './test-solve.ts'

/** 80 tracks through 30 frames that tremble by 0.1 px and drift to the right by so many pixels in all. */
async function solveDrifting(driftPx: number, asked: Partial<SolveOptions>) {
  const rng = seededRng(`drift ${driftPx}`)
  const frames = Int32Array.from({ length: 30 }, (_, i) => i)
  const tracks = Array.from({ length: 80 }, (_, id): SolverTrack => {
    const [x, y] = [60 + 840 * rng.next(), 40 + 460 * rng.next()]
    const xy = Float64Array.from({ length: 60 }, (_, i) => {
      const place = i % 2 === 0 ? x + (driftPx * (i >> 1)) / 30 : y
      return place + 0.1 * gaussianPair(rng)[0]
    })
    return { id, frames, xy }
  })
  const result = await solveCamera(tracks, { ...askedOf(syntheticShot({ frames: 2 })), ...asked }, solveContext)
  assert.ok(result.ok, result.ok ? '' : result.why)
  return result.solution
}

test('of a camera that does not move nothing is told of the focal length', async () => {
  const unknown = await solveDrifting(0, { focal: 'unknown', focalPx: null })
  assert.equal(unknown.motion, 'tripod')
  assert.equal(unknown.zoom, false)
  assert.equal(unknown.focalSigmaPx, null)
  assert.ok(unknown.confidence <= 0.1)
  assert.match(unknown.notes.join(' '), /does not move.*guess/)
})

test('a given focal length is kept where the camera does not move', async () => {
  const given = await solveDrifting(0, { focal: 'refine', focalPx: 700 })
  assert.equal(given.intrinsics.focalPx, 700)
  assert.equal(given.focalSigmaPx, null)
  assert.ok(given.confidence <= 0.1)
  const fixed = await solveDrifting(0, { focal: 'fixed', focalPx: 700 })
  assert.equal(fixed.intrinsics.focalPx, 700)
  assert.match(fixed.notes.join(' '), /does not move/)
  assert.ok(fixed.confidence > 0.5)
})

test('a slow pan is no still camera', async () => {
  const slow = await solveDrifting(30, { focal: 'unknown', focalPx: null })
  assert.doesNotMatch(slow.notes.join(' '), /does not move/)
})
