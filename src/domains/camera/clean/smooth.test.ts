import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRng } from '#core/rng.ts'
import { gaussianPair } from '#track/synthetic.ts'
import type { Track } from '#track/tracks.ts'
import { smoothTracks } from './smooth.ts'

function made(frames: readonly number[], at: (f: number) => readonly [number, number]): Track {
  return {
    id: 1,
    origin: 'detected',
    startFrame: frames[0]!,
    frames: Int32Array.from(frames),
    xy: Float64Array.from(frames.flatMap((f) => [...at(f)])),
    correlation: new Float32Array(frames.length).fill(1),
    begin: null,
    end: null,
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, f) => f)
const straight = (f: number) => [100 + 4 * f, 300 - 1.5 * f] as const
const smoothOne = (track: Track, amount: number) => smoothTracks([track], amount)[0]!

function offPx(track: Track, at: (f: number) => readonly [number, number]): number {
  const squares = [...track.frames].map(
    (f, i) => (track.xy[2 * i]! - at(f)[0]) ** 2 + (track.xy[2 * i + 1]! - at(f)[1]) ** 2,
  )
  return Math.sqrt(squares.reduce((sum, v) => sum + v, 0) / squares.length)
}

test('the more is asked for, the nearer a noisy straight path comes to the truth', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const rng = seededRng(seed)
      const noisy = made(upTo(120), (f) => {
        const [dx, dy] = gaussianPair(rng)
        return [straight(f)[0] + 0.4 * dx, straight(f)[1] + 0.4 * dy]
      })
      const [none, some, all] = [0, 0.5, 1].map((amount) => offPx(smoothOne(noisy, amount), straight))
      assert.ok(some! < 0.85 * none! && all! < 0.55 * none! && all! < some!, `${none} ${some} ${all}`)
    }),
    { numRuns: 30 },
  )
})

test('a corner is cut by less than its step, and only within three frames of it', () => {
  const corner = (f: number) => (f <= 20 ? ([10 + 4 * f, 50] as const) : ([90, 50 + 4 * (f - 20)] as const))
  for (const amount of [0.25, 0.5, 1]) {
    const { xy } = smoothOne(made(upTo(41), corner), amount)
    for (let f = 0; f <= 40; f++) {
      const off = Math.hypot(xy[2 * f]! - corner(f)[0], xy[2 * f + 1]! - corner(f)[1])
      assert.ok(off <= (Math.abs(f - 20) < 3 ? 4 * Math.SQRT2 * amount : 1e-9), `${off} px at frame ${f}`)
    }
  }
})

test('ends and gaps stay, straight even paths are not changed, and nothing unasked is done', () => {
  const bent = made([0, 1, 2, 3, 7, 8, 9, 10, 20], (f) => [f * f, 3 * f])
  const { xy, frames } = smoothOne(bent, 1)
  for (const f of [0, 3, 7, 10, 20]) {
    const i = frames.indexOf(f)
    assert.deepEqual([xy[2 * i], xy[2 * i + 1]], [f * f, 3 * f])
  }
  assert.notEqual(xy[2], 1)
  assert.ok(offPx(smoothOne(made(upTo(30), straight), 1), straight) < 1e-9)
  const tracks = [bent]
  assert.equal(smoothTracks(tracks, 0), tracks)
})
