/** After a first try with settings that a learner chose in place of the default, and that failed: the default itself. */
import { defaultKey } from '#core/learnable.ts'
import type { Choice } from '#core/policy.ts'
import { isWell } from '../diagnose/diagnose.ts'
import type { Situation, TrackingPolicy } from '../policies/policy.ts'
import { sameSettings } from './apply-fix.ts'
import type { Attempt, AttemptSettings } from './attempt.ts'
import { firstChoice, type Planner, presetRules } from './plan-attempt.ts'
import type { NextTry } from './retry.ts'

/**
 * The better of the two results is kept, so learning can make a result worse only where it looks better.
 *
 * @param attempts all so far, the first try first
 * @returns null when the first try was the default's, or is well, or the person wants no more tries
 */
export function usualTry(
  planner: Planner,
  probe: Situation['probe'],
  attempts: readonly Attempt[],
  rng: Parameters<TrackingPolicy['choose']>[1],
): NextTry | null {
  const [first, ...more] = attempts
  const { request } = planner
  const retries = request.retries ?? presetRules[request.preset].retries
  if (first === undefined || more.length > 0 || retries < 1 || !usesLearned(first.choice)) return null
  if (first.shots.every(isWell)) return null
  const choice = firstChoice(planner, probe, rng)
  if (sameSettings(choice.settings, first.choice.settings)) return null
  const why = 'Settings that were learned did not solve it well: the default is tried, and the better result kept.'
  return { choice, why, ranges: [request.range] }
}

/** Whether a learner chose something else than the default. */
export function usesLearned({ decision }: Choice<AttemptSettings>): boolean {
  const { key } = (decision ?? {}) as { readonly key?: unknown }
  return typeof key === 'string' && key !== defaultKey
}
