import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EndReason, Track } from '#track/tracks.ts'
import { syntheticShot } from '#track/synthetic.ts'
import { findGaps, type GapSearch } from './gaps.ts'
import { mirrored, part } from './test-clip.ts'

const search: GapSearch = { widthPx: 960, frameRate: { numerator: 24, denominator: 1 }, cuts: [] }

const follow = (options: Parameters<typeof syntheticShot>[0]): Track[] =>
  syntheticShot({ frames: 60, liveTracks: 60, ...options }).tracks.map((track) => ({
    ...track,
    origin: 'detected',
    startFrame: track.frames[0]!,
    correlation: new Float32Array(track.frames.length).fill(0.97),
    begin: null,
    end: { frame: track.frames.at(-1)!, reason: track.frames.at(-1) === 59 ? 'range-end' : 'left-frame' },
  }))

/** Every other track is cut in two, the later part with 1000 added to its id. */
const split = (tracks: readonly Track[], lastFrame: number, firstFrame: number): Track[] =>
  tracks.flatMap((track, i) =>
    i % 2 === 0 || track.frames[0]! > lastFrame - 3 || track.frames.at(-1)! < firstFrame + 3
      ? [track]
      : [part(track, 0, lastFrame, track.id), part(track, firstFrame, 59, 1000 + track.id)],
  )

const halves = (tracks: readonly Track[]) => tracks.filter(({ id }) => id >= 1000).length

const pairs = (tracks: readonly Track[], asked: GapSearch = search) =>
  findGaps(tracks, asked).map(({ earlier, later }) => [tracks[earlier]!.id, tracks[later]!.id] as const)

test('most true pairs are found, over any path of the camera through a scene of any depth', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom('walk', 'orbit', 'forward'),
      fc.integer({ min: 2, max: 12 }),
      (seed, path, gap) => {
        const tracks = split(follow({ seed, path, noisePx: 0.2, liveTracks: 120 }), 20, 20 + gap)
        const found = new Set(pairs(tracks).map(([a, b]) => `${a}-${b}`))
        const right = tracks.filter(({ id }) => id >= 1000 && found.has(`${id - 1000}-${id}`)).length
        assert.ok(right >= 0.6 * halves(tracks), `${right} of ${halves(tracks)}`)
      },
    ),
    { numRuns: 4 },
  )
})

test('tracks that left the picture or lasted to the end are not asked after', () => {
  assert.deepEqual(pairs(follow({ seed: 4 })), [])
})

for (const reason of ['left-frame', 'scene-cut', 'range-end', 'masked', 'stopped'] satisfies EndReason[]) {
  test(`an end by ${reason} has no gap after it`, () => {
    const tracks = split(follow({ seed: 4 }), 20, 25).map(
      (track): Track => (track.end?.reason === 'occluded' ? { ...track, end: { ...track.end, reason } } : track),
    )
    assert.deepEqual(pairs(tracks), [])
  })
}

test('no gap goes over a cut', () => {
  const tracks = split(follow({ seed: 4 }), 20, 25)
  assert.ok(pairs(tracks).length > 10)
  for (const cut of [21, 23, 25]) assert.deepEqual(pairs(tracks, { ...search, cuts: [40, cut] }), [])
  assert.ok(pairs(tracks, { ...search, cuts: [26] }).length > 10)
})

test('the longest gap lasts as long, whatever the frame rate', () => {
  const tracks = split(follow({ seed: 4 }), 5, 45)
  const at = (fps: number) => pairs(tracks, { ...search, frameRate: { numerator: fps, denominator: 1 } }).length
  assert.ok(at(24) > 0 && at(60) >= at(24))
  assert.equal(at(12), 0)
})

test('without anchors a track goes on as it did, and no farther off than 2 px', () => {
  const track = (id: number, frames: readonly number[], y: number): Track => ({
    id,
    origin: 'detected',
    startFrame: frames[0]!,
    frames: Int32Array.from(frames),
    xy: Float64Array.from(frames.flatMap((f) => [100 + 4 * f, y])),
    correlation: new Float32Array(frames.length).fill(1),
    begin: null,
    end: { frame: frames.at(-1)!, reason: 'occluded' },
  })
  const [earlier, later] = [
    [0, 1, 2, 3, 4, 5],
    [9, 10, 11],
  ]
  assert.deepEqual(pairs([track(1, earlier, 50), track(2, later, 51)]), [[1, 2]])
  assert.deepEqual(pairs([track(1, earlier, 50), track(2, later, 52.5)]), [])
})

test('a mirror finds the same', () => {
  const tracks = split(follow({ seed: 9, noisePx: 0.3 }), 20, 28)
  assert.deepEqual(pairs(tracks.map((track) => mirrored(track, 960))), pairs(tracks))
})
