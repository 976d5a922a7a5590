import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFootage } from '#test/footage/footage.ts'
import { positionOf, project, trueCamera, type Truth, type Vector } from '#test/footage/truth.ts'
import { inCommon, judge2d, quantile, type FlatTrack } from './judge-2d.ts'
import { judge3d, type Placed } from './judge-3d.ts'
import { seededRng } from '#core/rng.ts'

const walk = makeFootage({ frames: 20, k1: -0.1, k2: 0.02 }).truth

/** The truth's own points, as a tracker without error would see them, each off by `offPx` in every frame, any way. */
function seen(truth: Truth, offPx: number): FlatTrack[] {
  const rng = seededRng('off')
  return truth.points.flatMap((point) => {
    const frames = truth.frames.map((_, f) => f).filter((f) => point.visible[f] === '1')
    const xy = frames.map((f): [number, number] => {
      const [x, y] = project(trueCamera(truth, f), point.xyz) ?? [NaN, NaN]
      const angle = 2 * Math.PI * rng.next()
      return [x + offPx * Math.cos(angle), y + offPx * Math.sin(angle)]
    })
    const [first] = xy
    return first && frames[0] !== undefined ? [{ start: [frames[0], ...first] as const, frames, xy }] : []
  })
}

test('tracks of the true points have no error, with a lens, a zoom and a tripod', () => {
  const zoom = makeFootage({ frames: 12, scene: 'wall', focalPx: [240, 320] }).truth
  const tripod = makeFootage({ frames: 12, motion: 'tripod' }).truth
  for (const truth of [walk, zoom, tripod]) {
    const judged = judge2d(seen(truth, 0), truth)
    assert.ok(judged.tracks > 80, `${judged.tracks} tracks`)
    assert.ok(judged.p95Px < 1e-6, `${judged.p95Px} px`)
    assert.equal(judged.shareBelowHalf, 1)
  }
})

test('errors of tracks are found at their size', () => {
  const { medianPx, shareBelowHalf } = judge2d(seen(walk, 0.4), walk)
  // A point takes up three of about 36 numbers.
  assert.ok(medianPx > 0.34 && medianPx <= 0.4, `${medianPx} px`)
  assert.equal(shareBelowHalf, 1)
  assert.ok(judge2d(seen(walk, 0.7), walk).shareBelowHalf < 0.1)
})

test('a track that runs over a cut is wrong', () => {
  const { truth } = makeFootage({ frames: 12, cutAt: 6 })
  const over = seen(truth, 0)
    .map((t) => ({ ...t, frames: t.frames.map((_, i) => 3 + i), xy: t.xy }))
    .filter((t) => t.frames.length === 6)
  assert.ok(over.length > 10)
  assert.ok(judge2d(over, truth).shareBelowHalf < 0.2)
})

test('two sides are compared over the frames that both have', () => {
  const one = {
    start: [0, 1, 2],
    frames: [0, 1, 2, 4],
    xy: [
      [1, 2],
      [2, 2],
      [3, 2],
      [5, 2],
    ],
  } as const
  const other = {
    start: [0, 1, 2],
    frames: [0, 2, 3, 4],
    xy: [
      [1, 2],
      [3, 3],
      [4, 3],
      [5, 3],
    ],
  } as const
  const [[a], [b]] = inCommon([one, { ...one, start: [0, 9, 9] }], [other])
  assert.deepEqual(a, {
    start: [0, 1, 2],
    frames: [0, 2, 4],
    xy: [
      [1, 2],
      [3, 2],
      [5, 2],
    ],
  })
  assert.deepEqual(b, {
    start: [0, 1, 2],
    frames: [0, 2, 4],
    xy: [
      [1, 2],
      [3, 3],
      [5, 3],
    ],
  })
  assert.equal(inCommon([one, { ...one, start: [0, 9, 9] }], [other])[0].length, 1)
})

/** The true cameras in another world, turned, shifted and scaled; `change` spoils them. */
function placed(truth: Truth, change: (frame: number, centre: Vector) => Vector = (_, c) => c): Placed {
  const [c, s] = [Math.cos(0.7), Math.sin(0.7)]
  const cameras = truth.frames.map((f, frame) => {
    const camera = trueCamera(truth, frame)
    const [x, y, z] = change(frame, positionOf(f.cam_to_world))
    const centre: Vector = [3 * (c * x - s * y) + 1, 3 * (s * x + c * y) - 2, 3 * z + 5]
    // Rows are axes in the world: each turns about z as the positions do.
    const rotation = [0, 3, 6].flatMap((k) => {
      const [a = 0, b = 0, d = 0] = camera.rotation.subarray(k, k + 3)
      return [c * a - s * b, s * a + c * b, d]
    })
    return { frame, centre, rotation, focalPx: f.focal_px * 1.02 }
  })
  return { cameras, k1: -0.11, k2: 0.02 }
}

test('a right solve in another world has no path and rotation error; focal and lens errors are found', () => {
  const judged = judge3d(placed(walk), walk, { first: 0, last: 19 })
  assert.ok(judged?.pathShare != null && judged.k1Share !== null)
  assert.ok(judged.pathShare < 1e-9, `${judged.pathShare}`)
  assert.ok(judged.rotationMaxDeg < 1e-6)
  assert.ok(Math.abs(judged.focalShare - 0.02) < 1e-9)
  assert.ok(Math.abs(judged.k1Share - 0.1) < 1e-9)
})

test('a path that is off by a known zigzag is found off by it', () => {
  const zigzag = placed(walk, (frame, [x, y, z]) => [x, y, z + (frame % 2 === 0 ? 0.01 : -0.01)])
  const judged = judge3d(zigzag, walk, { first: 0, last: 19 })
  assert.ok(judged?.pathShare != null)
  const expected = 0.01 / walk.path_length_m
  assert.ok(Math.abs(judged.pathShare / expected - 1) < 0.05, `${judged.pathShare} for ${expected}`)
})

test('too few cameras are no solve', () => {
  const { cameras, ...rest } = placed(walk)
  assert.equal(judge3d({ ...rest, cameras: cameras.slice(0, 2) }, walk, { first: 0, last: 19 }), null)
})

test('quantiles lie between', () => {
  assert.equal(quantile([1, 2, 3, 5], 0.5), 2.5)
  assert.equal(quantile([7], 0.9), 7)
})
