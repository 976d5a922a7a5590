/** One number for how likely the path is right, from what the solve itself shows. */
import type { Solution } from '../solution.ts'
import type { Plan } from './plan.ts'

/**
 * Logistic in the signs of trouble: hidden observations that are missed, observations and tracks given up, frames not solved.
 */
export function confidenceOf(solution: Omit<Solution, 'confidence'>, plan: Pick<Plan, 'pxUnit'>): number {
  const { used, dropped } = solution.observations
  const error = (solution.heldOutErrorPx ?? 2 * solution.errorPx) / plan.pxUnit
  const tracks = solution.points.length + solution.unsolved.length
  const framesShare = solution.cameras.length / (solution.toFrame - solution.fromFrame + 1)
  const score =
    6 -
    3 * Math.log2(1 + error) -
    6 * (dropped / Math.max(1, used + dropped)) -
    4 * (solution.unsolved.length / Math.max(1, tracks)) -
    6 * (1 - framesShare) -
    20 / Math.max(8, solution.points.length)
  return 1 / (1 + Math.exp(-score))
}
