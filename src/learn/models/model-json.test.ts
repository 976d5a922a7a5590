import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Json } from '#core/json.ts'
import { fitBoostedTrees } from './boosted-trees.ts'
import { fitForest } from './forest.ts'
import { fitLogistic, predictLogistic } from './logistic.ts'
import { logisticJson, readLogistic, readTreeModel, treeModelJson } from './model-json.ts'
import { tableOf } from './table.ts'
import { testRows } from './test-rows.ts'
import { predictTrees } from './tree-model.ts'

const { table, targets, groups } = testRows(400, 'json')
const through = (json: Json) => JSON.parse(JSON.stringify(json)) as Json

const models = {
  boosted: fitBoostedTrees(table, targets, { loss: 'logistic', trees: 20 }, { groups })!,
  regression: fitBoostedTrees(table, targets, { loss: 'squared', clip: [0, 1], trees: 5, patience: null, seed: 'a' })!,
  forest: fitForest(table, targets, { trees: 4 }, { groups })!,
}

for (const [name, model] of Object.entries(models)) {
  test(`the ${name} model comes back the same, and says the same to the last bit`, () => {
    const read = readTreeModel(through(treeModelJson(model)))
    assert.ok(read.ok)
    const { trees } = read.value
    assert.deepEqual({ ...read.value, trees: null }, { ...model, trees: null })
    assert.equal(trees.roots.length, model.trees.roots.length)
    assert.deepEqual(predictTrees(read.value, table), predictTrees(model, table))
  })
}

test('trees can be read by people', () => {
  const rows = tableOf(
    ['speed'],
    Array.from({ length: 60 }, (_, row) => [row < 20 ? null : row]),
  )
  const model = fitBoostedTrees(
    rows,
    Array.from({ length: 60 }, (_, row) => (row < 20 ? 1 : 0)),
    {
      loss: 'squared',
      patience: null,
      rowRate: 1,
      trees: 1,
      rate: 1,
      l2: 0,
    },
  )!
  const [tree] = treeModelJson(model)['trees'] as readonly { [key: string]: Json }[]
  const { yes, no, ...asked } = tree!
  assert.deepEqual(asked, { if: 'speed', below: null, missing: 'no' })
  assert.ok(Math.abs((yes as number) + 1 / 3) < 1e-12 && Math.abs((no as number) - 2 / 3) < 1e-12)
})

test('the logistic model comes back the same', () => {
  const model = fitLogistic(table, targets)!
  const read = readLogistic(through(logisticJson(model)))
  assert.deepEqual(read, { ok: true, value: model })
  assert.ok(read.ok)
  assert.deepEqual(predictLogistic(read.value, table), predictLogistic(model, table))
})

describe('a damaged model', () => {
  const json = through(treeModelJson(models.boosted)) as { [key: string]: Json }
  const cases: [string, Json | undefined, string][] = [
    ['is no object', null, 'the model'],
    ['is of another version', { ...json, version: 2 }, 'version'],
    ['is of another kind', { ...json, format: 'x' }, 'format'],
    ['is a logistic one', logisticJson(fitLogistic(table, targets)!), 'algorithm'],
    [
      'asks for an unknown feature',
      { ...json, trees: [{ if: 'height', below: 1, missing: 'no', yes: 1, no: 2 }] },
      'trees[0].if',
    ],
    ['lacks a branch', { ...json, trees: [{ if: 'speed', below: 1, missing: 'no', yes: 1 }] }, 'trees[0].no'],
    [
      'has a cut that is no number',
      { ...json, trees: [{ if: 'speed', below: '1', missing: 'no', yes: 1, no: 1 }] },
      'trees[0].below',
    ],
    [
      'has two features of one name',
      { ...json, features: [...(json['features'] as Json[]), (json['features'] as Json[])[0]!] },
      'features',
    ],
  ]
  for (const [name, damaged, where] of cases) {
    test(name, () => {
      const read = readTreeModel(damaged)
      assert.ok(!read.ok)
      assert.equal(read.where, where)
    })
  }
  test('of any shape gives a result, never an exception', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(json)), fc.jsonValue(), (key, value) => {
        const { ok } = readTreeModel({ ...json, [key]: value as Json })
        assert.equal(typeof ok, 'boolean')
      }),
      { numRuns: 200, seed: 4 },
    )
  })
})
