import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { derivatives, fitLogistic, lossAt, predictLogistic } from './logistic.ts'
import { sigmoid } from './sigmoid.ts'
import { solveSpd } from './spd.ts'
import { rowsOf, tableOf } from './table.ts'
import { normals, testRows } from './test-rows.ts'

test('gives the coefficients of scikit-learn', () => {
  // LogisticRegression(C=1, tol=1e-12) on StandardScaler's columns, scikit-learn 1.9.1.
  const table = tableOf(
    ['a', 'b'],
    [
      [0.5, 10],
      [1.5, 12],
      [2, 9],
      [3, 20],
      [-1, 5],
      [0, 30],
      [4, 11],
      [2.5, 14],
    ],
  )
  const model = fitLogistic(table, [0, 0, 1, 1, 0, 1, 1, 0])!
  const found = [...model.features.map(({ coefficient }) => coefficient), model.intercept]
  const wanted = sklearnCoefficients
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]!) < 1e-8, `${found.join(' ')}`))
  assert.ok(model.converged)
})

const sklearnCoefficients = [0.6615650749813744, 0.7230447119563804, -0.04194078751728299]

test('finds the coefficients that rows were made with', () => {
  const noise = normals(40_000, 'made')
  const rng = seededRng('made')
  const rows = Array.from({ length: 20_000 }, (_, row) => [5 + 2 * noise[2 * row]!, 100 * noise[2 * row + 1]!])
  const targets = rows.map(([a, b]) => (rng.next() < sigmoid(0.5 + 0.4 * (a! - 5) - 0.01 * b!) ? 1 : 0))
  const { features, intercept } = fitLogistic(tableOf(['a', 'b'], rows), targets)!
  const perUnit = features.map(({ coefficient, deviation }) => coefficient / deviation)
  assert.ok(Math.abs(perUnit[0]! - 0.4) < 0.03)
  assert.ok(Math.abs(perUnit[1]! + 0.01) < 0.0008)
  assert.ok(Math.abs(intercept - 0.5) < 0.06)
})

describe('derivatives', () => {
  const rng = seededRng('derivatives')
  const width = 4
  const work = {
    matrix: Float64Array.from({ length: 20 * width }, (_, i) => (i % width === width - 1 ? 1 : rng.next() - 0.5)),
    width,
    targets: Float64Array.from({ length: 20 }, () => rng.next()),
    weights: Float64Array.from({ length: 20 }, () => 2 * rng.next()),
    l2: 0.7,
  }
  const at = Float64Array.of(0.3, -1, 0.8, 0.2)
  const shifted = (index: number, by: number) => at.map((value, i) => (i === index ? value + by : value))
  const step = 1e-5
  test('the gradient is that of the loss', () => {
    derivatives(work, at).downhill.forEach((slope, i) => {
      const difference = (lossAt(work, shifted(i, step)) - lossAt(work, shifted(i, -step))) / (2 * step)
      assert.ok(Math.abs(slope + difference) < 1e-8)
    })
  })
  test('the hessian is that of the gradient', () => {
    const { hessian } = derivatives(work, at)
    for (let a = 0; a < width; a++) {
      for (let b = 0; b <= a; b++) {
        const [up, down] = [step, -step].map((by) => derivatives(work, shifted(a, by)).downhill[b]!)
        assert.ok(Math.abs(hessian[a * width + b]! + (up! - down!) / (2 * step)) < 1e-7)
      }
    }
  })
})

describe('rows that teach little', () => {
  test('none: no model', () => assert.equal(fitLogistic(tableOf(['x'], []), []), null))
  test('one class: its share, softened', () => {
    const model = fitLogistic(tableOf(['x'], [[1], [2], [3]]), [0, 0, 0])!
    assert.ok(Math.abs(predictLogistic(model, tableOf(['x'], [[9]]))[0]! - 0.5 / 4) < 1e-12)
  })
  test('rows that a line parts stay finite, with and without a penalty', () => {
    const table = tableOf(['x'], [[1], [2], [3], [4]])
    for (const l2 of [1, 1e-6, 0]) {
      const model = fitLogistic(table, [0, 0, 1, 1], { l2 })!
      assert.ok(Number.isFinite(model.intercept) && Number.isFinite(model.features[0]!.coefficient))
    }
  })
  test('a constant, an unknown and a doubled column', () => {
    const { table, targets } = testRows(200, 'columns')
    const rows = Array.from({ length: 200 }, (_, row) => [table.values[4 * row]!, table.values[4 * row]!, 0.1, null])
    const { features, converged } = fitLogistic(tableOf(['a', 'again', 'constant', 'unknown'], rows), targets)!
    assert.ok(converged)
    assert.ok(Math.abs(features[0]!.coefficient - features[1]!.coefficient) < 1e-9)
    assert.deepEqual([features[2]!.coefficient, features[2]!.deviation], [0, 0])
    assert.deepEqual([features[3]!.coefficient, features[3]!.deviation], [0, 0])
  })
})

test('weights: 0 is no row, 2 is two rows', () => {
  const { table, targets } = testRows(300, 'weights')
  const rows = [...Array(300).keys()].flatMap((row) => [[], [row], [row, row]][row % 3]!)
  const weights = Array.from({ length: 300 }, (_, row) => row % 3)
  const weighted = fitLogistic(table, targets, {}, { weights })!
  const repeated = fitLogistic(
    rowsOf(table, rows),
    rows.map((row) => targets[row]!),
  )!
  const [a, b] = [weighted, repeated].map((model) => predictLogistic(model, table))
  a!.forEach((chance, row) => assert.ok(Math.abs(chance - b![row]!) < 1e-9))
})

test('a matrix that is not positive definite is told', () => {
  assert.equal(solveSpd(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1)), false)
  const right = Float64Array.of(10, 8)
  assert.equal(solveSpd(Float64Array.of(4, 0, 2, 3), right), true)
  assert.deepEqual(
    [...right].map((value) => Number(value.toFixed(12))),
    [1.75, 1.5],
  )
})
