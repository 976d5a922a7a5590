/**
 * Subtracting PᵀP from an envelope matrix, P being three long rows (a panel): what the elimination of three unknowns
 * takes from the equations of the rest. Its columns are those of a few blocks of the matrix; blocks that stand side by
 * side are one run.
 */
import type { Skyline } from './sparse-skyline.ts'

/** Stretches of a panel whose columns stand side by side in the matrix as well. */
export interface Runs {
  count: number
  /** Begin in the panel; the end is the next one's begin. */
  readonly from: Int32Array
  /** Column in the matrix less column in the panel. */
  readonly shift: Int32Array
}

export const runsOf = (most: number): Runs => ({ count: 0, from: new Int32Array(most), shift: new Int32Array(most) })

export function startRuns(runs: Runs): void {
  runs.count = 0
}

/**
 * A block from column `from` of the panel on belongs at `column` of the matrix. Blocks come in the order of the matrix.
 */
export function addRun(runs: Runs, from: number, column: number): void {
  if (runs.count > 0 && runs.shift[runs.count - 1] === column - from) return
  runs.from[runs.count] = from
  runs.shift[runs.count] = column - from
  runs.count++
}

export interface Panel {
  /** The rows begin at `base`, `base + width` and `base + 2 width`. */
  readonly panels: Float64Array
  readonly base: number
  readonly width: number
  /** Blocks of `blockSize` columns up to here, then one last block. */
  readonly border: number
  readonly blockSize: number
  readonly runs: Runs
}

/** matrix -= PᵀP and right -= Pᵀz. */
export function takePanel(
  matrix: Skyline,
  right: Float64Array,
  panel: Panel,
  z0: number,
  z1: number,
  z2: number,
): void {
  const { panels, base, width, border, blockSize, runs } = panel
  for (let row = 0, run = 0; row < width; ) {
    const end = row < border ? row + blockSize : width
    while (run + 1 < runs.count && runs.from[run + 1]! <= row) run++
    while (row < end) {
      const together = end - row >= 3 ? 3 : 1
      takeRows(matrix, panels, base, width, runs, row, row + runs.shift[run]!, end, together)
      for (const last = row + together; row < last; row++) {
        const at = base + row
        right[row + runs.shift[run]!]! -= panels[at]! * z0 + panels[at + width]! * z1 + panels[at + 2 * width]! * z2
      }
    }
  }
}

/** From one or three rows of the matrix (`row` of the panel), up to column `end` of the panel. */
function takeRows(
  { offset, values }: Skyline,
  panels: Float64Array,
  base: number,
  width: number,
  runs: Runs,
  row: number,
  matrixRow: number,
  end: number,
  together: 1 | 3,
): void {
  for (let run = 0; run < runs.count && runs.from[run]! < end; run++) {
    const from = runs.from[run]!
    const to = run + 1 < runs.count ? Math.min(end, runs.from[run + 1]!) : end
    const shift = runs.shift[run]! + from
    const at = offset[matrixRow]! + shift
    if (together === 1) takeRow(values, at, panels, base + row, base + from, width, to - from)
    else {
      const at1 = offset[matrixRow + 1]! + shift
      const at2 = offset[matrixRow + 2]! + shift
      takeThreeRows(values, at, at1, at2, panels, base + row, base + from, width, to - from)
    }
  }
}

function takeRow(
  values: Float64Array,
  at: number,
  panels: Float64Array,
  row: number,
  from: number,
  width: number,
  n: number,
) {
  const x = panels[row]!
  const y = panels[row + width]!
  const z = panels[row + 2 * width]!
  for (let j = 0; j < n; j++) {
    values[at + j]! -= x * panels[from + j]! + y * panels[from + width + j]! + z * panels[from + 2 * width + j]!
  }
}

function takeThreeRows(
  values: Float64Array,
  at0: number,
  at1: number,
  at2: number,
  panels: Float64Array,
  row: number,
  from: number,
  width: number,
  n: number,
): void {
  const x0 = panels[row]!
  const x1 = panels[row + 1]!
  const x2 = panels[row + 2]!
  const y0 = panels[row + width]!
  const y1 = panels[row + width + 1]!
  const y2 = panels[row + width + 2]!
  const z0 = panels[row + 2 * width]!
  const z1 = panels[row + 2 * width + 1]!
  const z2 = panels[row + 2 * width + 2]!
  const fromY = from + width
  const fromZ = fromY + width
  for (let j = 0; j < n; j++) {
    const x = panels[from + j]!
    const y = panels[fromY + j]!
    const z = panels[fromZ + j]!
    values[at0 + j]! -= x0 * x + y0 * y + z0 * z
    values[at1 + j]! -= x1 * x + y1 * y + z1 * z
    values[at2 + j]! -= x2 * x + y2 * y + z2 * z
  }
}
