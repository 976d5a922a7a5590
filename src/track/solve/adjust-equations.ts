/**
 * The damped normal equations of an adjustment, with the points eliminated (the Schur complement trick of
 * photogrammetry, Brown 1958; Triggs et al., Bundle Adjustment: A Modern Synthesis, 2000, section 6): (JᵀJ + lambda D)
 * step = -Jᵀr, D being the diagonal of JᵀJ (Marquardt 1963).
 */
import { firstBlocks } from './adjust-envelope.ts'
import { addLastingPoint, type Lasting } from './adjust-lasting.ts'
import type { Layout } from './adjust-layout.ts'
import { type Eliminated, eliminatedOf, eliminatePoint, substitutePoints } from './adjust-eliminate.ts'
import { type Measure, observe, type Rows, rowsOf } from './adjust-observe.ts'
import { addPriors, type Priors } from './adjust-priors.ts'
import type { State } from './adjust-state.ts'
import { clearSkyline, factorSkyline, type Skyline, skyline, solveSkyline } from './sparse-skyline.ts'

export interface Equations {
  /** JᵀJ + lambda D less what the points take away; after `solveStep` its factor. */
  readonly matrix: Skyline
  /** -Jᵀr, reduced likewise. */
  readonly right: Float64Array
  /** -Jᵀr as it was. */
  readonly gradient: Float64Array
  /** Of JᵀJ before elimination. */
  readonly diagonal: Float64Array
  readonly lasting: Lasting
  /** What each unknown of the equations changes by. */
  readonly step: Float64Array
  readonly eliminated: Eliminated
  readonly rows: Rows
}

/** Room for all equations of a layout. */
export function equationsOf(layout: Layout, priors: Priors, lasting: Lasting): Equations {
  const { blockSize, blocks } = layout
  const { size } = lasting
  const border = blocks * blockSize
  const firstBlock = firstBlocks(layout, priors, lasting.column)
  const rowBlock = (row: number) => Math.floor(row / blockSize)
  const all = Array.from({ length: size }, (_, row) => row)
  const first = all.map((row) => (row < border ? firstBlock[rowBlock(row)]! * blockSize : 0))
  // Blocks are added up whole, and what cameras share is one of them.
  const last = all.map((row) => (row < border ? (rowBlock(row) + 1) * blockSize - 1 : Math.max(row, layout.size - 1)))
  return {
    matrix: skyline(first, last),
    right: new Float64Array(size),
    gradient: new Float64Array(size),
    diagonal: new Float64Array(size),
    lasting,
    step: new Float64Array(size),
    eliminated: eliminatedOf(layout, lasting),
    rows: rowsOf(layout, layout.sightings.most),
  }
}

/** Builds the equations at a state. Returns twice its cost, priors included. */
export function linearise(
  equations: Equations,
  layout: Layout,
  state: State,
  measure: Measure,
  priors: Priors,
  lambda: number,
): number {
  const { matrix, right, gradient, diagonal, rows, eliminated, lasting } = equations
  const { start } = layout.sightings
  clearSkyline(matrix)
  right.fill(0)
  gradient.fill(0)
  diagonal.fill(0)
  let cost = 0
  for (let p = 0; p + 1 < start.length; p++) {
    const from = start[p]!
    const to = start[p + 1]!
    for (let i = from; i < to; i++) {
      cost += observe(state, layout, measure, i, 3 * p, rows, i - from)
      addCamera(equations, layout, layout.block[layout.sightings.camera[i]!]!, i - from)
    }
    if (!layout.pointsFree || to === from) continue
    const directions = layout.poseSize === 3 ? state.points : null
    if (lasting.column[p]! >= 0) addLastingPoint(equations, rows, layout, p, lasting.column[p]!, directions)
    else eliminatePoint(eliminated, rows, layout, directions, p, lambda, matrix, right)
  }
  cost += addPriors(equations, layout, state, priors)
  for (let i = 0; i < right.length; i++) right[i]! += gradient[i]!
  damp(equations, lambda)
  return cost
}

/** Adds observation k of the rows to its camera's block, to what is shared, and to where the two meet. */
function addCamera({ matrix, gradient, diagonal, rows }: Equations, layout: Layout, block: number, k: number): void {
  const { blockSize, shared, blocks } = layout
  const { values, offset } = matrix
  const { residual, byCamera, byShared } = rows
  const r0 = residual[2 * k]!
  const r1 = residual[2 * k + 1]!
  const width = block < 0 ? 0 : blockSize
  const c0 = 2 * k * blockSize
  const c1 = (2 * k + 1) * blockSize
  for (let a = 0; a < width; a++) {
    const x = byCamera[c0 + a]!
    const y = byCamera[c1 + a]!
    const row = block * blockSize + a
    const at = offset[row]! + block * blockSize
    for (let b = 0; b <= a; b++) values[at + b]! += x * byCamera[c0 + b]! + y * byCamera[c1 + b]!
    gradient[row]! -= x * r0 + y * r1
    diagonal[row]! += x * x + y * y
  }
  const border = blocks * blockSize
  const g0 = 2 * k * shared.length
  const g1 = (2 * k + 1) * shared.length
  for (let a = 0; a < shared.length; a++) {
    const x = byShared[g0 + a]!
    const y = byShared[g1 + a]!
    const row = border + a
    const at = offset[row]! + block * blockSize
    for (let b = 0; b < width; b++) values[at + b]! += x * byCamera[c0 + b]! + y * byCamera[c1 + b]!
    for (let b = 0; b <= a; b++) values[offset[row]! + border + b]! += x * byShared[g0 + b]! + y * byShared[g1 + b]!
    gradient[row]! -= x * r0 + y * r1
    diagonal[row]! += x * x + y * y
  }
}

/** Adds lambda D. What nothing depends on, and what is held, gets a step of 0. */
function damp({ matrix, right, diagonal }: Equations, lambda: number): void {
  for (let row = 0; row < diagonal.length; row++) {
    const at = matrix.offset[row]! + row
    if (diagonal[row]! > 0) matrix.values[at]! += lambda * diagonal[row]!
    else {
      matrix.values[at] = 1
      right[row] = 0
    }
  }
}

/**
 * Solves the equations for `step` (as laid out) and `pointStep` (3 for each point).
 *
 * @returns by how much twice the cost falls if it is as quadratic as it seems; null when the equations are singular.
 */
export function solveStep(
  { matrix, right, gradient, diagonal, eliminated, lasting, step: whole }: Equations,
  layout: Layout,
  lambda: number,
  step: Float64Array,
  pointStep: Float64Array,
): number | null {
  if (!factorSkyline(matrix)) return null
  whole.set(right)
  solveSkyline(matrix, whole)
  let fall = 0
  for (let i = 0; i < whole.length; i++) fall += whole[i]! * (lambda * diagonal[i]! * whole[i]! + gradient[i]!)
  step.set(whole.subarray(0, layout.size))
  if (layout.pointsFree) fall += substitutePoints(eliminated, layout, step, pointStep)
  lasting.column.forEach((column, p) => {
    if (column >= 0) pointStep.set(whole.subarray(column, column + 3), 3 * p)
  })
  return fall
}
