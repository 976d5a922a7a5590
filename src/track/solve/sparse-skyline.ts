/**
 * Cholesky factorisation of large symmetric positive definite matrices whose non-zeros lie near the diagonal, as those
 * of a camera path do: each frame shares points with its neighbours only.
 *
 * Envelope storage (Jennings 1966; George and Liu 1981, chapter 4): each row is stored from its first non-zero on, and
 * the factor fits into the same place. The work is done in tiles of 3 x 3, whose nine running sums fill the registers.
 */
import { roomFor } from './spare-room.ts'

/** Rows of the lower triangle. Entry (row, column) is `values[offset[row] + column]`, from `begin[row]` on. */
export interface Skyline {
  /** Rows and columns that mean something. */
  readonly size: number
  /** Rows in storage: the next multiple of 3; the diagonal of the rest is 1. */
  readonly stored: number
  /** First stored column; a multiple of 3 and the same for the three rows of a tile. */
  readonly begin: Int32Array
  /** May be negative. */
  readonly offset: Int32Array
  readonly values: Float64Array<ArrayBuffer>
  /** 1 / diagonal of the factor, once there is one. */
  readonly inverseDiagonal: Float64Array
}

/** Tile rows that are worked on together: the rows they are multiplied with come from memory once for all of them. */
const TILES_TOGETHER = 4

/**
 * Room for a matrix of zeros. Row r has entries from column `first[r]` to column `last[r]` inclusive; what lies right
 * of the diagonal is never read, but may be written to, so that whole blocks can be added up.
 */
export function skyline(first: ArrayLike<number>, last: ArrayLike<number>): Skyline {
  const size = first.length
  const stored = 3 * Math.ceil(size / 3)
  const begin = new Int32Array(stored)
  const offset = new Int32Array(stored)
  let used = 0
  for (let row = 0; row < stored; row++) {
    const tile = row - (row % 3)
    const lowest = Math.min(tile, first[tile] ?? tile, first[tile + 1] ?? tile, first[tile + 2] ?? tile)
    begin[row] = lowest - (lowest % 3)
    offset[row] = used - begin[row]!
    used += Math.max(tile + 3, (last[row] ?? row) + 1) - begin[row]!
  }
  return { size, stored, begin, offset, values: roomFor(used), inverseDiagonal: new Float64Array(stored) }
}

/** Sets all entries to zero, and the diagonal of what fills up the last tile to 1. */
export function clearSkyline({ size, stored, offset, values }: Skyline): void {
  values.fill(0)
  for (let row = size; row < stored; row++) values[offset[row]! + row] = 1
}

/** A = L Lᵀ in place of A. False, with the matrix spoilt, when A is not positive definite to working precision. */
export function factorSkyline(matrix: Skyline): boolean {
  const { stored, begin } = matrix
  for (let top = 0; top < stored; top += 3 * TILES_TOGETHER) {
    const bottom = Math.min(stored, top + 3 * TILES_TOGETHER)
    let first = top
    for (let row = top; row < bottom; row += 3) first = Math.min(first, begin[row]!)
    for (let column = first; column < bottom; column += 3) {
      for (let row = Math.max(top, column); row < bottom; row += 3) {
        if (begin[row]! <= column && !factorTile(matrix, row, column)) return false
      }
    }
  }
  return true
}

/** The tile at (row, column), when all tiles to its left and those of the columns before are done. */
function factorTile(matrix: Skyline, row: number, column: number): boolean {
  const { begin, offset, values: v, inverseDiagonal } = matrix
  const from = Math.max(begin[row]!, begin[column]!)
  let a0 = offset[row]! + from
  let a1 = offset[row + 1]! + from
  let a2 = offset[row + 2]! + from
  let b0 = offset[column]! + from
  let b1 = offset[column + 1]! + from
  let b2 = offset[column + 2]! + from
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s20 = 0
  let s21 = 0
  let s22 = 0
  for (const end = a0 + column - from; a0 < end; a0++, a1++, a2++, b0++, b1++, b2++) {
    const x0 = v[a0]!
    const x1 = v[a1]!
    const x2 = v[a2]!
    const y0 = v[b0]!
    const y1 = v[b1]!
    const y2 = v[b2]!
    s00 += x0 * y0
    s01 += x0 * y1
    s02 += x0 * y2
    s10 += x1 * y0
    s11 += x1 * y1
    s12 += x1 * y2
    s20 += x2 * y0
    s21 += x2 * y1
    s22 += x2 * y2
  }
  // The pointers now stand at the tile itself.
  if (row === column) return factorDiagonalTile(matrix, row, s00, s10, s11, s20, s21, s22)
  const d0 = inverseDiagonal[column]!
  const d1 = inverseDiagonal[column + 1]!
  const d2 = inverseDiagonal[column + 2]!
  const l10 = v[b1]!
  const l20 = v[b2]!
  const l21 = v[b2 + 1]!
  const p0 = (v[a0]! - s00) * d0
  const p1 = (v[a0 + 1]! - s01 - p0 * l10) * d1
  v[a0] = p0
  v[a0 + 1] = p1
  v[a0 + 2] = (v[a0 + 2]! - s02 - p0 * l20 - p1 * l21) * d2
  const q0 = (v[a1]! - s10) * d0
  const q1 = (v[a1 + 1]! - s11 - q0 * l10) * d1
  v[a1] = q0
  v[a1 + 1] = q1
  v[a1 + 2] = (v[a1 + 2]! - s12 - q0 * l20 - q1 * l21) * d2
  const r0 = (v[a2]! - s20) * d0
  const r1 = (v[a2 + 1]! - s21 - r0 * l10) * d1
  v[a2] = r0
  v[a2 + 1] = r1
  v[a2 + 2] = (v[a2 + 2]! - s22 - r0 * l20 - r1 * l21) * d2
  return true
}

function factorDiagonalTile(
  { offset, values: v, inverseDiagonal }: Skyline,
  row: number,
  s00: number,
  s10: number,
  s11: number,
  s20: number,
  s21: number,
  s22: number,
): boolean {
  const at0 = offset[row]! + row
  const at1 = offset[row + 1]! + row
  const at2 = offset[row + 2]! + row
  const l00 = pivot(v[at0]!, s00)
  const l10 = (v[at1]! - s10) / l00
  const l11 = pivot(v[at1 + 1]!, s11 + l10 * l10)
  const l20 = (v[at2]! - s20) / l00
  const l21 = (v[at2 + 1]! - s21 - l20 * l10) / l11
  const l22 = pivot(v[at2 + 2]!, s22 + l20 * l20 + l21 * l21)
  v[at0] = l00
  v[at1] = l10
  v[at1 + 1] = l11
  v[at2] = l20
  v[at2 + 1] = l21
  v[at2 + 2] = l22
  inverseDiagonal[row] = 1 / l00
  inverseDiagonal[row + 1] = 1 / l11
  inverseDiagonal[row + 2] = 1 / l22
  return l00 + l11 + l22 < Infinity
}

/** NaN where the difference is no more than rounding: it then runs through to the end. */
const pivot = (diagonal: number, taken: number) =>
  diagonal - taken > 1e-15 * diagonal ? Math.sqrt(diagonal - taken) : NaN

/** Solves L Lᵀ x = b with the factor; `b` (`size` long) becomes the solution. */
export function solveSkyline({ size, begin, offset, values, inverseDiagonal }: Skyline, b: Float64Array): void {
  for (let row = 0; row < size; row++) {
    const at = offset[row]!
    let sum = b[row]!
    for (let column = begin[row]!; column < row; column++) sum -= values[at + column]! * b[column]!
    b[row] = sum * inverseDiagonal[row]!
  }
  for (let row = size - 1; row >= 0; row--) {
    const at = offset[row]!
    const x = b[row]! * inverseDiagonal[row]!
    b[row] = x
    for (let column = begin[row]!; column < row; column++) b[column]! -= values[at + column]! * x
  }
}
