import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Rng, seededRng } from '#core/rng.ts'
import { type ArmSession, compareArms } from './compare-arms.ts'

/** Clips are easy or hard by far; the first way is better by `gain` on each. */
function world(rng: Rng, sessions: number, gain: number, chance: number): readonly ArmSession[] {
  return Array.from({ length: sessions }, (_, i) => {
    const hard = i % 3 === 0
    const first = rng.next() < chance
    const value = Math.min(1, Math.max(0, (hard ? 0.25 : 0.7) + (first ? gain : 0) + 0.2 * (rng.next() - 0.5)))
    const levels = [`clip ${i >> 1}`, hard ? 'hard' : 'easy', 'all']
    return { group: `clip ${i >> 1}`, first, chance, value, levels }
  })
}

describe('two ways against each other', () => {
  test('finds the difference that there is, whatever the coin', () => {
    for (const chance of [0.5, 0.9]) {
      const { difference, robust, first, second } = compareArms(world(seededRng(1), 600, 0.1, chance), seededRng(2))
      assert.ok(Math.abs(difference!.value - 0.1) < 0.05, `${chance}: ${difference!.value}`)
      assert.ok(Math.abs(robust!.value - 0.1) < 0.03, `${chance}: ${robust!.value}`)
      assert.equal(first.sessions + second.sessions, 600)
    }
  })

  test('has the truth within its interval about as often as it says', () => {
    let [plain, robust] = [0, 0]
    for (let seed = 0; seed < 120; seed++) {
      const found = compareArms(world(seededRng(`world ${seed}`), 80, 0.1, 0.5), seededRng(seed), 200)
      if (found.difference!.low <= 0.1 && found.difference!.high >= 0.1) plain++
      if (found.robust!.low <= 0.1 && found.robust!.high >= 0.1) robust++
    }
    // 108 of 120 are promised; binomial noise is 3.3.
    assert.ok(plain >= 97 && robust >= 94, `${plain} and ${robust} of 120`)
  })

  test('is narrower with the model where the kind of footage explains the outcome', () => {
    const { difference, robust } = compareArms(world(seededRng(5), 200, 0.1, 0.5), seededRng(6))
    assert.ok(robust!.high - robust!.low < 0.7 * (difference!.high - difference!.low))
  })

  test('gives means and no interval where there are too few clips', () => {
    const few = world(seededRng(3), 6, 0.1, 0.5)
    const { difference, robust, first, clips } = compareArms(few, seededRng(4))
    assert.deepEqual([difference, robust, first.estimate, clips], [null, null, null, 3])
    assert.ok(first.sessions === 0 ? first.mean === null : first.mean! > 0)
    assert.deepEqual(compareArms([], seededRng(1)).second, { sessions: 0, mean: null, estimate: null })
  })
})
