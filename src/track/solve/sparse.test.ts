import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRng } from '#core/rng.ts'
import type { Problem } from './problem.ts'
import { invertSkyline } from './sparse-inverse.ts'
import { cameraOrder } from './sparse-order.ts'
import { clearSkyline, factorSkyline, type Skyline, skyline, solveSkyline } from './sparse-skyline.ts'

/** First columns of rows, at random, and entries of a positive definite matrix below them. */
const shapes = fc.record({
  size: fc.integer({ min: 1, max: 40 }),
  reach: fc.integer({ min: 0, max: 45 }),
  seed: fc.integer(),
})

interface Sample {
  readonly size: number
  readonly first: Int32Array
  /** Dense, both triangles. */
  readonly dense: Float64Array
}

function sampleOf({ size, reach, seed }: { size: number; reach: number; seed: number }): Sample {
  const rng = seededRng(seed)
  const first = Int32Array.from({ length: size }, (_, row) => Math.max(0, row - rng.int(reach + 1)))
  const dense = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = first[row]!; column < row; column++) {
      const value = 2 * rng.next() - 1
      dense[row * size + column] = value
      dense[column * size + row] = value
    }
  }
  for (let row = 0; row < size; row++) {
    const sum = dense.subarray(row * size, (row + 1) * size).reduce((total, value) => total + Math.abs(value), 0)
    dense[row * size + row] = sum + 0.1
  }
  return { size, first, dense }
}

function fill({ size, dense }: Sample, first: ArrayLike<number>): Skyline {
  const matrix = skyline(
    first,
    Int32Array.from({ length: size }, (_, row) => row),
  )
  clearSkyline(matrix)
  for (let row = 0; row < size; row++) {
    for (let column = first[row]!; column <= row; column++) {
      matrix.values[matrix.offset[row]! + column] = dense[row * size + column]!
    }
  }
  return matrix
}

test('solves what it is given, and the same with a full triangle as with a tight envelope', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const sample = sampleOf(shape)
      const { size, dense } = sample
      const x = Float64Array.from({ length: size }, (_, i) => Math.cos(3 * i))
      const b = x.map((_, row) => x.reduce((sum, value, column) => sum + dense[row * size + column]! * value, 0))
      for (const first of [sample.first, new Int32Array(size)]) {
        const matrix = fill(sample, first)
        assert.ok(factorSkyline(matrix))
        const solution = b.slice()
        solveSkyline(matrix, solution)
        solution.forEach((value, i) => assert.ok(Math.abs(value - x[i]!) < 1e-9))
      }
    }),
    { numRuns: 200 },
  )
})

test('the inverse inside the envelope is the inverse', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const sample = sampleOf(shape)
      const { size, first } = sample
      const factor = fill(sample, first)
      assert.ok(factorSkyline(factor))
      const inverse = fill(sample, first)
      assert.ok(factorSkyline(inverse))
      invertSkyline(inverse)
      for (let column = 0; column < size; column++) {
        const unit = new Float64Array(size)
        unit[column] = 1
        solveSkyline(factor, unit)
        for (let row = column; row < size; row++) {
          if (first[row]! > column) continue
          const found = inverse.values[inverse.offset[row]! + column]!
          assert.ok(Math.abs(found - unit[row]!) < 1e-9 * (1 + Math.abs(unit[row]!)))
        }
      }
    }),
    { numRuns: 200 },
  )
})

test('says so when a matrix is not positive definite', () => {
  for (const entries of [
    [1, 2, 1],
    [0, 0, 1],
    [1, 1, 1],
    [NaN, 0, 1],
    [-1, 0, 1],
  ]) {
    const matrix = skyline([0, 0], [0, 1])
    clearSkyline(matrix)
    matrix.values[matrix.offset[0]!] = entries[0]!
    matrix.values[matrix.offset[1]!] = entries[1]!
    matrix.values[matrix.offset[1]! + 1] = entries[2]!
    assert.equal(factorSkyline(matrix), false, entries.join(' '))
  }
})

/** Points that each see `reach` cameras in a row, the cameras numbered by `name`. */
function path(cameras: number, reach: number, name: (place: number) => number): Problem {
  const camera: number[] = []
  const point: number[] = []
  for (let p = 0; p + reach <= cameras; p++) {
    for (let i = 0; i < reach; i++) {
      camera.push(name(p + i))
      point.push(p)
    }
  }
  return {
    cameras: Array.from({ length: cameras }),
    points: new Float64Array(3 * (cameras - reach + 1)),
    observations: { camera: Int32Array.from(camera), point: Int32Array.from(point) },
  } as unknown as Problem
}

test('a path in order stays in order; a shuffled one is put in order, forwards or backwards', () => {
  assert.deepEqual([...cameraOrder(path(50, 4, (place) => place))], [...Array(50).keys()])
  const shuffled = cameraOrder(path(50, 4, (place) => (place * 17) % 50))
  const places = [...shuffled].map((camera) => (camera * 3) % 50) // 17 * 3 = 1 modulo 50
  const farthest = Math.max(...places.map((place, i) => Math.abs(place - (places[0]! < 25 ? i : 49 - i))))
  assert.ok(farthest < 4, places.join(' '))
})

test('cameras that share nothing are all in the order', () => {
  const none = { camera: new Int32Array(0), point: new Int32Array(0) }
  const apart = { ...path(5, 2, (place) => place), observations: none } as unknown as Problem
  assert.deepEqual([...cameraOrder(apart)].sort(), [0, 1, 2, 3, 4])
})
