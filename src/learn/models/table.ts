/** Rows of numbers to learn from: what every model here takes. */

export interface Table {
  readonly featureNames: readonly string[]
  readonly rowCount: number
  /** Row after row, `featureNames.length` numbers each; what is not finite is missing. */
  readonly values: Float64Array
}

/**
 * A table of rows whose unknown values are null.
 *
 * @throws RangeError for a row of another length than `featureNames`
 */
export function tableOf(featureNames: readonly string[], rows: readonly (readonly (number | null)[])[]): Table {
  const width = featureNames.length
  const values = new Float64Array(rows.length * width)
  rows.forEach((row, index) => {
    if (row.length !== width) throw new RangeError(`row ${index} has ${row.length} values for ${width} features`)
    row.forEach((value, feature) => {
      values[index * width + feature] = value ?? Number.NaN
    })
  })
  return { featureNames, rowCount: rows.length, values }
}

/** The rows of the given numbers, in that order. */
export function rowsOf(table: Table, rows: ArrayLike<number>): Table {
  const width = table.featureNames.length
  const values = new Float64Array(rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * width
    values.set(table.values.subarray(from, from + width), i * width)
  }
  return { featureNames: table.featureNames, rowCount: rows.length, values }
}

/** What may go with each row; arrays of `rowCount`. */
export interface RowInfo {
  /** Weight of each row, 0 or more; absent: 1. A row of weight 0 counts as absent. */
  readonly weights?: ArrayLike<number>
  /** The clip that each row comes from: rows of one clip are never parted between fit and check. Absent: each its own. */
  readonly groups?: ArrayLike<string | number>
}

/** Rows that can be learned from: a known target and a weight above 0. */
export function usableRows(targets: ArrayLike<number>, weights: ArrayLike<number> | undefined): Int32Array {
  const rows = new Int32Array(targets.length)
  let count = 0
  for (let row = 0; row < targets.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!
    if (Number.isFinite(targets[row]) && weight > 0 && weight < Infinity) rows[count++] = row
  }
  return rows.slice(0, count)
}

/** Of each row's group a number from 0, and how many groups there are; without groups each row is its own. */
export function groupNumbers(groups: ArrayLike<string | number> | undefined, rowCount: number) {
  const numbers = new Int32Array(rowCount)
  if (groups === undefined) {
    for (let row = 0; row < rowCount; row++) numbers[row] = row
    return { numbers, names: Array.from({ length: rowCount }, (_, row) => String(row)) }
  }
  const known = new Map<string, number>()
  for (let row = 0; row < rowCount; row++) {
    const name = String(groups[row])
    let number = known.get(name)
    if (number === undefined) known.set(name, (number = known.size))
    numbers[row] = number
  }
  return { numbers, names: [...known.keys()] }
}
