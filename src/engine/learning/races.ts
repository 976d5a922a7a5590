/**
 * Racing: where the coin fell on something else than the default, that, the default and the best of the rest are tried on a
 * short window of the clip, and the run is made with what held best there. A run that was raced is marked, and its chance is
 * not known; what races may cost is bounded by what runs cost (learn/choice/racing.ts).
 */
import { type Candidate, defaultKey, type Learnable } from '#core/learnable.ts'
import type { Course, Situation, TrackingChoice } from '#domains/camera/policies/policy.ts'
import type { AnchoredChoice } from '#learn/choice/anchored.ts'
import { entrants, type Race, type RaceBudget, raceRules, winner } from '#learn/choice/racing.ts'

/** By which another setting must be ahead of the one that was drawn, in a score from 0 to 1. */
const margin = 0.03

/**
 * @param rivals the most promising first, the one that was drawn and the default left out
 * @param now milliseconds
 * @returns the choice as it is where there is nothing to race, or not the time for it
 */
export async function raced(
  choice: AnchoredChoice<TrackingChoice>,
  situation: Situation,
  learnable: Learnable<Situation, TrackingChoice>,
  rivals: readonly Candidate[],
  course: Course,
  budget: RaceBudget,
  now: () => number,
): Promise<AnchoredChoice<TrackingChoice>> {
  const { decision } = choice
  const { window } = course
  if (decision.key === defaultKey || window === null) return choice
  // Already the look at how long a trial takes is a trial.
  if (budget.racesMs > raceRules.shareOfAll * budget.runsMs) return choice
  const began = now()
  const tried = async (candidate: Candidate) => {
    const [score] = await course.trial([learnable.settings(candidate.settings, situation)], window)
    return score ?? null
  }
  const drawn = { key: decision.key, settings: decision.settings }
  const scores = new Map([[drawn.key, await tried(drawn)]])
  const entrantMs = now() - began
  // The run follows every frame once at the least, and the trial its window there and back.
  const runMs = (entrantMs * course.frames) / (2 * (window.to - window.from + 1))
  const places = entrants(budget, runMs, entrantMs)
  if (places === 0) return choice
  const field = [{ key: defaultKey, settings: learnable.base(situation) }, ...rivals].slice(0, places - 1)
  for (const candidate of field) scores.set(candidate.key, await tried(candidate))
  const best = winner(scores, drawn.key, margin)
  const used = field.find(({ key }) => key === best) ?? drawn
  const race: Race = {
    window,
    entrants: [...scores]
      .map(([key, score]) => ({ key, score: score ?? 0 }))
      .sort((a, b) => b.score - a.score || Number(b.key === best) - Number(a.key === best)),
    durationMs: now() - began,
  }
  const words = best === drawn.key ? 'held best' : `${best} held better`
  return {
    ...choice,
    settings: learnable.settings(used.settings, situation),
    propensity: null,
    reason: `${choice.reason}; raced against ${field.map(({ key }) => key).join(', ')} on frames ${window.from} to ${window.to}: ${words}`,
    decision: { ...decision, race } as AnchoredChoice<TrackingChoice>['decision'],
  }
}
