/**
 * Racing: a setting that is only tried, to learn, is held against the default on a short window of the clip before the run, and
 * the run is made with what held better there. A window tells bad settings from the default, and nothing finer: among good ones it
 * picks worse than the default (docs/measurements-replay.md). So the default wins wherever it leads, nothing else enters, and
 * what has the evidence of whole runs is not raced. A run that was raced is marked, and its chance is not known; what races may
 * cost is bounded by what runs cost (learn/choice/racing.ts).
 */
import { type Candidate, defaultKey, type Learnable } from '#core/learnable.ts'
import type { Course, Situation, TrackingChoice } from '#domains/camera/policies/policy.ts'
import type { AnchoredChoice } from '#learn/choice/anchored.ts'
import { entrants, type Race, type RaceBudget, raceRules, winner } from '#learn/choice/racing.ts'

/**
 * @param now milliseconds
 * @returns the choice as it is where there is nothing to race, or not the time for it
 */
export async function raced(
  choice: AnchoredChoice<TrackingChoice>,
  situation: Situation,
  learnable: Learnable<Situation, TrackingChoice>,
  course: Course,
  budget: RaceBudget,
  now: () => number,
): Promise<AnchoredChoice<TrackingChoice>> {
  const { decision } = choice
  const { window } = course
  if (decision.role !== 'probe' || decision.key === defaultKey || window === null) return choice
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
  if (entrants(budget, runMs, entrantMs) === 0) return choice
  const base = { key: defaultKey, settings: learnable.base(situation) }
  scores.set(base.key, await tried(base))
  const best = winner(scores, drawn.key, 0)
  const used = best === drawn.key ? drawn : base
  const race: Race = {
    window,
    entrants: [...scores]
      .map(([key, score]) => ({ key, score: score ?? 0 }))
      .sort((a, b) => b.score - a.score || Number(b.key === best) - Number(a.key === best)),
    durationMs: now() - began,
  }
  const words = best === drawn.key ? 'held as well' : 'the default held better'
  return {
    ...choice,
    settings: learnable.settings(used.settings, situation),
    propensity: null,
    reason: `${choice.reason}; raced against the default on frames ${window.from} to ${window.to}: ${words}`,
    decision: { ...decision, race } as AnchoredChoice<TrackingChoice>['decision'],
  }
}
