import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Beta, chanceAbove, chanceBelow, deviationOf, meanOf, quantile } from './beta.ts'

/** By mpmath 1.3 with 22 digits, from the power series of the incomplete integral: a, b, x, I_x(a, b). */
const integrals = [
  [2, 3, 0.4, 0.5248],
  [0.5, 0.5, 0.1, 0.2048327646991335],
  [0.05, 7.3, 0.001, 0.8003066881831896],
  [6.25, 1.75, 0.9, 0.7848551602448509],
  [120.5, 80.25, 0.62, 0.7137366130643028],
  [81234.5, 20321.25, 0.8, 0.5309508277184097],
  [900000, 100000, 0.9004, 0.9089026557045402],
  [1, 30, 0.2, 0.998762059960715],
  [40000, 3, 0.9999, 0.238059348875045],
] as const

/** The same, integrated over the first density: a1, b1, a0, b0, P(first > second). */
const comparisons = [
  [3, 2, 2, 3, 0.75714285714286],
  [5.5, 1.5, 4.25, 2.75, 0.7882744773191],
  [0.5, 2, 3, 0.75, 0.034643232816261],
  [60.3, 20.7, 300.1, 120.9, 0.7304792043923],
  [9, 1.2, 812.5, 203.25, 0.82152806091632],
  [2001, 1003, 1990, 1010, 0.59020139442322],
  [7.2, 0.8, 7.1, 0.9, 0.54046758813335],
  [0.12, 8.9, 2.4, 6.6, 0.012949837232468],
] as const

const near = (found: number, expected: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found}, expected ${expected}`)

test('the incomplete integral is right to 1e-10', () => {
  for (const [a, b, x, expected] of integrals) near(chanceBelow({ a, b }, x), expected, 1e-10, `I(${a}, ${b}, ${x})`)
})

test('the chance to be above is right to 1e-10', () => {
  for (const [a1, b1, a0, b0, expected] of comparisons) {
    near(chanceAbove({ a: a1, b: b1 }, { a: a0, b: b0 }), expected, 1e-10, `${a1}, ${b1} above ${a0}, ${b0}`)
  }
})

const betas: fc.Arbitrary<Beta> = fc
  .tuple(fc.double({ min: -2, max: 11, noNaN: true }), fc.double({ min: -2, max: 11, noNaN: true }))
  .map(([a, b]) => ({ a: Math.exp(a), b: Math.exp(b) }))

test('either is above the other, and with whole parameters the sum over binomials agrees', () => {
  fc.assert(
    fc.property(betas, betas, (one, other) => {
      // As steep as the product of 60,000 sessions against one, the quadrature loses two digits of the twelve.
      near(chanceAbove(one, other) + chanceAbove(other, one), 1, 1e-8, 'sum')
    }),
    { numRuns: 60 },
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), betas, (a1, other) => {
      // P(first > second) for first ~ Beta(a, 1) is the mean of 1 - x^a over the second: moments of a Beta are products.
      let moment = 1
      for (let i = 0; i < a1; i++) moment *= (other.a + i) / (other.a + other.b + i)
      near(chanceAbove({ a: a1, b: 1 }, other), 1 - moment, 1e-8, 'moment')
    }),
    { numRuns: 60 },
  )
})

test('quantiles undo the integral, and the spread is that of the formula', () => {
  fc.assert(
    fc.property(betas, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (beta, chance) => {
      const value = quantile(beta, chance)
      // A steep distribution cannot be met closer than the bisection goes.
      const steepness = 1e-11 / Math.max(1e-12, deviationOf(beta))
      if (value > 1e-6 && value < 1 - 1e-6) near(chanceBelow(beta, value), chance, 1e-6 + steepness, 'chance')
    }),
    { numRuns: 60 },
  )
  near(meanOf({ a: 3, b: 1 }), 0.75, 0, 'mean')
  near(deviationOf({ a: 3, b: 1 }), Math.sqrt(3 / 80), 1e-15, 'deviation')
})

test('the ends are the ends', () => {
  assert.equal(chanceBelow({ a: 2, b: 2 }, 0), 0)
  assert.equal(chanceBelow({ a: 2, b: 2 }, 1), 1)
})
