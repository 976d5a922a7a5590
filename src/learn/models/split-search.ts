/**
 * The best place to split one feature of one node, from its histogram. A histogram has three numbers per bin: the sum of
 * gradients, of hessians, and the number of rows.
 */

export interface Split {
  /** How much the loss falls, by its second-order approximation, twice over. */
  gain: number
  /** -1: there is no split worth making. */
  feature: number
  /** Rows of bins up to this one go to the first child. */
  bin: number
  missingFirst: boolean
  /** Sums of the first child. */
  gradient: number
  hessian: number
}

export interface SplitLimits {
  /** Rows that each child must have at least. */
  readonly minLeaf: number
  /** Sum of hessians that each child must have at least; below it a leaf's value is noise. */
  readonly minHessian: number
  readonly l2: number
}

export interface NodeSums {
  readonly count: number
  readonly gradient: number
  readonly hessian: number
}

export const noSplit = (): Split => ({
  gain: 0,
  feature: -1,
  bin: 0,
  missingFirst: false,
  gradient: 0,
  hessian: 0,
})

/**
 * Improves `best` where this feature offers more. Missing values are tried on both sides, and against all that is known.
 *
 * Gain of a split by Chen and Guestrin, XGBoost, KDD 2016, eq. 7.
 *
 * @param at where the feature's first bin starts in `histogram`
 * @param cutCount its bins are cutCount + 1, and one more of missing values
 */
export function improveSplit(
  best: Split,
  feature: number,
  histogram: Float64Array,
  at: number,
  cutCount: number,
  node: NodeSums,
  { minLeaf, minHessian, l2 }: SplitLimits,
): void {
  const { count, gradient, hessian } = node
  const missingAt = at + 3 * (cutCount + 1)
  const missing = histogram[missingAt + 2]!
  const parent = (gradient * gradient) / (hessian + l2)
  // Below it a gain is what rounding leaves of none.
  const least = Math.max(best.gain, 1e-12 * parent)
  let bestGain = least
  let g = 0
  let h = 0
  let n = 0
  const last = missing > 0 ? cutCount : cutCount - 1
  for (let bin = 0; bin <= last; bin++) {
    const k = at + 3 * bin
    g += histogram[k]!
    h += histogram[k + 1]!
    n += histogram[k + 2]!
    for (let side = 0; side < 2; side++) {
      if (side === 1 && (missing === 0 || bin === cutCount)) break
      const firstG = side === 0 ? g : g + histogram[missingAt]!
      const firstH = side === 0 ? h : h + histogram[missingAt + 1]!
      const firstN = side === 0 ? n : n + missing
      const secondH = hessian - firstH
      if (firstN < minLeaf || count - firstN < minLeaf || firstH < minHessian || secondH < minHessian) continue
      const secondG = gradient - firstG
      const gain = (firstG * firstG) / (firstH + l2) + (secondG * secondG) / (secondH + l2) - parent
      if (gain <= bestGain) continue
      bestGain = gain
      best.gain = gain
      best.feature = feature
      best.bin = bin
      // Where none was missing, one that is will later go with the many.
      best.missingFirst = missing > 0 ? side === 1 : 2 * firstN >= count
      best.gradient = firstG
      best.hessian = firstH
    }
  }
}
