import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as holds, double, property, tuple } from 'fast-check'
import { transformBySimilarity } from '#track/estimate/similarity.ts'
import { det3 } from '#track/geometry/linear.ts'
import { rigidFromCentre } from '#track/geometry/rigid3.ts'
import { expSo3 } from '#track/geometry/so3.ts'
import {
  cameraInScene,
  composeSimilarities,
  distanceBetween,
  initialOrientation,
  invertSimilarity,
  withAxis,
  withDistance,
  withFloor,
  withOrigin,
  type Orientation,
} from './orientation.ts'

const number = (limit: number) => double({ min: -limit, max: limit, noNaN: true })
const triple = (limit: number) => tuple(number(limit), number(limit), number(limit))
const somewhere = tuple(triple(3), triple(20), double({ min: 0.05, max: 20, noNaN: true })).map(
  ([turn, shift, scale]): Orientation => ({
    scale,
    rotation: expSo3(...turn),
    translation: Float64Array.from(shift),
  }),
)
const near = (found: ArrayLike<number>, expected: readonly number[], tolerance = 1e-9) =>
  expected.forEach((value, i) => {
    assert.ok(
      Math.abs((found[i] as number) - value) < tolerance,
      `${Array.from(found).join()} is not ${expected.join()}`,
    )
  })

/** A room: points of its floor, a camera above it, all seen in some world of the solver. */
function room(sceneFromWorld: Orientation) {
  const worldFromScene = invertSimilarity(sceneFromWorld)
  const world = (x: number, y: number, z: number) => transformBySimilarity(worldFromScene, Float64Array.of(x, y, z))
  return {
    world,
    floor: [world(0, 0, 0), world(4, 0, 1), world(1, 0, 5), world(-3, 0, 2)],
    cameras: [world(0, 1.6, 6), world(0.5, 1.7, 6)],
  }
}

test('a similarity and its inverse cancel', () => {
  holds(
    property(somewhere, triple(10), (placed, point) => {
      const both = composeSimilarities(invertSimilarity(placed), placed)
      near(transformBySimilarity(both, Float64Array.from(point)), point, 1e-8)
    }),
  )
})

test('floor, origin, axis and distance bring back a scene that was laid anywhere', () => {
  holds(
    property(somewhere, somewhere, (truth, start) => {
      const { world, floor, cameras } = room(truth)
      const level = withFloor(start, floor, cameras)
      assert.ok(level)
      for (const point of floor)
        assert.ok(Math.abs(transformBySimilarity(level, point)[1] as number) < 1e-7 * level.scale * 1e3)
      assert.ok((transformBySimilarity(level, cameras[0] as Float64Array)[1] as number) > 0)
      const turned = withAxis(level, world(0, 0, 0), world(2, 0, 0), 'x')
      assert.ok(turned)
      const scaled = withDistance(turned, world(0, 0, 0), world(2, 0, 0), 2)
      assert.ok(scaled)
      const done = withOrigin(scaled, world(0, 0, 0))
      assert.ok(Math.abs(det3(done.rotation) - 1) < 1e-9)
      for (const point of [
        [1, 2, 3],
        [-4, 0, 1],
      ] as const) {
        near(transformBySimilarity(done, world(point[0], point[1], point[2])), point, 1e-6)
      }
    }),
    { numRuns: 60 },
  )
})

test('three points suffice for a floor, three in a line do not, nor do two', () => {
  const now = initialOrientation([])
  const flat = [Float64Array.of(0, 0, 0), Float64Array.of(1, 0, 0), Float64Array.of(0, 0, 1)]
  const line = [Float64Array.of(0, 0, 0), Float64Array.of(1, 1, 1), Float64Array.of(2, 2, 2)]
  assert.ok(withFloor(now, flat, [Float64Array.of(0, 5, 0)]))
  assert.equal(withFloor(now, line, []), null)
  assert.equal(withFloor(now, flat.slice(1), []), null)
})

test('cameras below a ceiling do not turn the scene upside down unasked, cameras above a floor do turn it up', () => {
  const identity: Orientation = { scale: 1, rotation: expSo3(0, 0, 0), translation: new Float64Array(3) }
  const flat = [Float64Array.of(0, 2, 0), Float64Array.of(1, 2, 0), Float64Array.of(0, 2, 1)]
  const below = withFloor(identity, flat, [Float64Array.of(0, 0, 0)])
  assert.ok(below)
  assert.ok((transformBySimilarity(below, Float64Array.of(0, 0, 0))[1] as number) > 0)
  const untold = withFloor(identity, flat, [])
  assert.ok(untold)
  assert.ok((transformBySimilarity(untold, Float64Array.of(0, 0, 0))[1] as number) < 0)
})

test('an upright pole tells y, and points above each other do not tell x', () => {
  const now = initialOrientation([])
  const foot = Float64Array.of(1, 2, 3)
  const head = Float64Array.of(2, 4, 5)
  const upright = withAxis(now, foot, head, 'y')
  assert.ok(upright)
  const [a, b] = [transformBySimilarity(upright, foot), transformBySimilarity(upright, head)]
  near(
    [(b[0] as number) - (a[0] as number), (b[1] as number) - (a[1] as number), (b[2] as number) - (a[2] as number)],
    [0, 3, 0],
  )
  assert.equal(withAxis(upright, foot, head, 'x'), null)
  assert.equal(withAxis(now, foot, foot, 'z'), null)
})

test('a distance must be one', () => {
  const now = initialOrientation([])
  const [a, b] = [Float64Array.of(0, 0, 0), Float64Array.of(3, 4, 0)]
  assert.equal(distanceBetween(now, a, b), 5)
  for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(withDistance(now, a, b, wrong), null)
  assert.equal(withDistance(now, a, a, 1), null)
})

test('a camera of the scene looks along its own backwards axis, negated', () => {
  const camFromWorld = rigidFromCentre(expSo3(0, 0.4, 0), Float64Array.of(1, 2, 3))
  const { position, axes } = cameraInScene(initialOrientation([{ camFromWorld }]), camFromWorld)
  near(position, [0, 0, 0])
  near(axes, [1, 0, 0, 0, 1, 0, 0, 0, 1])
})

test('a camera that only turns stays where it is when its scene is turned', () => {
  const camera = Float64Array.of(0, 0, 0)
  const now = initialOrientation([{ camFromWorld: rigidFromCentre(expSo3(0, 0, 0), camera) }])
  const turned = withAxis(now, Float64Array.of(1, 0, 9), Float64Array.of(4, 1, 8), 'x', camera)
  assert.ok(turned)
  near(transformBySimilarity(turned, camera), [0, 0, 0])
  assert.notDeepEqual(turned.rotation, now.rotation)
})
