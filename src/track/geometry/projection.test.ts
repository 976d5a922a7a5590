import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Intrinsics, Lens } from './intrinsics.ts'
import {
  cameraOf,
  jacobianByIntrinsics,
  project,
  projectAll,
  projectionJacobian,
  projectWithJacobian,
  ray,
  raysOf,
} from './projection.ts'
import { identity3, transform } from './rigid3.ts'
import { expSo3 } from './so3.ts'

const lenses: readonly Lens[] = [
  { model: 'none' },
  { model: 'polynomial', k1: -0.16, k2: 0.025, k3: 0.01 },
  { model: 'division', k1: 0.1, k2: 0.02 },
  { model: 'nuke', k1: -0.08, k2: 0.03 },
  { model: 'brown', k1: -0.2, k2: 0.03, k3: 0.01, k4: -0.01, p1: 0.003, p2: -0.002 },
]
const anamorphic: Omit<Intrinsics, 'lens'> = {
  widthPx: 1920,
  heightPx: 1080,
  focalPx: 1500,
  pixelAspect: 1.1,
  principalXPx: 950,
  principalYPx: 550,
}
const pose = { rotation: expSo3(0.1, -0.2, 0.3), translation: Float64Array.of(0.5, -0.3, 4) }

test('a pixel is where the point on its ray is seen', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...lenses),
      fc.double({ min: 0, max: 1920, noNaN: true }),
      fc.double({ min: 0, max: 1080, noNaN: true }),
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      (lens, x, y, depth) => {
        const direction = ray({ ...anamorphic, lens }, [x, y])
        assert.ok(direction !== null)
        const back = project(
          { ...anamorphic, lens },
          identity3(),
          direction.map((value) => value * depth),
        )
        assert.ok(back !== null && Math.hypot(back[0] - x, back[1] - y) < 1e-9)
      },
    ),
    { seed: 1 },
  )
})

test('the formula of a plain camera with oblong pixels', () => {
  const seen = project({ ...anamorphic, lens: { model: 'none' } }, identity3(), [1, 2, 4])
  assert.deepEqual(seen, [950 + 1500 / 4, 550 + (1500 * 1.1 * 2) / 4])
})

test('behind the camera, on its plane, and beyond the fold there is nothing', () => {
  for (const lens of lenses) {
    assert.equal(project({ ...anamorphic, lens }, identity3(), [0, 0, -1]), null)
    assert.equal(project({ ...anamorphic, lens }, identity3(), [1, 0, 0]), null)
    assert.equal(project({ ...anamorphic, lens }, identity3(), [NaN, 0, 1]), null)
    assert.equal(ray({ ...anamorphic, lens }, [NaN, 5]), null)
  }
  const barrel: Intrinsics = { ...anamorphic, lens: { model: 'polynomial', k1: -0.3, k2: 0, k3: 0 } }
  assert.equal(project(barrel, identity3(), [1.1, 0, 1]), null)
  assert.equal(ray(barrel, [950 + 1500 * 0.71, 550]), null)
})

test('many points at once are the single ones', () => {
  const intrinsics: Intrinsics = { ...anamorphic, lens: lenses[1]! }
  const camera = cameraOf(intrinsics)
  const points = Float64Array.of(0.1, 0.2, 1, -1, 0.5, 3, 0, 0, -9)
  const pixels = projectAll(camera, pose, points)
  const rays = raysOf(camera, pixels)
  for (let i = 0; i < 3; i++) {
    const point = points.subarray(3 * i, 3 * i + 3)
    const single = project(intrinsics, pose, point)
    if (single === null) {
      assert.ok([pixels[2 * i], pixels[2 * i + 1], rays[2 * i]].every(Number.isNaN))
      continue
    }
    assert.deepEqual([...pixels.subarray(2 * i, 2 * i + 2)], [...single])
    const inCamera = transform(pose, point)
    assert.ok(Math.abs(rays[2 * i]! - inCamera[0]! / inCamera[2]!) < 1e-12)
  }
  assert.equal(project(intrinsics, pose, points.subarray(6)), null)
})

test('derivatives by the point and by everything inside the camera', () => {
  const [exact, plus, minus] = [projectionJacobian(), projectionJacobian(), projectionJacobian()]
  const h = 1e-6
  for (const lens of lenses) {
    const intrinsics: Intrinsics = { ...anamorphic, lens }
    const point = [0.7, -0.4, 1.5] as const
    assert.ok(projectWithJacobian(cameraOf(intrinsics), ...point, exact))
    jacobianByIntrinsics(cameraOf(intrinsics), exact)
    for (let k = 0; k < 3; k++) {
      const moved = (by: number) => point.map((value, i) => value + (i === k ? by : 0)) as [number, number, number]
      projectWithJacobian(cameraOf(intrinsics), ...moved(h), plus)
      projectWithJacobian(cameraOf(intrinsics), ...moved(-h), minus)
      for (let row = 0; row < 2; row++) {
        const numeric = (plus.pixel[row]! - minus.pixel[row]!) / (2 * h)
        assert.ok(Math.abs(numeric - exact.byPoint[3 * row + k]!) < 1e-4)
      }
    }
    const names = ['focalPx', 'k1', 'k2', 'k3', 'principalXPx', 'principalYPx'] as const
    names.forEach((name, k) => {
      const changed = (by: number): Intrinsics => {
        if (name === 'k1' || name === 'k2' || name === 'k3') {
          return { ...intrinsics, lens: name in lens ? { ...lens, [name]: Reflect.get(lens, name) + by } : lens }
        }
        return { ...intrinsics, [name]: intrinsics[name] + by }
      }
      projectWithJacobian(cameraOf(changed(h)), ...point, plus)
      projectWithJacobian(cameraOf(changed(-h)), ...point, minus)
      for (let row = 0; row < 2; row++) {
        const numeric = (plus.pixel[row]! - minus.pixel[row]!) / (2 * h)
        assert.ok(Math.abs(numeric - exact.byIntrinsics[6 * row + k]!) < 1e-3, `${lens.model} by ${name}`)
      }
    })
  }
})
