import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AxisOrder, eulerCurve, quaternionCurve } from './rotation-curves.ts'
import { ofQuaternion, product, turn } from './test-scenes.ts'

const orders: readonly AxisOrder[] = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
  [0, 2, 1],
  [1, 0, 2],
  [2, 1, 0],
]
const axes = ['x', 'y', 'z'] as const
const composed = (order: AxisOrder, angles: ArrayLike<number>) =>
  product(...order.map((axis) => turn(axes[axis] ?? 'x', angles[axis] ?? NaN)))
const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 1e-9) =>
  Array.from(a).every((value, i) => Math.abs(value - (b[i] ?? NaN)) < tolerance)

test('the turns of every order make the rotation again, at the poles too', () => {
  const angle = fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(-90, 0, 90, 180))
  fc.assert(
    fc.property(
      fc.constantFrom(...orders),
      fc.array(fc.tuple(angle, angle, angle), { minLength: 1, maxLength: 4 }),
      (order, list) => {
        const rotations = list.map((angles) => Float64Array.from(composed(order, angles)))
        for (const [i, degrees] of eulerCurve(rotations, order).entries()) {
          assert.ok(close(composed(order, degrees), rotations[i]!, 1e-7))
        }
      },
    ),
    { seed: 1 },
  )
})

test('curves of angles and of quaternions do not jump, through half turns', () => {
  for (const order of orders) {
    const [i, j, k] = order
    const path = Array.from({ length: 200 }, (_, time) => {
      const angles = [0, 0, 0]
      angles[i] = 4 * time
      angles[j] = 80 * Math.sin(time / 20)
      angles[k] = 170 + time
      return angles
    })
    const rotations = path.map((angles) => Float64Array.from(composed(order, angles)))
    for (const [time, angles] of eulerCurve(rotations, order).entries())
      assert.ok(close(angles, path[time] ?? [], 1e-7))
    const quaternions = quaternionCurve(rotations)
    for (const [time, quaternion] of quaternions.entries()) {
      const [w = 0, x = 0, y = 0, z = 0] = quaternion
      assert.ok(close(ofQuaternion(w, x, y, z), rotations[time] ?? []))
      const before = quaternions[time - 1] ?? quaternion
      assert.ok(Math.hypot(...quaternion.map((value, at) => value - before[at]!)) < 0.2)
    }
  }
})

test('a pan goes on beyond a full turn', () => {
  const rotations = Array.from({ length: 80 }, (_, i) => Float64Array.from(turn('y', 10 * i)))
  const pans = eulerCurve(rotations, [1, 0, 2]).map((degrees) => degrees[1]!)
  assert.ok(
    close(
      pans,
      Array.from({ length: 80 }, (_, i) => 10 * i),
    ),
  )
})
