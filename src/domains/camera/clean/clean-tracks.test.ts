import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type SyntheticOptions, syntheticShot } from '#track/synthetic.ts'
import type { Track } from '#track/tracks.ts'
import { clean, type CleanOptions } from './clean-tracks.ts'

const options: CleanOptions = {
  info: { widthPx: 960, heightPx: 540 },
  settings: { minLifespanFrames: 6, rejectNonRigid: true, robust: false },
  cuts: [],
  statics: [],
}

function shot(asked: Partial<SyntheticOptions> = {}) {
  const { tracks, truth } = syntheticShot({ frames: 40, liveTracks: 80, noisePx: 0.2, ...asked })
  return {
    truth,
    tracks: tracks.map(
      ({ id, frames, xy }): Track => ({
        id,
        origin: 'detected',
        startFrame: frames[0]!,
        frames,
        xy,
        correlation: new Float32Array(frames.length).fill(0.97),
        begin: null,
        end: { frame: frames.at(-1)!, reason: 'occluded' },
      }),
    ),
  }
}

const long = (tracks: readonly Track[], frames = 20) => tracks.filter((track) => track.frames.length >= frames)

/** Without those that come near to another one: points at random, unlike a tracker's, lie in one place by chance. */
const apart = (tracks: readonly Track[]) =>
  tracks.filter((a, i) =>
    tracks.slice(0, i).every((b) =>
      a.frames.every((f, k) => {
        const j = b.frames.indexOf(f)
        return j < 0 || Math.hypot(a.xy[2 * k]! - b.xy[2 * j]!, a.xy[2 * k + 1]! - b.xy[2 * j + 1]!) > 3
      }),
    ),
  )

/** Moves markers of one track. */
const moved = (tracks: readonly Track[], id: number, from: number, to: number, by: readonly [number, number]) =>
  tracks.map((track) =>
    track.id === id
      ? { ...track, xy: track.xy.map((v, i) => (i >= 2 * from && i <= 2 * to + 1 ? v + by[i % 2]! : v)) }
      : track,
  )

const ids = (tracks: readonly { readonly id: number }[]) => tracks.map(({ id }) => id)
const removedIds = (tracks: readonly Track[], asked: CleanOptions = options) =>
  clean(tracks, asked).removed.map(({ track, reason }) => `${track.id} ${reason}`)

test('healthy tracks of any path are left as they are; shaken hard, one marker at the end of a track at most', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom('walk', 'orbit', 'forward', 'tripod', 'handheld'),
      fc.constantFrom(0.2, 1),
      (seed, path, shakeDeg) => {
        const tracks = apart(long(shot({ seed, path, shakeDeg }).tracks, 6))
        const { removed, removedMarkers, averaged } = clean(tracks, options)
        assert.deepEqual([removed, averaged], [[], []])
        // At an end there is one neighbour in time only, and 60 px of shake in it are hard to tell from a jump.
        assert.ok(removedMarkers.length <= (shakeDeg < 1 ? 0 : 1), JSON.stringify(removedMarkers))
        for (const { track, frame } of removedMarkers) {
          const { frames } = tracks.find(({ id }) => id === track)!
          assert.ok(frame === frames[0] || frame === frames.at(-1))
        }
      },
    ),
    { numRuns: 4 },
  )
})

test('a marker that jumps and comes back is taken out, and nothing else', () => {
  const { tracks } = shot({ seed: 3 })
  const [victim] = long(tracks, 40)
  const spiked = moved(tracks, victim!.id, 17, 17, [9, -4])
  const { removedMarkers, removed, tracks: left } = clean(spiked, options)
  assert.deepEqual(removedMarkers, [{ track: victim!.id, frame: 17, reason: 'motion-spike' }])
  assert.deepEqual(
    removed.filter(({ reason }) => reason !== 'short-lifespan'),
    [],
  )
  const mended = left.find(({ id }) => id === victim!.id)!
  assert.equal(mended.frames.length, victim!.frames.length - 1)
  assert.ok(!mended.frames.includes(17))
})

test('of a track that jumps and stays there the longer side is kept', () => {
  const { tracks } = shot({ seed: 3 })
  const [victim] = long(tracks, 40)
  const late = clean(moved(tracks, victim!.id, 28, 39, [12, 5]), options)
  const kept = late.tracks.find(({ id }) => id === victim!.id)!
  assert.deepEqual([kept.frames[0], kept.frames.at(-1)], [0, 27])
  assert.deepEqual(kept.end, { frame: 27, reason: 'drift' })
  assert.equal(late.removedMarkers.length, 12)
  assert.ok(late.removedMarkers.every(({ track, reason }) => track === victim!.id && reason === 'segment-cleaned'))
  const early = clean(moved(tracks, victim!.id, 0, 9, [12, 5]), options).tracks.find(({ id }) => id === victim!.id)!
  assert.deepEqual([early.frames[0], early.startFrame, early.begin?.reason], [10, 10, 'drift'])
})

test('what jumps again and again follows nothing', () => {
  const { tracks } = shot({ seed: 3 })
  const [victim] = long(tracks, 40)
  const wild = { ...victim!, xy: victim!.xy.map((v, i) => v + 25 * Math.sin(7.3 * i)) }
  const removed = clean([...tracks.filter((track) => track !== victim), wild], options).removed
  const found = removed.find(({ track }) => track.id === wild.id)
  assert.equal(found?.reason, 'motion-spike')
  assert.ok(found !== undefined && wild.frames.includes(found.frame))
})

test('what moves on its own is found, and what stands still is kept', () => {
  const { tracks, truth } = shot({ seed: 12, movers: 3, moverShare: 0.2, liveTracks: 150 })
  const judged = long(tracks)
  const moving = new Set(ids(judged.filter(({ id }) => truth.points[id] === null)))
  const found = clean(judged, options).removed.filter(({ reason }) => reason === 'non-rigid')
  const right = found.filter(({ track }) => moving.has(track.id)).length
  assert.ok(right >= 0.5 * moving.size, `${right} of ${moving.size} that move`)
  assert.equal(found.length, right)
  const off = { ...options, settings: { ...options.settings, rejectNonRigid: false } }
  assert.deepEqual(clean(judged, off).removed, [])
})

test('no more than 30 % are taken for moving, and 20 are kept, however wild the footage', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 22, max: 60 }), (seed, liveTracks) => {
      const { tracks } = shot({ seed, movers: 4, moverShare: 0.45, liveTracks, slidingShare: 0.2 })
      const { removed } = clean(tracks, options)
      const moving = removed.filter(({ reason }) => reason === 'non-rigid').length
      assert.ok(moving <= 0.3 * tracks.length && tracks.length - moving >= 20)
    }),
    { numRuns: 4 },
  )
})

test('short tracks go, but never so many that a frame has too few', () => {
  const { tracks } = shot({ seed: 5, meanLength: 6, liveTracks: 60 })
  const { removed, tracks: left } = clean(tracks, options)
  const short = removed.filter(({ reason }) => reason === 'short-lifespan')
  assert.ok(short.length > 10 && short.every(({ track }) => track.frames.length < 6))
  for (let f = 0; f < 40; f++) {
    const before = tracks.filter(({ frames }) => frames.includes(f)).length
    const after = left.filter(({ frames }) => frames.includes(f)).length
    assert.ok(after >= Math.min(20, before), `frame ${f}: ${before} to ${after}`)
  }
  const few = long(tracks, 2).slice(0, 15)
  assert.deepEqual(clean(few, options).tracks.length, few.length)
})

test('two tracks that slid together count once; two that pass by each other count twice', () => {
  const { tracks } = shot({ seed: 8 })
  const [one, other] = long(tracks, 40)
  const beside = (awayPx: (f: number) => number): Track => ({
    ...other!,
    frames: other!.frames.slice(0, 30),
    correlation: other!.correlation.slice(0, 30),
    xy: one!.xy.slice(0, 60).map((v, i) => (i % 2 === 0 ? v + 0.4 + awayPx(i >> 1) : v)),
    end: { frame: 29, reason: 'drift' },
  })
  const rest = tracks.filter((track) => track !== other)
  const duplicates = (track: Track) =>
    clean([...rest, track], options).removed.filter(({ reason }) => reason === 'duplicate')
  const slid = duplicates(beside((f) => Math.max(0, 20 - f)))
  assert.deepEqual(
    slid.map(({ track }) => track.id),
    [other!.id],
  )
  assert.equal(slid[0]!.frame, 20)
  assert.deepEqual(duplicates(beside((f) => Math.max(0, Math.abs(f - 15) - 4))), [])
})

test('two tracks of one feature at the same frames are averaged, at other frames never', () => {
  const { tracks } = shot({ seed: 8 })
  const [one] = long(tracks, 40)
  const twin: Track = { ...one!, id: 9000, xy: one!.xy.map((v) => v + 0.3), frames: one!.frames }
  assert.deepEqual(clean([...tracks, twin], options).averaged, [{ kept: one!.id, joined: [9000] }])
  const half = (track: Track, from: number, id: number): Track => ({
    ...track,
    id,
    startFrame: from,
    frames: track.frames.slice(from, from + 20),
    correlation: track.correlation.slice(from, from + 20),
    xy: one!.xy.slice(0, 40),
  })
  assert.deepEqual(clean([half(one!, 0, 1), half(one!, 20, 2)], options).averaged, [])
})

test('what is burnt in or no number goes, and is kept on record as it was', () => {
  const { tracks } = shot({ seed: 8 })
  const [logo, broken] = long(tracks)
  const xy = broken!.xy.slice()
  xy[7] = NaN
  const bad = { ...broken!, xy }
  const report = clean([...tracks.filter((track) => track !== broken), bad], { ...options, statics: [logo!.id] })
  const found = report.removed.filter(({ reason }) => reason === 'burnt-in' || reason === 'invalid')
  assert.deepEqual(found, [
    { track: logo, frame: logo!.frames[0], reason: 'burnt-in' },
    { track: bad, frame: bad.frames[0], reason: 'invalid' },
  ])
})

test('what a person brought is never changed', () => {
  const { tracks } = shot({ seed: 5, meanLength: 6, grossShare: 0.3, movers: 3, moverShare: 0.3 })
  for (const origin of ['user', 'imported'] as const) {
    const brought = tracks.map((track): Track => ({ ...track, origin }))
    const report = clean(brought, { ...options, statics: ids(brought) })
    assert.deepEqual(report, { tracks: brought, removed: [], removedMarkers: [], averaged: [] })
  }
})

test('the order of the tracks says nothing, nor does a mirror or the clip’s first frame', () => {
  const { tracks } = shot({ seed: 21, meanLength: 15, grossShare: 0.1, movers: 2, moverShare: 0.2, liveTracks: 120 })
  const report = clean(tracks, options)
  assert.ok(report.removed.length > 10 && report.removedMarkers.length > 5)
  assert.deepEqual(clean(tracks.toReversed(), options), report)
  const mirror = tracks.map((track) => ({ ...track, xy: track.xy.map((v, i) => (i % 2 === 0 ? 960 - v : v)) }))
  assert.deepEqual(removedIds(mirror), removedIds(tracks))
  assert.deepEqual(ids(clean(mirror, options).tracks), ids(report.tracks))
})

test('nothing comes of nothing', () => {
  assert.deepEqual(clean([], options), { tracks: [], removed: [], removedMarkers: [], averaged: [] })
})
