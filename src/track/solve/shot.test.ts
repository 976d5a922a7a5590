import assert from 'node:assert/strict'
import { test } from 'node:test'
import { syntheticShot } from '../synthetic.ts'
import { selectKeyframes } from './keyframes.ts'
import { observationsIn, sharedTracks, tabulate } from './shot.ts'

const picture = { widthPx: 960, heightPx: 540 }
const { tracks } = syntheticShot({ frames: 30, liveTracks: 50, meanLength: 20 })
const keyOf = (track: number, frame: number) => 1000 * track + frame

test('Every observation is either seen or hidden, none both', () => {
  const shot = tabulate(tracks, 0.3, 1, picture)
  assert.ok(shot)
  const keys = ({ track, frame }: { track: Int32Array; frame: Int32Array }) =>
    Array.from(track, (t, i) => keyOf(t, frame[i]! + shot.fromFrame))
  const [seen, hidden] = [keys(shot), keys(shot.hidden)]
  const all = tracks.flatMap(({ frames }, t) => Array.from(frames, (frame) => keyOf(t, frame)))
  assert.deepEqual(
    [...seen, ...hidden].sort((a, b) => a - b),
    all.sort((a, b) => a - b),
  )
  assert.ok(hidden.length > 0.2 * all.length)
  assert.deepEqual(tabulate(tracks, 0.3, 1, picture), shot)
  assert.notDeepEqual(tabulate(tracks, 0.3, 2, picture)?.hidden, shot.hidden)
})

test('The index by frame and the tracks that two frames share agree with a plain search', () => {
  const shot = tabulate(tracks, 0, 1, picture)
  assert.ok(shot)
  for (const [a, b] of [
    [0, 29],
    [3, 4],
    [12, 20],
  ] as const) {
    const inFrame = (frame: number): Set<number> =>
      new Set(tracks.flatMap((t, i) => (t.frames.includes(frame) ? [i] : [])))
    const both = [...inFrame(a)].filter((t) => inFrame(b).has(t))
    const { count, track, inA, inB } = sharedTracks(shot, a, b)
    assert.deepEqual([...track], both)
    assert.equal(count, both.length)
    for (let k = 0; k < count; k++) {
      assert.deepEqual([shot.frame[inA[k]!], shot.frame[inB[k]!]], [a, b])
      assert.deepEqual([shot.track[inA[k]!], shot.track[inB[k]!]], [track[k], track[k]])
    }
    assert.deepEqual(new Set(observationsIn(shot, a).map((i) => shot.track[i]!)), inFrame(a))
  }
})

test('What is not finite or comes twice is left out, and nothing at all is null', () => {
  const broken = [
    { id: 7, frames: Int32Array.of(5, 3, 4, 3), xy: Float64Array.of(50, 5, 30, 3, NaN, 4, 31, 3) },
    { id: 8, frames: Int32Array.of(3), xy: Float64Array.of(Infinity, 1) },
  ]
  const shot = tabulate(broken, 0, 1, picture)
  assert.ok(shot)
  assert.equal(shot.fromFrame, 3)
  assert.deepEqual([...shot.frame], [0, 2])
  assert.deepEqual([...shot.xy], [30, 3, 50, 5])
  assert.equal(tabulate(broken.slice(1), 0, 1, picture), null)
})

test('Observations weigh by area: a crowd in one spot counts as one', () => {
  const crowd = Array.from({ length: 9 }, (_, id) => ({
    id,
    frames: Int32Array.of(0),
    xy: id < 8 ? Float64Array.of(10 + id, 10) : Float64Array.of(900, 500),
  }))
  const shot = tabulate(crowd, 0, 1, picture)
  assert.ok(shot)
  assert.deepEqual([...shot.areaWeight], [...Array.from({ length: 8 }, () => 1 / 8), 1])
})

test('Keyframes begin and end the shot, and nearer together where the picture moves faster', () => {
  const made = (pxPerFrame: (frame: number) => number) => {
    const shift = Array.from({ length: 60 }, () => 0)
    for (let f = 1; f < 60; f++) shift[f] = shift[f - 1]! + pxPerFrame(f)
    return Array.from({ length: 20 }, (_, id) => ({
      id,
      frames: Int32Array.from(shift.keys()),
      xy: Float64Array.from(shift.flatMap((s) => [s, 20 * id])),
    }))
  }
  const shot = tabulate(
    made((frame) => (frame < 30 ? 1 : 40)),
    0,
    1,
    picture,
  )
  assert.ok(shot)
  const keyframes = selectKeyframes(shot, 1100, 8)
  assert.equal(keyframes[0], 0)
  assert.equal(keyframes.at(-1), 59)
  const [slow, fast] = [keyframes.filter((f) => f < 30), keyframes.filter((f) => f >= 30)]
  assert.ok(fast.length > 3 * slow.length, keyframes.join(' '))
})
