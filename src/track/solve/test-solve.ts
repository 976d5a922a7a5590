/** Synthetic shots solved and judged, for the tests of this folder. */
import assert from 'node:assert/strict'
import { judge, type Verdict } from '../judge.ts'
import type { Solution, SolveOptions } from '../solution.ts'
import { syntheticShot, type SyntheticOptions, type SyntheticShot } from '../synthetic.ts'
import { solveCamera } from './solve-camera.ts'

export const solveContext = { signal: new AbortController().signal, progress: () => {} }

/** What is asked unless a test says otherwise: a focal length 30 % too long. */
export const askedOf = ({ options: o }: SyntheticShot): SolveOptions => ({
  widthPx: o.widthPx,
  heightPx: o.heightPx,
  pixelAspect: o.pixelAspect,
  focal: 'refine',
  focalPx: 1.3 * o.focalPx,
  motion: 'auto',
  zoom: 'auto',
  lens: 'auto',
  principal: 'centre',
  heldOutShare: 0.05,
  seed: 1,
})

export interface Solved {
  readonly solution: Solution
  readonly verdict: Verdict
  readonly shot: SyntheticShot
}

/** Solves a shot of 24 frames with noise of 0.2 px, or as asked, and fails where every frame is not solved. */
export async function solved(shot: Partial<SyntheticOptions>, options: Partial<SolveOptions> = {}): Promise<Solved> {
  const made = syntheticShot({ frames: 24, liveTracks: 60, noisePx: 0.2, ...shot })
  const result = await solveCamera(made.tracks, { ...askedOf(made), ...options }, solveContext)
  assert.ok(result.ok, result.ok ? '' : result.why)
  const verdict = judge(result.solution.cameras, made.truth)
  assert.ok(verdict)
  assert.equal(verdict.solvedShare, 1)
  return { solution: result.solution, verdict, shot: made }
}

/** Path and rotation within what such noise allows, several times over. */
export function assertRight({ positionShare, rotationMeanDeg }: Verdict): void {
  assert.ok(positionShare === null || positionShare < 0.005, `path ${positionShare}`)
  assert.ok(rotationMeanDeg < 0.2, `rotation ${rotationMeanDeg}`)
}
