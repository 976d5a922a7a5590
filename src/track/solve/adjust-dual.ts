/**
 * The damped normal equations the other way round: cameras are eliminated, and a system in the points remains. Where a
 * camera stands long before the same few points, that is by far the smaller one, and time stays in proportion to the
 * frames.
 *
 * As in `adjust-equations.ts`, with the parts of cameras and points exchanged. A camera's panel has as many rows as the
 * camera has unknowns, taken three at a time; what is missing to a multiple of three is rows of zeros.
 */
import { factorCholesky } from '../geometry/dense.ts'
import type { Layout } from './adjust-layout.ts'
import { type Measure, observe, type Rows, rowsOf } from './adjust-observe.ts'
import { LEAST_DIAGONAL } from './adjust-points.ts'
import { springAlong } from './adjust-priors.ts'
import type { State } from './adjust-state.ts'
import { type DualLayout, dualEnvelope } from './adjust-dual-layout.ts'
import { addRun, type Runs, runsOf, startRuns, takePanel } from './sparse-panel.ts'
import { clearSkyline, type Skyline, skyline } from './sparse-skyline.ts'
import { roomFor } from './spare-room.ts'

export interface DualEquations {
  readonly dual: DualLayout
  readonly matrix: Skyline
  readonly right: Float64Array
  readonly gradient: Float64Array
  readonly diagonal: Float64Array
  readonly panels: Float64Array<ArrayBuffer>
  readonly panelStart: Int32Array
  /** L of each camera, blockSize x blockSize; all 0: not determined, stays put. */
  readonly factors: Float64Array
  /** L⁻¹ times the camera's right side; -Jᵀr; lambda D. */
  readonly cameraRight: Float64Array
  readonly cameraGradient: Float64Array
  readonly cameraDamping: Float64Array
  readonly rows: Rows
  readonly runs: Runs
}

export function dualEquationsOf(layout: Layout, dual: DualLayout): DualEquations {
  const { blockSize, shared, block } = layout
  const size = dual.border + shared.length
  const cameraCount = block.length
  const panelStart = new Int32Array(cameraCount + 1)
  for (let c = 0; c < cameraCount; c++) {
    const width = block[c]! < 0 ? 0 : 3 * (dual.start[c + 1]! - dual.start[c]!) + shared.length
    panelStart[c + 1] = panelStart[c]! + 3 * Math.ceil(blockSize / 3) * width
  }
  const first = dualEnvelope(layout, dual)
  return {
    dual,
    matrix: skyline(
      Array.from({ length: size }, (_, row) => (row < dual.border ? first[Math.floor(row / 3)]! : 0)),
      Array.from({ length: size }, (_, row) => (row < dual.border ? row - (row % 3) + 2 : size - 1)),
    ),
    right: new Float64Array(size),
    gradient: new Float64Array(size),
    diagonal: new Float64Array(size),
    panels: roomFor(panelStart[cameraCount]!),
    panelStart,
    factors: new Float64Array(cameraCount * blockSize * blockSize),
    cameraRight: new Float64Array(cameraCount * blockSize),
    cameraGradient: new Float64Array(cameraCount * blockSize),
    cameraDamping: new Float64Array(cameraCount * blockSize),
    rows: rowsOf(layout, dual.most),
    runs: runsOf(dual.most + 1),
  }
}

/** Builds the equations at a state. Returns twice its cost. */
export function lineariseDual(
  equations: DualEquations,
  layout: Layout,
  state: State,
  measure: Measure,
  lambda: number,
): number {
  const { dual, matrix, right, gradient, diagonal, rows } = equations
  clearSkyline(matrix)
  right.fill(0)
  gradient.fill(0)
  diagonal.fill(0)
  let cost = 0
  for (let c = 0; c + 1 < dual.start.length; c++) {
    const from = dual.start[c]!
    const to = dual.start[c + 1]!
    for (let s = from; s < to; s++) {
      const i = dual.sighting[s]!
      cost += observe(state, layout, measure, i, 3 * dual.point[i]!, rows, s - from)
      addPoint(equations, layout, dual.column[dual.point[i]!]!, s - from)
    }
    if (layout.block[c]! >= 0) eliminateCamera(equations, layout, state, c, lambda)
  }
  for (let i = 0; i < right.length; i++) right[i]! += gradient[i]!
  damp(equations, layout, state, lambda)
  return cost
}

/** Adds observation k of the rows to its point's block, to what is shared, and to where the two meet. */
function addPoint(
  { dual, matrix, gradient, diagonal, rows }: DualEquations,
  layout: Layout,
  column: number,
  k: number,
): void {
  const { values, offset } = matrix
  const { byPoint, byShared, residual } = rows
  const width = layout.shared.length
  for (let row = 2 * k; row < 2 * k + 2; row++) {
    const p = 3 * row
    for (let a = 0; a < 3; a++) {
      const x = byPoint[p + a]!
      const at = offset[column + a]! + column
      for (let b = 0; b <= a; b++) values[at + b]! += x * byPoint[p + b]!
      gradient[column + a]! -= x * residual[row]!
      diagonal[column + a]! += x * x
    }
    for (let a = 0; a < width; a++) {
      const x = byShared[row * width + a]!
      const at = offset[dual.border + a]!
      for (let b = 0; b < 3; b++) values[at + column + b]! += x * byPoint[p + b]!
      for (let b = 0; b <= a; b++) values[at + dual.border + b]! += x * byShared[row * width + b]!
      gradient[dual.border + a]! -= x * residual[row]!
      diagonal[dual.border + a]! += x * x
    }
  }
}

/** Takes camera c, whose observations stand in the rows, out of the equations. */
function eliminateCamera(equations: DualEquations, layout: Layout, state: State, c: number, lambda: number): void {
  const { dual, matrix, right, panels, panelStart, runs, cameraRight } = equations
  const { blockSize, shared } = layout
  const count = dual.start[c + 1]! - dual.start[c]!
  panels.fill(0, panelStart[c]!, panelStart[c + 1]!)
  if (!factorCamera(equations, layout, state, c, count, lambda)) return
  fillPanel(equations, layout, c, count)
  const width = 3 * count + shared.length
  for (let row = 0; row < blockSize; row += 3) {
    const panel = { panels, base: panelStart[c]! + row * width, width, border: 3 * count, blockSize: 3, runs }
    const z = (i: number) => (row + i < blockSize ? cameraRight[c * blockSize + row + i]! : 0)
    takePanel(matrix, right, panel, z(0), z(1), z(2))
  }
}

const along = new Float64Array(3)
const normal = new Float64Array(49)

/** The camera's own equations, damped; what is held gets a step of 0. */
function factorCamera(
  equations: DualEquations,
  layout: Layout,
  state: State,
  c: number,
  count: number,
  lambda: number,
): boolean {
  const { rows, factors, cameraRight, cameraGradient, cameraDamping } = equations
  const { blockSize: m, scaleCamera } = layout
  const { byCamera, residual } = rows
  const at = c * m
  normal.fill(0)
  cameraGradient.fill(0, at, at + m)
  for (let row = 0; row < 2 * count; row++) {
    for (let a = 0; a < m; a++) {
      const x = byCamera[row * m + a]!
      for (let b = 0; b <= a; b++) normal[a * m + b]! += x * byCamera[row * m + b]!
      cameraGradient[at + a]! -= x * residual[row]!
    }
  }
  for (let a = 0; a < m; a++) cameraDamping[at + a] = lambda * normal[a * m + a]!
  if (c === scaleCamera && springAlong(layout, state, along)) {
    const stiff = normal[3 * m + 3]! + normal[4 * m + 4]! + normal[5 * m + 5]!
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b <= a; b++) normal[(3 + a) * m + 3 + b]! += stiff * along[a]! * along[b]!
    }
  }
  for (let a = 0; a < m; a++) normal[a * m + a]! = (normal[a * m + a]! || 1) + cameraDamping[at + a]!
  const sound = factorCholesky(normal, m)
  if (!sound) normal.fill(0)
  for (let i = 0; i < m * m; i++) factors[at * m + i] = normal[i]!
  for (let a = 0; a < m; a++) {
    let sum = sound ? cameraGradient[at + a]! : 0
    for (let b = 0; b < a; b++) sum -= normal[a * m + b]! * cameraRight[at + b]!
    cameraRight[at + a] = sound ? sum / normal[a * m + a]! : 0
  }
  return sound
}

const whitened = new Float64Array(7)

/** L⁻¹Wᵀ, from the factor that `factorCamera` left in `normal`. */
function fillPanel(
  { dual, rows, panels, panelStart, runs }: DualEquations,
  layout: Layout,
  c: number,
  count: number,
): void {
  const { blockSize: m, shared } = layout
  const width = 3 * count + shared.length
  const base = panelStart[c]!
  startRuns(runs)
  for (let k = 0; k < count; k++) {
    addRun(runs, 3 * k, dual.column[dual.point[dual.sighting[dual.start[c]! + k]!]!]!)
    for (let row = 2 * k; row < 2 * k + 2; row++) {
      for (let a = 0; a < m; a++) {
        let sum = rows.byCamera[row * m + a]!
        for (let b = 0; b < a; b++) sum -= normal[a * m + b]! * whitened[b]!
        const y = sum / normal[a * m + a]!
        whitened[a] = y
        const at = base + a * width
        for (let j = 0; j < 3; j++) panels[at + 3 * k + j]! += y * rows.byPoint[3 * row + j]!
        for (let j = 0; j < shared.length; j++)
          panels[at + 3 * count + j]! += y * rows.byShared[row * shared.length + j]!
      }
    }
  }
  if (shared.length > 0) addRun(runs, 3 * count, dual.border)
}

/** Adds lambda D, makes the length of directions stiff, and gives what nothing depends on a step of 0. */
function damp(
  { dual, matrix, right, diagonal }: DualEquations,
  { poseSize }: Layout,
  { points }: State,
  lambda: number,
): void {
  const { values, offset } = matrix
  dual.column.forEach((column, p) => {
    if (column < 0) return
    const sum = diagonal[column]! + diagonal[column + 1]! + diagonal[column + 2]!
    for (let a = 0; a < 3; a++) {
      diagonal[column + a] = Math.max(diagonal[column + a]!, LEAST_DIAGONAL * sum)
      const stiff = poseSize === 3 ? sum * points[3 * p + a]! : 0
      for (let b = 0; b <= a; b++) values[offset[column + a]! + column + b]! += stiff * points[3 * p + b]!
    }
  })
  for (let row = 0; row < diagonal.length; row++) {
    const at = offset[row]! + row
    if (diagonal[row]! > 0) values[at]! += lambda * diagonal[row]!
    else {
      values[at] = 1
      right[row] = 0
    }
  }
}
