import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { realRoots, smallestPositiveRoot } from './polynomial.ts'

/** Coefficients of the product of x - root, ascending. */
const withRoots = (roots: readonly number[]) =>
  roots.reduce((c, root) => [0, ...c].map((value, i) => value - root * (c[i] ?? 0)), [1])

const rootsOf = (c: readonly number[]) => {
  const out = new Float64Array(c.length - 1)
  return out.slice(0, realRoots(Float64Array.from(c), c.length - 1, out)).sort()
}

test('all real roots of a polynomial with well separated roots, within and beyond 1', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: -12, max: 12 }), { minLength: 1, maxLength: 8 }),
      fc.double({ min: 0.05, max: 3, noNaN: true }),
      (integers, scale) => {
        const roots = integers.map((value) => value * scale).sort((a, b) => a - b)
        const found = rootsOf(withRoots(roots))
        assert.equal(found.length, roots.length)
        found.forEach((root, i) => assert.ok(Math.abs(root - roots[i]!) < 1e-4 * (1 + Math.abs(roots[i]!))))
      },
    ),
    { seed: 1 },
  )
})

test('roots of 1 and -1, a factor without real roots, and a leading coefficient of zero', () => {
  const found = rootsOf(withRoots([1, -1, 0.25]))
  ;[-1, 0.25, 1].forEach((root, i) => assert.ok(Math.abs(found[i]! - root) < 1e-12))
  assert.equal(rootsOf([1, 0, 1]).length, 0)
  const linear = rootsOf([-6, 2, 0, 0])
  assert.equal(linear.length, 1)
  assert.ok(Math.abs(linear[0]! - 3) < 1e-14)
})

test('nothing comes of nothing, and of what is not a number', () => {
  assert.equal(rootsOf([0, 0, 0]).length, 0)
  assert.equal(rootsOf([1, NaN, 1]).length, 0)
  assert.equal(rootsOf([1, 0, -Infinity]).length, 0)
})

test('the smallest positive root, or none', () => {
  assert.ok(Math.abs(smallestPositiveRoot(Float64Array.from(withRoots([-1, 4, 0.5, 7])), 4) - 0.5) < 1e-13)
  assert.equal(smallestPositiveRoot(Float64Array.from(withRoots([-1, -2])), 2), Infinity)
})
