/** What may be chosen in a situation: what the domain lists, and what others were seen to use there. */
import type { Candidate, Learnable } from '#core/learnable.ts'
import { configurationKey, legalConfiguration } from './configuration.ts'
import type { Estimates } from './evidence.ts'
import type { GateRules } from './gate.ts'
import type { Learned } from './state.ts'

/** As many names as are taken up from outside of the domain's list: a stranger may have sent thousands. */
const mostSeen = 16

/** Settings that people or strangers used on such footage often enough to be judged, those with the most sessions first. */
export function seenNames(
  state: Learned,
  levels: readonly string[],
  known: Estimates,
  gate: GateRules,
): readonly string[] {
  const names = new Set(levels.slice(0, gate.levels).flatMap((level) => [...(state.cells.get(level)?.keys() ?? [])]))
  const count = (key: string) => known.observations(key, Math.min(levels.length, gate.levels) - 1)
  return [...names]
    .map((key) => ({ key, count: count(key) }))
    .filter((one) => one.count >= gate.observations)
    .toSorted((one, other) => other.count - one.count || (one.key < other.key ? -1 : 1))
    .slice(0, mostSeen)
    .map(({ key }) => key)
}

/** Legal, different from the default and from each other. @param seen names beside the domain's list */
export function offeredCandidates<Situation, Settings>(
  learnable: Learnable<Situation, Settings>,
  situation: Situation,
  base: Candidate,
  seen: readonly string[],
): readonly Candidate[] {
  const space = learnable.space(situation)
  const taken = new Set([configurationKey(base.settings)])
  const keys = new Set([base.key])
  const listed = learnable.candidates(situation)
  const others = learnable.named === undefined ? [] : seen.flatMap((key) => learnable.named?.(key, situation) ?? [])
  return [...listed, ...others].flatMap(({ key, settings, trialShare }) => {
    const legal = legalConfiguration(space, settings)
    if (legal === null || keys.has(key)) return []
    const name = configurationKey(legal)
    if (taken.has(name)) return []
    taken.add(name)
    keys.add(key)
    return [{ key, settings: legal, ...(trialShare === undefined ? {} : { trialShare }) }]
  })
}
