import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { applyTransposed3 } from '../geometry/linear.ts'
import { centreOf, transform, type Rigid3 } from '../geometry/rigid3.ts'
import { angleBetween, expSo3 } from '../geometry/so3.ts'
import { p3p } from './p3p.ts'
import { refinePose, robustPose } from './resect.ts'
import { alignPoints, transformBySimilarity } from './similarity.ts'
import { all, normal, uniform } from './test-pairs.ts'
import { nearestToRays, type Rays } from './triangulate.ts'

const focalPx = 900

function view(seed: number, count: number, noisePx = 0, outliers = 0) {
  const [any, gauss] = [uniform(`view ${seed}`), normal(`noise ${seed}`)]
  const pose = {
    rotation: expSo3(2 * any(), 2 * any(), 2 * any()),
    translation: Float64Array.of(any(), any(), 5 + 2 * any()),
  }
  const points = Float64Array.from({ length: 3 * count }, () => 1.5 * any())
  const rays = new Float64Array(2 * count)
  for (let i = 0; i < count; i++) {
    const [x, y, z] = transform(pose, points.subarray(3 * i, 3 * i + 3))
    const noise = () => (noisePx / focalPx) * gauss()
    rays.set(i < outliers * count ? [any(), any()] : [x! / z! + noise(), y! / z! + noise()], 2 * i)
  }
  return { pose, points, rays }
}

const poseError = (found: Rigid3, truth: Rigid3) =>
  angleBetween(found.rotation, truth.rotation) +
  Math.hypot(...found.translation.map((value, i) => value - truth.translation[i]!))

test('three points: the true pose is among at most four, and all of them fit', () => {
  let answers = 0
  for (let seed = 0; seed < 500; seed++) {
    const { pose, points, rays } = view(seed, 3)
    const found = p3p(rays, points, all(3))
    answers += found.length
    assert.ok(found.length >= 1 && found.length <= 4)
    assert.ok(Math.min(...found.map((one) => poseError(one, pose))) < 1e-7, `seed ${seed}`)
    for (const one of found) {
      for (let i = 0; i < 3; i++) {
        const [x, y, z] = transform(one, points.subarray(3 * i, 3 * i + 3))
        assert.ok(z! > 0 && Math.hypot(x! / z! - rays[2 * i]!, y! / z! - rays[2 * i + 1]!) < 1e-9)
      }
    }
  }
  assert.ok(answers > 1.5 * 500)
})

test('three points that determine nothing', () => {
  const { points, rays } = view(1, 3)
  const lined = Float64Array.of(0, 0, 0, 1, 2, 3, 2, 4, 6)
  assert.deepEqual(p3p(rays, lined, all(3)), [], 'on one line')
  assert.deepEqual(p3p(rays, points, [0, 1, 1]), [], 'one twice')
  assert.deepEqual(p3p(new Float64Array(6), points, all(3)), [], 'all in one direction')
  assert.deepEqual(
    p3p(
      rays.map(() => NaN),
      points,
      all(3),
    ),
    [],
  )
})

test('a camera is resected among two fifths of outliers', () => {
  for (const [noisePx, bound] of [
    [0, 1e-9],
    [0.1, 0.003],
    [0.5, 0.015],
  ] as const) {
    for (let seed = 0; seed < 10; seed++) {
      const { pose, points, rays } = view(seed, 200, noisePx, 0.4)
      const fit = robustPose(rays, points, { threshold: 2 / focalPx, rng: seededRng(seed) })
      assert.ok(fit !== null && poseError(fit.model, pose) < bound, `${noisePx} px, seed ${seed}`)
      assert.ok(fit.inliers.length >= 118 && fit.inliers.length <= 123)
    }
  }
  const { points, rays, pose } = view(1, 3)
  assert.equal(robustPose(rays, points, { threshold: 1e-3, rng: seededRng(1) }), null, 'three fit always')
  assert.equal(refinePose(pose, rays, points, all(2)), null)
})

/** The rays of cameras, what each sees being x, y of (x, y, 1). */
function raysInWorld(cameras: readonly Rigid3[], seen: Float64Array): Rays {
  const directions = cameras.flatMap(({ rotation }, i) => {
    const ray = applyTransposed3(rotation, Float64Array.of(seen[2 * i]!, seen[2 * i + 1]!, 1))
    return [...ray].map((value) => value / Math.hypot(...ray))
  })
  return { count: cameras.length, centre: cameras.flatMap((camera) => [...centreOf(camera)]), direction: directions }
}

test('triangulation: exact without noise, near the truth with it, at any place of the world', () => {
  for (const noisePx of [0, 0.3]) {
    for (let seed = 0; seed < 100; seed++) {
      const [any, gauss] = [uniform(`tri ${seed}`), normal(`tri ${seed}`)]
      const far = Float64Array.of(1000, -500, 200)
      const point = far.map((value) => value + any())
      const cameras = Array.from({ length: 2 + (seed % 6) }, (_, i) => {
        const rotation = expSo3(0.2 * any(), 0.2 * any(), 0.2 * any())
        const centre = Float64Array.of(i - 2 + 0.5 * any(), any(), -6 + any()).map((value, k) => value + far[k]!)
        const translation = transform({ rotation, translation: new Float64Array(3) }, centre).map((value) => -value)
        return { rotation, translation }
      })
      const rays = Float64Array.from(
        cameras.flatMap((camera) => {
          const [x, y, z] = transform(camera, point)
          return [x! / z! + (noisePx / focalPx) * gauss(), y! / z! + (noisePx / focalPx) * gauss()]
        }),
      )
      const { direction: d, ...rest } = raysInWorld(cameras, rays)
      const found = nearestToRays({ ...rest, direction: d }, 0)
      assert.ok(found !== null)
      const error = Math.hypot(...found.map((value, i) => value - point[i]!))
      // Depth is as loose as the rays are near to parallel. Where the world is large, numbers have fewer digits after the point.
      const last = 3 * (cameras.length - 1)
      const parallaxRad = Math.acos(Math.min(1, d[0]! * d[last]! + d[1]! * d[last + 1]! + d[2]! * d[last + 2]!))
      const bound = (8 * (noisePx / focalPx) * 8) / Math.sin(parallaxRad) + 1e-8
      assert.ok(error < bound, `${noisePx} px, seed ${seed}: ${error} of ${bound}`)
    }
  }
})

test('no point without parallax, or from one camera', () => {
  const here = { rotation: expSo3(0, 0, 0), translation: new Float64Array(3) }
  const right = { rotation: expSo3(0, 0, 0), translation: Float64Array.of(-1, 0, 0) }
  const place = (cameras: readonly Rigid3[], leastAngleRad: number, ...seen: number[]) =>
    nearestToRays(raysInWorld(cameras, Float64Array.from(seen)), leastAngleRad)
  assert.equal(place([here], 1e-7, 0, 0), null)
  assert.equal(place([here, here], 1e-7, 0.1, 0, 0.1, 0), null, 'both from one place')
  assert.equal(place([here, right], 1e-7, 0.1, 0, 0.1, 0), null, 'parallel rays')
  assert.equal(place([here, right], 1e-7, 0.1, 0, NaN, 0), null)
  const found = place([here, right], 1e-7, 0.1, 0, -0.1, 0)
  assert.ok(found !== null && Math.abs(found[2]! - 5) < 1e-12)
  assert.ok(place([here, right], 0.19, 0.1, 0, -0.1, 0) !== null)
  assert.equal(place([here, right], 0.21, 0.1, 0, -0.1, 0), null, 'less parallax than asked for')
})

test('two paths are laid over each other, scale included', () => {
  const any = uniform(5)
  const path = Float64Array.from({ length: 60 }, any)
  const truth = { scale: 2.5, rotation: expSo3(1, -2, 0.3), translation: Float64Array.of(1, 2, 3) }
  const there = new Float64Array(60)
  for (let i = 0; i < 60; i += 3) there.set(transformBySimilarity(truth, path.subarray(i, i + 3)), i)
  const aligned = alignPoints(path, there)
  assert.ok(aligned !== null && aligned.rms < 1e-14)
  assert.ok(Math.abs(aligned.bFromA.scale - 2.5) < 1e-14)
  assert.ok(angleBetween(aligned.bFromA.rotation, truth.rotation) < 1e-14)
  const rigid = alignPoints(path, there, false)
  assert.ok(rigid !== null && rigid.bFromA.scale === 1 && rigid.rms > 0.5)
  assert.equal(alignPoints(new Float64Array(9), there.subarray(0, 9)), null, 'all in one place')
  assert.equal(alignPoints(path.subarray(0, 3), there.subarray(0, 3)), null)
  // A mirrored path must not be matched by a mirror.
  const mirrored = path.map((value, i) => (i % 3 === 0 ? -value : value))
  assert.ok(alignPoints(path, mirrored)!.rms > 0.1)
  assert.deepEqual(
    [...centreOf({ rotation: truth.rotation, translation: new Float64Array(3) })].map(Math.abs),
    [0, 0, 0],
  )
})
