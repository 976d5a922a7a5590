/**
 * Gradient-boosted regression trees on histograms: Friedman, Greedy function approximation, Annals of Statistics 2001, with the
 * second-order leaves of Chen and Guestrin, XGBoost, KDD 2016, and a side for missing values learned in each fork.
 *
 * Two losses: the logistic one for outcomes from 0 to 1, and the squared one with the target clipped. Solve errors have tails
 * so heavy that unclipped they decide the whole fit.
 */
import { seededRng } from '#core/rng.ts'
import { binTable } from './bins.ts'
import { drawn, growTree, workspaceFor } from './grow-tree.ts'
import { groupSplit } from './group-split.ts'
import { logLossOf } from './metrics.ts'
import { sigmoid } from './sigmoid.ts'
import { usableRows, type RowInfo, type Table } from './table.ts'
import { featureNotes, type Loss, type TreeModel } from './tree-model.ts'
import { finishTrees, leafOf, treeBuilder, type TreeBuilder } from './trees.ts'

export interface BoostOptions {
  readonly loss: Loss
  /** Targets are clipped to it; squared loss only. Default null: none. */
  readonly clip: readonly [number, number] | null
  /** Trees at most. Default 400. */
  readonly trees: number
  /** Share of each tree's values that is added. Default 0.05. */
  readonly rate: number
  /** Leaves of a tree at most. Default 31. */
  readonly leaves: number
  /** Rows in a leaf at least. Default 20. */
  readonly minLeaf: number
  /** Shrinks the values of leaves with little evidence. Default 1. */
  readonly l2: number
  /** A fork must gain more. Default 0. */
  readonly minGain: number
  /** Bins of a feature, 2 to 255. Default 64. */
  readonly bins: number
  /** Share of rows drawn for each tree. Default 0.8. */
  readonly rowRate: number
  /** Share of columns drawn for each tree. Default 1. */
  readonly columnRate: number
  /** Stop after so many trees that do not help on rows held out by group; null: grow all trees on all rows. Default 20. */
  readonly patience: number | null
  /** Share of groups that is held out for that. Default 0.15. */
  readonly heldOutShare: number
  /** Recorded with the model. Default 1. */
  readonly seed: number | string
}

export const boostDefaults: Omit<BoostOptions, 'loss'> = {
  clip: null,
  trees: 400,
  rate: 0.05,
  leaves: 31,
  minLeaf: 20,
  l2: 1,
  minGain: 0,
  bins: 64,
  rowRate: 0.8,
  columnRate: 1,
  patience: 20,
  heldOutShare: 0.15,
  seed: 1,
}

export interface BoostRows extends RowInfo {
  /** 1 for rows that only tell when to stop; absent: drawn by group. */
  readonly heldOut?: ArrayLike<number>
}

/** A leaf must have this much curvature; the same floor as scikit-learn's. */
const minHessian = 1e-3

/**
 * Fits boosted trees.
 *
 * @param targets one per row; 0 to 1 for the logistic loss. Rows whose target is not finite are left out
 * @returns null when no row is left to learn from
 * @throws RangeError for a target outside 0 to 1 with the logistic loss
 */
export function fitBoostedTrees(
  table: Table,
  targets: ArrayLike<number>,
  given: Pick<BoostOptions, 'loss'> & Partial<BoostOptions>,
  rowInfo: BoostRows = {},
): TreeModel | null {
  const options = { ...boostDefaults, ...given }
  const { loss, clip, seed } = options
  const usable = usableRows(targets, rowInfo.weights)
  if (usable.length === 0) return null
  const heldOut = rowInfo.heldOut ?? drawnOut(options, usable, table.rowCount, rowInfo)
  const kept = usable.filter((row) => heldOut[row] !== 1)
  // With nothing left to grow on, what was held out is all the evidence there is.
  const [growRows, checkRows] = kept.length === 0 ? [usable, kept] : [kept, usable.filter((row) => heldOut[row] === 1)]
  const clipped = clippedTargets(targets, loss, clip)
  const weights = rowInfo.weights === undefined ? null : Float64Array.from(rowInfo.weights)
  const base = baseOf(clipped, weights, growRows, loss)
  const binned = binTable(table, growRows, options.bins, seed)
  const builder = treeBuilder()
  const workspace = workspaceFor(binned, { ...options, minHessian }, builder)
  const rounds = boost({ table, targets: clipped, weights, growRows, checkRows, base, options, workspace })
  return {
    algorithm: 'boosted-trees',
    loss,
    clip,
    base,
    scale: 1,
    trees: finishTrees(builder, rounds.treeCount),
    features: featureNotes(binned, workspace.importance),
    heldOut: checkRows.length === 0 ? null : { rows: checkRows.length, loss: rounds.checkLoss },
    seed,
  }
}

/** The usable rows' groups alone are drawn from, so that a clip of unknown outcomes is not held out in vain. */
function drawnOut({ patience, heldOutShare, seed }: BoostOptions, usable: Int32Array, rowCount: number, info: RowInfo) {
  const heldOut = new Uint8Array(rowCount)
  if (patience === null) return heldOut
  const groups = info.groups === undefined ? undefined : Array.from(usable, (row) => info.groups![row]!)
  const chosen = groupSplit(groups, usable.length, heldOutShare, `stop ${seed}`)
  usable.forEach((row, index) => {
    heldOut[row] = chosen[index]!
  })
  return heldOut
}

interface Boosting {
  readonly table: Table
  readonly targets: Float64Array
  /** null: all 1. */
  readonly weights: Float64Array | null
  readonly growRows: Int32Array
  readonly checkRows: Int32Array
  readonly base: number
  readonly options: BoostOptions
  readonly workspace: ReturnType<typeof workspaceFor>
}

function boost(task: Boosting): { treeCount: number; checkLoss: number } {
  const { table, growRows, checkRows, options, workspace } = task
  const { builder } = workspace
  const { patience, rowRate, columnRate, seed } = options
  const rng = seededRng(`boost ${seed}`)
  const scores = new Float64Array(table.rowCount).fill(task.base)
  const [gradients, hessians] = [new Float64Array(table.rowCount), new Float64Array(table.rowCount)]
  const width = table.featureNames.length
  const columnCount = Math.max(1, Math.round(columnRate * width))
  const drawsAnew = rowRate < 1 || columnCount < width
  let checkLoss = meanLoss(task, scores)
  let treeCount = 0
  for (let round = 0; round < options.trees; round++) {
    slopes(task, scores, gradients, hessians)
    const rows = rowRate < 1 ? growRows.filter(() => rng.next() < rowRate) : growRows.slice()
    const features = [...(columnCount < width ? drawn(width, columnCount, rng).sort((a, b) => a - b) : drawnAll(width))]
    const tree = growTree(workspace, rows, gradients, hessians, { type: 'tree', features })
    if (tree.leafCount === 1) {
      dropLastTree(builder)
      // Another draw may find what this one did not; the same rows and columns never will.
      if (drawsAnew) continue
      break
    }
    if (rows.length === growRows.length) tree.addTo(scores)
    else addByForks(builder, tree.root, table, growRows, scores)
    addByForks(builder, tree.root, table, checkRows, scores)
    if (checkRows.length === 0) continue
    const loss = meanLoss(task, scores)
    if (loss < checkLoss) [checkLoss, treeCount] = [loss, builder.roots.length]
    else if (patience !== null && builder.roots.length - treeCount >= patience) break
  }
  return { treeCount: checkRows.length === 0 ? builder.roots.length : treeCount, checkLoss }
}

const drawnAll = (width: number) => Array.from({ length: width }, (_, feature) => feature)

function dropLastTree({ roots, feature, cut, missingFirst, child, value }: TreeBuilder) {
  const root = roots.pop()!
  for (const nodes of [feature, cut, missingFirst, child, value]) nodes.length = root
}

function addByForks(builder: TreeBuilder, root: number, table: Table, rows: Int32Array, scores: Float64Array) {
  const width = table.featureNames.length
  for (const row of rows) scores[row]! += builder.value[leafOf(builder, root, table.values, row * width)]!
}

/** First and second derivative of each row's loss by its score. */
function slopes(task: Boosting, scores: Float64Array, gradients: Float64Array, hessians: Float64Array) {
  const { targets, weights, growRows, options } = task
  for (const row of growRows) {
    const weight = weights === null ? 1 : weights[row]!
    if (options.loss === 'logistic') {
      const p = sigmoid(scores[row]!)
      gradients[row] = weight * (p - targets[row]!)
      hessians[row] = weight * p * (1 - p)
    } else {
      gradients[row] = weight * (scores[row]! - targets[row]!)
      hessians[row] = weight
    }
  }
}

/** Weighted mean loss over the rows held out; infinite without any. */
function meanLoss({ targets, weights, checkRows, options }: Boosting, scores: Float64Array): number {
  let [sum, all] = [0, 0]
  for (const row of checkRows) {
    const weight = weights === null ? 1 : weights[row]!
    const [target, score] = [targets[row]!, scores[row]!]
    sum += weight * (options.loss === 'logistic' ? logLossOf(target, sigmoid(score)) : (target - score) ** 2)
    all += weight
  }
  return all === 0 ? Infinity : sum / all
}

function clippedTargets(targets: ArrayLike<number>, loss: Loss, clip: BoostOptions['clip']): Float64Array {
  return Float64Array.from(targets, (target) => {
    if (loss === 'logistic' && (target < 0 || target > 1)) throw new RangeError(`a target of ${target}, not 0 to 1`)
    return clip === null ? target : Math.min(clip[1], Math.max(clip[0], target))
  })
}

/** Where scores start. Half a success and half a failure are added (Jeffreys' prior), so that one class is never certain. */
function baseOf(targets: Float64Array, weights: Float64Array | null, rows: Int32Array, loss: Loss): number {
  let [sum, all] = [0, 0]
  for (const row of rows) {
    const weight = weights === null ? 1 : weights[row]!
    sum += weight * targets[row]!
    all += weight
  }
  return loss === 'logistic' ? Math.log((sum + 0.5) / (all - sum + 0.5)) : sum / all
}
