/** How good predictions are. `truth` and `predicted` have one number per row; null means that the rows cannot tell. */

/**
 * Chance that a row of class 1 is put above one of class 0, ties counting half: the area under the ROC curve, by ranks
 * (Hanley and McNeil 1982).
 *
 * @returns null unless both classes are there
 */
export function auc(truth: ArrayLike<number>, predicted: ArrayLike<number>): number | null {
  const order = orderOf(predicted)
  let rankSum = 0
  let ones = 0
  for (let i = 0; i < order.length; ) {
    let end = i
    while (end < order.length && predicted[order[end]!] === predicted[order[i]!]) end++
    const rank = (i + end + 1) / 2
    for (; i < end; i++) {
      if (truth[order[i]!] === 0) continue
      rankSum += rank
      ones++
    }
  }
  const zeros = order.length - ones
  return ones === 0 || zeros === 0 ? null : (rankSum - (ones * (ones + 1)) / 2) / (ones * zeros)
}

/** Mean negative log-likelihood in nats; a probability is taken to lie within 1e-15 of 0 and 1. */
export const logLoss = (truth: ArrayLike<number>, predicted: ArrayLike<number>) => meanOf(truth, predicted, logLossOf)

/** Mean squared difference of probability and outcome. */
export const brier = (truth: ArrayLike<number>, predicted: ArrayLike<number>) =>
  meanOf(truth, predicted, (y, p) => (y - p) ** 2)

export function logLossOf(y: number, p: number): number {
  const within = Math.min(1 - 1e-15, Math.max(1e-15, p))
  return -(y * Math.log(within) + (1 - y) * Math.log1p(-within))
}

/**
 * Root mean square error with truth and prediction clipped to a range. Solve errors have a tail so heavy that, unclipped, a
 * handful of rows decides which model looks better.
 */
export function clippedRmse(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  [low, high]: readonly [number, number],
): number | null {
  const clip = (value: number) => Math.min(high, Math.max(low, value))
  const square = meanOf(truth, predicted, (y, p) => (clip(y) - clip(p)) ** 2)
  return square === null ? null : Math.sqrt(square)
}

/** Expected calibration error: mean distance of predicted and seen share over bins of equal width, weighted by their rows. */
export function calibrationError(truth: ArrayLike<number>, predicted: ArrayLike<number>, bins = 15): number | null {
  if (predicted.length === 0) return null
  const difference = new Float64Array(bins)
  for (let i = 0; i < predicted.length; i++) {
    const bin = Math.min(bins - 1, Math.floor(predicted[i]! * bins))
    difference[bin]! += truth[i]! - predicted[i]!
  }
  return difference.reduce((sum, gap) => sum + Math.abs(gap), 0) / predicted.length
}

/**
 * Harrell's C of lifetimes, some of which are only known to exceed what was seen: the share of pairs whose order is known and
 * in which the one that failed first was given the higher risk, ties in risk counting half (Harrell et al. 1982).
 *
 * @param failed 1 where the end was seen, 0 where the lifetime is a lower bound
 * @returns null when no pair's order is known
 */
export function concordance(
  lifetimes: ArrayLike<number>,
  failed: ArrayLike<number>,
  risk: ArrayLike<number>,
): number | null {
  let known = 0
  let right = 0
  for (let i = 0; i < lifetimes.length; i++) {
    if (failed[i] === 0) continue
    for (let j = 0; j < lifetimes.length; j++) {
      // A lifetime that ends unseen in the very frame of a failure was the longer one.
      const later = lifetimes[j]! > lifetimes[i]! || (lifetimes[j] === lifetimes[i] && failed[j] === 0)
      if (!later) continue
      known++
      if (risk[i]! > risk[j]!) right++
      else if (risk[i] === risk[j]) right += 0.5
    }
  }
  return known === 0 ? null : right / known
}

/** The middle of the values, the mean of the two middle ones where their number is even; null without any. */
export function medianOf(values: ArrayLike<number>): number | null {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  if (sorted.length === 0) return null
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Row numbers by rising value. */
export function orderOf(values: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: values.length }, (_, row) => row).sort((a, b) => values[a]! - values[b]! || a - b)
}

function meanOf(truth: ArrayLike<number>, predicted: ArrayLike<number>, loss: (y: number, p: number) => number) {
  if (predicted.length === 0) return null
  let sum = 0
  for (let i = 0; i < predicted.length; i++) sum += loss(truth[i]!, predicted[i]!)
  return sum / predicted.length
}
