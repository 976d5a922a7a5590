import assert from 'node:assert/strict'
import { test } from 'node:test'
import { angleBetween } from '../geometry/so3.ts'
import { centreOf } from '../geometry/rigid3.ts'
import { type SyntheticOptions, type SyntheticShot, syntheticShot } from '../synthetic.ts'
import { adjust } from './adjust.ts'
import type { AdjustOptions, Problem } from './problem.ts'
import { base, problemOf } from './test-problem.ts'

const small: Partial<SyntheticOptions> = { frames: 20, liveTracks: 60 }

/** Worst distance of a camera from where it is, after the scale has been taken off about the first camera. */
function worstPose(problem: Problem, { truth }: SyntheticShot): { position: number; angle: number } {
  const origin = centreOf(truth.camFromWorld[0]!)
  const apart = (a: Float64Array, b: Float64Array) => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!)
  const last = truth.camFromWorld.length - 1
  const scale =
    apart(centreOf(truth.camFromWorld[last]!), origin) / apart(centreOf(problem.cameras[last]!), origin) || 1
  let [position, angle] = [0, 0]
  truth.camFromWorld.forEach((camera, i) => {
    const found = centreOf(problem.cameras[i]!).map((value, axis) => origin[axis]! + (value - origin[axis]!) * scale)
    position = Math.max(position, apart(found, centreOf(camera)))
    angle = Math.max(angle, angleBetween(camera.rotation, problem.cameras[i]!.rotation))
  })
  return { position, angle }
}

test('from poses and points that are off, perfect tracks give back the truth', async () => {
  const shot = syntheticShot(small)
  const { problem, costAfter, ended } = await adjust(problemOf(shot, { pose: 0.02, point: 0.1 }), base)
  assert.equal(ended, 'converged')
  assert.ok(costAfter < 1e-16)
  const { position, angle } = worstPose(problem, shot)
  assert.ok(position < 1e-8 && angle < 1e-8, `${position} ${angle}`)
})

test('focal length, lens and principal point are found with the rest', async () => {
  const lens = { model: 'polynomial', k1: -0.16, k2: 0.025, k3: 0 } as const
  const shot = syntheticShot({ ...small, path: 'orbit', lens, principalOffsetPx: [12, -7], frames: 40 })
  const start = problemOf(shot, { pose: 0.02, point: 0.1, focal: 1.3, straightLens: true })
  const offCentre = { ...start, intrinsics: { ...start.intrinsics, principalXPx: 480, principalYPx: 270 } }
  const options: AdjustOptions = { ...base, focal: 'shared', radial: 3, principal: true, maxIterations: 80 }
  const { intrinsics } = (await adjust(offCentre, options)).problem
  assert.ok(Math.abs(intrinsics.focalPx - 800) < 1e-6, `focal ${intrinsics.focalPx}`)
  assert.ok(Math.abs(intrinsics.principalXPx - 492) < 1e-6 && Math.abs(intrinsics.principalYPx - 263) < 1e-6)
  assert.equal(intrinsics.lens.model, 'polynomial')
  const { k1, k2, k3 } = intrinsics.lens as typeof lens
  assert.ok(Math.abs(k1 + 0.16) < 1e-7 && Math.abs(k2 - 0.025) < 1e-7 && Math.abs(k3) < 1e-7, `${k1} ${k2} ${k3}`)
})

for (const lens of [
  { model: 'division', k1: -0.08, k2: 0.01 },
  { model: 'nuke', k1: -0.05, k2: 0.01 },
  { model: 'brown', k1: -0.1, k2: 0.02, k3: 0, k4: 0, p1: 0.002, p2: -0.001 },
] as const) {
  test(`the ${lens.model} lens is applied and left as it is`, async () => {
    const shot = syntheticShot({ ...small, lens, pixelAspect: 1.2 })
    const options: AdjustOptions = { ...base, focal: 'shared', radial: 2 }
    const { problem } = await adjust(problemOf(shot, { pose: 0.01, point: 0.05, focal: 1.1 }), options)
    assert.deepEqual(problem.intrinsics.lens, lens)
    assert.ok(Math.abs(problem.intrinsics.focalPx - 800) < 1e-6)
    assert.ok(worstPose(problem, shot).position < 1e-7)
  })
}

test('a turning camera: rotations, directions and focal length', async () => {
  const shot = syntheticShot({ ...small, path: 'tripod', scene: 'street', frames: 40 })
  const start = problemOf(shot, { pose: 0.05, point: 0.2, focal: 1.3 })
  const { problem } = await adjust(start, { ...base, cameras: 'rotation-only', focal: 'shared' })
  assert.ok(Math.abs(problem.intrinsics.focalPx - 800) < 1e-6)
  assert.ok(worstPose(problem, shot).angle < 1e-9)
  for (const { translation } of problem.cameras.slice(1)) assert.deepEqual([...translation], [0, 0, 0])
  for (let p = 0; p < problem.points.length; p += 3) {
    assert.ok(Math.abs(Math.hypot(...problem.points.subarray(p, p + 3)) - 1) < 1e-12)
  }
})

test('cameras are resected against points, each by itself, none held unasked', async () => {
  const shot = syntheticShot(small)
  const start = problemOf(shot, { pose: 0.05 }, [])
  const { problem, ended } = await adjust(start, { ...base, points: 'fixed', fixedCameras: [] })
  assert.equal(ended, 'converged')
  const { position, angle } = worstPose(problem, shot)
  assert.ok(position < 1e-9 && angle < 1e-9)
  assert.deepEqual(problem.points, start.points)
})

test('cameras are resected together where they share a focal length', async () => {
  const shot = syntheticShot(small)
  const start = problemOf(shot, { pose: 0.02, focal: 1.05 }, [])
  const { problem } = await adjust(start, { ...base, points: 'fixed', fixedCameras: [], focal: 'shared' })
  assert.ok(Math.abs(problem.intrinsics.focalPx - 800) < 1e-7)
  assert.ok(worstPose(problem, shot).position < 1e-9)
})

test('points are placed by cameras that stand', async () => {
  const shot = syntheticShot(small)
  const start = problemOf(shot, { point: 0.2 })
  const { problem } = await adjust(start, { ...base, cameras: 'fixed' })
  assert.deepEqual(problem.cameras, start.cameras)
  let worst = 0
  shot.truth.points.forEach((point, p) => {
    for (let axis = 0; axis < 3; axis++)
      worst = Math.max(worst, Math.abs(problem.points[3 * p + axis]! - point![axis]!))
  })
  assert.ok(worst < 1e-6, `${worst}`)
})

test('a zoom is followed within 1 % at 0.2 px of noise', async () => {
  const shot = syntheticShot({ ...small, frames: 40, liveTracks: 100, zoomToFocalPx: 1200, noisePx: 0.2 })
  const start = { ...problemOf(shot, { pose: 0.02, point: 0.1 }), focalsPx: null }
  const { problem } = await adjust(start, { ...base, focal: 'per-camera', focalSmoothness: 1e5, tolerance: 1e-8 })
  problem.focalsPx!.forEach((focal, i) => assert.ok(Math.abs(focal / shot.truth.focalsPx[i]! - 1) < 0.01))
})

test('a robust loss leaves wrong tracks out of it', async () => {
  const shot = syntheticShot({ ...small, frames: 30, noisePx: 0.2, grossShare: 0.15 })
  const start = problemOf(shot, { pose: 0.01, point: 0.03 })
  const solve = async (kind: 'none' | 'huber' | 'cauchy') => {
    const { problem } = await adjust(start, { ...base, focal: 'shared', loss: { kind, scalePx: 1 }, tolerance: 1e-8 })
    return worstPose(problem, shot).position
  }
  const [none, huber, cauchy] = [await solve('none'), await solve('huber'), await solve('cauchy')]
  assert.ok(huber < 0.5 * none && cauchy < 0.1 * none && cauchy < 0.02, `${none} ${huber} ${cauchy}`)
})

test('weights: what counts for next to nothing changes next to nothing, what counts for nothing is left out', async () => {
  const shot = syntheticShot({ ...small, frames: 8, noisePx: 0.5 })
  const start = problemOf(shot, { point: 0.05 })
  const even = (p: number) => p % 2 === 0
  const weigh = (odd: number): Problem => ({
    ...start,
    observations: {
      ...start.observations,
      weight: Float64Array.from(start.observations.point, (p) => (even(p) ? 1 : odd)),
    },
  })
  const without = await adjust(weigh(0), base)
  const lightly = await adjust(weigh(1e-9), base)
  assert.ok(
    without.problem.cameras.every(({ translation }, i) =>
      near(translation, lightly.problem.cameras[i]!.translation, 1e-5),
    ),
  )
  assert.equal(without.problem.points[3], start.points[3]) // of a track that weighs nothing
})

const near = (a: Float64Array, b: Float64Array, by: number) => a.every((value, i) => Math.abs(value - b[i]!) < by)

test('the cost never rises, nothing is changed in place, and runs repeat to the bit', async () => {
  const shot = syntheticShot({ ...small, noisePx: 0.4, slidingShare: 0.1 })
  const start = problemOf(shot, { pose: 0.05, point: 0.3, focal: 1.3 })
  const before = structuredClone(start)
  const options: AdjustOptions = { ...base, focal: 'shared', loss: { kind: 'huber', scalePx: 1 } }
  let last = Infinity
  for (const maxIterations of [0, 1, 2, 4, 8, 16]) {
    const { costAfter, costBefore, iterations } = await adjust(start, { ...options, maxIterations })
    assert.ok(costAfter <= last && costAfter <= costBefore && iterations <= maxIterations)
    last = costAfter
  }
  assert.deepEqual(start, before)
  assert.deepEqual(await adjust(start, options), await adjust(start, options))
})

test('neither the order of cameras nor that of observations matters', async () => {
  const shot = syntheticShot({ ...small, noisePx: 0.3 })
  const start = problemOf(shot, { pose: 0.01, point: 0.05, focal: 1.05 })
  const count = start.cameras.length
  const place = Int32Array.from({ length: count }, (_, i) => (7 * i + 3) % count)
  const cameras = [...start.cameras]
  place.forEach((to, from) => {
    cameras[to] = start.cameras[from]!
  })
  const turned: Problem = {
    ...start,
    cameras,
    observations: { ...start.observations, camera: start.observations.camera.map((camera) => place[camera]!) },
  }
  const options: AdjustOptions = { ...base, focal: 'shared' }
  const straight = (await adjust(start, options)).problem
  const shuffled = (await adjust(turned, { ...options, fixedCameras: [place[0]!] })).problem
  assert.ok(Math.abs(straight.intrinsics.focalPx - shuffled.intrinsics.focalPx) < 1e-6)
  place.forEach((to, from) => {
    assert.ok(near(straight.cameras[from]!.translation, shuffled.cameras[to]!.translation, 1e-7))
  })
})

test('held cameras stay to the bit, and the scale stays where it was', async () => {
  const shot = syntheticShot({ ...small, noisePx: 0.3 })
  const start = problemOf(shot, { pose: 0.01, point: 0.05 }, [0, 5])
  const two = await adjust(start, { ...base, fixedCameras: [0, 5] })
  for (const i of [0, 5]) assert.deepEqual(two.problem.cameras[i], start.cameras[i])
  const unasked = await adjust(start, { ...base, fixedCameras: [] })
  assert.deepEqual(unasked.problem.cameras[0], start.cameras[0])
  const apart = ({ cameras }: Problem) =>
    Math.hypot(...centreOf(cameras.at(-1)!).map((v, i) => v - centreOf(cameras[0]!)[i]!))
  assert.ok(Math.abs(apart(unasked.problem) / apart(start) - 1) < 0.01)
})

test('what cannot be used is passed over: NaN, points seen once, repeats, points behind', async () => {
  const shot = syntheticShot(small)
  const clean = problemOf(shot, { pose: 0.01, point: 0.05 })
  const { camera, point, xy } = clean.observations
  const added = clean.points.length / 3
  // A point seen once, a point that is nowhere, a position that is nowhere, and a repeat that contradicts.
  const spoilt: Problem = {
    ...clean,
    points: Float64Array.of(...clean.points, 1, 1, 5, NaN, NaN, NaN),
    observations: {
      camera: Int32Array.of(...camera, 3, 3, 4, 3, camera[0]!),
      point: Int32Array.of(...point, added, added + 1, added + 1, point[0]!, point[0]!),
      xy: Float64Array.of(...xy, 10, 10, 20, 20, 30, 30, NaN, 5, 900, 500),
      weight: null,
    },
  }
  const [without, withThem] = [await adjust(clean, base), await adjust(spoilt, base)]
  assert.deepEqual(withThem.problem.cameras, without.problem.cameras)
  assert.deepEqual([...withThem.problem.points.subarray(3 * added)], [1, 1, 5, NaN, NaN, NaN])

  const behind: Problem = { ...clean, points: clean.points.slice() }
  behind.points[2] = -5
  const options: AdjustOptions = { ...base, loss: { kind: 'cauchy', scalePx: 1 } }
  const { problem, costAfter, costBefore } = await adjust(behind, options)
  assert.ok(costAfter < costBefore)
  assert.ok(problem.points.every(Number.isFinite))
  assert.ok(worstPose(problem, shot).position < 1e-6)
})

test('nothing to do is no error', async () => {
  const shot = syntheticShot({ ...small, frames: 3 })
  const problem = problemOf(shot, {})
  const none = { camera: new Int32Array(0), point: new Int32Array(0), xy: new Float64Array(0), weight: null }
  const empty = await adjust({ ...problem, observations: none }, { ...base, focal: 'shared' })
  assert.equal(empty.ended, 'converged')
  assert.ok(worstPose(empty.problem, shot).position < 1e-12)
  assert.ok((await adjust(problem, { ...base, cameras: 'fixed', points: 'fixed' })).costAfter < 1e-18)
})

test('a cancel ends it with what was reached', async () => {
  const shot = syntheticShot({ ...small, noisePx: 0.3 })
  const start = problemOf(shot, { pose: 0.05, point: 0.3, focal: 1.3 })
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 0)
  const stopped = await adjust(start, { ...base, tolerance: 0, maxIterations: 1e6 }, { signal: controller.signal })
  assert.equal(stopped.ended, 'cancelled')
  assert.ok(stopped.costAfter <= stopped.costBefore)
})
