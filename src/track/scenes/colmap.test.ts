import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SyntheticOptions } from '../synthetic.ts'
import { colmapModel } from './colmap.ts'
import { projectByColmap, type ReadModel, readColmap } from './test-colmap.ts'
import { droppedFrames, missingFrame, solvedShot } from './test-solution.ts'

function written(asked: Partial<SyntheticOptions> = {}) {
  const { solution, tracks } = solvedShot(asked)
  const { files, notes } = colmapModel(solution, tracks)
  const model = readColmap(new Map(files.map(({ name, pieces }) => [name, [...pieces()].join('')])))
  return { solution, tracks, notes, model }
}

/** The largest distance of a seen point from where COLMAP would draw it. */
function largestErrorPx({ cameras, images, points }: ReadModel): number {
  const errors = [...points.values()].flatMap(({ xyz, track }) =>
    track.map(([imageId, index]) => {
      const image = images.get(imageId) ?? assert.fail('no such image')
      const camera = cameras.get(image.camera) ?? assert.fail('no such camera')
      const seen = image.seen[index] ?? assert.fail('no such point in the image')
      const [x, y] = projectByColmap(camera, image, xyz)
      return Math.hypot(x - seen.x, y - seen.y)
    }),
  )
  assert.ok(errors.length > 100)
  return Math.max(...errors)
}

const modelsOf = (model: ReadModel) => [...new Set([...model.cameras.values()].map((camera) => camera.model))]

/** Text has no -0. */
const unsigned = (value: number) => value + 0

describe('a COLMAP model', () => {
  test('draws every point where it was seen', () => {
    const { model } = written()
    assert.deepEqual(modelsOf(model), ['SIMPLE_PINHOLE'])
    assert.ok(largestErrorPx(model) < 1e-9)
  })

  test('keeps all digits and names pictures by frames', () => {
    const { model, solution } = written()
    assert.deepEqual([...model.images.keys()], [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12])
    assert.equal(model.images.get(missingFrame + 1), undefined)
    assert.equal(model.images.get(7)?.name, 'frame_000006.png')
    for (const { frame, camFromWorld } of solution.cameras) {
      assert.deepEqual(model.images.get(frame + 1)?.translation, Array.from(camFromWorld.translation, unsigned))
    }
    for (const { track, xyz, errorPx } of solution.points) {
      assert.deepEqual(model.points.get(track + 1)?.xyz, xyz)
      assert.equal(model.points.get(track + 1)?.errorPx, errorPx)
    }
  })

  test('links points and pictures both ways, and nothing to what was dropped', () => {
    const { model, solution, tracks } = written()
    for (const [id, { track }] of model.points) {
      for (const [image, index] of track) assert.equal(model.images.get(image)?.seen[index]?.point, id)
    }
    const linked = [...model.images.values()].flatMap(({ seen }) => seen.filter(({ point }) => point !== -1))
    const tracked = [...model.points.values()].flatMap(({ track }) => track)
    assert.equal(linked.length, tracked.length)
    const positions = [...model.images.values()].reduce((sum, { seen }) => sum + seen.length, 0)
    const inSolvedFrames = tracks.flatMap(({ frames }) => [...frames].filter((frame) => frame !== missingFrame))
    assert.equal(positions, inSolvedFrames.length)
    const first = model.points.get((solution.points[0]?.track ?? NaN) + 1) ?? assert.fail('no first point')
    for (const frame of droppedFrames) assert.ok(!first.track.some(([image]) => image === frame + 1))
  })

  const lenses: readonly (readonly [string, Partial<SyntheticOptions>])[] = [
    ['SIMPLE_RADIAL', { lens: { model: 'polynomial', k1: -0.16, k2: 0, k3: 0 } }],
    ['RADIAL', { lens: { model: 'polynomial', k1: -0.16, k2: 0.025, k3: 0 } }],
    ['FULL_OPENCV', { lens: { model: 'polynomial', k1: -0.16, k2: 0.025, k3: -0.003 } }],
    ['FULL_OPENCV', { lens: { model: 'division', k1: 0.12, k2: 0.01 } }],
    ['OPENCV', { lens: { model: 'brown', k1: -0.1, k2: 0.02, k3: 0, k4: 0, p1: 0.003, p2: -0.002 } }],
    ['PINHOLE', { pixelAspect: 1.4 }],
    ['OPENCV', { pixelAspect: 1.4, lens: { model: 'polynomial', k1: -0.16, k2: 0, k3: 0 } }],
    ['SIMPLE_PINHOLE', { principalOffsetPx: [13, -7] }],
  ]
  for (const [name, asked] of lenses) {
    test(`is exact as ${name} for ${JSON.stringify(asked)}`, () => {
      const { model, notes } = written(asked)
      assert.deepEqual(modelsOf(model), [name])
      assert.ok(largestErrorPx(model) < 1e-7)
      assert.deepEqual(notes, [])
    })
  }

  const foreign: readonly Partial<SyntheticOptions>[] = [
    { lens: { model: 'nuke', k1: 0.03, k2: 0.01 } },
    { lens: { model: 'nuke', k1: 0.1, k2: 0.02 }, pixelAspect: 1.4 },
    { lens: { model: 'brown', k1: -0.1, k2: 0.02, k3: 0, k4: 0.005, p1: 0.003, p2: -0.002 } },
  ]
  for (const asked of foreign) {
    test(`fits a lens that COLMAP does not have, and says how well: ${JSON.stringify(asked)}`, () => {
      const { model, notes } = written(asked)
      assert.deepEqual(modelsOf(model), ['FULL_OPENCV'])
      const stated = Number(/at most (\S+) px off/.exec(notes[0] ?? '')?.[1])
      const found = largestErrorPx(model)
      assert.ok(stated < 0.6 && found <= stated * 1.05 && found > stated * 0.1, `stated ${stated}, found ${found}`)
    })
  }

  test('has a camera for each frame of a zoom', () => {
    const { model } = written({ zoomToFocalPx: 1200 })
    assert.equal(model.cameras.size, model.images.size)
    assert.ok(largestErrorPx(model) < 1e-9)
  })

  test('puts the points of a tripod shot at distance 1', () => {
    const { model, notes } = written({ path: 'tripod' })
    for (const { xyz } of model.points.values()) assert.ok(Math.abs(Math.hypot(...xyz) - 1) < 1e-12)
    assert.match(notes[0] ?? '', /tripod/)
    assert.ok(largestErrorPx(model) < 1e-7)
  })

  test('refuses what is not finite', () => {
    const { solution, tracks } = solvedShot()
    const intrinsics = { ...solution.intrinsics, focalPx: NaN }
    const { files } = colmapModel({ ...solution, intrinsics }, tracks)
    assert.throws(() => files.map(({ pieces }) => [...pieces()]), /cannot hold NaN/)
  })
})
