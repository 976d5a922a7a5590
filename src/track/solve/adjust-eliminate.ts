/**
 * Taking points out of the normal equations, and putting them back. With V = L Lᵀ the equations of a point and W its
 * coupling with the cameras, what it takes away from theirs is (L⁻¹Wᵀ)ᵀ(L⁻¹Wᵀ). Only L⁻¹Wᵀ is kept: three long rows for
 * each point, its panel, whose columns are its cameras' blocks and then what all cameras share.
 */
import type { Lasting } from './adjust-lasting.ts'
import type { Layout } from './adjust-layout.ts'
import type { Rows } from './adjust-observe.ts'
import { backwardPoint, factorPoint, forwardPoint, gatherPoint, pointEquations } from './adjust-points.ts'
import { addRun, type Runs, runsOf, startRuns, takePanel } from './sparse-panel.ts'
import type { Skyline } from './sparse-skyline.ts'
import { roomFor } from './spare-room.ts'

export interface Eliminated {
  /** Points that are not taken out. */
  readonly lasting: Lasting
  readonly panels: Float64Array<ArrayBuffer>
  /** Where each point's panel begins. */
  readonly panelStart: Int32Array
  /** For each point L as `factorPoint` writes it; all 0: not determined, stays put. */
  readonly factors: Float64Array
  /** L⁻¹ times the point's right side. */
  readonly right: Float64Array
  /** -Jᵀr and lambda D. */
  readonly gradient: Float64Array
  readonly damping: Float64Array
  readonly runs: Runs
}

export function eliminatedOf(
  { block, blockSize, shared, pointsFree, sightings }: Layout,
  lasting: Lasting,
): Eliminated {
  const pointCount = pointsFree ? sightings.start.length - 1 : 0
  const panelStart = new Int32Array(pointCount + 1)
  for (let p = 0; p < pointCount; p++) {
    panelStart[p + 1] = panelStart[p]!
    if (lasting.column[p]! >= 0) continue
    let width = shared.length
    for (let i = sightings.start[p]!; i < sightings.start[p + 1]!; i++) {
      if (block[sightings.camera[i]!]! >= 0) width += blockSize
    }
    panelStart[p + 1]! += 3 * width
  }
  return {
    lasting,
    panels: roomFor(panelStart[pointCount]!),
    panelStart,
    factors: new Float64Array(6 * pointCount),
    right: new Float64Array(3 * pointCount),
    gradient: new Float64Array(3 * pointCount),
    damping: new Float64Array(3 * pointCount),
    runs: runsOf(sightings.most + 1),
  }
}

const equations = pointEquations()

/** Takes point p, whose observations stand in `rows`, out of the cameras' `matrix` and `right` side. */
export function eliminatePoint(
  eliminated: Eliminated,
  rows: Rows,
  layout: Layout,
  directions: Float64Array | null,
  p: number,
  lambda: number,
  matrix: Skyline,
  right: Float64Array,
): void {
  const { panels, panelStart, runs } = eliminated
  const count = layout.sightings.start[p + 1]! - layout.sightings.start[p]!
  panels.fill(0, panelStart[p]!, panelStart[p + 1]!)
  gatherPoint(rows, count, equations)
  const sound = factorPoint(equations, lambda, directions, 3 * p, eliminated.factors, 6 * p)
  forwardPoint(eliminated.factors, 6 * p, equations, 6, eliminated.right, 3 * p)
  for (let axis = 0; axis < 3; axis++) {
    eliminated.gradient[3 * p + axis] = equations[6 + axis]!
    eliminated.damping[3 * p + axis] = equations[9 + axis]!
  }
  if (!sound) return
  fillPanel(eliminated, rows, layout, p, count)
  const base = panelStart[p]!
  const width = (panelStart[p + 1]! - base) / 3
  const border = width - layout.shared.length
  const z0 = eliminated.right[3 * p]!
  const z1 = eliminated.right[3 * p + 1]!
  const z2 = eliminated.right[3 * p + 2]!
  const panel = { panels, base, width, border, blockSize: layout.blockSize, runs }
  takePanel(matrix, right, panel, z0, z1, z2)
}

/** L⁻¹Wᵀ, and which stretches of it lie side by side in the matrix. */
function fillPanel(eliminated: Eliminated, rows: Rows, layout: Layout, p: number, count: number): void {
  const { factors, panels, panelStart, runs } = eliminated
  const { blockSize, shared, block, blocks, sightings } = layout
  const base = panelStart[p]!
  const width = (panelStart[p + 1]! - base) / 3
  const border = base + width - shared.length
  const f = 6 * p
  const i0 = factors[f]!
  const l10 = factors[f + 1]!
  const i1 = factors[f + 2]!
  const l20 = factors[f + 3]!
  const l21 = factors[f + 4]!
  const i2 = factors[f + 5]!
  startRuns(runs)
  let at = base
  for (let k = 0; k < count; k++) {
    const here = block[sightings.camera[sightings.start[p]! + k]!]!
    for (let row = 2 * k; row < 2 * k + 2; row++) {
      const y0 = rows.byPoint[3 * row]! * i0
      const y1 = (rows.byPoint[3 * row + 1]! - l10 * y0) * i1
      const y2 = (rows.byPoint[3 * row + 2]! - l20 * y0 - l21 * y1) * i2
      if (here >= 0) addRow(panels, at, width, rows.byCamera, row * blockSize, blockSize, y0, y1, y2)
      addRow(panels, border, width, rows.byShared, row * shared.length, shared.length, y0, y1, y2)
    }
    if (here < 0) continue
    addRun(runs, at - base, here * blockSize)
    at += blockSize
  }
  if (shared.length > 0) addRun(runs, border - base, blocks * blockSize)
}

function addRow(
  panels: Float64Array,
  at: number,
  width: number,
  from: Float64Array,
  begin: number,
  length: number,
  y0: number,
  y1: number,
  y2: number,
): void {
  for (let j = 0; j < length; j++) {
    const x = from[begin + j]!
    panels[at + j]! += y0 * x
    panels[at + width + j]! += y1 * x
    panels[at + 2 * width + j]! += y2 * x
  }
}

/**
 * The step of each point that goes with the cameras' step.
 *
 * @returns what the points add to the expected fall of twice the cost.
 */
export function substitutePoints(
  { lasting, factors, panels, panelStart, right, gradient, damping }: Eliminated,
  layout: Layout,
  step: Float64Array,
  pointStep: Float64Array,
): number {
  const { blockSize, block, blocks, shared, sightings } = layout
  const border = blocks * blockSize
  let fall = 0
  for (let p = 0; p + 1 < sightings.start.length; p++) {
    if (lasting.column[p]! >= 0) continue
    let y0 = right[3 * p]!
    let y1 = right[3 * p + 1]!
    let y2 = right[3 * p + 2]!
    const width = (panelStart[p + 1]! - panelStart[p]!) / 3
    let at = panelStart[p]!
    // One stretch for each camera and, one past them, the last for what is shared.
    for (let i = sightings.start[p]!; i <= sightings.start[p + 1]!; i++) {
      const last = i === sightings.start[p + 1]!
      const here = last ? 0 : block[sightings.camera[i]!]!
      if (here < 0) continue
      const column = last ? border : here * blockSize
      for (let j = 0; j < (last ? shared.length : blockSize); j++, at++) {
        const x = step[column + j]!
        y0 -= panels[at]! * x
        y1 -= panels[at + width]! * x
        y2 -= panels[at + 2 * width]! * x
      }
    }
    pointStep[3 * p] = y0
    pointStep[3 * p + 1] = y1
    pointStep[3 * p + 2] = y2
    backwardPoint(factors, 6 * p, pointStep, 3 * p)
    for (let axis = 3 * p; axis < 3 * p + 3; axis++) {
      fall += pointStep[axis]! * (damping[axis]! * pointStep[axis]! + gradient[axis]!)
    }
  }
  return fall
}
