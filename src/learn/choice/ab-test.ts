/**
 * Two policies against each other, one session at a time, looked at as often as one likes.
 *
 * Each session draws which of the two chooses, with a logged chance. Two e-processes bet, each against "this one is no
 * better in any session"; together they are wrong with chance delta at most, however long the test runs.
 */
import type { Rng } from '#core/rng.ts'
import { bet, type EProcess, freshProcess, logEvidence, weighedDifference } from './e-process.ts'

export interface AbRules {
  /** Chance of naming a winner where there is none. */
  readonly delta: number
  /** Of the first policy. */
  readonly chance: number
}

export const abRules: AbRules = { delta: 0.05, chance: 0.5 }

export interface AbTest {
  readonly first: EProcess
  readonly second: EProcess
  readonly sessions: readonly [first: number, second: number]
  readonly sums: readonly [first: number, second: number]
  /** Stays once it is named. */
  readonly winner: 'first' | 'second' | null
}

export const freshAbTest: AbTest = {
  first: freshProcess,
  second: freshProcess,
  sessions: [0, 0],
  sums: [0, 0],
  winner: null,
}

export const assign = (rng: Rng, { chance }: AbRules = abRules): 'first' | 'second' =>
  rng.next() < chance ? 'first' : 'second'

/**
 * Takes in a session.
 *
 * @param value 0 to 1
 */
export function learnFromArm(test: AbTest, arm: 'first' | 'second', value: number, rules: AbRules = abRules): AbTest {
  const isFirst = arm === 'first'
  const x = weighedDifference(isFirst, rules.chance, value, centreOf(test))
  const [first, second] = [bet(test.first, x), bet(test.second, -x)]
  const enough = Math.log(2 / rules.delta)
  const won = logEvidence(first) >= enough ? 'first' : logEvidence(second) >= enough ? 'second' : null
  const [one, other] = [isFirst ? 1 : 0, isFirst ? 0 : 1]
  return {
    first,
    second,
    sessions: [test.sessions[0] + one, test.sessions[1] + other],
    sums: [test.sums[0] + one * value, test.sums[1] + other * value],
    winner: test.winner ?? won,
  }
}

/** The mean so far, as if one good and one bad had gone before. */
const centreOf = ({ sums, sessions }: AbTest): number => (sums[0] + sums[1] + 1) / (sessions[0] + sessions[1] + 2)

/** The chance that a test with no effect would ever show this much, at most; for the one that is ahead. */
export const anytimeP = ({ first, second }: AbTest): number =>
  Math.min(1, 2 * Math.exp(-Math.max(logEvidence(first), logEvidence(second))))
