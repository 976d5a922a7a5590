/**
 * Does the camera turn, or does it move? Both ways are solved, unless a first look spares one, and the simpler one keeps the
 * benefit of the doubt: a path is only told where turning leaves clearly more or needs a lens that nobody has, and where no
 * other lens than the one that was held would make a turn of it.
 */
import type { SolveOptions } from '../solution.ts'
import { cauchy } from './freedom.ts'
import { solveGeneralKeyframes, type Setting } from './general.ts'
import { placePoints } from './place-points.ts'
import { adjustPart, emptyReconstruction, type Reconstruction, type SolveContext } from './reconstruction.ts'
import { credibleFocal } from './plan.ts'
import { misfit, noisePx } from './score.ts'
import type { Shot } from './shot.ts'
import { solveTripod } from './tripod.ts'

/** Of a misfit: where nothing but a turn was seen and a turn explains the tracks so well, nothing else is tried. */
const PLAIN = 0.2
/** A misfit that no lens mends: the camera moves. */
const HOPELESS = 0.5
/**
 * Moving has to lower the misfit by so much. On generated clips it leaves 0.97 and more of a turn's misfit where the camera
 * turns, 0.75 to 0.9 where parallax is within the noise, and the path with it wrong by a quarter of its length.
 */
const CLEARLY = 0.7
/** Or to leave so much less noise: up to 1.3 on generated clips from a tripod. */
const WORSE = 1.5

export const scoreOf = (shot: Shot, solved: Reconstruction, { pxUnit, keyframes }: Setting): number =>
  misfit(shot, solved, 0.5 * pxUnit, keyframes)

/** Share of the tracks that have no point. */
export const pointless = ({ points }: Reconstruction): number =>
  (3 * points.reduce((count, v, i) => count + (i % 3 === 0 && Number.isNaN(v) ? 1 : 0), 0)) / points.length

/**
 * Solves the keyframes as turning, moving, or whichever of the two explains them better; null where neither does.
 *
 * @param begin told before each of the two is tried
 */
export async function turnOrMove(
  shot: Shot,
  setting: Setting,
  motion: SolveOptions['motion'],
  ctx: SolveContext,
  begin: (stage: 'a turning camera' | 'a moving camera') => void,
): Promise<Reconstruction | null> {
  begin('a turning camera')
  // Through a wrong lens a turn looks like a motion, also at first sight.
  const isHeld = !setting.lensFree || setting.freedom.focal === 'fixed'
  const isTurnTried = motion === 'tripod' || (motion === 'auto' && (isHeld || setting.look.motion !== 'moves'))
  const turning = isTurnTried ? await solveTripod(shot, setting, ctx) : null
  if (motion === 'tripod') return turning
  const isTurnSeen = setting.look.motion === 'turns' && turning !== null && isCredible(turning, setting)
  if (isTurnSeen && scoreOf(shot, turning, setting) < PLAIN) return turning
  begin('a moving camera')
  const moving = await solveGeneralKeyframes(shot, setting, ctx)
  if (turning === null) return isHeld || moving === null ? moving : turnedAgain(shot, moving, setting, ctx)
  if (!isCredible(turning, setting)) return withoutLongLens(shot, setting, turning, moving, ctx)
  if (moving === null) return plausible(shot, turning, setting)
  if (!explainsMore(shot, turning, moving, setting)) return turning
  if (isHeld && (await turnsThroughAnotherLens(shot, turning, moving, setting, ctx))) return turning
  return moving
}

/**
 * Turning explains a true turn with about the noise that moving leaves, and places every track, which moving cannot: it wins
 * unless it explains clearly less, or clearly worse. Parallax near the noise is left to it; a path made of that would be wild.
 */
export function explainsMore(shot: Shot, turning: Reconstruction, moving: Reconstruction, setting: Setting): boolean {
  if (scoreOf(shot, moving, setting) < CLEARLY * scoreOf(shot, turning, setting)) return true
  return pointless(moving) < 0.5 && leavesMore(shot, turning, moving, setting) > WORSE
}

const leavesMore = (shot: Shot, turning: Reconstruction, moving: Reconstruction, { keyframes }: Setting) =>
  noisePx(shot, turning, keyframes) / noisePx(shot, moving, keyframes)

/** A turning camera is the answer without parallax only if it explains the tracks. */
const plausible = (shot: Shot, turning: Reconstruction | null, setting: Setting) =>
  turning !== null && scoreOf(shot, turning, setting) < 0.5 ? turning : null

/**
 * Any motion past a plane that faces the camera is nearly a turn of a very long lens: such a lens is not believed in unasked.
 * Of a zoom nothing is said.
 */
const isCredible = ({ intrinsics, focalsPx }: Reconstruction, setting: Setting) =>
  focalsPx !== null || credibleFocal(setting, intrinsics.focalPx) === intrinsics.focalPx

/** A turn that the likely lens shows nearly as well stays one: then nothing is told of the lens. Or else the camera moves. */
async function withoutLongLens(
  shot: Shot,
  setting: Setting,
  turning: Reconstruction,
  moving: Reconstruction | null,
  ctx: SolveContext,
): Promise<Reconstruction | null> {
  const { base, freedom } = setting
  const likely: Setting = { ...setting, focalStartsPx: [base.focalPx], freedom: { ...freedom, focal: 'fixed' } }
  const held = await solveTripod(shot, likely, ctx)
  // Where no lens of its own comes out of the motion, one of the likely lens may.
  const path = moving ?? (await solveGeneralKeyframes(shot, likely, ctx))
  if (held === null || path === null) return path ?? plausible(shot, held, setting)
  return explainsMore(shot, held, path, setting) ? path : turning
}

/**
 * Through a bent lens a turn looks like a motion at first sight, and a path may be found that pleases it. Where a bent lens was
 * found, the turn is tried after all, from the path's rotations and lens.
 */
async function turnedAgain(
  shot: Shot,
  moving: Reconstruction,
  setting: Setting,
  ctx: SolveContext,
): Promise<Reconstruction> {
  const { keyframes, pxUnit } = setting
  if (moving.intrinsics.lens.model === 'none' || moving.focalsPx !== null) return moving
  const cameras = moving.cameras.map((camera) => camera && { ...camera, translation: new Float64Array(3) })
  const still = { ...emptyReconstruction(shot, moving.intrinsics, true), cameras }
  let turning = placePoints(shot, still, { leastParallaxPx: 0, gatePx: Infinity, frames: keyframes })
  for (const scale of [4, 1]) {
    const options = { frames: keyframes, focal: 'shared', radial: 2, loss: cauchy(scale * pxUnit) } as const
    const part = await adjustPart(shot, turning, { ...options, maxIterations: 30 }, ctx)
    if (part === null) return moving
    turning = part.reconstruction
    if (scoreOf(shot, turning, setting) > HOPELESS) return moving
  }
  return isCredible(turning, setting) && !explainsMore(shot, turning, moving, setting) ? turning : moving
}

/** With lens and focal length free, does a turn explain the tracks as well as a path through what was held? */
async function turnsThroughAnotherLens(
  shot: Shot,
  turning: Reconstruction,
  moving: Reconstruction,
  setting: Setting,
  ctx: SolveContext,
): Promise<boolean> {
  const { keyframes, pxUnit } = setting
  const { lens } = turning.intrinsics
  const isBent = lens.model !== 'none' && lens.model !== 'polynomial'
  let free = isBent ? { ...turning, intrinsics: { ...turning.intrinsics, lens: { model: 'none' as const } } } : turning
  for (const scale of [4, 1]) {
    const options = { frames: keyframes, focal: 'shared', radial: 2, loss: cauchy(scale * pxUnit) } as const
    const part = await adjustPart(shot, free, { ...options, maxIterations: 30 }, ctx)
    if (part === null) return false
    free = part.reconstruction
  }
  return isCredible(free, setting) && !explainsMore(shot, free, moving, setting)
}
