/** The damped normal equations of an adjustment, reduced to cameras, with or without lasting points, or to points: what is least work. */
import { type DualLayout, dualEnvelope, dualLayoutOf } from './adjust-dual-layout.ts'
import { solveDual } from './adjust-dual-solve.ts'
import { dualEquationsOf, lineariseDual } from './adjust-dual.ts'
import { equationsOf, linearise, solveStep } from './adjust-equations.ts'
import { chooseLasting, type Lasting, lastingBeyond } from './adjust-lasting.ts'
import type { Layout } from './adjust-layout.ts'
import type { Measure } from './adjust-observe.ts'
import type { Priors } from './adjust-priors.ts'
import type { State } from './adjust-state.ts'
import { leaveRoom } from './spare-room.ts'

export interface NormalEquations {
  /** Builds the equations at a state. Returns twice its cost, priors included. */
  linearise(state: State, lambda: number): number
  /**
   * Solves them for `step` (as laid out) and `pointStep` (3 for each point).
   *
   * @returns by how much twice the cost falls if it is as quadratic as it seems; null when the equations are singular.
   */
  solve(lambda: number, step: Float64Array, pointStep: Float64Array): number | null
  /** Leaves the room they take to others: they are not to be used any more. */
  leave(): void
}

/** What remains in the equations; `Lasting`: cameras and those points. */
export type ReduceTo = 'cameras' | 'points' | Lasting

/** `reduceTo`: what remains; absent: what is least work. */
export function normalEquations(
  layout: Layout,
  measure: Measure,
  priors: Priors,
  reduceTo?: ReduceTo,
): NormalEquations {
  const { dual, lasting } = chooseReduction(layout, priors, reduceTo)
  if (dual !== null) {
    const equations = dualEquationsOf(layout, dual)
    return {
      linearise: (state, lambda) => lineariseDual(equations, layout, state, measure, lambda),
      solve: (lambda, step, pointStep) => solveDual(equations, layout, lambda, step, pointStep),
      leave: () => leaveRoom(equations.matrix.values, equations.panels),
    }
  }
  const equations = equationsOf(layout, priors, lasting)
  return {
    linearise: (state, lambda) => linearise(equations, layout, state, measure, priors, lambda),
    solve: (lambda, step, pointStep) => solveStep(equations, layout, lambda, step, pointStep),
    leave: () => leaveRoom(equations.matrix.values, equations.eliminated.panels),
  }
}

/** `dual`: the layout of the system in the points, where that is what is solved; null: the one in the cameras. */
export interface Reduction {
  readonly dual: DualLayout | null
  readonly lasting: Lasting
}

export function chooseReduction(layout: Layout, priors: Priors, reduceTo?: ReduceTo): Reduction {
  const none = lastingBeyond(layout, Infinity)
  if (typeof reduceTo === 'object') return { dual: null, lasting: reduceTo }
  if (!canBeDual(layout, priors) || reduceTo === 'cameras') {
    return { dual: null, lasting: reduceTo === 'cameras' ? none : chooseLasting(layout, priors).lasting }
  }
  const dual = dualLayoutOf(layout)
  if (reduceTo === 'points') return { dual, lasting: none }
  const { lasting, work } = chooseLasting(layout, priors)
  return dualWork(layout, dual) < work ? { dual, lasting: none } : { dual: null, lasting }
}

/** Cameras can be eliminated one by one only where no prior ties them together. */
const canBeDual = ({ blocks, pointsFree }: Layout, { links }: Priors) => blocks > 0 && pointsFree && links.length === 0

/** Multiplications of forming the system in the points and of factoring it, about. */
function dualWork(layout: Layout, dual: DualLayout): number {
  const { blockSize, block } = layout
  let work = 0
  for (let c = 0; c < block.length; c++) {
    if (block[c]! >= 0) work += 1.5 * Math.ceil(blockSize / 3) * (3 * (dual.start[c + 1]! - dual.start[c]!)) ** 2
  }
  dualEnvelope(layout, dual).forEach((first, i) => {
    work += 1.5 * (3 * i - first) ** 2
  })
  return work
}
