/**
 * The inverse of an adjustment's normal equations, as far as it concerns the unknowns that are laid out (cameras and
 * what they share; points are marginalised): its diagonal, and its product with vectors. From the same reduced systems
 * as the steps.
 */
import { solveDualFor } from './adjust-dual-solve.ts'
import { type DualEquations, dualEquationsOf, lineariseDual } from './adjust-dual.ts'
import { equationsOf, linearise } from './adjust-equations.ts'
import type { Layout } from './adjust-layout.ts'
import { chooseReduction, type ReduceTo } from './adjust-normal.ts'
import type { Measure } from './adjust-observe.ts'
import type { Priors } from './adjust-priors.ts'
import type { State } from './adjust-state.ts'
import { invertSkyline } from './sparse-inverse.ts'
import { factorSkyline, solveSkyline } from './sparse-skyline.ts'

export interface LaidOutInverse {
  /** Puts the product with the inverse in place of `vector`, which is laid out. Not after `diagonal`. */
  multiply(vector: Float64Array): void
  /** The diagonal, laid out; the factor is used up. */
  diagonal(): Float64Array
}

/** null when the equations are singular even with this damping. `reduceTo`: see `normalEquations`. */
export function inverseAt(
  layout: Layout,
  state: State,
  measure: Measure,
  priors: Priors,
  damping: number,
  reduceTo?: ReduceTo,
): LaidOutInverse | null {
  const { dual, lasting } = chooseReduction(layout, priors, reduceTo)
  if (dual === null) {
    const equations = equationsOf(layout, priors, lasting)
    linearise(equations, layout, state, measure, priors, damping)
    const { matrix } = equations
    if (!factorSkyline(matrix)) return null
    return {
      multiply: (vector) => {
        const whole = new Float64Array(lasting.size)
        whole.set(vector)
        solveSkyline(matrix, whole)
        vector.set(whole.subarray(0, vector.length))
      },
      diagonal: () => {
        invertSkyline(matrix)
        return Float64Array.from({ length: layout.size }, (_, i) => matrix.values[matrix.offset[i]! + i]!)
      },
    }
  }
  const equations = dualEquationsOf(layout, dual)
  lineariseDual(equations, layout, state, measure, damping)
  if (!factorSkyline(equations.matrix)) return null
  return {
    multiply: (vector) => solveDualFor(equations, layout, vector),
    diagonal: () => dualDiagonal(equations, layout),
  }
}

/** Of a camera L⁻ᵀ (1 + A Z Aᵀ) L⁻¹, A being its panel and Z the inverse of the reduced system. */
function dualDiagonal(equations: DualEquations, layout: Layout): Float64Array {
  const { dual, matrix, panels, panelStart, factors } = equations
  const { blockSize: m, blocks, shared, size, block } = layout
  invertSkyline(matrix)
  const { values, offset } = matrix
  const out = new Float64Array(size)
  shared.forEach((_, i) => {
    const row = dual.border + i
    out[blocks * m + i] = values[offset[row]! + row]!
  })
  const most = 3 * dual.most + shared.length
  const columns = new Int32Array(most)
  const image = new Float64Array(m * most)
  for (let c = 0; c < block.length; c++) {
    if (block[c]! < 0) continue
    const width = (panelStart[c + 1]! - panelStart[c]!) / (3 * Math.ceil(m / 3))
    columnsOf(equations, c, width, columns)
    multiplyRows(equations, panelStart[c]!, m, width, columns, image)
    const inner = new Float64Array(m * m)
    for (let a = 0; a < m; a++) {
      for (let b = 0; b < m; b++) {
        let sum = a === b ? 1 : 0
        for (let k = 0; k < width; k++) sum += image[a * width + k]! * panels[panelStart[c]! + b * width + k]!
        inner[a * m + b] = sum
      }
    }
    sandwich(factors.subarray(c * m * m, (c + 1) * m * m), inner, m, out, block[c]! * m)
  }
  return out
}

/** The columns of the reduced system that a camera's panel stands for. */
function columnsOf({ dual }: DualEquations, c: number, width: number, columns: Int32Array): void {
  let k = 0
  for (let s = dual.start[c]!; s < dual.start[c + 1]!; s++) {
    const column = dual.column[dual.point[dual.sighting[s]!]!]!
    for (let j = 0; j < 3; j++) columns[k++] = column + j
  }
  for (let j = 0; k < width; j++) columns[k++] = dual.border + j
}

/** image = A Z, Z being read from its lower triangle. */
function multiplyRows(
  { matrix, panels }: DualEquations,
  base: number,
  rows: number,
  width: number,
  columns: Int32Array,
  image: Float64Array,
): void {
  const { values, offset } = matrix
  image.fill(0, 0, rows * width)
  for (let i = 0; i < width; i++) {
    const at = offset[columns[i]!]!
    for (let k = 0; k <= i; k++) {
      const z = values[at + columns[k]!]!
      for (let a = 0; a < rows; a++) {
        const row = a * width
        image[row + i]! += z * panels[base + row + k]!
        if (k < i) image[row + k]! += z * panels[base + row + i]!
      }
    }
  }
}

/** The diagonal of L⁻ᵀ M L⁻¹, to `out[at]` on. */
function sandwich(factor: Float64Array, inner: Float64Array, m: number, out: Float64Array, at: number): void {
  for (let a = 0; a < m; a++) {
    // Column a of L⁻¹.
    const x = new Float64Array(m)
    for (let i = a; i < m; i++) {
      let sum = i === a ? 1 : 0
      for (let k = a; k < i; k++) sum -= factor[i * m + k]! * x[k]!
      x[i] = sum / factor[i * m + i]!
    }
    for (let i = 0; i < m; i++) for (let k = 0; k < m; k++) out[at + a]! += x[i]! * inner[i * m + k]! * x[k]!
  }
}
