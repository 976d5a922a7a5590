/** What would be chosen for a situation, why, and how sure that is: for people, and for programs that ask. */
import type { Context } from '#core/context.ts'
import type { JsonObject } from '#core/json.ts'
import { type Configuration, defaultKey, type Lessons } from '#core/learnable.ts'
import type { RunStatus } from '#core/session.ts'
import { domainByName } from '#domains/domains.ts'
import type { Role } from '#learn/choice/arms.ts'
import type { Verdict } from '#learn/choice/gate.ts'
import { type Interval, intervalOf } from '#learn/choice/reason.ts'
import type { Engine } from '../engine.ts'
import { readPreferences } from '../preferences.ts'
import { checkContext } from '../prepare.ts'
import { type Prediction, predict, type SimilarSession } from './choose.ts'
import { catchUp, missedSessions } from './learn.ts'
import { lessonsByName } from './learners.ts'

export interface ToldPrediction {
  readonly learner: string
  readonly revision: number
  /** What the situation is taken for, the most special first. */
  readonly levels: readonly string[]
  readonly recommended: PredictedSettings
  readonly base: PredictedSettings
  /** Nothing has the evidence to replace the default. */
  readonly isDefault: boolean
  /** Whether runs use what was learned at all. */
  readonly isOn: boolean
  readonly verdict: Verdict | null
  readonly reason: string
  /** What a run would draw from, the most likely first. */
  readonly chances: readonly { readonly role: Role; readonly words: string; readonly chance: number }[]
  /** Nearest first. */
  readonly similar: readonly ToldSimilar[]
}

export interface PredictedSettings {
  readonly key: string
  readonly words: string
  readonly settings: Configuration
  /** Sessions that count. */
  readonly observations: number
  /** What it is expected to bring, 0 to 1. */
  readonly expected: Interval
}

export interface ToldSimilar {
  readonly session: string
  readonly project: string
  /** UTC. */
  readonly recordedAt: string
  /** 0 alike to 1. */
  readonly distance: number
  readonly used: string
  readonly value: number
  readonly status: RunStatus | null
}

/**
 * @param context of a session, as it would be recorded
 * @throws learn.unknown, session.invalid, settings.invalid where the context does not suffice
 */
export async function tellPrediction(
  engine: Engine,
  learner: string,
  context: JsonObject,
  ctx: Pick<Context, 'warn' | 'signal'>,
): Promise<ToldPrediction> {
  const lessons = lessonsByName(learner)
  checkContext(domainByName(lessons.domain), context)
  await catchUp(engine, ctx, { most: missedSessions, only: learner })
  const prediction = await predict(engine, learner, context)
  const { recordSessions, learnFromSessions } = await readPreferences(engine)
  return toldOf(prediction, lessons, context, recordSessions && learnFromSessions)
}

const mostChances = 6

function toldOf(prediction: Prediction, lessons: Lessons, context: JsonObject, isOn: boolean): ToldPrediction {
  const { learner, revision, outlook, base, similar } = prediction
  const { recommended, verdict, arms, known, reason } = outlook
  const wordsOf = (key: string) => (key === defaultKey ? 'the default' : lessons.candidateInWords(key))
  const told = ({ key, settings }: typeof base): PredictedSettings => ({
    key,
    words: wordsOf(key),
    settings,
    observations: known.observations(key, verdict?.level ?? Math.min(1, lessons.choosing.levels(context).length - 1)),
    expected: intervalOf(known.posterior(key)),
  })
  const likely = arms.toSorted((one, other) => other.chance - one.chance).slice(0, mostChances)
  return {
    learner,
    revision,
    levels: lessons.choosing.levels(context).map((level) => lessons.levelInWords(level)),
    recommended: told(recommended),
    base: told(base),
    isDefault: recommended.key === defaultKey,
    isOn,
    verdict,
    reason,
    chances: likely.map(({ role, candidate, chance }) => ({ role, words: wordsOf(candidate.key), chance })),
    similar: similar.map((one) => similarOf(one, wordsOf)),
  }
}

function similarOf(
  { session, project, distance, about }: SimilarSession,
  wordsOf: (key: string) => string,
): ToldSimilar {
  const { recordedAt, key, value, status } = about
  return { session, project, recordedAt, distance, used: wordsOf(key), value, status: status ?? null }
}

/** "21 px", "0.75": values of settings in lines. */
export const settingWords = (settings: Configuration): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`)
    .join(', ')
