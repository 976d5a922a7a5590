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
import type { Shot } from './shot.ts'

/** All frames between and around the solved ones get the pose between their neighbours, improved against the points. */
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
    const [a, b] = [
      solved[Math.max(0, Math.min(after - 1, solved.length - 2))]!,
      solved[Math.max(1, Math.min(after, solved.length - 1))]!,
    ]
    const share = (frame - a) / (b - a)
    cameras[frame] = interpolate(reconstruction.cameras[a]!, reconstruction.cameras[b]!, share)
    if (focalsPx !== null) focalsPx[frame] = focalsPx[a]! ** (1 - share) * focalsPx[b]! ** share
    fresh.push(frame)
  }
  let current: Reconstruction = { ...reconstruction, cameras, focalsPx }
  for (const scale of [6, 2]) {
    const options = {
      frames: fresh,
      fixedFrames: [],
      points: 'fixed',
      loss: cauchy(scale * pxUnit),
      tolerance: 1e-3,
    } as const
    current = (await adjustPart(shot, current, options, ctx))?.reconstruction ?? current
  }
  return dropLostFrames(shot, current, fresh, 6 * pxUnit)
}

const FEWEST_POINTS = 6

/** Takes back the cameras of frames that see too few points near where they should be. */
function dropLostFrames(shot: Shot, current: Reconstruction, fresh: readonly number[], gatePx: number): Reconstruction {
  const errors = errorsPx(shot, current)
  const cameras = [...current.cameras]
  for (const frame of fresh) {
    let near = 0
    for (let k = shot.frameStart[frame]!; k < shot.frameStart[frame + 1]!; k++) {
      if (errors[shot.byFrame[k]!]! <= gatePx) near++
    }
    if (near < FEWEST_POINTS) cameras[frame] = null
  }
  return { ...current, cameras }
}

/** Of the loss, in standard deviations of the noise: Cauchy's is nearly as good as least squares for clean noise there. */
const LOSS = 2

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
