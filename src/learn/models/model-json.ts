/**
 * Models as readable JSON, and back: with the names of their features, their scaling, their bins, and each tree as it would be
 * told. A model that is read back predicts the same to the last bit.
 */
import type { Json, JsonObject } from '#core/json.ts'
import type { LogisticModel } from './logistic.ts'
import {
  aBoolean,
  aNumber,
  anObject,
  aRange,
  aSeed,
  aText,
  type Fields,
  listOf,
  oneOf,
  orNull,
  type Read,
  reading,
  refuse,
} from './read-json.ts'
import type { FeatureNote, TreeModel } from './tree-model.ts'
import { addLeaf, anyKnown, finishTrees, splitLeaf, treeBuilder, type TreeBuilder, type Trees } from './trees.ts'

/** Raised when what is written changes its meaning; a reader refuses other versions instead of guessing. */
export const modelJsonVersion = 1

/** A row for which `if` is `below` the number (null: known at all) goes to `yes`, another one to `no`; a leaf is a number. */
type TreeJson =
  | number
  | ({ readonly if: string; readonly below: number | null; readonly missing: 'yes' | 'no' } & JsonObject)

export function treeModelJson(model: TreeModel): JsonObject {
  const { algorithm, loss, clip, base, scale, features, heldOut, seed, trees } = model
  const names = features.map(({ name }) => name)
  return {
    format: 'hindsight.model',
    version: modelJsonVersion,
    algorithm,
    loss,
    clip,
    base,
    scale,
    seed,
    heldOut: heldOut === null ? null : { ...heldOut },
    features: features.map((note) => ({ ...note })),
    trees: Array.from(trees.roots, (root) => treeJson(trees, root, names)),
  }
}

function treeJson(trees: Trees, node: number, names: readonly string[]): TreeJson {
  const feature = trees.feature[node]!
  if (feature < 0) return trees.value[node]!
  const cut = trees.cut[node]!
  const child = trees.child[node]!
  return {
    if: names[feature]!,
    below: cut === anyKnown ? null : cut,
    missing: trees.missingFirst[node] === 1 ? 'yes' : 'no',
    yes: treeJson(trees, child, names),
    no: treeJson(trees, child + 1, names),
  }
}

/** @param json as parsed from text; anything */
export function readTreeModel(json: Json | undefined): Read<TreeModel> {
  return reading(() => {
    const fields = modelFields(json)
    // First, so that a model of another kind is told by its kind.
    const algorithm = oneOf(fields['algorithm'], ['boosted-trees', 'forest'], 'algorithm')
    const features = listOf(fields['features'], 'features', readFeature)
    const builder = treeBuilder()
    const byName = numbersOf(features, 'features')
    listOf(fields['trees'], 'trees', (tree, where) => {
      const root = addLeaf(builder, 0)
      builder.roots.push(root)
      readTree(tree, where, builder, root, byName)
    })
    return {
      algorithm,
      loss: oneOf(fields['loss'], ['logistic', 'squared'], 'loss'),
      clip: orNull(fields['clip'], 'clip', aRange),
      base: aNumber(fields['base'], 'base'),
      scale: aNumber(fields['scale'], 'scale'),
      trees: finishTrees(builder),
      features,
      heldOut: orNull(fields['heldOut'], 'heldOut', (value, where) => {
        const heldOut = anObject(value, where)
        return { rows: aNumber(heldOut['rows'], `${where}.rows`, 1), loss: aNumber(heldOut['loss'], `${where}.loss`) }
      }),
      seed: aSeed(fields['seed'], 'seed'),
    }
  })
}

function readTree(json: unknown, where: string, builder: TreeBuilder, node: number, byName: Map<string, number>) {
  if (typeof json === 'number') {
    builder.value[node] = aNumber(json, where)
    return
  }
  const fork = anObject(json, where)
  const feature = byName.get(aText(fork['if'], `${where}.if`))
  if (feature === undefined) return refuse(`${where}.if`, 'the name of a feature', fork['if'])
  const cut = orNull(fork['below'], `${where}.below`, (value, at) => aNumber(value, at)) ?? anyKnown
  const missing = oneOf(fork['missing'], ['yes', 'no'], `${where}.missing`)
  const child = splitLeaf(builder, node, feature, cut, missing === 'yes')
  readTree(fork['yes'], `${where}.yes`, builder, child, byName)
  readTree(fork['no'], `${where}.no`, builder, child + 1, byName)
}

function readFeature(json: unknown, where: string): FeatureNote {
  const fields = anObject(json, where)
  return {
    name: aText(fields['name'], `${where}.name`),
    bins: aNumber(fields['bins'], `${where}.bins`, 1, 255),
    range: orNull(fields['range'], `${where}.range`, aRange),
    missingShare: aNumber(fields['missingShare'], `${where}.missingShare`, 0, 1),
    importance: aNumber(fields['importance'], `${where}.importance`, 0, 1),
  }
}

export function logisticJson({ algorithm, intercept, features, converged }: LogisticModel): JsonObject {
  return {
    format: 'hindsight.model',
    version: modelJsonVersion,
    algorithm,
    intercept,
    converged,
    features: features.map((feature) => ({ ...feature })),
  }
}

/** @param json as parsed from text; anything */
export function readLogistic(json: Json | undefined): Read<LogisticModel> {
  return reading(() => {
    const fields = modelFields(json)
    const features = listOf(fields['features'], 'features', (item, where) => {
      const feature = anObject(item, where)
      return {
        name: aText(feature['name'], `${where}.name`),
        coefficient: aNumber(feature['coefficient'], `${where}.coefficient`),
        mean: aNumber(feature['mean'], `${where}.mean`),
        deviation: aNumber(feature['deviation'], `${where}.deviation`, 0),
      }
    })
    numbersOf(features, 'features')
    return {
      algorithm: oneOf(fields['algorithm'], ['logistic'], 'algorithm'),
      intercept: aNumber(fields['intercept'], 'intercept'),
      converged: aBoolean(fields['converged'], 'converged'),
      features,
    }
  })
}

/** The fields of a kept model of this version. */
export function modelFields(json: unknown): Fields {
  const fields = anObject(json, 'the model')
  oneOf(fields['format'], ['hindsight.model'], 'format')
  oneOf(fields['version'], [modelJsonVersion], 'version')
  return fields
}

function numbersOf(features: readonly { readonly name: string }[], where: string): Map<string, number> {
  const numbers = new Map(features.map(({ name }, index) => [name, index]))
  if (numbers.size !== features.length)
    refuse(
      where,
      'names that differ',
      features.map(({ name }) => name),
    )
  return numbers
}
