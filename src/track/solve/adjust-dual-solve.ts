/** Solving equations from which the cameras are eliminated, and putting the cameras back. */
import type { DualEquations } from './adjust-dual.ts'
import type { Layout } from './adjust-layout.ts'
import { factorSkyline, solveSkyline } from './sparse-skyline.ts'

/** As `solveStep` of `adjust-equations.ts`. */
export function solveDual(
  equations: DualEquations,
  layout: Layout,
  lambda: number,
  step: Float64Array,
  pointStep: Float64Array,
): number | null {
  const { dual, matrix, right, gradient, diagonal } = equations
  if (!factorSkyline(matrix)) return null
  const solution = right // not needed any more
  solveSkyline(matrix, solution)
  let fall = 0
  for (let i = 0; i < solution.length; i++) fall += solution[i]! * (lambda * diagonal[i]! * solution[i]! + gradient[i]!)
  dual.column.forEach((column, p) => {
    for (let axis = 0; axis < 3; axis++) pointStep[3 * p + axis] = column < 0 ? 0 : solution[column + axis]!
  })
  substituteCameras(equations, layout, equations.cameraRight, solution, step)
  const { cameraDamping, cameraGradient } = equations
  const { block, blockSize } = layout
  for (let c = 0; c < block.length; c++) {
    for (let a = 0; block[c]! >= 0 && a < blockSize; a++) {
      const x = step[block[c]! * blockSize + a]!
      fall += x * (cameraDamping[c * blockSize + a]! * x + cameraGradient[c * blockSize + a]!)
    }
  }
  return fall
}

/**
 * Puts the solution of the factored equations for a right side in its place; both are laid out, that of the points is
 * 0.
 */
export function solveDualFor(equations: DualEquations, layout: Layout, vector: Float64Array): void {
  const { dual, matrix, panels, panelStart, factors } = equations
  const { block, blocks, blockSize: m, shared } = layout
  const solution = new Float64Array(dual.border + shared.length)
  solution.set(vector.subarray(blocks * m), dual.border)
  const whole = new Float64Array(block.length * m)
  for (let c = 0; c < block.length; c++) {
    if (block[c]! < 0) continue
    const width = 3 * (dual.start[c + 1]! - dual.start[c]!) + shared.length
    for (let a = 0; a < m; a++) {
      let sum = vector[block[c]! * m + a]!
      for (let b = 0; b < a; b++) sum -= factors[(c * m + a) * m + b]! * whole[c * m + b]!
      const pivot = factors[(c * m + a) * m + a]!
      const y = pivot === 0 ? 0 : sum / pivot
      whole[c * m + a] = y
      let at = panelStart[c]! + a * width
      for (let s = dual.start[c]!; s < dual.start[c + 1]!; s++) {
        const column = dual.column[dual.point[dual.sighting[s]!]!]!
        for (let j = 0; j < 3; j++, at++) solution[column + j]! -= panels[at]! * y
      }
      for (let j = 0; j < shared.length; j++, at++) solution[dual.border + j]! -= panels[at]! * y
    }
  }
  solveSkyline(matrix, solution)
  substituteCameras(equations, layout, whole, solution, vector)
}

/**
 * L⁻ᵀ (whitened - A solution) of each camera, and what is shared as it stands in the solution, to `step` as laid out.
 */
function substituteCameras(
  equations: DualEquations,
  layout: Layout,
  whole: Float64Array,
  solution: Float64Array,
  step: Float64Array,
): void {
  step.set(solution.subarray(equations.dual.border), layout.blocks * layout.blockSize)
  for (let c = 0; c < layout.block.length; c++) {
    if (layout.block[c]! >= 0) substituteCamera(equations, layout, c, whole, solution, step)
  }
}

function substituteCamera(
  { dual, panels, panelStart, factors }: DualEquations,
  { blockSize: m, shared, block }: Layout,
  c: number,
  whole: Float64Array,
  solution: Float64Array,
  step: Float64Array,
): void {
  const width = 3 * (dual.start[c + 1]! - dual.start[c]!) + shared.length
  const to = block[c]! * m
  for (let a = 0; a < m; a++) {
    let at = panelStart[c]! + a * width
    let sum = whole[c * m + a]!
    for (let s = dual.start[c]!; s < dual.start[c + 1]!; s++) {
      const column = dual.column[dual.point[dual.sighting[s]!]!]!
      for (let j = 0; j < 3; j++, at++) sum -= panels[at]! * solution[column + j]!
    }
    for (let j = 0; j < shared.length; j++, at++) sum -= panels[at]! * solution[dual.border + j]!
    step[to + a] = sum
  }
  for (let a = m - 1; a >= 0; a--) {
    let sum = step[to + a]!
    for (let b = a + 1; b < m; b++) sum -= factors[(c * m + b) * m + a]! * step[to + b]!
    const pivot = factors[(c * m + a) * m + a]!
    step[to + a] = pivot === 0 ? 0 : sum / pivot
  }
}
