/**
 * Grows one regression tree on gradients and hessians, on binned features.
 *
 * Two ways: with all columns, leaf by leaf where the gain is greatest, a node's histogram being its parent's less its sibling's
 * (Ke et al., LightGBM, NIPS 2017); with columns drawn anew in each node, as a forest does, one column at a time in a scratch
 * histogram of which only the bins in use are cleared, so that small nodes are cheap.
 */
import type { Rng } from '#core/rng.ts'
import type { BinnedTable } from './bins.ts'
import { improveSplit, noSplit, type NodeSums, type Split, type SplitLimits } from './split-search.ts'
import { addLeaf, anyKnown, splitLeaf, type TreeBuilder } from './trees.ts'

export interface GrowOptions extends SplitLimits {
  /** Greatest number of leaves. */
  readonly leaves: number
  /** A split must gain more than this. */
  readonly minGain: number
  /** A leaf's value is shrunk by this. */
  readonly rate: number
}

/** Where columns come from: one draw for the whole tree, or a draw in each node. */
export type Columns =
  | { readonly type: 'tree'; readonly features: readonly number[] }
  | { readonly type: 'node'; readonly count: number; readonly rng: Rng }

export interface GrownTree {
  readonly root: number
  readonly leafCount: number
  /** Adds each leaf's value to its rows of those that the tree was grown on. */
  addTo(sums: Float64Array): void
}

interface Node extends NodeSums {
  readonly id: number
  readonly depth: number
  readonly from: number
  readonly to: number
  /** null where columns are drawn in each node. */
  readonly histogram: Float64Array | null
  readonly split: Split
}

/** Deeper than any useful tree, and well within what readers of nested JSON take. */
const maxDepth = 60

/** What all trees of a fit share: the binned rows, where nodes go, and memory that is used again and again. */
export interface Workspace {
  readonly binned: BinnedTable
  readonly options: GrowOptions
  readonly builder: TreeBuilder
  /** Of each feature the sum of its gains so far. */
  readonly importance: Float64Array
  /** Where each feature's bins start in a histogram of all, and where they end. */
  readonly starts: Int32Array
  readonly spares: Float64Array[]
  /** Histogram of one feature; all zero between uses. */
  readonly scratch: Float64Array
  /** A node's gradients and hessians in the order of its rows. */
  readonly nodeG: Float64Array
  readonly nodeH: Float64Array
  readonly moved: Int32Array
}

/** The rows one tree is grown on; `rows` is put in the order of the leaves. */
interface Task extends Workspace {
  readonly rows: Int32Array
  readonly gradients: Float64Array
  readonly hessians: Float64Array
  readonly columns: Columns
}

export function workspaceFor(binned: BinnedTable, options: GrowOptions, builder: TreeBuilder): Workspace {
  const binCounts = binned.features.map(({ cuts }) => cuts.length + 2)
  const rowCount = binned.codes[0]?.length ?? 0
  return {
    binned,
    options,
    builder,
    importance: new Float64Array(binCounts.length),
    starts: startsOf(binCounts),
    spares: [],
    scratch: new Float64Array(3 * Math.max(0, ...binCounts)),
    nodeG: new Float64Array(rowCount),
    nodeH: new Float64Array(rowCount),
    moved: new Int32Array(rowCount),
  }
}

/** Grows a tree into the workspace's builder. `gradients` and `hessians` have a number for each row of the table. */
export function growTree(
  workspace: Workspace,
  rows: Int32Array,
  gradients: Float64Array,
  hessians: Float64Array,
  columns: Columns,
): GrownTree {
  const task: Task = { ...workspace, rows, gradients, hessians, columns }
  const { builder, options, spares } = task
  const root = addLeaf(builder, 0)
  builder.roots.push(root)
  const histogram = columns.type === 'tree' ? histogramOf(task, 0, rows.length) : null
  const range = { id: root, depth: 0, from: 0, to: rows.length }
  const leaves = growFrom(openNode(task, range, sumsOf(task), histogram), (node) => fork(task, node), options.leaves)
  for (const leaf of leaves) {
    // From 0, not by a sign: JSON has no -0.
    builder.value[leaf.id] = ((0 - leaf.gradient) / (leaf.hessian + options.l2)) * options.rate
    if (leaf.histogram !== null) spares.push(leaf.histogram)
  }
  return {
    root,
    leafCount: leaves.length,
    addTo(sums) {
      for (const { id, from, to } of leaves) {
        const value = builder.value[id]!
        for (let i = from; i < to; i++) sums[rows[i]!]! += value
      }
    },
  }
}

function openNode(
  task: Task,
  range: Pick<Node, 'id' | 'depth' | 'from' | 'to'>,
  sums: Omit<NodeSums, 'count'>,
  histogram: Float64Array | null,
): Node {
  const { options, columns, binned } = task
  const node = { ...range, ...sums, count: range.to - range.from, histogram, split: noSplit() }
  node.split.gain = options.minGain
  if (node.count < 2 * options.minLeaf || node.depth === maxDepth) return node
  if (columns.type === 'tree') searchHistogram(task, node, columns.features)
  else searchColumns(task, node, drawn(binned.features.length, columns.count, columns.rng))
  return node
}

function searchHistogram({ binned, options, starts }: Task, node: Node, candidates: readonly number[]) {
  for (const feature of candidates) {
    const cutCount = binned.features[feature]!.cuts.length
    improveSplit(node.split, feature, node.histogram!, starts[feature]!, cutCount, node, options)
  }
}

function searchColumns(task: Task, node: Node, candidates: readonly number[]) {
  const { binned, options, scratch } = task
  gather(task, node.from, node.to)
  for (const feature of candidates) {
    const cutCount = binned.features[feature]!.cuts.length
    fillHistogram(scratch, 0, binned.codes[feature]!, task, node.from, node.to)
    improveSplit(node.split, feature, scratch, 0, cutCount, node, options)
    scratch.fill(0, 0, 3 * (cutCount + 2))
  }
}

function fork(task: Task, node: Node): [Node, Node] {
  const { builder, binned, importance } = task
  const { split, id, from, to } = node
  const border = partRows(task, node)
  const cut = binned.features[split.feature]!.cuts[split.bin] ?? anyKnown
  const child = splitLeaf(builder, id, split.feature, cut, split.missingFirst)
  importance[split.feature]! += split.gain
  const [first, second] = histogramsOfChildren(task, node, border)
  const depth = node.depth + 1
  const secondSums = { gradient: node.gradient - split.gradient, hessian: node.hessian - split.hessian }
  return [
    openNode(task, { id: child, depth, from, to: border }, { gradient: split.gradient, hessian: split.hessian }, first),
    openNode(task, { id: child + 1, depth, from: border, to }, secondSums, second),
  ]
}

/** Rows of the first child to the front, both sides in the order they had; tells where the second child starts. */
function partRows({ binned, rows, moved }: Task, { from, to, split }: Node): number {
  const column = binned.codes[split.feature]!
  const missing = binned.features[split.feature]!.cuts.length + 1
  let [first, second] = [from, 0]
  for (let i = from; i < to; i++) {
    const row = rows[i]!
    const code = column[row]!
    if (code === missing ? split.missingFirst : code <= split.bin) rows[first++] = row
    else moved[second++] = row
  }
  rows.set(moved.subarray(0, second), first)
  return first
}

/** The smaller child is counted; the larger one is what is left of the parent. */
function histogramsOfChildren(task: Task, { histogram, from, to }: Node, border: number) {
  if (histogram === null) return [null, null] as const
  const firstIsSmall = border - from <= to - border
  const small = firstIsSmall ? histogramOf(task, from, border) : histogramOf(task, border, to)
  for (let i = 0; i < histogram.length; i++) histogram[i]! -= small[i]!
  return firstIsSmall ? ([small, histogram] as const) : ([histogram, small] as const)
}

function histogramOf(task: Task, from: number, to: number): Float64Array {
  const { spares, starts, columns, binned } = task
  const histogram = spares.pop()?.fill(0) ?? new Float64Array(starts.at(-1)!)
  gather(task, from, to)
  const features = columns.type === 'tree' ? columns.features : []
  for (const feature of features) fillHistogram(histogram, starts[feature]!, binned.codes[feature]!, task, from, to)
  return histogram
}

function gather({ rows, gradients, hessians, nodeG, nodeH }: Task, from: number, to: number) {
  for (let i = from; i < to; i++) {
    nodeG[i] = gradients[rows[i]!]!
    nodeH[i] = hessians[rows[i]!]!
  }
}

function fillHistogram(
  histogram: Float64Array,
  start: number,
  codes: Uint8Array,
  { rows, nodeG, nodeH }: Task,
  from: number,
  to: number,
) {
  for (let i = from; i < to; i++) {
    const k = start + 3 * codes[rows[i]!]!
    histogram[k]! += nodeG[i]!
    histogram[k + 1]! += nodeH[i]!
    histogram[k + 2]! += 1
  }
}

/** Forks the leaf of greatest gain until none gains or there are enough; returns the leaves. */
function growFrom(root: Node, fork: (node: Node) => readonly [Node, Node], leaves: number): Node[] {
  const done: Node[] = []
  const open: Node[] = []
  const add = (node: Node) => {
    if (node.split.feature < 0) done.push(node)
    else insertByGain(open, node)
  }
  add(root)
  while (open.length > 0 && open.length + done.length < leaves) fork(open.pop()!).forEach(add)
  return [...open, ...done]
}

/** Keeps the nodes by rising gain; of equals the one that was found first goes first. */
function insertByGain(nodes: Node[], node: Node) {
  let [low, high] = [0, nodes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (nodes[middle]!.split.gain < node.split.gain) low = middle + 1
    else high = middle
  }
  nodes.splice(low, 0, node)
}

/** `count` of the numbers below `all`, in a random order. */
export function drawn(all: number, count: number, rng: Rng): number[] {
  const numbers = Array.from({ length: all }, (_, index) => index)
  const taken = Math.min(all, count)
  for (let i = 0; i < taken; i++) {
    const j = i + rng.int(all - i)
    ;[numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!]
  }
  return numbers.slice(0, taken)
}

function sumsOf({ rows, gradients, hessians }: Task) {
  let [gradient, hessian] = [0, 0]
  for (const row of rows) {
    gradient += gradients[row]!
    hessian += hessians[row]!
  }
  return { gradient, hessian }
}

/** Where each feature's bins start in a histogram of three numbers per bin, and where they end. */
function startsOf(binCounts: readonly number[]): Int32Array {
  const starts = new Int32Array(binCounts.length + 1)
  binCounts.forEach((count, feature) => {
    starts[feature + 1] = starts[feature]! + 3 * count
  })
  return starts
}
