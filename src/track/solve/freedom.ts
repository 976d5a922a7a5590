/** How free the inside of the camera is in an adjustment. */
import { adjustPart, type Reconstruction, type SolveContext } from './reconstruction.ts'
import type { Shot } from './shot.ts'

export interface Freedom {
  readonly focal: 'fixed' | 'shared' | 'per-camera'
  /** Radial coefficients of the polynomial lens. */
  readonly radial: 0 | 1 | 2
  readonly principal: boolean
}

export const cauchy = (scalePx: number) => ({ kind: 'cauchy', scalePx }) as const

/** Adjusts frames twice with a narrowing loss: poses with the freedom asked for, gross errors fading out. */
export async function adjustFully(
  shot: Shot,
  reconstruction: Reconstruction,
  frames: readonly number[],
  freedom: Freedom,
  pxUnit: number,
  ctx: SolveContext,
): Promise<Reconstruction | null> {
  let current = reconstruction
  for (const scale of [3, 1]) {
    const options = { frames, ...freedom, loss: cauchy(scale * pxUnit), maxIterations: 30 } as const
    const part = await adjustPart(shot, current, options, ctx)
    if (part === null) return null
    current = part.reconstruction
  }
  return current
}
