import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import type { Track } from '#track/tracks.ts'
import { mergeOverlaps } from './overlaps.ts'

const path = (f: number) => [100 + 3 * f, 200 - f] as const

function made(id: number, from: number, to: number, beside: readonly [number, number] = [0, 0], noisePx = 0): Track {
  const rng = seededRng(id)
  const frames = Int32Array.from({ length: to - from + 1 }, (_, i) => from + i)
  return {
    id,
    origin: 'detected',
    startFrame: from,
    frames,
    xy: Float64Array.from(
      [...frames].flatMap((f) => path(f).map((v, i) => v + beside[i]! + noisePx * (2 * rng.next() - 1))),
    ),
    correlation: new Float32Array(frames.length).fill(0.9),
    begin: { frame: from, reason: 'occluded' },
    end: { frame: to, reason: 'drift' },
  }
}

test('two tracks of one feature become one that lives as long as both', () => {
  const { tracks, merged } = mergeOverlaps([made(1, 0, 20), made(2, 12, 30, [0.6, 0.3])], 1)
  assert.deepEqual(merged, [{ kept: 1, joined: [2] }])
  const [whole] = tracks
  assert.deepEqual(
    [...whole!.frames],
    Array.from({ length: 31 }, (_, f) => f),
  )
  assert.deepEqual([whole!.begin?.frame, whole!.end?.frame], [0, 30])
  // The second was moved onto the first one's point, so there is no step where either begins or ends.
  for (let f = 0; f <= 30; f++) {
    assert.ok(Math.hypot(whole!.xy[2 * f]! - path(f)[0], whole!.xy[2 * f + 1]! - path(f)[1]) < 1e-9)
  }
})

test('averaging takes noise off the frames that both have', () => {
  const [one, other] = [made(1, 0, 200, [0, 0], 0.4), made(2, 0, 199, [0, 0], 0.4)]
  const spread = ({ frames, xy }: Track) =>
    Math.sqrt(frames.reduce((sum, f, i) => sum + (xy[2 * i]! - path(f)[0]) ** 2, 0) / frames.length)
  const { tracks } = mergeOverlaps([one, other], 1)
  assert.equal(tracks.length, 1)
  assert.ok(spread(tracks[0]!) < 0.8 * spread(one))
})

test('fewer than five common frames, or another time in the same place, is not one feature', () => {
  const tracks = [made(1, 0, 10), made(2, 7, 20)]
  assert.deepEqual(mergeOverlaps(tracks, 1), { tracks, merged: [] })
  const later = { ...made(2, 11, 20), xy: made(1, 0, 9).xy }
  assert.deepEqual(mergeOverlaps([tracks[0]!, later], 1).merged, [])
})

test('neighbours of neighbours are not drawn in', () => {
  const chain = [0, 0.8, 1.6, 2.4].map((x, i) => made(i + 1, 0, 20 - i, [x, 0]))
  const { tracks, merged } = mergeOverlaps(chain, 1)
  assert.deepEqual(merged, [
    { kept: 1, joined: [2] },
    { kept: 3, joined: [4] },
  ])
  assert.equal(tracks.length, 2)
})

test('in any order, and a person’s own tracks stay', () => {
  const chain = [0, 0.3, 0.6].map((x, i) => made(i + 1, i, 20 - i, [x, 0]))
  assert.deepEqual(mergeOverlaps(chain.toReversed(), 1), mergeOverlaps(chain, 1))
  const brought = chain.map((track): Track => ({ ...track, origin: 'user' }))
  assert.deepEqual(mergeOverlaps(brought, 1), { tracks: brought, merged: [] })
})
