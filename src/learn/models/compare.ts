/**
 * Whether a model beats what is obvious. Both are judged on the same held-out rows, and the uncertainty is that of clips: the
 * bootstrap draws whole clips with replacement (cluster bootstrap; Davison and Hinkley, Bootstrap methods, 1997, 3.8).
 */
import { seededRng } from '#core/rng.ts'
import { groupNumbers, type RowInfo } from './table.ts'

export interface Comparison {
  /** Mean loss over the rows. */
  readonly modelLoss: number
  readonly baselineLoss: number
  /** baselineLoss - modelLoss: above 0 the model is better. */
  readonly gain: number
  /** 95 % interval of the gain. */
  readonly gainLow: number
  readonly gainHigh: number
  readonly rows: number
  readonly groups: number
}

/**
 * Compares two losses per row.
 *
 * @param groups of each row its clip; absent: each row its own
 * @param repeats of the bootstrap
 * @returns null without rows
 */
export function compareLosses(
  modelLosses: ArrayLike<number>,
  baselineLosses: ArrayLike<number>,
  groups: RowInfo['groups'],
  seed: number | string,
  repeats = 2000,
): Comparison | null {
  const rows = modelLosses.length
  if (rows === 0) return null
  const { numbers, names } = groupNumbers(groups, rows)
  const gains = new Float64Array(names.length)
  const counts = new Float64Array(names.length)
  let [modelSum, baselineSum] = [0, 0]
  for (let row = 0; row < rows; row++) {
    modelSum += modelLosses[row]!
    baselineSum += baselineLosses[row]!
    gains[numbers[row]!]! += baselineLosses[row]! - modelLosses[row]!
    counts[numbers[row]!]! += 1
  }
  const means = redrawnMeans(gains, counts, seed, repeats)
  return {
    modelLoss: modelSum / rows,
    baselineLoss: baselineSum / rows,
    gain: (baselineSum - modelSum) / rows,
    gainLow: means[Math.floor(0.025 * (repeats - 1))]!,
    gainHigh: means[Math.ceil(0.975 * (repeats - 1))]!,
    rows,
    groups: names.length,
  }
}

/** Rising means per row of groups drawn with replacement. */
function redrawnMeans(sums: Float64Array, counts: Float64Array, seed: number | string, repeats: number): Float64Array {
  const rng = seededRng(`compare ${seed}`)
  const means = new Float64Array(repeats)
  for (let repeat = 0; repeat < repeats; repeat++) {
    let [sum, count] = [0, 0]
    for (let i = 0; i < sums.length; i++) {
      const group = rng.int(sums.length)
      sum += sums[group]!
      count += counts[group]!
    }
    means[repeat] = sum / count
  }
  return means.sort()
}
