/** How good an attempt looks, in one figure: the best by it is kept, and a retry that looks worse replaces nothing. */
import type { Shot } from '#track/scenes/solve-json.ts'
import type { Solution } from '#track/solution.ts'

/** Pictures of this width are the measure of a pixel of error. */
const usualWidthPx = 960
const framesOf = ({ fromFrame, toFrame }: Pick<Shot, 'fromFrame' | 'toFrame'>) => toFrame - fromFrame + 1

/** Where the solver did not look; where nothing could be spared, a bit more than where it did. In pixels of a usual picture. */
export const usualError = ({ heldOutErrorPx, errorPx, intrinsics }: Solution): number =>
  ((heldOutErrorPx ?? 1.5 * errorPx) * usualWidthPx) / Math.max(intrinsics.widthPx, intrinsics.heightPx)

/** 0 unsolved, to 1: all cameras, sure, without error. */
export function shotScore(shot: Shot): number {
  if (!shot.result.ok) return 0
  const { solution } = shot.result
  const whole = Math.min(1, solution.cameras.length / framesOf(shot))
  return whole * (0.6 * solution.confidence + 0.4 / (1 + usualError(solution)))
}

/** Over all shots, by their length. */
export function scoreOf(shots: readonly Shot[]): number {
  const frames = shots.reduce((sum, shot) => sum + framesOf(shot), 0)
  return frames === 0 ? 0 : shots.reduce((sum, shot) => sum + shotScore(shot) * framesOf(shot), 0) / frames
}

/** The first of the best. */
export function bestOf<T extends { readonly score: number }>(attempts: readonly T[]): T | null {
  return attempts.reduce<T | null>((best, one) => (best === null || one.score > best.score ? one : best), null)
}
