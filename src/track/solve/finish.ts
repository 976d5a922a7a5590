/**
 * From keyframes to the whole shot: every frame is resected against the points, every track gets its point, and rounds of
 * rejection and adjustment follow, in which the gate narrows to what the noise of this shot allows.
 */
import { cauchy, type Freedom } from './freedom.ts'
import { placePoints } from './place-points.ts'
import { adjustPart, errorsPx, solvedFrames, type Reconstruction, type SolveContext } from './reconstruction.ts'
import { reject } from './reject.ts'
import { noisePx } from './score.ts'
import { interpolate } from './seed.ts'
import { observationsIn, type Shot } from './shot.ts'

/** All frames between and just beyond the solved ones get the pose that their neighbours lead to, improved on the points. */
export async function resectAll(
  shot: Shot,
  reconstruction: Reconstruction,
  pxUnit: number,
  ctx: SolveContext,
): Promise<Reconstruction> {
  const solved = solvedFrames(reconstruction)
  const cameras = [...reconstruction.cameras]
  const focalsPx = reconstruction.focalsPx?.slice() ?? null
  const fresh: number[] = []
  for (let frame = 0, after = 0; frame < shot.frameCount; frame++) {
    while (after < solved.length && solved[after]! < frame) after++
    if (solved[after] === frame) continue
    const second = Math.min(Math.max(1, after), solved.length - 1)
    const [a, b] = [solved[second - 1]!, solved[second]!]
    const share = (frame - a) / (b - a)
    if (share < -FARTHEST || share > 1 + FARTHEST) continue
    cameras[frame] = interpolate(reconstruction.cameras[a]!, reconstruction.cameras[b]!, share)
    if (focalsPx !== null) focalsPx[frame] = focalsPx[a]! ** (1 - share) * focalsPx[b]! ** share
    fresh.push(frame)
  }
  let current: Reconstruction = { ...reconstruction, cameras, focalsPx }
  const options = { frames: fresh, fixedFrames: [], points: 'fixed', tolerance: 1e-3 } as const
  for (const scale of [6, 2]) {
    const part = await adjustPart(shot, current, { ...options, loss: cauchy(scale * pxUnit) }, ctx)
    current = part?.reconstruction ?? current
  }
  return dropLostFrames(shot, current, fresh, 6 * pxUnit)
}

/** How far beyond the last solved frame a pose is guessed, in steps between the last two. */
const FARTHEST = 1
const FEWEST_POINTS = 6

/** Takes back the cameras of frames that see too few points near where they should be. */
function dropLostFrames(shot: Shot, current: Reconstruction, fresh: readonly number[], gatePx: number): Reconstruction {
  const cameras = [...current.cameras]
  for (const frame of fresh) {
    const near = errorsPx(shot, current, observationsIn(shot, frame)).filter((e) => e <= gatePx).length
    if (near < FEWEST_POINTS) cameras[frame] = null
  }
  return { ...current, cameras }
}

/** Of the loss, in standard deviations of the noise: Cauchy's is nearly as good as least squares for clean noise there. */
export const LOSS = 2

/**
 * Rounds of rejection and adjustment of all solved frames.
 *
 * @param gates in standard deviations of the noise, one round each; track noise has long tails, so a tight gate biases
 */
export async function polish(
  shot: Shot,
  start: Reconstruction,
  gates: readonly number[],
  freedom: Freedom,
  lastTolerance: number,
  pxUnit: number,
  ctx: SolveContext,
): Promise<Reconstruction> {
  let current = start
  const frames = solvedFrames(start)
  for (const gate of gates) {
    const noise = Math.max(0.03 * pxUnit, noisePx(shot, current))
    const gatePx = Math.max(0.5 * pxUnit, gate * noise)
    current = reject(shot, current, gatePx).reconstruction
    current = placePoints(shot, current, { leastParallaxPx: 3 * pxUnit, gatePx })
    const loss = cauchy(LOSS * noise)
    const tolerance = gate === gates.at(-1) ? lastTolerance : 1e-4
    const part = await adjustPart(shot, current, { frames, ...freedom, loss, maxIterations: 20, tolerance }, ctx)
    if (part === null) break
    current = part.reconstruction
  }
  return current
}
