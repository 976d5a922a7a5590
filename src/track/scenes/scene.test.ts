import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { expSo3 } from '../geometry/so3.ts'
import { project } from '../geometry/projection.ts'
import { multiply3 } from '../geometry/linear.ts'
import { transformBySimilarity } from '../estimate/similarity.ts'
import { centreOf, rigidFromCentre, transform } from '../geometry/rigid3.ts'
import { makeScene } from './scene.ts'
import { sceneWriters } from './scenes.ts'
import { sceneClip, sceneOf } from './test-scenes.ts'
import { missingFrame, solvedShot } from './test-solution.ts'

const near = (a: number, b: number, tolerance = 1e-9) => assert.ok(Math.abs(a - b) < tolerance, `${a} is not ${b}`)

describe('a scene', () => {
  test('has the first camera at its origin, heading along -z, and the mean up of the cameras up', () => {
    const { scene } = sceneOf()
    const first = scene.cameras[0] ?? assert.fail('no camera')
    for (const value of first.position) near(value, 0)
    // The third column points backwards: it has no part to the side.
    near(first.worldFromCam[2] ?? NaN, 0, 0.05)
    assert.ok((first.worldFromCam[8] ?? NaN) > 0.9)
    const up = [0, 1, 2].map((row) => scene.cameras.reduce((sum, camera) => sum + camera.worldFromCam[3 * row + 1]!, 0))
    near(up[0]! / up[1]!, 0)
    near(up[2]! / up[1]!, 0)
    assert.ok(up[1]! > 0)
  })

  test('does not depend on the axes of the solver', () => {
    const { solution, scene } = sceneOf()
    const turned = expSo3(1, -2, 0.5)
    const moved = {
      ...solution,
      cameras: solution.cameras.map((camera) => {
        const { rotation } = camera.camFromWorld
        const centre = centreOf(camera.camFromWorld)
        const turnedCentre = Float64Array.from([0, 1, 2], (row) =>
          [0, 1, 2].reduce((sum, k) => sum + turned[3 * row + k]! * centre[k]!, 7),
        )
        const back = Float64Array.from({ length: 9 }, (_, i) => turned[3 * (i % 3) + Math.floor(i / 3)]!)
        return { ...camera, camFromWorld: rigidFromCentre(multiply3(rotation, back), turnedCentre) }
      }),
    }
    const other = makeScene(moved, [], sceneClip)
    for (const [i, { position, worldFromCam }] of other.cameras.entries()) {
      position.forEach((value, k) => near(value, scene.cameras[i]!.position[k]!, 1e-9))
      worldFromCam.forEach((value, k) => near(value, scene.cameras[i]!.worldFromCam[k]!, 1e-9))
    }
  })

  test('lies as a person laid it, cameras and points alike, and keeps what each camera sees', () => {
    const sceneFromWorld = { scale: 2.5, rotation: expSo3(0.3, 1, -0.2), translation: Float64Array.of(1, 2, 3) }
    const { scene, solution } = sceneOf({}, { sceneFromWorld })
    assert.equal(scene.isMetric, true)
    assert.equal(sceneOf().scene.isMetric, false)
    for (const [i, { track, position }] of scene.points.entries()) {
      const point = solution.points[i] ?? assert.fail('no point')
      assert.equal(track, point.track)
      transformBySimilarity(sceneFromWorld, Float64Array.from(point.xyz)).forEach((value, k) =>
        near(value, position[k]!),
      )
    }
    const [first] = scene.cameras
    const { camFromWorld } = solution.cameras[0] ?? assert.fail('no camera')
    for (const [i, { position }] of scene.points.slice(0, 20).entries()) {
      // The same place in the camera, but 2.5 times as far; the camera's y and z turn round.
      const way = position.map((value, k) => value - first!.position[k]!)
      const seen = [0, 1, 2].map((j) =>
        [0, 1, 2].reduce((sum, k) => sum + first!.worldFromCam[3 * k + j]! * way[k]!, 0),
      )
      const inCamera = transform(camFromWorld, Float64Array.from(solution.points[i]!.xyz))
      inCamera.forEach((value, j) => near(2.5 * value, (j === 0 ? 1 : -1) * seen[j]!))
    }
  })

  test('numbers frames from 1 or as asked, and says which have no camera', () => {
    const { scene } = sceneOf()
    assert.deepEqual([scene.firstNumber, scene.lastNumber, scene.cameras[0]?.number], [1, 12, 1])
    assert.match(scene.notes.join(), new RegExp(`for 1 frames \\(${missingFrame + 1}\\)`))
    const later = sceneOf({}, { startFrame: 1001 }).scene
    assert.deepEqual([later.firstNumber, later.lastNumber, later.cameras.at(-1)?.number], [1001, 1012, 1012])
    assert.match(later.notes.join(), new RegExp(`\\(${missingFrame + 1001}\\)`))
  })

  test('holds every point that a camera sees between its nearest and its farthest plane', () => {
    const { scene, solution } = sceneOf()
    for (const { camFromWorld } of solution.cameras) {
      for (const { xyz } of solution.points) {
        if (project({ ...solution.intrinsics, lens: { model: 'none' } }, camFromWorld, xyz) === null) continue
        const depth = [6, 7, 8].reduce(
          (sum, k) => sum + camFromWorld.rotation[k]! * xyz[k - 6]!,
          camFromWorld.translation[2]!,
        )
        assert.ok(depth > scene.nearest && depth < scene.farthest)
      }
    }
  })

  test('says what is assumed of the footage and of a tripod shot', () => {
    const { solution } = solvedShot({ path: 'tripod' })
    const { notes, points, frameRate } = makeScene(solution, [], {
      ...sceneClip,
      frameRate: null,
      variableFrameRate: true,
      rotationDeg: 90,
    })
    assert.match(notes.join('\n'), /tripod.*\n.*24 frames\/s.*\n.*variable.*\n.*turned by 90/)
    assert.deepEqual(frameRate, { numerator: 24, denominator: 1 })
    for (const { position } of points) near(Math.hypot(...position), 10)
  })
})

test('every writer has a name of its own, and refuses what is not finite', () => {
  assert.equal(new Set(sceneWriters.map(({ name }) => name)).size, sceneWriters.length)
  const { scene } = sceneOf()
  const broken = {
    ...scene,
    cameras: scene.cameras.map((camera) => ({ ...camera, position: Float64Array.of(0, NaN, 0) })),
  }
  for (const { name, write } of sceneWriters.filter(({ name }) => name !== 'csv' && name !== 'stmap')) {
    assert.throws(() => write(broken).files.map((file) => 'pieces' in file && [...file.pieces()]), RangeError, name)
  }
})
