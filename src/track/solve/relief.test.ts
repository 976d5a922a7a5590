import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cameraOf } from '../geometry/projection.ts'
import { syntheticShot, type SyntheticOptions } from '../synthetic.ts'
import type { Reconstruction } from './reconstruction.ts'
import { reliefOf } from './relief.ts'

/** The truth itself as a reconstruction. */
function truthOf(asked: Partial<SyntheticOptions>): Reconstruction {
  const { truth, tracks } = syntheticShot({ frames: 20, liveTracks: 60, ...asked })
  return {
    intrinsics: truth.intrinsics,
    focalsPx: null,
    tripod: false,
    cameras: truth.camFromWorld,
    points: Float64Array.from(truth.points.flatMap((point) => [...(point ?? [NaN, NaN, NaN])])),
    kept: new Uint8Array(tracks.reduce((sum, { frames }) => sum + frames.length, 0)).fill(1),
    weights: null,
  }
}

test('a plane shifts and has no relief, a room has both', () => {
  const plane = reliefOf(truthOf({ scene: 'plane', path: 'walk' }))!
  assert.ok(plane.shiftPx > 5 && plane.offPlanePx < 1e-6 * plane.shiftPx, JSON.stringify(plane))
  const room = reliefOf(truthOf({ scene: 'room', path: 'walk' }))!
  assert.ok(room.offPlanePx > 0.05 * room.shiftPx, JSON.stringify(room))
})

test('the shift is told in pixels of the picture', () => {
  const final = truthOf({ scene: 'plane', path: 'walk' })
  const { shiftPx } = reliefOf(final)!
  const wider = { ...final, intrinsics: { ...final.intrinsics, focalPx: 2 * final.intrinsics.focalPx } }
  assert.ok(Math.abs(reliefOf(wider)!.shiftPx / shiftPx - 2) < 1e-9)
  assert.equal(cameraOf(wider.intrinsics).focalXPx, 2 * final.intrinsics.focalPx)
})

test('a camera that does not move shifts nothing, and a few points make no plane', () => {
  assert.ok(reliefOf(truthOf({ path: 'tripod' }))!.shiftPx < 1e-9)
  const final = truthOf({ path: 'walk' })
  const points = final.points.map((value, i) => (i < 9 ? value : NaN))
  assert.equal(reliefOf({ ...final, points }), null)
})
