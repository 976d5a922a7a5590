import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { drawWithReplacement, fitForest } from './forest.ts'
import { auc, calibrationError } from './metrics.ts'
import { testRows } from './test-rows.ts'
import { tableOf } from './table.ts'
import { predictTrees } from './tree-model.ts'

const train = testRows(1500, 'train')
const unseen = testRows(3000, 'unseen')

test('tells rows apart that it has not seen, with chances that mean something', () => {
  const forest = fitForest(train.table, train.targets, { trees: 60 }, train)!
  const predicted = predictTrees(forest, unseen.table)
  assert.ok(auc(unseen.targets, predicted)! > auc(unseen.targets, unseen.chances)! - 0.04)
  assert.ok(calibrationError(unseen.targets, predicted)! < 0.06)
  assert.ok(predicted.every((chance) => chance >= 0 && chance <= 1))
})

test('same seed, same forest', () => {
  const fit = (seed: number) => fitForest(train.table, train.targets, { trees: 5, seed }, train)!
  assert.deepEqual(fit(1), fit(1))
  assert.notDeepEqual(fit(1).trees, fit(2).trees)
})

test('a tree grown to its end on distinct rows gives back means of its rows', () => {
  const table = tableOf(
    ['x'],
    Array.from({ length: 40 }, (_, row) => [row]),
  )
  const targets = Array.from({ length: 40 }, (_, row) => row ** 2)
  const predicted = predictTrees(fitForest(table, targets, { minLeaf: 1, trees: 300, columnRate: 1 })!, table)
  for (let row = 3; row < 37; row++)
    assert.ok(Math.abs(predicted[row]! - targets[row]!) < 60, `${row}: ${predicted[row]}`)
})

test('no row, no forest; one class, its own chance', () => {
  assert.equal(fitForest(tableOf(['x'], []), []), null)
  const one = fitForest(tableOf(['x'], [[1], [2], [3]]), [1, 1, 1], { minLeaf: 1 })!
  assert.deepEqual(
    [...predictTrees(one, tableOf(['x'], [[5], [null]]))].map((p) => Number(p.toFixed(12))),
    [1, 1],
  )
})

test('whole groups are drawn, as many as there are', () => {
  const numbers = Int32Array.from([0, 0, 1, 2, 2, 3])
  const usable = Int32Array.from([0, 1, 2, 3, 4])
  const draws = drawWithReplacement(numbers, 4, usable, seededRng(1))
  assert.equal(
    draws.reduce((sum, count) => sum + count, 0),
    3,
  )
  assert.equal(draws[3], 0)
})
