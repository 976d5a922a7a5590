/** What boosting and the forest both end in, and what it says of rows. */
import type { BinnedTable } from './bins.ts'
import { sigmoid } from './sigmoid.ts'
import type { Table } from './table.ts'
import { settleTrees, sumOfLeaves, type Trees } from './trees.ts'

export type Loss = 'logistic' | 'squared'

export interface TreeModel {
  readonly algorithm: 'boosted-trees' | 'forest'
  readonly loss: Loss
  /** Range that targets were clipped to and predictions are; null: none. */
  readonly clip: readonly [number, number] | null
  /** A row's score is base + scale x the sum of its leaves. */
  readonly base: number
  readonly scale: number
  readonly trees: Trees
  readonly features: readonly FeatureNote[]
  /** How it did on rows it was not grown on; null where there were none. */
  readonly heldOut: { readonly rows: number; readonly loss: number } | null
  readonly seed: number | string
}

/** What the model knows of a feature, so that a row unlike all it has seen can be told. */
export interface FeatureNote {
  readonly name: string
  /** Number of bins that its known values were cut into. */
  readonly bins: number
  readonly range: readonly [number, number] | null
  readonly missingShare: number
  /** Its share in all that the forks gained; 0 to 1. */
  readonly importance: number
}

/** A probability from the logistic loss, else the expected target; one per row. */
export function predictTrees(model: TreeModel, table: Table): Float64Array {
  return sumOfLeaves(model.trees, table).map((sum) => {
    const score = model.base + model.scale * sum
    if (model.loss === 'logistic') return sigmoid(score)
    return model.clip === null ? score : Math.min(model.clip[1], Math.max(model.clip[0], score))
  })
}

/**
 * The model for rows that agree with `context` in all but the free features, such as one clip over a grid of settings: the same
 * predictions to the last bit, several times as fast. Values of the free features in `context` do not matter.
 */
export function settleModel(model: TreeModel, context: Float64Array, freeFeatures: readonly string[]): TreeModel {
  const free = new Set(freeFeatures.map((name) => model.features.findIndex((feature) => feature.name === name)))
  return { ...model, trees: settleTrees(model.trees, context, free) }
}

/** @param gains of each feature what all its forks gained */
export function featureNotes({ features }: BinnedTable, gains: Float64Array): FeatureNote[] {
  const all = gains.reduce((sum, gain) => sum + gain, 0)
  return features.map(({ name, cuts, range, missingShare }, feature) => ({
    name,
    bins: cuts.length + 1,
    range,
    missingShare,
    importance: all === 0 ? 0 : gains[feature]! / all,
  }))
}
