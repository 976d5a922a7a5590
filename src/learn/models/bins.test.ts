import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { binTable } from './bins.ts'
import { tableOf } from './table.ts'

const columns = fc.array(fc.option(fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }))), {
  minLength: 1,
  maxLength: 300,
})

test('a bin holds what lies between its cuts, whatever the values', () => {
  fc.assert(
    fc.property(columns, fc.integer({ min: 2, max: 20 }), (column, bins) => {
      const table = tableOf(
        ['x'],
        column.map((value) => [value]),
      )
      const rows = Int32Array.from(column, (_, row) => row)
      const { features, codes } = binTable(table, rows, bins, 1)
      const { cuts } = features[0]!
      assert.ok(cuts.length < bins)
      column.forEach((value, row) => {
        const code = codes[0]![row]!
        if (value === null || !Number.isFinite(value)) assert.equal(code, cuts.length + 1)
        else assert.equal(code, cuts.filter((cut) => cut <= value).length)
      })
    }),
    { numRuns: 200, seed: 2 },
  )
})

test('few distinct values have a bin each; a heap of equal ones does not coarsen the rest', () => {
  const few = tableOf(
    ['x'],
    [1, 5, 5, 9, 1].map((value) => [value]),
  )
  assert.deepEqual([...binTable(few, Int32Array.of(0, 1, 2, 3, 4), 3, 1).features[0]!.cuts], [3, 7])
  const heap = Array.from({ length: 1000 }, (_, row) => [row < 500 ? 0 : row])
  const { cuts } = binTable(
    tableOf(['x'], heap),
    Int32Array.from(heap, (_, row) => row),
    11,
    1,
  ).features[0]!
  assert.equal(cuts[0], 250)
  assert.equal(cuts.length, 10)
})

test('only the rows of the fit place the cuts', () => {
  const table = tableOf(['x'], [[1], [2], [3], [100]])
  const { features, codes } = binTable(table, Int32Array.of(0, 1, 2), 10, 1)
  assert.deepEqual([...features[0]!.cuts], [1.5, 2.5])
  assert.deepEqual(features[0]!.range, [1, 3])
  assert.deepEqual([...codes[0]!], [0, 1, 2, 2])
})
