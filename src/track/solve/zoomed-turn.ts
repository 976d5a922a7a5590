/**
 * A zoom from one place. No one focal length fits it in a turn; a path towards a wall that faces the camera comes so near it that
 * nothing asks for a zoom any more. So it is tried for itself where no camera was found, and where a path ends before such a wall.
 */
import { cauchy } from './freedom.ts'
import type { Setting } from './general.ts'
import { credibleFocal } from './plan.ts'
import { adjustPart, type Reconstruction, type SolveContext, solvedFrames } from './reconstruction.ts'
import { flattened, isFacedWall, reliefOf } from './relief.ts'
import { noisePx } from './score.ts'
import type { Shot } from './shot.ts'
import { solveTripod } from './tripod.ts'
import { explainsMore, scoreOf } from './turn-or-move.ts'

/** A misfit beyond which a turn is no answer where there is no other to compare it with. */
const PLAUSIBLE = 0.5
/**
 * Of the misfit that a path before the bare wall leaves: on footage of a zoom from one place the turn leaves 0.75 and 0.79, where
 * the camera moves towards a wall 0.94 and more.
 */
const CLEARLY = 0.85

/** The keyframes as a zoom from one place; null where it does not explain them. */
export async function zoomedTurn(shot: Shot, setting: Setting, ctx: SolveContext): Promise<Reconstruction | null> {
  const freedom = { ...setting.freedom, focal: 'per-camera' } as const
  const zoomShape = new Float64Array(shot.frameCount).fill(1)
  const turned = await solveTripod(shot, { ...setting, freedom, zoomShape }, ctx)
  if (turned?.focalsPx == null || scoreOf(shot, turned, setting) > PLAUSIBLE) return null
  const focalsPx = solvedFrames(turned).map((frame) => turned.focalsPx![frame]!)
  // Any motion past a plane that faces the camera is nearly a turn of a very long lens.
  return focalsPx.every((focalPx) => credibleFocal(setting, focalPx) === focalPx) ? turned : null
}

/**
 * A zoom from one place that was taken for a path before a wall; null where the path is to be kept. Each point of a path has a
 * depth, which takes up how its track slides; so the turn is compared with a path whose points have none of their own.
 */
export async function zoomBeforeWall(
  shot: Shot,
  path: Reconstruction,
  setting: Setting,
  ctx: SolveContext,
): Promise<Reconstruction | null> {
  const { keyframes, pxUnit } = setting
  const relief = path.tripod || path.focalsPx !== null ? null : reliefOf(path)
  if (relief === null || !isFacedWall(relief, noisePx(shot, path, keyframes))) return null
  const turned = await zoomedTurn(shot, setting, ctx)
  let wall = turned && flattened(path)
  for (const scale of [4, 1]) {
    const asked = { frames: keyframes, fixedFrames: [], points: 'fixed', focal: 'shared', maxIterations: 20 } as const
    wall =
      wall && ((await adjustPart(shot, wall, { ...asked, loss: cauchy(scale * pxUnit) }, ctx))?.reconstruction ?? null)
  }
  if (turned === null || wall === null || explainsMore(shot, turned, path, setting)) return null
  return scoreOf(shot, turned, setting) < CLEARLY * scoreOf(shot, wall, setting) ? turned : null
}
