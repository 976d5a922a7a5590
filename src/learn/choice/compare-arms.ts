/**
 * Two ways of choosing against each other, by the coin that was thrown between them: what each brought, and the difference.
 *
 * Where the coin was not always the same, sessions count by how much both sides were in play (overlap weights; Li, Morgan and
 * Zaslavsky 2018): one control in ten does not speak for nine. Plain weighing, and the doubly robust estimate (Dudík, Langford
 * and Li 2011), whose model is fitted without the clip it speaks of. Intervals are bootstrapped over clips, since runs of one
 * are not independent.
 */
import { defaultKey } from '#core/learnable.ts'
import type { Rng } from '#core/rng.ts'
import { type Estimate, type LoggedChoice, type OutcomeModel, pooledModel } from './ope.ts'

export interface ArmSession {
  /** Clip, or what else keeps sessions from being independent. */
  readonly group: string
  /** Which of the two was drawn. */
  readonly first: boolean
  /** Of the first, as it was drawn; above 0 and below 1. */
  readonly chance: number
  /** 0 worst to 1 best. */
  readonly value: number
  readonly levels: readonly string[]
}

export interface ArmSide {
  readonly sessions: number
  /** null: it was never drawn. */
  readonly mean: number | null
  /** null: too few clips to say. */
  readonly estimate: Estimate | null
}

export interface ArmComparison {
  readonly first: ArmSide
  readonly second: ArmSide
  readonly clips: number
  /** First less second, by weights alone; null: too few clips to say. */
  readonly difference: Estimate | null
  /** The same with the model: narrower where footage explains much of the outcome. */
  readonly robust: Estimate | null
}

/** Clips below which an interval of a bootstrap is no interval. */
export const leastClips = 5

interface Terms {
  weights: readonly [first: number, second: number]
  sums: readonly [first: number, second: number]
  robust: number
  overlap: number
}

const noTerms: Terms = { weights: [0, 0], sums: [0, 0], robust: 0, overlap: 0 }

/**
 * @param repeats of the bootstrap
 */
export function compareArms(log: readonly ArmSession[], rng: Rng, repeats = 400): ArmComparison {
  const groups = termsByGroup(log)
  const all = groups.reduce(added, noTerms)
  const counts = [log.filter(({ first }) => first).length, log.filter(({ first }) => !first).length] as const
  const enough = groups.length >= leastClips && counts[0] > 1 && counts[1] > 1
  const resampled = enough ? Array.from({ length: repeats }, () => drawn(groups, rng)) : []
  const interval = (of: (terms: Terms) => number): Estimate | null => (enough ? estimateOf(all, resampled, of) : null)
  const side = (arm: 0 | 1): ArmSide => ({
    sessions: counts[arm],
    mean: counts[arm] > 0 ? meanOfArm(all, arm) : null,
    estimate: interval((terms) => meanOfArm(terms, arm)),
  })
  return {
    first: side(0),
    second: side(1),
    clips: groups.length,
    difference: interval((terms) => meanOfArm(terms, 0) - meanOfArm(terms, 1)),
    robust: interval(({ robust, overlap }) => robust / overlap),
  }
}

const meanOfArm = ({ weights, sums }: Terms, arm: 0 | 1): number => sums[arm] / weights[arm]

const added = (one: Terms, other: Terms): Terms => ({
  weights: [one.weights[0] + other.weights[0], one.weights[1] + other.weights[1]],
  sums: [one.sums[0] + other.sums[0], one.sums[1] + other.sums[1]],
  robust: one.robust + other.robust,
  overlap: one.overlap + other.overlap,
})

const folds = 5
/** The second is what the first is held against, as a setting is against the default. */
const keyOf = (first: boolean) => (first ? 'first' : defaultKey)

function termsByGroup(log: readonly ArmSession[]): readonly Terms[] {
  const fold = new Map<string, number>()
  for (const { group } of log) if (!fold.has(group)) fold.set(group, fold.size % folds)
  const models = Array.from({ length: folds }, (_, i) =>
    pooledModel(log.filter(({ group }) => fold.get(group) !== i).map(loggedOf)),
  )
  const groups = new Map<string, Terms>()
  for (const session of log) {
    const terms = termsOf(session, models[fold.get(session.group) ?? 0]!)
    groups.set(session.group, added(groups.get(session.group) ?? noTerms, terms))
  }
  return [...groups.values()]
}

const loggedOf = ({ group, first, value, levels }: ArmSession): LoggedChoice => ({
  group,
  levels,
  key: keyOf(first),
  value,
  propensity: null,
  target: new Map(),
  raced: false,
  firstTry: true,
})

function termsOf({ first, chance, value, levels }: ArmSession, model: OutcomeModel): Terms {
  const overlap = chance * (1 - chance)
  const weight = first ? 1 - chance : chance
  const [one, other] = [model(levels, keyOf(true)), model(levels, keyOf(false))]
  const surprise = weight * (value - (first ? one : other))
  return {
    weights: first ? [weight, 0] : [0, weight],
    sums: first ? [weight * value, 0] : [0, weight * value],
    robust: overlap * (one - other) + (first ? surprise : -surprise),
    overlap,
  }
}

function drawn(groups: readonly Terms[], rng: Rng): Terms {
  let sum = noTerms
  for (let i = 0; i < groups.length; i++) sum = added(sum, groups[rng.int(groups.length)]!)
  return sum
}

/** Nine chances in ten, by percentiles. */
function estimateOf(all: Terms, resampled: readonly Terms[], of: (terms: Terms) => number): Estimate | null {
  const values = resampled.map(of).filter(Number.isFinite)
  // A sample in which one side was never drawn says nothing of the difference.
  if (values.length < resampled.length / 2) return null
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
  return { value: of(all), low: at(0.05), high: at(0.95) }
}
