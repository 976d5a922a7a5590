import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { det3, multiply3, transpose3 } from './linear.ts'
import { compose, inverse, rigidFromCentre, transform, centreOf } from './rigid3.ts'
import { angleBetween, angleOf, expSo3, logSo3, projectToSo3, quaternionOf, rotationOf, slerp } from './so3.ts'

const near = (a: Float64Array, b: Float64Array, tolerance: number) => {
  assert.equal(a.length, b.length)
  a.forEach((value, i) => assert.ok(Math.abs(value - b[i]!) <= tolerance, `${a.join()} is not ${b.join()}`))
}
const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)
const component = fc.double({ min: -1, max: 1, noNaN: true })
const vector = fc.tuple(component, component, component).map(([x, y, z]) => Float64Array.of(x, y, z))
/** A rotation vector whose length is anything from nothing to just short of pi. */
const turn = fc
  .tuple(vector, fc.constantFrom(0, 1e-12, 1e-8, 1e-5, 1e-3, 0.1, 1, 2, 3, Math.PI - 1e-6, Math.PI - 1e-10))
  .filter(([axis]) => Math.hypot(...axis) > 1e-3)
  .map(([axis, angle]) => axis.map((value) => (value * angle) / Math.hypot(...axis)))
const rotation = turn.map(([x, y, z]) => expSo3(x!, y!, z!))

test('exp gives rotations, and log takes them back, near 0 and near pi too', () => {
  fc.assert(
    fc.property(turn, (w) => {
      const r = expSo3(w[0]!, w[1]!, w[2]!)
      near(multiply3(r, transpose3(r)), identity, 1e-14)
      assert.ok(Math.abs(det3(r) - 1) < 1e-14)
      near(logSo3(r), w, 1e-14 + 1e-8 * Math.max(0, Math.hypot(...w) - 3.1415))
      assert.ok(Math.abs(angleOf(r) - Math.hypot(...w)) < 1e-7)
    }),
    { seed: 1 },
  )
})

test('a half turn about any axis has a rotation vector', () => {
  for (const axis of [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0.6, -0.8, 0],
    [-1 / 3, 2 / 3, 2 / 3],
  ]) {
    const w = axis.map((value) => value * Math.PI)
    const back = logSo3(expSo3(w[0]!, w[1]!, w[2]!))
    assert.ok(Math.abs(Math.hypot(...back) - Math.PI) < 1e-12)
    // Either sense of the axis is right.
    near(back.map(Math.abs), Float64Array.from(w, Math.abs), 1e-12)
  }
})

test('small turns keep all their digits', () => {
  const r = expSo3(3e-9, 0, -4e-9)
  near(logSo3(r), Float64Array.of(3e-9, 0, -4e-9), 1e-24)
})

test('quaternions and matrices say the same', () => {
  fc.assert(
    fc.property(rotation, (r) => {
      const q = quaternionOf(r)
      assert.ok(q[0]! >= 0)
      assert.ok(Math.abs(Math.hypot(...q) - 1) < 1e-14)
      near(rotationOf(q), r, 1e-14)
      near(rotationOf(q.map((value) => -3 * value)), r, 1e-14)
    }),
    { seed: 2 },
  )
})

test('slerp goes the shortest way at constant speed', () => {
  fc.assert(
    fc.property(rotation, rotation, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, share) => {
      const whole = angleBetween(a, b)
      fc.pre(whole < 3.1)
      const between = slerp(a, b, share)
      assert.ok(Math.abs(angleBetween(a, between) - share * whole) < 1e-7)
      assert.ok(Math.abs(angleBetween(between, b) - (1 - share) * whole) < 1e-7)
    }),
    { seed: 3 },
  )
})

test('the nearest rotation to a rotation times a stretch is that rotation', () => {
  const r = expSo3(0.3, -0.2, 0.9)
  near(projectToSo3(r.map((value) => 2.5 * value)), r, 1e-15)
  const stretched = multiply3(r, Float64Array.of(2, 0.1, 0, 0.1, 1, 0, 0, 0, 0.5))
  near(projectToSo3(stretched), r, 1e-14)
  assert.ok(det3(projectToSo3(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, -1))) > 0.999)
})

test('rigid motions compose, and go back', () => {
  fc.assert(
    fc.property(rotation, vector, rotation, vector, vector, (r, t, s, u, point) => {
      const [bFromA, cFromB] = [
        { rotation: r, translation: t },
        { rotation: s, translation: u },
      ]
      const there = transform(cFromB, transform(bFromA, point))
      near(transform(compose(cFromB, bFromA), point), there, 1e-14)
      near(transform(inverse(bFromA), transform(bFromA, point)), point, 1e-14)
      near(transform(bFromA, centreOf(bFromA)), new Float64Array(3), 1e-14)
      near(rigidFromCentre(r, centreOf(bFromA)).translation, t, 1e-14)
    }),
    { seed: 4 },
  )
})
