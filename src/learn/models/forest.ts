/**
 * Random forest: Breiman, Random forests, Machine Learning 2001, on histograms. Trees see other rows and, in each node, other
 * columns; a prediction is the mean of their leaves. Less to tune and less sure of itself than boosting where rows are few.
 */
import { seededRng, type Rng } from '#core/rng.ts'
import { binTable } from './bins.ts'
import { growTree, workspaceFor } from './grow-tree.ts'
import { groupNumbers, usableRows, type RowInfo, type Table } from './table.ts'
import { featureNotes, type TreeModel } from './tree-model.ts'
import { finishTrees, treeBuilder } from './trees.ts'

export interface ForestOptions {
  /** Default 100. */
  readonly trees: number
  /** Rows in a leaf at least. Default 5. */
  readonly minLeaf: number
  /** Share of columns tried in each node; null: the square root of their number. Default null. */
  readonly columnRate: number | null
  /** Bins of a feature, 2 to 255. Default 64: small nodes clear all of them, and more bins do not predict better. */
  readonly bins: number
  /** Recorded with the model. Default 1. */
  readonly seed: number | string
}

const defaults: ForestOptions = { trees: 100, minLeaf: 5, columnRate: null, bins: 64, seed: 1 }

/**
 * Fits a forest to targets of 0 to 1 (it then predicts their chance) or of any range. Each tree is grown on groups drawn with
 * replacement, since rows of one clip are no independent evidence.
 *
 * @param targets one per row; rows whose target is not finite are left out
 * @returns null when no row is left to learn from
 */
export function fitForest(
  table: Table,
  targets: ArrayLike<number>,
  given: Partial<ForestOptions> = {},
  rowInfo: RowInfo = {},
): TreeModel | null {
  const options = { ...defaults, ...given }
  const usable = usableRows(targets, rowInfo.weights)
  if (usable.length === 0) return null
  const width = table.featureNames.length
  const binned = binTable(table, usable, options.bins, options.seed)
  const builder = treeBuilder()
  const limits = { ...options, leaves: Infinity, minHessian: 0, minGain: 0, l2: 0, rate: 1 }
  const workspace = workspaceFor(binned, limits, builder)
  const rng = seededRng(`forest ${options.seed}`)
  const { numbers, names } = groupNumbers(rowInfo.groups, table.rowCount)
  const count = Math.max(1, Math.round(options.columnRate === null ? Math.sqrt(width) : options.columnRate * width))
  const [gradients, hessians] = [new Float64Array(table.rowCount), new Float64Array(table.rowCount)]
  for (let tree = 0; tree < options.trees; tree++) {
    const draws = drawWithReplacement(numbers, names.length, usable, rng)
    for (const row of usable) {
      const weight = draws[numbers[row]!]! * (rowInfo.weights?.[row] ?? 1)
      gradients[row] = -weight * targets[row]!
      hessians[row] = weight
    }
    const rows = usable.filter((row) => hessians[row]! > 0)
    growTree(workspace, rows, gradients, hessians, { type: 'node', count, rng })
  }
  return {
    algorithm: 'forest',
    loss: 'squared',
    clip: null,
    base: 0,
    scale: 1 / options.trees,
    trees: finishTrees(builder),
    features: featureNotes(binned, workspace.importance),
    heldOut: null,
    seed: options.seed,
  }
}

/** How often each group was drawn; only groups with a usable row take part. */
export function drawWithReplacement(numbers: Int32Array, groupCount: number, usable: Int32Array, rng: Rng): Int32Array {
  const present = new Uint8Array(groupCount)
  for (const row of usable) present[numbers[row]!] = 1
  const groups = [...present.keys()].filter((group) => present[group] === 1)
  const draws = new Int32Array(groupCount)
  for (let i = 0; i < groups.length; i++) draws[groups[rng.int(groups.length)]!]!++
  return draws
}
