/**
 * What evidence a setting needs before it may be wanted in place of the default.
 *
 * Both must have been seen often enough, the setting must be the better one with enough confidence, and by an amount worth
 * having. The confidence is asked of the most special level that has the observations, that of the clip or the one above:
 * further up, other footage would vouch for this one.
 *
 * That suffices for a try on credit, against a coin. Of many settings that are looked at one is lucky, so what is recommended,
 * or used without credit, needs a confidence that counts them.
 */
import { type Candidate, defaultKey } from '#core/learnable.ts'
import { type Beta, chanceAbove, meanOf } from './beta.ts'
import type { Estimates } from './evidence.ts'

export interface GateRules {
  /** Of the setting, and of the default, at the level that is asked. */
  readonly observations: number
  /** Posterior chance that the setting is better than the default. */
  readonly confidence: number
  /** How much better it must be in the mean. */
  readonly effect: number
  /** How many of the most special levels may vouch. */
  readonly levels: number
}

export const gateRules: GateRules = { observations: 3, confidence: 0.7, effect: 0.01, levels: 2 }

/** What is known of a setting against the default. */
export interface Verdict {
  readonly key: string
  readonly passed: boolean
  /** Sessions that count, of the level that vouches; of the lowest when none has enough. */
  readonly observations: number
  /** null: too few observations to ask. */
  readonly confidence: number | null
  /** For this very situation. */
  readonly mean: number
  readonly defaultMean: number
  /** Index of the level that vouches; null when none can. */
  readonly level: number | null
}

/** Judges one setting. */
export function judge(known: Estimates, levels: number, key: string, rules: GateRules = gateRules): Verdict {
  const mean = meanOf(known.posterior(key))
  const defaultMean = meanOf(known.posterior(defaultKey))
  for (let level = 0; level < Math.min(levels, rules.levels); level++) {
    const observations = known.observations(key, level)
    if (observations < rules.observations || known.observations(defaultKey, level) < rules.observations) continue
    const confidence = chanceAbove(known.posterior(key, level), known.posterior(defaultKey, level))
    const passed = confidence >= rules.confidence && mean - defaultMean >= rules.effect
    return { key, passed, observations, confidence, mean, defaultMean, level }
  }
  const observations = known.observations(key, Math.min(levels, rules.levels) - 1)
  return { key, passed: false, observations, confidence: null, mean, defaultMean, level: null }
}

export interface Wanted {
  readonly candidate: Candidate
  readonly verdict: Verdict
  /** Settings that had been seen often enough to be judged. */
  readonly judged: number
  /** Whether its confidence holds for the best of so many. */
  readonly sure: boolean
}

/**
 * The confidence that the best of several settings needs. Were they independent, one that needs c alone would need the n-th
 * root of c among n (Šidák, 1967); they share parts and footage, so the root of their number stands for it.
 */
export const confidenceAmong = (confidence: number, judged: number): number =>
  confidence ** (1 / Math.sqrt(Math.max(1, judged)))

/** Whether a setting, and the default, were seen often enough at a level that may vouch. */
function canJudge(known: Estimates, levels: number, key: string, rules: GateRules): boolean {
  for (let level = 0; level < Math.min(levels, rules.levels); level++) {
    const least = Math.min(known.observations(key, level), known.observations(defaultKey, level))
    if (least >= rules.observations) return true
  }
  return false
}

/**
 * The setting with the highest posterior mean of those that pass, or null for the default.
 *
 * Ties go to the one that is listed first.
 */
export function wantedOf(
  known: Estimates,
  levels: number,
  candidates: readonly Candidate[],
  rules: GateRules = gateRules,
): Wanted | null {
  const base = meanOf(known.posterior(defaultKey))
  const ranked = candidates
    .map((candidate) => ({ candidate, mean: meanOf(known.posterior(candidate.key)) }))
    .filter(({ mean }) => mean - base >= rules.effect)
    .toSorted((one, other) => other.mean - one.mean)
  // From the best down, because the chance is dear and the first that passes is the answer.
  for (const { candidate } of ranked) {
    const verdict = judge(known, levels, candidate.key, rules)
    if (!verdict.passed) continue
    const judged = candidates.filter(({ key }) => canJudge(known, levels, key, rules)).length
    const sure = (verdict.confidence ?? 0) >= confidenceAmong(rules.confidence, judged)
    return { candidate, verdict, judged, sure }
  }
  return null
}

/**
 * How much each setting is expected to exceed the best known mean, were its true share drawn from its posterior (expected
 * improvement; Mockus 1975), with the Beta taken as the normal of its mean and deviation.
 */
export function expectedGain({ a, b }: Beta, best: number): number {
  const n = a + b
  const mean = a / n
  const deviation = Math.sqrt((a * b) / (n + 1)) / n
  const z = (mean - best) / deviation
  return Math.max(0, (mean - best) * normalBelow(z) + deviation * normalDensity(z))
}

const normalDensity = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)

/** Within 1e-7 (Abramowitz and Stegun, 26.2.17), which is ample for weighing what to try. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = normalDensity(z) * series
  return z > 0 ? 1 - tail : tail
}
