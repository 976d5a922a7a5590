/**
 * Radial coefficients are freed one by one, and stay free only where the tracks carry them; see `evidence.ts` for why
 * counting observations would not do. On generated clips without distortion the gain of k1 is below 2 % and that of k2
 * below 0.4 %, their z below 4 and 2 but never both high; with k1 = -0.1 and k2 = 0.02 they are 25 % and 3 %, z 8 and 4.
 */
import { evidenceFor } from './evidence.ts'
import { cauchy, type Freedom } from './freedom.ts'
import { adjustPart, type Reconstruction, type SolveContext } from './reconstruction.ts'
import { noisePx } from './score.ts'
import type { Shot } from './shot.ts'

const LEAST_Z = 2.5
const LEAST_GAIN_TIMES_Z = 0.05

export interface LensDecision {
  readonly reconstruction: Reconstruction
  readonly radial: 0 | 1 | 2
}

/** Adjusts the frames with more and more radial coefficients, up to `most`, as long as the evidence carries the next one. */
export async function decideLens(
  shot: Shot,
  start: Reconstruction,
  frames: readonly number[],
  freedom: Freedom,
  most: 1 | 2,
  ctx: SolveContext,
): Promise<LensDecision> {
  let decided: LensDecision = { reconstruction: start, radial: freedom.radial }
  while (decided.radial < most) {
    const radial = (decided.radial + 1) as 1 | 2
    const simple = { ...freedom, radial: decided.radial }
    const richer = await worthwhile(shot, decided.reconstruction, frames, simple, { ...freedom, radial }, ctx)
    if (richer === null) break
    decided = { reconstruction: richer, radial }
  }
  return decided
}

/** Do the tracks place the principal point elsewhere than in the middle? */
export async function decidePrincipal(
  shot: Shot,
  start: Reconstruction,
  frames: readonly number[],
  freedom: Freedom,
  ctx: SolveContext,
): Promise<boolean> {
  return (await worthwhile(shot, start, frames, freedom, { ...freedom, principal: true }, ctx)) !== null
}

/** A focal length that is asked for and differs by less from the one that is held is no reason to doubt that. */
const SAME_FOCAL = 0.02

/**
 * Do the tracks contradict what was held? A lens or a focal length that is given is not touched, but a wrong one bends path and
 * points to please the tracks, which then hardly look worse. Of lens models without radial coefficients to free, only the
 * focal length is asked about.
 *
 * @returns what the tracks ask for instead, as the end of a sentence; null where they agree
 */
export async function contradiction(
  shot: Shot,
  start: Reconstruction,
  frames: readonly number[],
  freedom: Freedom,
  lensFree: boolean,
  ctx: SolveContext,
): Promise<string | null> {
  const { lens, focalPx } = start.intrinsics
  const isRadial = lens.model === 'none' || lens.model === 'polynomial'
  const asked: Freedom = { ...freedom, focal: freedom.focal === 'fixed' ? 'shared' : freedom.focal }
  if (!lensFree && isRadial) {
    const bent = await worthwhile(shot, start, frames, freedom, { ...freedom, radial: 1 }, ctx)
    if (bent !== null && bent.intrinsics.lens.model === 'polynomial')
      return `a lens with k1 of about ${bent.intrinsics.lens.k1.toFixed(3)}`
  }
  if (freedom.focal !== 'fixed') return null
  const other = await worthwhile(shot, start, frames, freedom, asked, ctx)
  if (other === null || Math.abs(other.intrinsics.focalPx / focalPx - 1) < SAME_FOCAL) return null
  return `a focal length of about ${other.intrinsics.focalPx.toFixed(0)} px`
}

/** The frames adjusted with the richer freedom; null when the evidence does not carry it. */
async function worthwhile(
  shot: Shot,
  start: Reconstruction,
  frames: readonly number[],
  simple: Freedom,
  rich: Freedom,
  ctx: SolveContext,
): Promise<Reconstruction | null> {
  const loss = cauchy(3 * noisePx(shot, start, frames))
  const refine = async (freedom: Freedom) => {
    const options = { frames, ...freedom, loss, maxIterations: 30, tolerance: 1e-5 } as const
    return (await adjustPart(shot, start, options, ctx))?.reconstruction ?? null
  }
  const [before, after] = [await refine(simple), await refine(rich)]
  if (before === null || after === null) return null
  const { gain, z } = evidenceFor(shot, before, after, noisePx(shot, after, frames), frames)
  return z >= LEAST_Z && gain * z >= LEAST_GAIN_TIMES_Z ? after : null
}
