/**
 * Columns cut into few bins, so that a split is found in a histogram instead of in sorted rows. A feature's last bin is that
 * of missing values.
 */
import { seededRng } from '#core/rng.ts'
import type { Table } from './table.ts'

export interface BinnedTable {
  readonly features: readonly BinnedFeature[]
  /** Of each row the bin in each feature; columns of `rowCount`. */
  readonly codes: readonly Uint8Array[]
}

export interface BinnedFeature {
  readonly name: string
  /** Rising; bin b holds what is at least cuts[b - 1] and below cuts[b]. */
  readonly cuts: Float64Array
  /** Least and greatest value that was seen; null when all are missing. */
  readonly range: readonly [number, number] | null
  readonly missingShare: number
}

/** Cuts are placed by a sample of this many rows; more would only cost time. */
const sampleRows = 50_000

/**
 * Bins the given rows of a table; other rows get their codes too, but have no say in the cuts.
 *
 * @param bins for values, 2 to 255, besides that for missing ones
 */
export function binTable(table: Table, rows: Int32Array, bins: number, seed: number | string): BinnedTable {
  const sample = sampleOf(rows, seed)
  const width = table.featureNames.length
  const codes: Uint8Array[] = []
  const features = table.featureNames.map((name, feature): BinnedFeature => {
    const values = finiteValues(table, sample, feature)
    const cuts = cutsOf(values, bins)
    codes.push(codesOf(table.values, feature, width, cuts))
    return {
      name,
      cuts,
      range: values.length === 0 ? null : [values[0]!, values.at(-1)!],
      missingShare: sample.length === 0 ? 0 : 1 - values.length / sample.length,
    }
  })
  return { features, codes }
}

/** Drawn, not every k-th row: where rows go through a grid of settings, k may be in step with it and miss most of them. */
function sampleOf(rows: Int32Array, seed: number | string): Int32Array {
  if (rows.length <= sampleRows) return rows
  const rng = seededRng(`cuts ${seed}`)
  return Int32Array.from({ length: sampleRows }, () => rows[rng.int(rows.length)]!)
}

function finiteValues({ values, featureNames }: Table, rows: Int32Array, feature: number): Float64Array {
  const found = new Float64Array(rows.length)
  let count = 0
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]! * featureNames.length + feature]!
    if (Number.isFinite(value)) found[count++] = value
  }
  return found.subarray(0, count).sort()
}

/**
 * Midway between neighbours: between all distinct values if they are few, else where each bin has its share of what is left.
 * Equal values stay together, and the bins after a large heap of them are as fine as those before it.
 */
function cutsOf(sorted: Float64Array, bins: number): Float64Array {
  const borders: number[] = []
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) borders.push(i)
  const places = borders.length < bins ? borders : evenPlaces(borders, sorted.length, bins)
  // Halved first, since the sum of two large numbers may be infinite.
  return Float64Array.from(places, (place) => sorted[place - 1]! / 2 + sorted[place]! / 2)
}

function evenPlaces(borders: readonly number[], length: number, bins: number): number[] {
  const places: number[] = []
  let start = 0
  for (const border of borders) {
    const binsLeft = bins - places.length
    if (binsLeft < 2) break
    if ((border - start) * binsLeft < length - start) continue
    places.push(border)
    start = border
  }
  return places
}

function codesOf(values: Float64Array, feature: number, width: number, cuts: Float64Array): Uint8Array {
  const codes = new Uint8Array(values.length / width)
  const missing = cuts.length + 1
  for (let row = 0; row < codes.length; row++) {
    const value = values[row * width + feature]!
    if (value - value !== 0) {
      codes[row] = missing
      continue
    }
    let [low, high] = [0, cuts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (value >= cuts[middle]!) low = middle + 1
      else high = middle
    }
    codes[row] = low
  }
  return codes
}
