/**
 * What the tracks say about the focal length, and what to do where they say little: a camera that only slides sideways sees
 * nearly the same with any focal length, and then a given one is worth more than the one that happens to fit best.
 */
import type { SolveOptions } from '../solution.ts'
import { polish } from './finish.ts'
import type { Freedom } from './freedom.ts'
import type { Plan } from './plan.ts'
import type { Reconstruction, SolveContext } from './reconstruction.ts'
import { inFirstCamera } from './report.ts'
import type { Shot } from './shot.ts'
import { spreadOf, type Spread } from './spread.ts'

/** A standard deviation of more than this share: a guess of a lens is as good. */
const VAGUE = 0.08

export interface SettledFocal {
  /** In the frame of the first camera. */
  readonly reconstruction: Reconstruction
  readonly spread: Spread
  readonly notes: readonly string[]
}

export async function settleFocal(
  shot: Shot,
  fine: Reconstruction,
  freedom: Freedom,
  plan: Plan,
  { focal, focalPx }: SolveOptions,
  ctx: SolveContext,
): Promise<SettledFocal> {
  const reconstruction = inFirstCamera(fine)
  const spread = spreadOf(shot, reconstruction, freedom)
  if (freedom.focal === 'fixed') return { reconstruction, spread, notes: ['The focal length was taken as given.'] }
  if (freedom.focal === 'per-camera')
    return { reconstruction, spread, notes: ['Each frame has a focal length of its own.'] }
  const sigma = spread.focalSigmaPx ?? Infinity
  if (sigma < VAGUE * reconstruction.intrinsics.focalPx) return { reconstruction, spread, notes: [] }
  if (focal === 'unknown' || focalPx === null) {
    const note = 'The motion hardly shows the focal length; give it if you know it, the path depends on it.'
    return { reconstruction, spread, notes: [note] }
  }
  const held: Freedom = { ...freedom, focal: 'fixed' }
  const start = { ...fine, intrinsics: { ...fine.intrinsics, focalPx } }
  const kept = inFirstCamera(await polish(shot, start, [12, 7, 5], held, 1e-6, plan.pxUnit, ctx))
  const note = 'The motion hardly shows the focal length; the given one was kept.'
  return { reconstruction: kept, spread: spreadOf(shot, kept, held), notes: [note] }
}
