import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type BoostOptions, fitBoostedTrees } from './boosted-trees.ts'
import { groupSplit } from './group-split.ts'
import { auc, clippedRmse, logLoss } from './metrics.ts'
import { normals, testRows } from './test-rows.ts'
import { rowsOf, tableOf } from './table.ts'
import { predictTrees, settleModel } from './tree-model.ts'

const train = testRows(3000, 'train')
const unseen = testRows(3000, 'unseen')
const logistic = { loss: 'logistic' } as const
const plain = { patience: null, rowRate: 1 } as const

test('comes near the best that can be known of rows it has not seen', () => {
  const model = fitBoostedTrees(train.table, train.targets, logistic, train)!
  const predicted = predictTrees(model, unseen.table)
  const best = auc(unseen.targets, unseen.chances)!
  assert.ok(auc(unseen.targets, predicted)! > best - 0.03, `${auc(unseen.targets, predicted)} of ${best}`)
  assert.ok(logLoss(unseen.targets, predicted)! < logLoss(unseen.targets, unseen.chances)! + 0.04)
  const importance = Object.fromEntries(model.features.map((note) => [note.name, note.importance]))
  assert.ok(importance['noise']! < 0.15)
  assert.ok(Math.abs(Object.values(importance).reduce((sum, share) => sum + share, 0) - 1) < 1e-9)
})

test('stops early: more trees would only make it too sure', () => {
  const few = testRows(300, 'few')
  const stopped = fitBoostedTrees(few.table, few.targets, logistic, few)!
  const sure = fitBoostedTrees(few.table, few.targets, { ...logistic, ...plain }, few)!
  assert.ok(stopped.trees.roots.length < 100)
  assert.equal(sure.trees.roots.length, 400)
  const loss = (model: typeof sure) => logLoss(unseen.targets, predictTrees(model, unseen.table))!
  assert.ok(loss(stopped) < loss(sure) - 0.1)
})

test('stops by whole clips, and the loss it reports is that of the clips held out', () => {
  const options = { ...logistic, seed: 7 }
  const model = fitBoostedTrees(train.table, train.targets, options, { groups: train.groups })!
  const heldOut = groupSplit(train.groups, 3000, 0.15, 'stop 7')
  const rows = [...heldOut.keys()].filter((row) => heldOut[row] === 1)
  assert.equal(model.heldOut!.rows, rows.length)
  const predicted = predictTrees(model, rowsOf(train.table, rows))
  const targets = rows.map((row) => train.targets[row]!)
  assert.ok(Math.abs(model.heldOut!.loss - logLoss(targets, predicted)!) < 1e-12)
})

test('held-out rows have no say in the trees', () => {
  const heldOut = Uint8Array.from({ length: 3000 }, (_, row) => (row >= 2500 ? 1 : 0))
  const options = { ...logistic, ...plain, trees: 20 }
  const first = fitBoostedTrees(
    rowsOf(train.table, [...heldOut.keys()].slice(0, 2500)),
    train.targets.slice(0, 2500),
    options,
  )!
  const both = fitBoostedTrees(train.table, train.targets, { ...options, patience: 1000 }, { heldOut })!
  assert.deepEqual(both.trees.value.slice(0, 40), first.trees.value.slice(0, 40))
})

describe('is repeatable', () => {
  const options = { ...logistic, trees: 30, columnRate: 0.5 }
  const fit = (seed: number) => fitBoostedTrees(train.table, train.targets, { ...options, seed }, train)!
  test('same rows and seed, same model to the last bit', () => assert.deepEqual(fit(3), fit(3)))
  test('another seed, another model', () => assert.notDeepEqual(fit(3).trees, fit(4).trees))
})

describe('missing values', () => {
  test('are a class of their own where that tells something', () => {
    const table = tableOf(
      ['x'],
      Array.from({ length: 200 }, (_, row) => [row % 2 === 0 ? null : row / 200]),
    )
    const targets = Array.from({ length: 200 }, (_, row) => (row % 2 === 0 ? 1 : 0))
    const model = fitBoostedTrees(table, targets, { ...logistic, ...plain, trees: 50 })!
    const [missing, known] = predictTrees(model, tableOf(['x'], [[null], [0.5]]))
    assert.ok(missing! > 0.9 && known! < 0.1)
  })
  test('infinities count as missing', () => {
    const model = fitBoostedTrees(train.table, train.targets, { ...logistic, trees: 30 })!
    const row = (value: number) => ({ ...train.table, rowCount: 1, values: new Float64Array([value, 0.5, value, 0.5]) })
    const [ofNaN] = predictTrees(model, row(Number.NaN))
    assert.equal(predictTrees(model, row(Infinity))[0], ofNaN)
    assert.equal(predictTrees(model, row(-Infinity))[0], ofNaN)
  })
  test('that never came in the fit go with the many', () => {
    const table = tableOf(
      ['x'],
      Array.from({ length: 100 }, (_, row) => [row < 30 ? 0 : 1]),
    )
    const targets = Array.from({ length: 100 }, (_, row) => (row < 30 ? 0 : 1))
    const model = fitBoostedTrees(table, targets, { ...logistic, ...plain })!
    assert.equal(predictTrees(model, tableOf(['x'], [[null]]))[0], predictTrees(model, tableOf(['x'], [[1]]))[0])
  })
})

describe('rows that teach little', () => {
  test('none at all: no model', () => {
    assert.equal(fitBoostedTrees(tableOf(['x'], []), [], logistic), null)
    assert.equal(fitBoostedTrees(tableOf(['x'], [[1]]), [Number.NaN], logistic), null)
    assert.equal(fitBoostedTrees(tableOf(['x'], [[1]]), [1], logistic, { weights: [0] }), null)
  })
  test('one class: likely, not certain, and no tree', () => {
    const model = fitBoostedTrees(rowsOf(train.table, [0, 1, 2, 3]), [1, 1, 1, 1], logistic)!
    assert.equal(model.trees.roots.length, 0)
    assert.ok(Math.abs(predictTrees(model, train.table)[0]! - 0.875) < 0.02)
  })
  test('features that never change, or are never known', () => {
    const table = tableOf(
      ['constant', 'unknown'],
      Array.from({ length: 100 }, () => [3, null]),
    )
    const model = fitBoostedTrees(
      table,
      Array.from({ length: 100 }, (_, row) => row % 2),
      logistic,
    )!
    assert.equal(model.trees.roots.length, 0)
    assert.deepEqual(model.features[1]!.range, null)
  })
  test('no features: the share of successes', () => {
    const model = fitBoostedTrees(
      tableOf(
        [],
        Array.from({ length: 10 }, () => []),
      ),
      [1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
      {
        ...logistic,
        ...plain,
      },
    )!
    assert.ok(
      Math.abs(predictTrees(model, { featureNames: [], rowCount: 1, values: new Float64Array(0) })[0]! - 4.5 / 11) <
        1e-12,
    )
  })
  test('one clip cannot be parted: all trees on all its rows', () => {
    const groups = train.groups.map(() => 'the clip')
    const model = fitBoostedTrees(train.table, train.targets, { ...logistic, trees: 5 }, { groups })!
    assert.equal(model.heldOut, null)
    assert.equal(model.trees.roots.length, 5)
  })
  test('a target that is no chance is refused', () => {
    assert.throws(() => fitBoostedTrees(tableOf(['x'], [[1]]), [2], logistic), RangeError)
  })
})

describe('weights', () => {
  const options: Pick<BoostOptions, 'loss'> & Partial<BoostOptions> = { ...logistic, ...plain, trees: 10, bins: 16 }
  test('a row of weight 0 is no row', () => {
    const weights = Array.from({ length: 3000 }, (_, row) => (row < 1000 ? 1 : 0))
    const rows = Array.from({ length: 1000 }, (_, row) => row)
    const weighted = fitBoostedTrees(train.table, train.targets, options, { weights })!
    assert.deepEqual(weighted, fitBoostedTrees(rowsOf(train.table, rows), train.targets.slice(0, 1000), options))
  })
  test('a row of weight 3 is three rows', () => {
    const part = testRows(400, 'weights')
    const rows = [...Array(400).keys()].flatMap((row) => (row % 2 === 0 ? [row, row, row] : [row]))
    const weights = Array.from({ length: 400 }, (_, row) => (row % 2 === 0 ? 3 : 1))
    // Few distinct values and leaves of any size, so that neither cuts nor counts tell the two apart.
    const round = (table: typeof part.table) => ({
      ...table,
      values: table.values.map((value) => Math.round(8 * value)),
    })
    const fine = { ...options, minLeaf: 1, leaves: 4 }
    const weighted = fitBoostedTrees(round(part.table), part.targets, fine, { weights })!
    const repeated = fitBoostedTrees(
      round(rowsOf(part.table, rows)),
      rows.map((row) => part.targets[row]!),
      fine,
    )!
    const [a, b] = [weighted, repeated].map((model) => predictTrees(model, round(part.table)))
    a!.forEach((chance, row) => assert.ok(Math.abs(chance - b![row]!) < 1e-9))
  })
})

describe('squared loss', () => {
  test('clipped targets are not ruled by their tail', () => {
    const noise = normals(3000, 'tail')
    const clean = train.chances.map((chance) => 2 * chance)
    const tailed = clean.map(
      (target, row) => target + (row % 50 === 0 ? 50 * Math.abs(noise[row]!) : 0.1 * noise[row]!),
    )
    const clip = [-1, 3] as const
    const fit = (options: Partial<BoostOptions>) =>
      predictTrees(fitBoostedTrees(train.table, tailed, { loss: 'squared', ...options }, train)!, unseen.table)
    const truth = unseen.chances.map((chance) => 2 * chance)
    const clipped = fit({ clip })
    assert.ok(clippedRmse(truth, clipped, clip)! < 0.5 * clippedRmse(truth, fit({}), clip)!)
    assert.ok(clipped.every((value) => value >= -1 && value <= 3))
  })
  test('a step is found exactly', () => {
    const table = tableOf(
      ['x'],
      Array.from({ length: 100 }, (_, row) => [row]),
    )
    const targets = Array.from({ length: 100 }, (_, row) => (row < 37 ? -1 : 2))
    const model = fitBoostedTrees(table, targets, { loss: 'squared', ...plain, trees: 1, rate: 1, l2: 0, bins: 255 })!
    assert.deepEqual([...model.trees.cut], [36.5, 0, 0])
    const predicted = predictTrees(model, table)
    targets.forEach((target, row) => assert.ok(Math.abs(predicted[row]! - target) < 1e-12))
  })
})

test('a model settled on a clip says the same of its settings, to the last bit', () => {
  const model = fitBoostedTrees(train.table, train.targets, logistic, train)!
  fc.assert(
    fc.property(
      fc.option(fc.double()),
      fc.option(fc.double({ min: -2, max: 2 })),
      fc.double({ min: 0, max: 1 }),
      (speed, blur, noise) => {
        const grid = tableOf(
          model.features.map(({ name }) => name),
          Array.from({ length: 9 }, (_, i) => [speed, blur, i / 8, noise]),
        )
        const settled = settleModel(model, grid.values.slice(0, 4), ['window'])
        assert.deepEqual(predictTrees(settled, grid), predictTrees(model, grid))
        assert.ok(settled.trees.feature.length < model.trees.feature.length)
        assert.ok(settled.trees.feature.every((feature) => feature === -1 || feature === 2))
      },
    ),
    { numRuns: 30, seed: 5 },
  )
})

test('any finite numbers are taken, and give finite chances', () => {
  const rows = fc.array(fc.tuple(fc.option(fc.double()), fc.option(fc.double()), fc.boolean()), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(rows, (drawn) => {
      const table = tableOf(
        ['a', 'b'],
        drawn.map(([a, b]) => [a, b]),
      )
      const model = fitBoostedTrees(
        table,
        drawn.map(([, , y]) => (y ? 1 : 0)),
        { ...logistic, trees: 10, minLeaf: 1, bins: 4 },
      )!
      assert.ok(predictTrees(model, table).every((chance) => chance > 0 && chance < 1))
    }),
    { numRuns: 60, seed: 6 },
  )
})
