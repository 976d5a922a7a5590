import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRng } from '#core/rng.ts'
import { localMotion } from './local-motion.ts'

/** Anchors up to 150 px round 400, 300, and where an affine map takes them. */
function anchors(count: number, map: (x: number, y: number) => readonly [number, number], seed: number) {
  const rng = seededRng(seed)
  const from = Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? 400 : 300) + 300 * (rng.next() - 0.5))
  const to = Float64Array.from(from)
  for (let i = 0; i < count; i++) to.set(map(from[2 * i]!, from[2 * i + 1]!), 2 * i)
  return { from, to }
}

test('an affine motion is found but for a small pull towards mere translation', () => {
  const small = fc.double({ min: -0.1, max: 0.1, noNaN: true })
  fc.assert(
    fc.property(small, small, small, small, fc.nat(), (a, b, c, d, seed) => {
      const map = (x: number, y: number) => [x + a * x + b * y + 7, y + c * x + d * y - 3] as const
      const { from, to } = anchors(12, map, seed)
      const { x, y, sigmaPx } = localMotion(from, to, 400, 300)!
      const [realX, realY] = map(400, 300)
      assert.ok(Math.hypot(x - realX, y - realY) < 2 && sigmaPx < 1)
    }),
  )
})

test('two of twelve that go their own way do not lead anyone astray', () => {
  const { from, to } = anchors(12, (x, y) => [1.02 * x + 5, 1.02 * y - 4], 3)
  to[4]! += 40
  to[11]! -= 25
  const { x, y } = localMotion(from, to, 400, 300)!
  assert.ok(Math.hypot(x - (1.02 * 400 + 5), y - (1.02 * 300 - 4)) < 0.5)
})

test('one anchor leads by its own step', () => {
  const motion = localMotion(Float64Array.of(10, 20), Float64Array.of(13, 19), 50, 60)!
  for (const [i, one] of [1, 0, 0, 1].entries()) assert.ok(Math.abs(motion.linear[i]! - one) < 1e-9)
  assert.ok(Math.hypot(motion.x - 53, motion.y - 59) < 1e-6)
})

test('a mirror mirrors it', () => {
  const { from, to } = anchors(9, (x, y) => [1.03 * x - 0.05 * y, 0.02 * x + 0.98 * y + 9], 8)
  const flip = (xy: Float64Array) => xy.map((v, i) => (i % 2 === 0 ? 960 - v : v))
  const [one, other] = [localMotion(from, to, 400, 300)!, localMotion(flip(from), flip(to), 560, 300)!]
  assert.ok(Math.hypot(960 - other.x - one.x, other.y - one.y) < 1e-6)
})

test('positions that are no numbers give no motion', () => {
  assert.equal(localMotion(Float64Array.of(NaN, 1), Float64Array.of(1, 1), 0, 0), null)
})
