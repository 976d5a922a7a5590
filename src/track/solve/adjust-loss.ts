/**
 * Robust losses: what a squared distance s between an observation and its projection costs. They are minimised by
 * solving least squares again and again with each residual weighted by the slope of its loss (iteratively reweighted;
 * Holland and Welsch 1977). The gradient is exact; the curvature of the loss itself is left out, as it is negative
 * where it matters.
 */
import type { AdjustOptions } from './problem.ts'

export interface Loss {
  /** rho(s), in the unit of s; rho(s) = s near 0. */
  cost(squared: number): number
  /** d rho / ds, 1 at 0. */
  slope(squared: number): number
  /** Of the derivative of a residual's pull by the residual, the mean over all directions: slope + s d slope / ds. */
  stiffness(squared: number): number
}

export function lossOf({ kind, scalePx }: AdjustOptions['loss']): Loss {
  const limit = scalePx * scalePx
  switch (kind) {
    case 'none':
      return { cost: (s) => s, slope: () => 1, stiffness: () => 1 }
    case 'huber':
      return {
        cost: (s) => (s <= limit ? s : 2 * scalePx * Math.sqrt(s) - limit),
        slope: (s) => (s <= limit ? 1 : scalePx / Math.sqrt(s)),
        stiffness: (s) => (s <= limit ? 1 : scalePx / Math.sqrt(s) / 2),
      }
    case 'cauchy':
      return {
        cost: (s) => limit * Math.log1p(s / limit),
        slope: (s) => limit / (limit + s),
        stiffness: (s) => (limit / (limit + s)) ** 2,
      }
  }
}
