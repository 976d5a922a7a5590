import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  clockTick,
  type FrameTable,
  FrameTableBuilder,
  isEvenlySpaced,
  keyFrameFor,
  type Packet,
  secondsOf,
} from './survey.ts'

const packet = (pts: number | null, part: Partial<Packet> = {}): Packet => ({
  pts,
  dts: null,
  duration: 1,
  key: false,
  discarded: false,
  ...part,
})

function tableOf(packets: readonly Packet[]): FrameTable {
  const builder = new FrameTableBuilder()
  for (const one of packets) builder.add(one)
  return builder.build()
}

test('packets in any order become frames in display order', () => {
  const times = fc.uniqueArray(fc.integer({ min: -1e6, max: 1e12 }), { minLength: 1, maxLength: 3000 })
  fc.assert(
    fc.property(times, (pts) => {
      const { frameCount, pts: sorted } = tableOf(pts.map((time) => packet(time)))
      assert.deepEqual([frameCount, [...sorted!]], [pts.length, [...pts].sort((a, b) => a - b)])
    }),
    { numRuns: 20 },
  )
})

test('what an edit list leaves out is decoded, but is no frame', () => {
  const table = tableOf([packet(-2, { key: true, discarded: true }), packet(0), packet(1, { key: true })])
  assert.deepEqual([table.frameCount, table.packetCount, [...table.keys], table.span], [2, 3, [1], 2])
})

test('frames without times, or with one time for two, can only be counted', () => {
  for (const packets of [
    [packet(0), packet(null)],
    [packet(4), packet(4)],
  ]) {
    const { frameCount, pts, keys } = tableOf(packets)
    assert.deepEqual([frameCount, pts, [...keys]], [2, null, [0]])
  }
})

test('decoding begins at the key frame shown no later, so that leading frames have the one before theirs', () => {
  // Stored I0 P3 b1 b2 | I6 b4 b5 P8: 4 and 5 come behind the key frame 6, but need the group before.
  const stored = [0, 3, 1, 2, 6, 4, 5, 8].map((pts) => packet(pts, { key: pts % 6 === 0 }))
  const table = tableOf(stored)
  const begins = Array.from({ length: table.frameCount }, (_, index) => keyFrameFor(table, index))
  assert.deepEqual(begins, [0, 0, 0, 0, 0, 0, 6, 6])
})

test('a packet that shows nothing has the time of the next, where the codec has such packets', () => {
  const builder = new FrameTableBuilder()
  for (const pts of [0, 1, 1, 2]) builder.add(packet(pts, { key: pts === 0 }))
  const table = builder.build(true)
  assert.deepEqual([table.frameCount, table.packetCount, [...table.pts!], [...table.keys]], [3, 4, [0, 1, 2], [0]])
})

test('times that a coarse clock rounded are evenly spaced, jitter and jumps are not', () => {
  const times = (of: (i: number) => number) => Float64Array.from({ length: 50 }, (_, i) => of(i))
  const millisecond = clockTick({ numerator: 1, denominator: 1000 })
  const fine = clockTick({ numerator: 1, denominator: 90_000 })
  assert.deepEqual([millisecond, fine, clockTick({ numerator: 1001, denominator: 24_000 })], [1, 90, 1])
  assert.ok(
    isEvenlySpaced(
      times((i) => Math.round((i * 1000 * 1001) / 24_000)),
      millisecond,
    ),
  )
  assert.ok(
    isEvenlySpaced(
      times((i) => Math.floor((i * 1000) / 60)),
      millisecond,
    ),
  )
  assert.ok(
    isEvenlySpaced(
      times((i) => 90 * Math.round((i * 1000) / 24)),
      fine,
    ),
  )
  assert.ok(
    !isEvenlySpaced(
      times((i) => i * 3000 + (i % 7 === 0 ? 200 : 0)),
      fine,
    ),
  )
  assert.ok(
    !isEvenlySpaced(
      times((i) => i * 40 + (i > 20 ? 40 : 0)),
      millisecond,
    ),
  )
})

test('a duration as Matroska writes it', () => {
  assert.equal(secondsOf('01:02:03.250000000'), 3723.25)
  assert.equal(secondsOf('5.0'), null)
  assert.equal(secondsOf(undefined), null)
})
