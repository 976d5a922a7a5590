import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { afterRun, entrants, freshBudget, type RaceBudget, raceRules, winner } from './racing.ts'

test('races never take more than their share of all time', () => {
  const ms = fc.double({ min: 1, max: 1e5, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(ms, ms), { maxLength: 60 }), (runs) => {
      let budget: RaceBudget = freshBudget
      for (const [runMs, entrantMs] of runs) {
        const count = entrants(budget, runMs, entrantMs)
        assert.ok(count === 0 || (count >= 2 && count <= raceRules.most))
        assert.ok(count * entrantMs <= raceRules.shareOfRun * runMs)
        budget = afterRun(budget, runMs, count * entrantMs)
        assert.ok(budget.racesMs <= raceRules.shareOfAll * budget.runsMs * (1 + 1e-12))
      }
    }),
  )
  assert.equal(entrants(freshBudget, 1000, Number.NaN), 0)
})

test('what the coin fell on wins, unless another is clearly ahead', () => {
  const scores = new Map([
    ['drawn', 0.5],
    ['near', 0.52],
    ['failed', null],
    ['ahead', 0.7],
  ])
  assert.equal(winner(scores, 'drawn', 0.05), 'ahead')
  assert.equal(winner(scores, 'drawn', 0.3), 'drawn')
  assert.equal(
    winner(
      new Map([
        ['drawn', null],
        ['other', null],
      ]),
      'drawn',
      0,
    ),
    'drawn',
  )
  assert.equal(
    winner(
      new Map([
        ['drawn', null],
        ['other', 0.1],
      ]),
      'drawn',
      0.05,
    ),
    'other',
  )
})
