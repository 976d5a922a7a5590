/**
 * Settings that added most on other clips, tried on this one too where the result leaves something to wish for, and the best
 * result kept. No short look at the clip finds them before; on clips that were solved poorly two of them add twice of what
 * general fixes do, and where quality is asked for four of them find half of what there is to find (docs/measurements-replay.md).
 */
import type { Choice } from '#core/policy.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import { isWell } from '../diagnose/diagnose.ts'
import type { TrackingChoice } from '../policies/policy.ts'
import { withoutAdvice } from './advise.ts'
import { sameSettings } from './apply-fix.ts'
import type { Attempt } from './attempt.ts'
import { madeReady, type Planner, presetRules } from './plan-attempt.ts'
import { canBeHelped, type NextTry } from './retry.ts'
import { bestOf, shotScore } from './score.ts'

/** The score of a shot from which there is hardly anything left to gain. */
const sure = 0.9

/**
 * @param attempts all so far, the first try first
 * @param further the most promising first; asked for only where something is to be tried
 * @returns null when the person wants no more tries, when the best is good enough, or all were tried
 */
export async function furtherTry(
  planner: Planner,
  further: () => Promise<readonly Choice<TrackingChoice>[]>,
  attempts: readonly Attempt[],
): Promise<NextTry | null> {
  const { request } = planner
  const best = bestOf(attempts)
  if (best === null || attempts.length > (request.retries ?? presetRules[request.preset].retries)) return null
  const wanting = best.shots.filter((shot) => isWanting(shot, planner) && canBeHelped(shot, best))
  if (wanting.length === 0) return null
  for (const one of await further()) {
    const choice = madeReady(planner, one)
    if (attempts.some(({ choice: { settings } }) => sameSettings(withoutAdvice(settings), choice.settings))) continue
    const isAll = wanting.length === best.shots.length
    const ranges = isAll ? [request.range] : wanting.map(({ fromFrame, toFrame }) => ({ from: fromFrame, to: toFrame }))
    return { choice, why: whyAgain(wanting[0]!), ranges }
  }
  return null
}

/** Who wants quality has the time to look for better than well. */
const isWanting = (shot: Shot, { request }: Planner): boolean =>
  !isWell(shot) || (request.preset === 'quality' && shotScore(shot) < sure)

const whyAgain = (shot: Shot): string => `${stateOf(shot)} Settings that did best where others did not are tried.`

function stateOf(shot: Shot): string {
  if (!shot.result.ok) return shot.result.why
  return isWell(shot)
    ? 'The camera was solved, and quality was asked for.'
    : 'The camera was solved, but is more likely wrong than right, or not whole.'
}
