/**
 * What a setting is worth over the default, with doubt: several boosted models, each grown on clips drawn with replacement and
 * stopped by the clips not drawn (bagging; Breiman, Machine Learning 1996). Where they disagree nobody knows, so a choice goes by
 * the lower bound of the uplift, not by the mean. Differences are taken within each model: what all its settings share cancels.
 */
import { seededRng } from '#core/rng.ts'
import { type BoostOptions, fitBoostedTrees } from './boosted-trees.ts'
import { drawWithReplacement } from './forest.ts'
import { groupNumbers, type RowInfo, type Table, usableRows } from './table.ts'
import { predictTrees, settleModel, type TreeModel } from './tree-model.ts'

export interface Bag {
  readonly algorithm: 'bag'
  readonly members: readonly TreeModel[]
}

/**
 * Fits the members of a bag.
 *
 * @param targets the higher the better; rows whose target is not finite are left out
 * @param memberCount default 6
 * @returns null when no row is left to learn from
 */
export function fitBag(
  table: Table,
  targets: ArrayLike<number>,
  options: Pick<BoostOptions, 'loss'> & Partial<BoostOptions>,
  rowInfo: RowInfo = {},
  memberCount = 6,
): Bag | null {
  const usable = usableRows(targets, rowInfo.weights)
  const { numbers, names } = groupNumbers(rowInfo.groups, table.rowCount)
  const members: TreeModel[] = []
  for (let member = 0; member < memberCount; member++) {
    const seed = `${options.seed ?? 1} member ${member}`
    const draws = drawWithReplacement(numbers, names.length, usable, seededRng(seed))
    const heldOut = numbers.map((group) => (draws[group] === 0 ? 1 : 0))
    const weights = Float64Array.from(
      numbers,
      (group, row) => Math.max(1, draws[group]!) * (rowInfo.weights?.[row] ?? 1),
    )
    const model = fitBoostedTrees(table, targets, { ...options, seed }, { ...rowInfo, weights, heldOut })
    if (model === null) return null
    members.push(model)
  }
  return { algorithm: 'bag', members }
}

export interface Uplift {
  readonly mean: number
  /** mean less `doubt` deviations of the members; the most that is safe to expect. */
  readonly low: number
  readonly high: number
}

/**
 * Settles a bag on one clip, once for all that is asked of it: what settings are worth over the default.
 *
 * @param defaultRow values of the features with the default settings
 * @param freeFeatures names of the features that differ between settings
 * @param doubt how many deviations the bounds are away. Default 1
 * @returns asked with rows of the same clip, the same but for the free features
 */
export function upliftOf(
  bag: Bag,
  featureNames: readonly string[],
  defaultRow: Float64Array,
  freeFeatures: readonly string[],
  doubt = 1,
): (rows: Table) => Uplift[] {
  const settled = bag.members.map((model) => settleModel(model, defaultRow, freeFeatures))
  const one = { featureNames, rowCount: 1, values: defaultRow }
  const usual = settled.map((model) => predictTrees(model, one)[0]!)
  return (rows) => {
    const predictions = settled.map((model) => predictTrees(model, rows))
    return Array.from({ length: rows.rowCount }, (_, row) => {
      const gains = predictions.map((predicted, member) => predicted[row]! - usual[member]!)
      const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length
      const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0)
      const spread = doubt * Math.sqrt(squares / Math.max(1, gains.length - 1))
      return { mean, low: mean - spread, high: mean + spread }
    })
  }
}

/**
 * Of each row of a grid what it is worth over the default.
 *
 * @param grid rows of one clip: the same but for the free features
 * @param defaultRow number of the row that has the default settings
 */
export function upliftOverDefault(
  bag: Bag,
  grid: Table,
  defaultRow: number,
  freeFeatures: readonly string[],
  doubt = 1,
): Uplift[] {
  const width = grid.featureNames.length
  const base = grid.values.slice(defaultRow * width, (defaultRow + 1) * width)
  return upliftOf(bag, grid.featureNames, base, freeFeatures, doubt)(grid)
}

/** The row of greatest lower bound, the first of equals; the default where no bound is above 0. */
export function surestRow(uplifts: readonly Uplift[], defaultRow: number): number {
  let best = defaultRow
  uplifts.forEach(({ low }, row) => {
    if (low > Math.max(0, uplifts[best]!.low)) best = row
  })
  return best
}
