/**
 * What a policy would have brought, from sessions that another one chose: by the chances that were logged.
 *
 * SNIPS (Swaminathan and Joachims 2015) weighs the sessions in which both agree; the doubly robust estimate (Dudík, Langford
 * and Li 2011) adds a model of outcomes that is fitted without the clip it speaks of, and is right where either is. Intervals
 * are bootstrapped over clips, because runs of one clip are not independent.
 */
import type { Rng } from '#core/rng.ts'
import { meanOf } from './beta.ts'
import { addRow, type Cells, estimates } from './evidence.ts'

export interface LoggedChoice {
  /** Clip, or what else keeps sessions from being independent. */
  readonly group: string
  readonly levels: readonly string[]
  readonly key: string
  readonly value: number
  /** null: a person chose, or nobody wrote it down. */
  readonly propensity: number | null
  /** What the policy to be judged would choose: its chance of each setting. They sum to 1. */
  readonly target: ReadonlyMap<string, number>
  readonly raced: boolean
  readonly firstTry: boolean
}

/** Predicts outcomes for a group it was not fitted on. */
export type OutcomeModel = (levels: readonly string[], key: string) => number

export interface Estimate {
  readonly value: number
  /** Of nine chances in ten, when there are many clips; a little too narrow where weights are worth only some dozen sessions. */
  readonly low: number
  readonly high: number
}

export interface Evaluation {
  readonly snips: Estimate | null
  readonly doublyRobust: Estimate | null
  /** By the model alone: all that there is where no chances were logged, and the most biased. */
  readonly direct: Estimate | null
  readonly sessions: number
  readonly groups: number
  /** Sessions that the weights are worth (Kish): below a few dozen nothing is resolved. */
  readonly effective: number
  readonly leftOut: { readonly raced: number; readonly retries: number; readonly noPropensity: number }
}

/** The pooled posterior's mean as a model of outcomes. */
export function pooledModel(rows: readonly LoggedChoice[]): OutcomeModel {
  const cells: Cells = new Map()
  for (const { levels, key, value } of rows) addRow(cells, { levels, key, value, source: 'log' })
  return (levels, key) => meanOf(estimates(cells, levels, 'log').posterior(key))
}

interface Terms {
  weight: number
  weighted: number
  robust: number
  direct: number
  count: number
}

/**
 * Judges a policy.
 *
 * @param fit makes a model from sessions; called once per fold
 * @param folds groups are dealt to them in the order they first appear
 */
export function evaluate(
  log: readonly LoggedChoice[],
  fit: (rows: readonly LoggedChoice[]) => OutcomeModel,
  rng: Rng,
  { folds = 5, repeats = 400 }: { readonly folds?: number; readonly repeats?: number } = {},
): Evaluation {
  const first = log.filter(({ raced, firstTry }) => firstTry && !raced)
  const usable = first.filter(({ propensity }) => propensity !== null && propensity > 0)
  const raced = log.filter((row) => row.raced).length
  const leftOut = { raced, retries: log.length - raced - first.length, noPropensity: first.length - usable.length }
  const rows = usable.length > 0 ? usable : first
  const byGroup = termsByGroup(rows, fit, folds)
  const bySessions = (pick: (sum: Terms) => number) => (sum: Terms) => pick(sum) / sum.count
  const withChances = usable.length > 0
  const weights = usable.map((row) => (row.target.get(row.key) ?? 0) / (row.propensity ?? 1))
  const [sum, squares] = [weights.reduce((s, w) => s + w, 0), weights.reduce((s, w) => s + w * w, 0)]
  const snips = (terms: Terms) => (terms.weight > 0 ? terms.weighted / terms.weight : Number.NaN)
  return {
    snips: withChances && sum > 0 ? bootstrap(byGroup, snips, rng, repeats) : null,
    doublyRobust: withChances
      ? bootstrap(
          byGroup,
          bySessions(({ robust }) => robust),
          rng,
          repeats,
        )
      : null,
    direct:
      rows.length > 0
        ? bootstrap(
            byGroup,
            bySessions(({ direct }) => direct),
            rng,
            repeats,
          )
        : null,
    sessions: rows.length,
    groups: byGroup.length,
    effective: squares > 0 ? (sum * sum) / squares : 0,
    leftOut,
  }
}

function termsByGroup(
  rows: readonly LoggedChoice[],
  fit: (rows: readonly LoggedChoice[]) => OutcomeModel,
  folds: number,
): readonly Terms[] {
  const fold = new Map<string, number>()
  for (const { group } of rows) if (!fold.has(group)) fold.set(group, fold.size % folds)
  const models = Array.from({ length: folds }, (_, i) => fit(rows.filter(({ group }) => fold.get(group) !== i)))
  const all = new Map<string, Terms>()
  for (const { group, levels, key, value, propensity, target } of rows) {
    const model = models[fold.get(group) ?? 0]!
    let expected = 0
    for (const [choice, chance] of target) if (chance > 0) expected += chance * model(levels, choice)
    const weight = propensity === null ? 0 : (target.get(key) ?? 0) / propensity
    const terms = all.get(group) ?? { weight: 0, weighted: 0, robust: 0, direct: 0, count: 0 }
    terms.weight += weight
    terms.weighted += weight * value
    terms.direct += expected
    terms.robust += expected + weight * (value - model(levels, key))
    terms.count++
    all.set(group, terms)
  }
  return [...all.values()]
}

/** Percentile interval over groups drawn with replacement. */
function bootstrap(groups: readonly Terms[], of: (sum: Terms) => number, rng: Rng, repeats: number): Estimate {
  const total = (pick: (i: number) => Terms | undefined): Terms => {
    const sum = { weight: 0, weighted: 0, robust: 0, direct: 0, count: 0 }
    for (let i = 0; i < groups.length; i++) {
      const terms = pick(i)!
      sum.weight += terms.weight
      sum.weighted += terms.weighted
      sum.robust += terms.robust
      sum.direct += terms.direct
      sum.count += terms.count
    }
    return sum
  }
  const drawn = Array.from({ length: repeats }, () => of(total(() => groups[rng.int(groups.length)])))
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b)
  const at = (share: number) => drawn[Math.min(drawn.length - 1, Math.floor(share * drawn.length))] ?? Number.NaN
  return { value: of(total((i) => groups[i])), low: at(0.05), high: at(0.95) }
}
