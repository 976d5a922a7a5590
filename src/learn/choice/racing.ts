/**
 * The budget of races: after the coin is drawn, candidates may be tried on a short window of the clip itself. What wins is
 * chosen by looking, so its run is marked, counts within a cap as evidence of its setting, and is left out where policies are
 * judged by the chances of their choices. The coin between racing and the default stays fair, and so does the proof.
 */
export interface RaceRules {
  /** Of the time that the run itself is expected to take. */
  readonly shareOfRun: number
  /** Of all time spent on runs so far. */
  readonly shareOfAll: number
  /** Entrants, the one that was drawn included. */
  readonly most: number
}

export const raceRules: RaceRules = { shareOfRun: 0.5, shareOfAll: 0.2, most: 2 }

export interface RaceBudget {
  /** Processor time of all runs, without races. */
  readonly runsMs: number
  readonly racesMs: number
}

export const freshBudget: RaceBudget = { runsMs: 0, racesMs: 0 }

/**
 * How many may enter: 0 when there is not time for two.
 *
 * @param runMs what the run is expected to take
 * @param entrantMs what one entrant takes
 */
export function entrants(budget: RaceBudget, runMs: number, entrantMs: number, rules: RaceRules = raceRules): number {
  if (!(entrantMs > 0) || !(runMs > 0)) return 0
  const left = rules.shareOfAll * (budget.runsMs + runMs) - budget.racesMs
  const count = Math.min(rules.most, Math.floor(Math.min(left, rules.shareOfRun * runMs) / entrantMs))
  return count < 2 ? 0 : count
}

/** @param raceMs 0 of a run that was not raced */
export const afterRun = ({ runsMs, racesMs }: RaceBudget, runMs: number, raceMs: number): RaceBudget => ({
  runsMs: runsMs + runMs,
  racesMs: racesMs + raceMs,
})

/** What is logged of a race. */
export interface Race {
  readonly window: { readonly from: number; readonly to: number }
  /** In the order of their scores, the winner first. */
  readonly entrants: readonly { readonly key: string; readonly score: number }[]
  readonly durationMs: number
}

/**
 * Decides a race.
 *
 * @param scores higher is better; null where an entrant failed
 * @param drawn the setting that the coin fell on: it wins ties, and where all failed
 * @param margin by which another must be ahead of it
 */
export function winner(scores: ReadonlyMap<string, number | null>, drawn: string, margin: number): string {
  const own = scores.get(drawn) ?? -Infinity
  let [best, bar] = [drawn, own + margin]
  for (const [key, score] of scores) {
    if (key !== drawn && score !== null && score > bar) [best, bar] = [key, score]
  }
  return best
}
