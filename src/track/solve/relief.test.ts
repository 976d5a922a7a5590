import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cameraOf } from '../geometry/projection.ts'
import { syntheticShot, type SyntheticOptions } from '../synthetic.ts'
import type { Reconstruction } from './reconstruction.ts'
import { flattened, isFacedWall, reliefOf } from './relief.ts'

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

test('flattened, a room has the relief of a plane, and each point is still seen where it was', () => {
  const room = truthOf({ scene: 'room', path: 'walk' })
  const flat = flattened(room)!
  const { shiftPx, offPlanePx } = reliefOf(flat)!
  assert.ok(offPlanePx < 1e-6 * shiftPx)
  const { rotation: r, translation: t } = room.cameras[10]!
  const seen = ({ points }: Reconstruction, p: number) => {
    const [x, y, z] = [0, 1, 2].map(
      (row) => [0, 1, 2].reduce((sum, i) => sum + r[3 * row + i]! * points[p + i]!, 0) + t[row]!,
    )
    return [x! / z!, y! / z!]
  }
  let compared = 0
  for (let p = 0; p < flat.points.length; p += 3) {
    if (Number.isNaN(flat.points[p]!)) continue
    compared++
    for (const axis of [0, 1]) assert.ok(Math.abs(seen(flat, p)[axis]! - seen(room, p)[axis]!) < 1e-9)
  }
  assert.ok(compared > 30)
})

test('a wall that faces the camera is one, a slanted one is not, nor is a room', () => {
  const wall = { shiftPx: 30, offPlanePx: 1, depthRange: 1.02 }
  assert.ok(isFacedWall(wall, 0.2))
  assert.ok(!isFacedWall({ ...wall, depthRange: 1.3 }, 0.2))
  assert.ok(!isFacedWall({ ...wall, offPlanePx: 10 }, 0.2))
})
