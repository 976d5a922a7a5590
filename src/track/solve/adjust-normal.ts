/** The damped normal equations of an adjustment, reduced to cameras or to points, whichever is less work. */
import { type DualLayout, dualEnvelope, dualLayoutOf } from './adjust-dual-layout.ts'
import { solveDual } from './adjust-dual-solve.ts'
import { dualEquationsOf, lineariseDual } from './adjust-dual.ts'
import { equationsOf, firstBlocks, linearise, solveStep } from './adjust-equations.ts'
import type { Layout } from './adjust-layout.ts'
import type { Measure } from './adjust-observe.ts'
import type { Priors } from './adjust-priors.ts'
import type { State } from './adjust-state.ts'

export interface NormalEquations {
  /** Builds the equations at a state. Returns twice its cost, priors included. */
  linearise(state: State, lambda: number): number
  /**
   * Solves them for `step` (as laid out) and `pointStep` (3 for each point).
   *
   * @returns by how much twice the cost falls if it is as quadratic as it seems; null when the equations are singular.
   */
  solve(lambda: number, step: Float64Array, pointStep: Float64Array): number | null
}

/** `reduceTo`: what remains; absent: what is less work. */
export function normalEquations(
  layout: Layout,
  measure: Measure,
  priors: Priors,
  reduceTo?: 'cameras' | 'points',
): NormalEquations {
  const dual = chooseReduction(layout, priors, reduceTo)
  if (dual !== null) {
    const equations = dualEquationsOf(layout, dual)
    return {
      linearise: (state, lambda) => lineariseDual(equations, layout, state, measure, lambda),
      solve: (lambda, step, pointStep) => solveDual(equations, layout, lambda, step, pointStep),
    }
  }
  const equations = equationsOf(layout, priors)
  return {
    linearise: (state, lambda) => linearise(equations, layout, state, measure, priors, lambda),
    solve: (lambda, step, pointStep) => solveStep(equations, layout, lambda, step, pointStep),
  }
}

/** The layout of the system in the points, where that is what is solved; null: the one in the cameras. */
export function chooseReduction(layout: Layout, priors: Priors, reduceTo?: 'cameras' | 'points'): DualLayout | null {
  if (!canBeDual(layout, priors)) return null
  const dual = dualLayoutOf(layout)
  return (reduceTo ?? lessWork(layout, priors, dual)) === 'points' ? dual : null
}

/** Cameras can be eliminated one by one only where no prior ties them together. */
const canBeDual = ({ blocks, pointsFree }: Layout, { links }: Priors) => blocks > 0 && pointsFree && links.length === 0

/** By the multiplications of forming the reduced system and of factoring it. */
function lessWork(layout: Layout, priors: Priors, dual: DualLayout): 'cameras' | 'points' {
  const { blockSize, sightings, block } = layout
  let [toCameras, toPoints] = [0, 0]
  for (let p = 0; p + 1 < sightings.start.length; p++) {
    toCameras += 3 * (blockSize * (sightings.start[p + 1]! - sightings.start[p]!)) ** 2
  }
  for (let c = 0; c < block.length; c++) {
    if (block[c]! >= 0) toPoints += 3 * Math.ceil(blockSize / 3) * (3 * (dual.start[c + 1]! - dual.start[c]!)) ** 2
  }
  firstBlocks(layout, priors).forEach((first, i) => {
    toCameras += blockSize ** 3 * (i - first) ** 2
  })
  dualEnvelope(layout, dual).forEach((first, i) => {
    toPoints += 3 * (3 * i - first) ** 2
  })
  return toPoints < toCameras ? 'points' : 'cameras'
}
