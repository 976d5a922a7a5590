/**
 * What the tracks say about the focal length, and what to do where they say little: a camera that only slides sideways sees
 * nearly the same with any focal length, and then a given one is worth more than the one that happens to fit best.
 */
import type { SolveOptions } from '../solution.ts'
import { polish } from './finish.ts'
import type { Freedom } from './freedom.ts'
import { credibleFocal, type Plan } from './plan.ts'
import type { Reconstruction, SolveContext } from './reconstruction.ts'
import type { Shot } from './shot.ts'
import { spreadOf, type Spread } from './spread.ts'
import { standsStill } from './stillness.ts'
import { inFirstCamera } from './world-frame.ts'

/** A standard deviation of more than this share: a guess of a lens is as good. */
const VAGUE = 0.08

export interface SettledFocal {
  /** In the frame of the first camera. */
  readonly reconstruction: Reconstruction
  readonly spread: Spread
  readonly notes: readonly string[]
  /** Nothing but a guess stands behind the focal length. */
  readonly isGuess: boolean
}

export async function settleFocal(
  shot: Shot,
  fine: Reconstruction,
  freedom: Freedom,
  plan: Plan,
  { focal, focalPx }: SolveOptions,
  ctx: SolveContext,
): Promise<SettledFocal> {
  const isStill = standsStill(shot, fine)
  const reconstruction = inFirstCamera(fine)
  const spread = spreadOf(shot, reconstruction, freedom)
  if (freedom.focal === 'fixed') {
    const notes = ['The focal length was taken as given.', ...(isStill ? ['The camera does not move.'] : [])]
    return { reconstruction, spread, notes, isGuess: false }
  }
  if (isStill) {
    const kept = focal === 'unknown' ? 'the one here is a guess; give it if you know it' : 'the given one was kept'
    const note = `The camera does not move, so nothing can be told of its focal length: ${kept}.`
    return {
      ...(await holdFocal(shot, fine, focalPx ?? plan.base.focalPx, freedom, plan, ctx)),
      notes: [note],
      isGuess: true,
    }
  }
  if (freedom.focal === 'per-camera')
    return { reconstruction, spread, notes: ['Each frame has a focal length of its own.'], isGuess: false }
  const sigma = spread.focalSigmaPx ?? Infinity
  const found = reconstruction.intrinsics.focalPx
  const isCredible = credibleFocal(plan, found) === found
  if (isCredible && sigma < VAGUE * found) return { reconstruction, spread, notes: [], isGuess: false }
  if (isCredible && (focal === 'unknown' || focalPx === null)) {
    const note = 'The motion hardly shows the focal length; give it if you know it, the path depends on it.'
    return { reconstruction, spread, notes: [note], isGuess: true }
  }
  const note =
    focal === 'unknown' || focalPx === null
      ? 'The motion asks for a lens that hardly anyone has; the focal length here is a guess, give it if you know it.'
      : 'The motion hardly shows the focal length; the given one was kept.'
  return {
    ...(await holdFocal(shot, fine, focalPx ?? plan.base.focalPx, freedom, plan, ctx)),
    notes: [note],
    isGuess: true,
  }
}

/** The same shot once more, with a focal length that is not found but set. */
async function holdFocal(
  shot: Shot,
  fine: Reconstruction,
  focalPx: number,
  freedom: Freedom,
  { pxUnit }: Plan,
  ctx: SolveContext,
): Promise<Pick<SettledFocal, 'reconstruction' | 'spread'>> {
  const held: Freedom = { ...freedom, focal: 'fixed' }
  const start = { ...fine, intrinsics: { ...fine.intrinsics, focalPx }, focalsPx: null }
  const kept = inFirstCamera(await polish(shot, start, [12, 7, 5], held, 1e-6, pxUnit, ctx))
  return { reconstruction: kept, spread: spreadOf(shot, kept, held) }
}
