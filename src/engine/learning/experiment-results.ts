/** What came of an experiment, from the sessions that taught: a test that may be looked at any time, and estimates. */
import { seededRng } from '#core/rng.ts'
import { type AbTest, anytimeP, freshAbTest, learnFromArm } from '#learn/choice/ab-test.ts'
import { type ArmComparison, type ArmSession, compareArms } from '#learn/choice/compare-arms.ts'
import type { LessonAbout } from './about.ts'
import { assignmentIn, type Experiment } from './experiments.ts'
import { estimateWords, meanWords, signed } from './status-words.ts'

export interface ExperimentResult extends Experiment {
  readonly comparison: ArmComparison
  /** The chance that two policies that are alike would ever show this much, at most. */
  readonly anytimeP: number
  readonly winner: 'first' | 'second' | null
  /** Of those that compare: the newest. The test has seen all. */
  readonly sessions: number
  readonly sentence: string
}

export interface ExperimentGatherer {
  add(session: string, about: LessonAbout): void
  result(): ExperimentResult
}

/** Sessions that the estimates rest on; the test takes in all of them as they come. */
const newest = 2000

/** First tries only: retries are made on hard clips. Raced runs count, because racing belongs to the policy. */
export function gatherExperiment(experiment: Experiment): ExperimentGatherer {
  const { name, chance, delta } = experiment
  let test: AbTest = freshAbTest
  let log: ArmSession[] = []
  return {
    add(session, { decision, firstTry, value, clip, levels }) {
      const assigned = assignmentIn(decision)
      if (!firstTry || assigned?.experiment !== name) return
      test = learnFromArm(test, assigned.arm, value, { chance, delta })
      log.push({ group: clip ?? session, first: assigned.arm === 'first', chance: assigned.chance, value, levels })
      if (log.length >= 2 * newest) log = log.slice(-newest)
    },
    result() {
      const comparison = compareArms(log.slice(-newest), seededRng(`experiment ${name}`))
      const p = anytimeP(test)
      const { winner } = test
      const sessions = test.sessions[0] + test.sessions[1]
      const sentence = inWords(experiment, comparison, p, winner)
      return { ...experiment, comparison, anytimeP: p, winner, sessions, sentence }
    },
  }
}

function inWords(
  { first, second, delta, stoppedAt }: Experiment,
  { first: one, second: other, robust, difference }: ArmComparison,
  p: number,
  winner: 'first' | 'second' | null,
): string {
  if (one.sessions + other.sessions === 0) {
    return stoppedAt === null ? 'No session yet: the next runs draw between the two.' : 'It ended without a session.'
  }
  const sides = `${first} ${meanWords(one)}, ${second} ${meanWords(other)}`
  const apart = robust ?? difference
  const by = apart === null ? '' : `; ${first} is ahead by ${estimateWords(apart, signed)}`
  if (winner !== null) {
    const better = winner === 'first' ? first : second
    return `${better} is better: ${sides}${by}. Were they alike, this much would show with a chance of ${share(delta)} at most.`
  }
  return `Not decided: ${sides}${by}. Were they alike, this much would show with a chance of up to ${share(p)}.`
}

const share = (chance: number) => `${Math.max(1, Math.ceil(100 * chance))} %`
