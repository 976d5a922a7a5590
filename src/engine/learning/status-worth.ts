/**
 * What learning is worth, from the sessions that taught: by the coin between what was learned and the default (live, and
 * without assumptions), and by weighing all logged choices (SNIPS and doubly robust, where chances were logged).
 */
import { defaultKey } from '#core/learnable.ts'
import { seededRng } from '#core/rng.ts'
import { type ArmComparison, type ArmSession, compareArms } from '#learn/choice/compare-arms.ts'
import { evaluate, type Evaluation, type LoggedChoice, pooledModel } from '#learn/choice/ope.ts'
import type { LessonAbout } from './about.ts'
import { decisionIn, wasUsed } from './decisions.ts'
import { assignmentIn } from './experiments.ts'
import { counted, estimateWords, meanWords, signed } from './status-words.ts'

export interface Worth {
  /** `first` is what was learned, `second` the default. */
  readonly coin: ArmComparison
  /** The same for a clip's own best settings, on clips that were run before. */
  readonly replays: ArmComparison
  /** What always following the learner, or always the default, would have brought. */
  readonly learned: Evaluation
  readonly base: Evaluation
  readonly sentence: string
}

export interface WorthGatherer {
  add(session: string, about: LessonAbout): void
  result(learner: string): Worth
}

/** Sessions that estimates rest on: the newest, because what was learned long ago is not what is used now. */
const newest = 1000

interface Logged {
  readonly session: string
  readonly about: LessonAbout
  readonly decision: ReturnType<typeof decisionIn>
}

export function gatherWorth(): WorthGatherer {
  let log: Logged[] = []
  return {
    add(session, about) {
      if (!about.firstTry) return
      log.push({ session, about, decision: decisionIn(about.decision) })
      if (log.length >= 2 * newest) log = log.slice(-newest)
    },
    result(learner) {
      const recent = log.slice(-newest)
      const coin = compareArms(recent.flatMap(tossOf('wanted')), seededRng(`coin ${learner}`))
      const replays = compareArms(recent.flatMap(tossOf('replay')), seededRng(`replays ${learner}`))
      const judged = (of: (logged: Logged) => string) =>
        evaluate(
          recent.map((logged) => choiceOf(logged, of(logged))),
          pooledModel,
          seededRng(`worth ${learner}`),
          { repeats: 200 },
        )
      return { coin, replays, learned: judged(learnersChoice), base: judged(() => defaultKey), sentence: inWords(coin) }
    },
  }
}

/** Only where the coin fell between the two, and what it fell on was really used. */
const tossOf =
  (of: 'wanted' | 'replay') =>
  ({ session, about, decision }: Logged): readonly ArmSession[] => {
    if (decision?.coin?.of !== of || !wasUsed(decision, about)) return []
    const { clip, value, levels } = about
    return [{ group: clip ?? session, first: decision.role === of, chance: decision.coin.chance, value, levels }]
  }

/** As it stood before that session, so no session speaks for what it taught itself. */
const learnersChoice = ({ decision }: Logged): string => decision?.coin?.key ?? defaultKey

const choiceOf = ({ session, about }: Logged, target: string): LoggedChoice => ({
  group: about.clip ?? session,
  levels: about.levels,
  key: about.key,
  value: about.value,
  // In an experiment the same settings may have come of either policy: their chance is not the one that was logged.
  propensity: assignmentIn(about.decision) === null ? about.propensity : null,
  target: new Map([[target, 1]]),
  raced: about.raced,
  firstTry: true,
})

function inWords({ first, second, difference, robust, clips }: ArmComparison): string {
  const all = first.sessions + second.sessions
  if (all === 0) return 'Nothing is known of its worth yet: no learned setting has been held against the default.'
  const sides = `learned settings ${meanWords(first)}, the default ${meanWords(second)}`
  const apart = robust ?? difference
  if (apart === null) return `Too little to judge by (${counted(clips, 'clip')}): ${sides}.`
  const said =
    apart.low > 0
      ? 'Learning helps'
      : apart.high < 0
        ? 'Learning does harm'
        : 'How much it helps, if it does, is still open'
  return `${said}: ${sides}; by the coin ${estimateWords(apart, signed)}.`
}
