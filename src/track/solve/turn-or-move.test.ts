/** Each of these was once answered wrongly, and with confidence. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { judge } from '../judge.ts'
import type { SolveOptions } from '../solution.ts'
import { gaussianPair, type SyntheticOptions, syntheticShot } from '../synthetic.ts'
import { solveCamera } from './solve-camera.ts'
import { askedOf, solveContext } from './test-solve.ts'

async function solve(asked: Partial<SyntheticOptions>, options: Partial<SolveOptions> = {}, driftPx = 0) {
  const shot = syntheticShot({ frames: 16, liveTracks: 60, noisePx: 0.2, ...asked })
  const rng = seededRng('drift')
  const tracks = shot.tracks.map((track) => {
    const off = [0, 0]
    const slide = (value: number, i: number) => {
      off[i % 2] = 0.9 * off[i % 2]! + 0.436 * driftPx * gaussianPair(rng)[0]
      return value + off[i % 2]!
    }
    return { ...track, xy: track.xy.map(slide) }
  })
  const result = await solveCamera(tracks, { ...askedOf(shot), ...options }, solveContext)
  assert.ok(result.ok, result.ok ? '' : result.why)
  const verdict = judge(result.solution.cameras, shot.truth)
  assert.ok(verdict)
  return { solution: result.solution, verdict }
}

test('A tripod stays one in a small picture with noise and patterns that slide', async () => {
  const small = { widthPx: 320, heightPx: 180, focalPx: 256, path: 'tripod', shakeDeg: 0.4 } as const
  for (const seed of [1, 2]) {
    const { solution, verdict } = await solve({ ...small, seed, noisePx: 0.15 }, {}, 0.15)
    assert.equal(solution.motion, 'tripod')
    assert.ok(verdict.focalMeanShare < 0.02 && verdict.rotationMeanDeg < 0.2)
    assert.match(solution.notes.join(' '), /no parallax/)
  }
})

test('A dolly along a wall is no pan of a very long lens', async () => {
  for (const seed of [1, 2, 3]) {
    const { solution, verdict } = await solve({ seed, path: 'dolly', scene: 'plane', frames: 24 })
    assert.equal(solution.motion, 'general')
    assert.ok(verdict.positionShare !== null && verdict.positionShare < 0.015)
    // The given focal length is 30 % off, and nothing shows it: the path can be right, the solution cannot be called so.
    assert.equal(solution.intrinsics.focalPx, 1.3 * 800)
    assert.ok(solution.confidence < 0.5)
  }
})

test('Where all is far away the camera is said to turn, and turns rightly', async () => {
  const { solution, verdict } = await solve({ seed: 2, path: 'walk', scene: 'far', frames: 24 })
  assert.equal(solution.motion, 'tripod')
  assert.ok(verdict.rotationMeanDeg < 0.2 && verdict.focalMeanShare < 0.03)
  assert.match(solution.notes.join(' '), /too far away to show its path/)
})

const bent = { liveTracks: 80, noisePx: 0.05, lens: { model: 'polynomial', k1: -0.15, k2: 0, k3: 0 } } as const
const heldStraight = { focal: 'fixed', focalPx: 800, lens: { model: 'none' } } as const

test('A tripod stays one through a lens that is wrongly held straight, and the lens is named', async () => {
  for (const seed of [1, 2]) {
    const { solution } = await solve({ ...bent, seed, path: 'tripod', frames: 24 }, heldStraight)
    assert.equal(solution.motion, 'tripod')
    assert.match(solution.notes.join(' '), /ask for a lens with k1 of about -0\.1/)
    assert.ok(solution.confidence < 0.5)
  }
})

test('A turn through a bent lens that nobody named is not taken for a path', async () => {
  const tall = { widthPx: 540, heightPx: 960, focalPx: 780, frames: 36 }
  for (const seed of [1, 2]) {
    const asked = { focal: 'unknown', focalPx: null } as const
    const { solution, verdict } = await solve({ ...bent, ...tall, seed, path: 'tripod' }, asked)
    assert.equal(solution.motion, 'tripod')
    assert.ok(verdict.focalMeanShare < 0.005)
  }
})

test('A path through a lens that is wrongly held straight is not called right', async () => {
  const { solution, verdict } = await solve({ ...bent, seed: 1, frames: 24 }, heldStraight)
  assert.ok(verdict.rotationMeanDeg > 0.5)
  assert.match(solution.notes.join(' '), /ask for a lens/)
  assert.ok(solution.confidence < 0.5)
})

test('A focal length that is wrongly held is contradicted, a right one is not', async () => {
  const wrong = await solve({ seed: 1, frames: 24 }, { focal: 'fixed', focalPx: 960 })
  assert.match(wrong.solution.notes.join(' '), /ask for a focal length of about (7[5-9]|8[0-4])\d px/)
  assert.ok(wrong.solution.confidence < 0.5)
  const right = await solve({ seed: 1, frames: 24 }, { focal: 'fixed', focalPx: 800, lens: { model: 'none' } })
  assert.doesNotMatch(right.solution.notes.join(' '), /ask for/)
  assert.ok(right.solution.confidence > 0.5)
})
