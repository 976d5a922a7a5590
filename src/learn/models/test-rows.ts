/** Rows with known chances, for the tests of models. */
import { seededRng } from '#core/rng.ts'
import { sigmoid } from './sigmoid.ts'
import type { Table } from './table.ts'

export const featureNames = ['speed', 'blur', 'window', 'noise']

/** Success depends on how well `window` fits `speed`, and on `blur`; one in ten values of `blur` is missing, `noise` is noise. */
export function testRows(rowCount: number, seed: number | string) {
  const rng = seededRng(`test rows ${seed}`)
  const values = new Float64Array(rowCount * 4)
  const chances = new Float64Array(rowCount)
  const targets = new Float64Array(rowCount)
  const groups: string[] = []
  for (let row = 0; row < rowCount; row++) {
    const [speed, blur, window, noise] = [rng.next(), rng.next(), rng.int(9) / 8, rng.next()]
    chances[row] = sigmoid(2 - 8 * (window - speed) ** 2 - 3 * blur)
    targets[row] = rng.next() < chances[row]! ? 1 : 0
    values.set([speed, rng.next() < 0.1 ? Number.NaN : blur, window, noise], 4 * row)
    groups.push(`clip ${Math.floor(row / 5)}`)
  }
  const table: Table = { featureNames, rowCount, values }
  return { table, targets, chances, groups }
}

/** Numbers around 0 with deviation 1. */
export function normals(count: number, seed: number | string): Float64Array {
  const rng = seededRng(`normals ${seed}`)
  return Float64Array.from({ length: count }, () => {
    return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next())
  })
}
