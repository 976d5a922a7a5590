/**
 * The entries of an inverse that lie inside the envelope of the matrix, without the rest of it (Takahashi, Fagan and
 * Chin 1973; Erisman and Tinney 1975): with A = L Lᵀ and Z = A⁻¹, Z L = L⁻ᵀ is upper triangular, which gives the
 * columns of Z from the last to the first out of those that come after.
 */
import type { Skyline } from './sparse-skyline.ts'

/** Puts the inverse in place of the factor that `factorSkyline` left: the lower triangle, diagonal included. */
export function invertSkyline(factor: Skyline): void {
  const { stored } = factor
  // Of the three columns at hand, in the rows whose envelope reaches them: L below the diagonal, and Z L. Row by row.
  const reach: Reach = { count: 0, rows: new Int32Array(stored) }
  const column = new Float64Array(3 * stored)
  const product = new Float64Array(3 * stored)
  for (let at = stored - 3; at >= 0; at -= 3) {
    gatherColumns(factor, at, reach, column)
    product.fill(0, 0, 3 * reach.count)
    multiplySymmetric(factor, reach, column, product)
    replaceColumns(factor, at, reach, column, product)
  }
}

/** Rows below the tile at hand, ascending. Those of a bordered band matrix are few, and far apart. */
interface Reach {
  count: number
  readonly rows: Int32Array
}

function gatherColumns(
  { stored, begin, offset, values }: Skyline,
  at: number,
  reach: Reach,
  column: Float64Array,
): void {
  let count = 0
  for (let row = at + 3; row < stored; row++) {
    if (begin[row]! > at) continue
    const from = offset[row]! + at
    for (let j = 0; j < 3; j++) column[3 * count + j] = values[from + j]!
    reach.rows[count++] = row
  }
  reach.count = count
}

/** product = Z column; of Z only the lower triangle is read. */
function multiplySymmetric(
  { offset, values }: Skyline,
  { count, rows }: Reach,
  column: Float64Array,
  product: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const from = offset[rows[i]!]!
    const x0 = column[3 * i]!
    const x1 = column[3 * i + 1]!
    const x2 = column[3 * i + 2]!
    const diagonal = values[from + rows[i]!]!
    let s0 = diagonal * x0
    let s1 = diagonal * x1
    let s2 = diagonal * x2
    for (let k = 0, c = 0; k < i; k++, c += 3) {
      const z = values[from + rows[k]!]!
      s0 += z * column[c]!
      s1 += z * column[c + 1]!
      s2 += z * column[c + 2]!
      product[c]! += z * x0
      product[c + 1]! += z * x1
      product[c + 2]! += z * x2
    }
    product[3 * i]! += s0
    product[3 * i + 1]! += s1
    product[3 * i + 2]! += s2
  }
}

/** Z = -(Z L) T⁻¹ below the tile T of the diagonal, and (T⁻ᵀ - sum of Zᵀ L) T⁻¹ in it. */
function replaceColumns(
  { offset, values, inverseDiagonal }: Skyline,
  at: number,
  { count, rows }: Reach,
  column: Float64Array,
  product: Float64Array,
): void {
  const d0 = inverseDiagonal[at]!
  const d1 = inverseDiagonal[at + 1]!
  const d2 = inverseDiagonal[at + 2]!
  const t10 = values[offset[at + 1]! + at]!
  const t20 = values[offset[at + 2]! + at]!
  const t21 = values[offset[at + 2]! + at + 1]!
  // T⁻¹, lower triangular.
  const i10 = -t10 * d0 * d1
  const i21 = -t21 * d1 * d2
  const i20 = -(t20 * d0 + t21 * i10) * d2
  const inner = Float64Array.of(d0, i10, i20, 0, d1, i21, 0, 0, d2) // T⁻ᵀ
  for (let i = 0; i < count; i++) {
    const y0 = product[3 * i]!
    const y1 = product[3 * i + 1]!
    const y2 = product[3 * i + 2]!
    const z = offset[rows[i]!]! + at
    values[z] = -(y0 * d0 + y1 * i10 + y2 * i20)
    values[z + 1] = -(y1 * d1 + y2 * i21)
    values[z + 2] = -y2 * d2
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) inner[3 * a + b]! -= values[z + a]! * column[3 * i + b]!
    }
  }
  for (let a = 0; a < 3; a++) {
    const z = offset[at + a]! + at
    const y0 = inner[3 * a]!
    const y1 = inner[3 * a + 1]!
    const y2 = inner[3 * a + 2]!
    values[z] = y0 * d0 + y1 * i10 + y2 * i20
    if (a > 0) values[z + 1] = y1 * d1 + y2 * i21
    if (a > 1) values[z + 2] = y2 * d2
  }
}
