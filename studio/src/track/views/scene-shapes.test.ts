import assert from 'node:assert/strict'
import { test } from 'node:test'
import { project } from '#track/geometry/projection.ts'
import { rigidFromCentre } from '#track/geometry/rigid3.ts'
import { expSo3 } from '#track/geometry/so3.ts'
import type { SolvedShot } from '../track-data.ts'
import { initialOrientation } from './orientation.ts'
import {
  extentOf,
  imagePlane,
  lowestOf,
  nearestOnScreen,
  pathPlaces,
  planeColumns,
  planeRows,
  pointPlaces,
  roundStep,
} from './scene-shapes.ts'

const cameraAt = (frame: number, x: number, turn: number) => ({
  frame,
  focalPx: 500,
  camFromWorld: rigidFromCentre(expSo3(0, turn, 0), Float64Array.of(x, 0, 0)),
})
const shot = (changes: object) =>
  ({
    motion: 'general',
    intrinsics: {
      widthPx: 960,
      heightPx: 540,
      focalPx: 500,
      pixelAspect: 1,
      principalXPx: 470,
      principalYPx: 275,
      lens: { model: 'none' },
    },
    cameras: [cameraAt(0, 0, 0), cameraAt(1, 1, 0), cameraAt(2, 2, 0)],
    points: [{ track: 4, xyz: [0, 0, 4], errorPx: 0.1, droppedFrames: [] }],
    ...changes,
  }) as unknown as SolvedShot
const close = (found: ArrayLike<number>, expected: readonly number[]) => {
  assert.equal(found.length, expected.length)
  expected.forEach((value, i) =>
    assert.ok(Math.abs((found[i] as number) - value) < 1e-5, `${Array.from(found).join()}`),
  )
}

test('cameras and points stand in the scene with y up and the first camera heading along -z', () => {
  const general = shot({})
  const now = initialOrientation(general.cameras)
  close(pathPlaces(general, now), [0, 0, 0, 1, 0, 0, 2, 0, 0])
  close(pointPlaces(general, now), [0, 0, -4])
})

test('a camera that only turns has its points and its path on one sphere', () => {
  const turning = shot({
    motion: 'tripod',
    cameras: [cameraAt(0, 0, 0), cameraAt(1, 0, 0.3)],
    points: [{ track: 1, xyz: [0, 0, 1] }],
  })
  const now = initialOrientation(turning.cameras)
  const path = pathPlaces(turning, now)
  close(path.subarray(0, 3), [0, 0, -10])
  assert.ok(Math.abs(Math.hypot(...path.subarray(3)) - 10) < 1e-9)
  close(pointPlaces(turning, now), [0, 0, -10])
})

test('a few points that are far away do not make the rest small', () => {
  const points = Float64Array.from({ length: 300 }, (_, i) => Math.sin(i * 12.9))
  points.set([1e6, 1e6, 1e6], 0)
  const { radius } = extentOf(points, Float64Array.of(0, 0, 3))
  assert.ok(radius > 2.5 && radius < 5, String(radius))
  assert.deepEqual(extentOf(new Float64Array(), new Float64Array()), { centre: [0, 0, 0], radius: 1 })
  assert.equal(lowestOf(Float64Array.of(0, -2, 0, 0, 5, 0)), -2)
})

test('the picture lies on the rays of its pixels, whatever the lens does', () => {
  for (const lens of [{ model: 'none' }, { model: 'polynomial', k1: -0.1, k2: 0.01, k3: 0 }]) {
    const bent = shot({ intrinsics: { ...shot({}).intrinsics, lens } })
    const { positions, uvs, indices } = imagePlane(bent, { focalPx: 520 })
    assert.equal(indices.length, 6 * planeColumns * planeRows)
    for (let i = 0; i < uvs.length / 2; i += 7) {
      const point = [positions[3 * i] as number, -(positions[3 * i + 1] as number), -(positions[3 * i + 2] as number)]
      const pixel = project(
        { ...bent.intrinsics, focalPx: 520 },
        rigidFromCentre(expSo3(0, 0, 0), new Float64Array(3)),
        point,
      )
      assert.ok(pixel)
      assert.ok(Math.abs(pixel[0] - (uvs[2 * i] as number) * 960) < 1e-2)
      assert.ok(Math.abs(pixel[1] - (1 - (uvs[2 * i + 1] as number)) * 540) < 1e-2)
    }
  }
})

test('what a lens shows of no ray is left out of the picture', () => {
  const folding = shot({
    intrinsics: { ...shot({}).intrinsics, lens: { model: 'polynomial', k1: -0.6, k2: 0, k3: 0 } },
  })
  const { positions, indices } = imagePlane(folding, { focalPx: 300 })
  assert.ok(indices.length > 0 && indices.length < 6 * planeColumns * planeRows)
  assert.ok(positions.every(Number.isFinite))
})

test('a click finds the nearest place within reach, and none that is not seen', () => {
  const places = Float32Array.of(10, 10, 14, 10, Number.NaN, Number.NaN)
  assert.equal(nearestOnScreen(places, 13, 10, 8), 1)
  assert.equal(nearestOnScreen(places, 11, 11, 8), 0)
  assert.equal(nearestOnScreen(places, 40, 40, 8), -1)
})

test('steps of a floor are round', () => {
  assert.deepEqual(
    [0.9, 1.4, 2.2, 4.9, 8, 40].map(roundStep),
    [1, 1, 2, 5, 10, 50].map((n) => n),
  )
})
