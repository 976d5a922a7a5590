/** Trees as flat arrays: all nodes of all trees in one row, the two children of a node next to each other. */
import type { Table } from './table.ts'

export interface Trees {
  /** Of each tree its first node. */
  readonly roots: Int32Array
  /** The feature a node asks for; -1 in a leaf. */
  readonly feature: Int32Array
  /** A value below it goes to the first child, another one to the second. */
  readonly cut: Float64Array
  /** 1 where a missing value goes to the first child. */
  readonly missingFirst: Uint8Array
  /** The first child's node; the second one's is next. */
  readonly child: Int32Array
  /** What a leaf adds to the sum. */
  readonly value: Float64Array
}

/** The cut of a split that parts what is known from what is missing: every finite number is below it. */
export const anyKnown = Infinity

export interface TreeBuilder {
  readonly roots: number[]
  readonly feature: number[]
  readonly cut: number[]
  readonly missingFirst: number[]
  readonly child: number[]
  readonly value: number[]
}

export const treeBuilder = (): TreeBuilder => ({
  roots: [],
  feature: [],
  cut: [],
  missingFirst: [],
  child: [],
  value: [],
})

/** A new leaf; {@link splitLeaf} may make it a fork later. */
export function addLeaf(builder: TreeBuilder, value: number): number {
  builder.feature.push(-1)
  builder.cut.push(0)
  builder.missingFirst.push(0)
  builder.child.push(-1)
  return builder.value.push(value) - 1
}

/** Makes a leaf ask for a feature; its two new leaves are worth nothing yet. */
export function splitLeaf(builder: TreeBuilder, node: number, feature: number, cut: number, missingFirst: boolean) {
  const child = addLeaf(builder, 0)
  addLeaf(builder, 0)
  builder.feature[node] = feature
  builder.cut[node] = cut
  builder.missingFirst[node] = missingFirst ? 1 : 0
  builder.child[node] = child
  builder.value[node] = 0
  return child
}

/** The first `treeCount` trees. */
export function finishTrees(builder: TreeBuilder, treeCount = builder.roots.length): Trees {
  const nodes = builder.roots[treeCount] ?? builder.feature.length
  return {
    roots: new Int32Array(builder.roots.slice(0, treeCount)),
    feature: new Int32Array(builder.feature.slice(0, nodes)),
    cut: new Float64Array(builder.cut.slice(0, nodes)),
    missingFirst: new Uint8Array(builder.missingFirst.slice(0, nodes)),
    child: new Int32Array(builder.child.slice(0, nodes)),
    value: new Float64Array(builder.value.slice(0, nodes)),
  }
}

type Nodes = Pick<Trees | TreeBuilder, 'feature' | 'cut' | 'missingFirst' | 'child' | 'value'>

/** The leaf that a row falls into; `at` is where the row starts in `values`. */
export function leafOf(nodes: Nodes, root: number, values: Float64Array, at: number): number {
  const { feature, cut, missingFirst, child } = nodes
  let node = root
  for (let asked = feature[node]!; asked >= 0; asked = feature[node]!) {
    const value = values[at + asked]!
    const first = value - value === 0 ? value < cut[node]! : missingFirst[node] === 1
    node = child[node]! + (first ? 0 : 1)
  }
  return node
}

/** Of each row the sum of its leaves, in the order of the trees. */
export function sumOfLeaves(trees: Trees, { values, rowCount, featureNames }: Table): Float64Array {
  const { roots, feature, cut, missingFirst, child, value } = trees
  const width = featureNames.length
  const sums = new Float64Array(rowCount)
  // Tree by tree: one tree's nodes stay in the processor's cache for all rows. The walk of leafOf stands here once more, with
  // what does not change taken out of the loop: this is where a grid of settings spends its time.
  for (let tree = 0; tree < roots.length; tree++) {
    const root = roots[tree]!
    for (let row = 0, at = 0; row < rowCount; row++, at += width) {
      let node = root
      for (let asked = feature[node]!; asked >= 0; asked = feature[node]!) {
        const found = values[at + asked]!
        const first = found - found === 0 ? found < cut[node]! : missingFirst[node] === 1
        node = first ? child[node]! : child[node]! + 1
      }
      sums[row]! += value[node]!
    }
  }
  return sums
}

/**
 * The trees as they are for rows that agree with `row` in all but the free features: forks over the others are gone. What it
 * says of such rows is the same to the last bit, and over a grid of settings of one clip it is several times as fast.
 */
export function settleTrees(trees: Trees, row: Float64Array, free: ReadonlySet<number>): Trees {
  const settled = treeBuilder()
  const settle = (node: number): number => {
    let at = node
    while (trees.feature[at]! >= 0 && !free.has(trees.feature[at]!)) at = stepOf(trees, at, row)
    return at
  }
  const copy = (from: number, to: number) => {
    const feature = trees.feature[from]!
    if (feature < 0) {
      settled.value[to] = trees.value[from]!
      return
    }
    const child = splitLeaf(settled, to, feature, trees.cut[from]!, trees.missingFirst[from] === 1)
    for (const side of [0, 1]) copy(settle(trees.child[from]! + side), child + side)
  }
  for (const root of trees.roots) {
    const to = addLeaf(settled, 0)
    settled.roots.push(to)
    copy(settle(root), to)
  }
  return finishTrees(settled)
}

function stepOf({ feature, cut, missingFirst, child }: Trees, node: number, row: Float64Array): number {
  const value = row[feature[node]!]!
  const first = value - value === 0 ? value < cut[node]! : missingFirst[node] === 1
  return child[node]! + (first ? 0 : 1)
}
