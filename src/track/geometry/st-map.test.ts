import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Intrinsics } from './intrinsics.ts'
import { stMap } from './st-map.ts'

const plate: Intrinsics = {
  widthPx: 64,
  heightPx: 36,
  focalPx: 50,
  pixelAspect: 1,
  principalXPx: 31,
  principalYPx: 19,
  lens: { model: 'polynomial', k1: -0.15, k2: 0.02, k3: 0 },
}

test('the map of no distortion holds the centres of its own pixels, green from the bottom', () => {
  const map = stMap({ ...plate, lens: { model: 'none' } }, 'undistort')
  assert.equal(map.length, 2 * 64 * 36)
  assert.ok(Math.abs(map[0]! - 0.5 / 64) < 1e-7)
  assert.ok(Math.abs(map[1]! - 35.5 / 36) < 1e-7)
  assert.ok(Math.abs(map.at(-2)! - 63.5 / 64) < 1e-7)
  assert.ok(Math.abs(map.at(-1)! - 0.5 / 36) < 1e-7)
})

test('the maps of both directions undo each other', () => {
  const there = stMap(plate, 'undistort')
  const back = stMap(plate, 'distort')
  const sample = (map: Float32Array, x: number, y: number, channel: number) => {
    const [column, row] = [Math.floor(x - 0.5), Math.floor(y - 0.5)]
    const [u, v] = [x - 0.5 - column, y - 0.5 - row]
    const value = (i: number, j: number) => map[2 * ((row + j) * 64 + column + i) + channel]!
    return (1 - v) * ((1 - u) * value(0, 0) + u * value(1, 0)) + v * ((1 - u) * value(0, 1) + u * value(1, 1))
  }
  for (const [column, row] of [
    [20, 10],
    [31, 18],
    [45, 25],
  ] as const) {
    const at = 2 * (row * 64 + column)
    const [x, y] = [there[at]! * 64, (1 - there[at + 1]!) * 36]
    assert.ok(Math.hypot(x - column - 0.5, y - row - 0.5) > (column === 31 ? 0 : 0.05), 'the lens moves the pixel')
    assert.ok(Math.abs(sample(back, x, y, 0) * 64 - column - 0.5) < 2e-3)
    assert.ok(Math.abs((1 - sample(back, x, y, 1)) * 36 - row - 0.5) < 2e-3)
  }
})
