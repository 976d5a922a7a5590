/**
 * A camera that only turns: rotations chained from keyframe to keyframe against directions in space, then all rotations,
 * directions and the focal length adjusted at once. Consecutive keyframes are near, so a robust fit from the last one's
 * rotation finds the next without sampling.
 */
import type { Intrinsics } from '../geometry/intrinsics.ts'
import { identity3 } from '../geometry/rigid3.ts'
import { cauchy, type Freedom } from './freedom.ts'
import type { Setting } from './general.ts'
import { decideLens } from './lens-evidence.ts'
import { placePoints } from './place-points.ts'
import { adjustPart, emptyReconstruction, type Reconstruction, type SolveContext } from './reconstruction.ts'
import { misfit } from './score.ts'
import type { Shot } from './shot.ts'

/** A misfit at which no other start is tried. */
const GOOD = 0.02
/** A misfit that no other start and no lens mends: the camera moves. */
const HOPELESS = 0.25

/** Scale of the loss, and iterations: the first few show whether there is a turn at all. */
const ROUNDS = [
  [4, 8],
  [1, 20],
] as const
/** A misfit that is left where there is none: of true turns next to nothing is left after the first round. */
const NO_TURN = 0.5

/** Solves keyframes as turns of one camera; `pxUnit` is the size that counts as one pixel of a 960 wide picture. */
export async function solveTripodKeyframes(
  shot: Shot,
  intrinsics: Intrinsics,
  keyframes: readonly number[],
  freedom: Freedom,
  pxUnit: number,
  ctx: SolveContext,
): Promise<Reconstruction | null> {
  let current = emptyReconstruction(shot, intrinsics, true)
  const place = (frames: readonly number[]) => {
    current = placePoints(shot, current, { leastParallaxPx: 0, gatePx: Infinity, frames })
  }
  let last: number | null = null
  for (const frame of keyframes) {
    const cameras = [...current.cameras]
    cameras[frame] = last === null ? identity3() : cameras[last]!
    current = { ...current, cameras }
    if (last !== null) {
      for (const scale of [10, 2]) {
        const options = {
          frames: [frame],
          fixedFrames: [],
          points: 'fixed',
          loss: cauchy(scale * pxUnit),
          tolerance: 1e-3,
        } as const
        const part = await adjustPart(shot, current, options, ctx)
        if (part === null) return null
        current = part.reconstruction
      }
    }
    place([frame])
    last = frame
  }
  current = placePoints(shot, current, { leastParallaxPx: 0, gatePx: Infinity, frames: keyframes, again: true })
  for (const [scale, maxIterations] of ROUNDS) {
    const options = { frames: keyframes, ...freedom, loss: cauchy(scale * pxUnit), maxIterations } as const
    const part = await adjustPart(shot, current, options, ctx)
    if (part === null) return null
    current = part.reconstruction
    if (misfit(shot, current, pxUnit, keyframes) > NO_TURN) break
  }
  return current
}

/** The best of several starting focal lengths; null when the frames share too few tracks. */
export async function solveTripod(shot: Shot, setting: Setting, ctx: SolveContext): Promise<Reconstruction | null> {
  const { base, focalStartsPx, freedom, keyframes, lensFree, pxUnit, zoomShape } = setting
  const asked: Freedom = zoomShape === null ? freedom : { ...freedom, focal: 'per-camera' }
  // With a focal length of its own each frame forgets where it started.
  const starts = zoomShape === null ? focalStartsPx : focalStartsPx.slice(0, 1)
  let best: { reconstruction: Reconstruction; misfit: number } | null = null
  for (const focalPx of starts) {
    const found = await solveTripodKeyframes(shot, { ...base, focalPx }, keyframes, asked, pxUnit, ctx)
    if (found === null) continue
    const tried = { reconstruction: found, misfit: misfit(shot, found, pxUnit, keyframes) }
    if (best === null || tried.misfit < best.misfit) best = tried
    if (best.misfit < GOOD || best.misfit > HOPELESS) break
  }
  if (best === null || !lensFree || best.misfit > HOPELESS) return best?.reconstruction ?? null
  return (await decideLens(shot, best.reconstruction, keyframes, asked, 1, ctx)).reconstruction
}
