import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eliminate, solveCholesky } from './dense.ts'
import { symmetricEigen } from './eigen.ts'
import { det3, multiply3, transpose3 } from './linear.ts'
import { leastVector, nullSpace, svd3 } from './svd.ts'

const entry = fc.double({ min: -1, max: 1, noNaN: true })
const entries = (n: number) => fc.array(entry, { minLength: n, maxLength: n }).map((list) => Float64Array.from(list))
const diagonal = (s: Float64Array) => Float64Array.of(s[0]!, 0, 0, 0, s[1]!, 0, 0, 0, s[2]!)

function assertSvd(m: Float64Array): void {
  const { u, s, v } = svd3(m)
  multiply3(multiply3(u, diagonal(s)), transpose3(v)).forEach((value, i) => assert.ok(Math.abs(value - m[i]!) < 1e-14))
  assert.ok(Math.abs(det3(u) - 1) < 1e-13 && Math.abs(det3(v) - 1) < 1e-13, 'u and v are rotations')
  assert.ok(s[0]! >= s[1]! && s[1]! >= Math.abs(s[2]!))
}

test('singular values of 3 x 3 matrices of any rank', () => {
  fc.assert(fc.property(entries(9), assertSvd), { seed: 1 })
  fc.assert(
    fc.property(entries(6), entry, entry, (rows, p, q) => {
      assertSvd(Float64Array.of(...rows, ...[0, 1, 2].map((i) => (p * rows[i]! + q * rows[3 + i]!) / 2)))
    }),
    { seed: 2 },
  )
  assertSvd(new Float64Array(9))
  assertSvd(Float64Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0))
  assertSvd(Float64Array.of(1, 2, 3, 2, 4, 6, -1, -2, -3).map((value) => value / 10))
})

test('the vector that a matrix takes to zero is found to the last digits', () => {
  fc.assert(
    fc.property(entries(20 * 9), entries(9), (a, x) => {
      const square = x.reduce((sum, value) => sum + value * value, 0)
      fc.pre(square > 0.1)
      for (let row = 0; row < 180; row += 9) {
        const along = x.reduce((sum, value, i) => sum + value * a[row + i]!, 0) / square
        for (let i = 0; i < 9; i++) a[row + i]! -= along * x[i]!
      }
      const { vector, sizes } = leastVector(a, 20, 9)
      fc.pre(sizes[7]! > 1e-3)
      const cosine = Math.abs(vector.reduce((sum, value, i) => sum + value * x[i]!, 0)) / Math.sqrt(square)
      assert.ok(Math.abs(cosine - 1) < 1e-13)
      assert.ok(sizes[8]! < 1e-14)
    }),
    { seed: 3, numRuns: 30 },
  )
})

test('a null space is orthonormal and mapped to zero; dependent rows are refused', () => {
  fc.assert(
    fc.property(entries(45), (a) => {
      const basis = new Float64Array(36)
      fc.pre(nullSpace(a.slice(), 5, 9, basis))
      for (let k = 0; k < 4; k++) {
        for (let row = 0; row < 5; row++) {
          let sum = 0
          for (let i = 0; i < 9; i++) sum += a[9 * row + i]! * basis[9 * k + i]!
          assert.ok(Math.abs(sum) < 1e-13)
        }
        for (let other = 0; other <= k; other++) {
          let sum = 0
          for (let i = 0; i < 9; i++) sum += basis[9 * k + i]! * basis[9 * other + i]!
          assert.ok(Math.abs(sum - (other === k ? 1 : 0)) < 1e-14)
        }
      }
    }),
    { seed: 4 },
  )
  const twice = Float64Array.of(1, 2, 3, 4, 2, 4, 6, 8)
  assert.equal(nullSpace(twice, 2, 4, new Float64Array(8)), false)
})

test('systems of equations are solved, or refused', () => {
  const spd = Float64Array.of(4, 0, 0, 2, 5, 0, -1, 1, 6)
  const b = Float64Array.of(4 + 4 - 3, 2 + 10 + 3, -1 + 2 + 18)
  assert.ok(solveCholesky(spd, b, 3))
  b.forEach((value, i) => assert.ok(Math.abs(value - (i + 1)) < 1e-14))
  assert.equal(solveCholesky(Float64Array.of(1, 0, 1, 1), new Float64Array(2), 2), false, 'singular')
  assert.equal(solveCholesky(Float64Array.of(NaN), new Float64Array(1), 1), false)
  const system = Float64Array.of(0, 2, 4, 3, 0, 9)
  assert.ok(eliminate(system, 2, 3), 'a zero in the corner is pivoted away')
  assert.deepEqual([system[2], system[5]], [3, 2])
  assert.equal(eliminate(Float64Array.of(1, 2, 1, 2, 4, 1), 2, 3), false)
})

test('symmetric eigenvalues', () => {
  const { values, vectors } = symmetricEigen(Float64Array.of(2, 0, 0, 0, -1, 2, 0, 2, -1), 3)
  assert.deepEqual(
    Array.from(values, (value) => Math.round(value * 1e12) / 1e12),
    [2, 1, -3],
  )
  assert.ok(Math.abs(Math.abs(vectors[5]! * vectors[8]!) - 0.5) < 1e-14)
})
