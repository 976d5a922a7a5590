import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Track } from '#track/tracks.ts'
import { heal, type HealOptions } from './heal-tracks.ts'
import { followedFootage, mirrored, part, quiet, type TestClip, trackOf } from './test-clip.ts'

const [gapFrom, gapTo] = [9, 15]

let clip: TestClip
/** Tracks that last, cut in two: the later part of track i has id 1000 + i. */
let split: readonly Track[]
let options: HealOptions

before(async () => {
  clip = await followedFootage({ seed: 5, frames: 25, speed: 0.7, noise: 1 })
  const whole = clip.tracks.filter(({ frames }) => frames.length === 25)
  split = whole.flatMap((track, i) =>
    // Every third stays whole and leads the way.
    i % 3 === 0 ? [track] : [part(track, 0, gapFrom, track.id), part(track, gapTo, 24, 1000 + track.id)],
  )
  const { source, kernel, settings, footage } = clip
  options = { source, kernel, settings, info: footage.info, cuts: [] }
})

test('what was one feature becomes one track again, and nothing else does', async () => {
  const halves = split.filter(({ id }) => id >= 1000)
  const { tracks, attempts, candidates } = await heal(split, options, quiet)
  const healed = attempts.filter((attempt) => attempt.healed)
  assert.equal(attempts.length, candidates)
  assert.ok(halves.length >= 20 && healed.length >= 0.85 * halves.length, `${healed.length} of ${halves.length}`)
  for (const { earlier, later } of healed) assert.equal(later, 1000 + earlier)
  assert.equal(tracks.length, split.length - healed.length)
})

test('the bridge has every frame between the two, and goes where the feature went', async () => {
  const off: number[] = []
  const { tracks, attempts } = await heal(split, options, quiet)
  for (const attempt of attempts.filter(({ healed }) => healed)) {
    const real = trackOf(clip.tracks, attempt.earlier)
    assert.deepEqual([attempt.gapStartFrame, attempt.gapEndFrame], [gapFrom, gapTo])
    assert.equal(attempt.bridge.length, 2 * (gapTo - gapFrom - 1))
    for (let f = gapFrom + 1; f < gapTo; f++) {
      const i = 2 * (f - gapFrom - 1)
      const away = Math.hypot(attempt.bridge[i]! - real.xy[2 * f]!, attempt.bridge[i + 1]! - real.xy[2 * f + 1]!)
      assert.ok(away < 1, `frame ${f} of track ${attempt.earlier} is ${away} px off`)
    }
    const whole = trackOf(tracks, attempt.earlier)
    assert.equal(new Set(whole.frames).size, whole.frames.length)
    assert.deepEqual(
      [...whole.frames],
      [...whole.frames].sort((a, b) => a - b),
    )
    assert.deepEqual(whole.end, real.end)
    for (let f = 0; f <= gapFrom; f++) assert.equal(whole.xy[2 * f], real.xy[2 * f])
    for (const [i, f] of whole.frames.entries()) {
      off.push(Math.hypot(whole.xy[2 * i]! - real.xy[2 * f]!, whole.xy[2 * i + 1]! - real.xy[2 * f + 1]!))
    }
  }
  off.sort((a, b) => a - b)
  assert.ok(
    off[off.length >> 1]! < 0.05 && off.at(-1)! < 1,
    `middle ${off[off.length >> 1]} px, worst ${off.at(-1)} px`,
  )
})

test('a mirror changes nothing', async () => {
  const width = clip.footage.info.widthPx
  const source = {
    async *frames(range: Parameters<TestClip['source']['frames']>[0]) {
      for await (const frame of clip.source.frames(range)) {
        const luma = new Uint8Array(frame.luma.length)
        for (let i = 0; i < luma.length; i++) luma[i] = frame.luma[i - (i % width) + width - 1 - (i % width)]!
        yield { ...frame, luma }
      }
    },
  }
  const pairs = async (tracks: readonly Track[], from: HealOptions['source']) =>
    (await heal(tracks, { ...options, source: from }, quiet)).attempts
      .filter(({ healed }) => healed)
      .map(({ earlier, later }) => `${earlier}-${later}`)
  const mirror = split.map((track) => mirrored(track, width))
  assert.deepEqual(await pairs(mirror, source), await pairs(split, clip.source))
})

test('the order of the tracks says nothing', async () => {
  const [one, other] = [await heal(split, options, quiet), await heal(split.toReversed(), options, quiet)]
  const byId = (tracks: readonly Track[]) => tracks.toSorted((a, b) => a.id - b.id)
  assert.deepEqual(byId(other.tracks), byId(one.tracks))
  assert.deepEqual(other.attempts, one.attempts)
})

test('another feature 3 % of the width away is not taken for it, nor one that lies nearer', async () => {
  for (const away of [0.03 * 320, 2.5]) {
    const elsewhere = split.map((track) =>
      track.id < 1000 ? track : { ...track, xy: track.xy.map((v, i) => (i % 2 === 0 ? v + away : v)) },
    )
    const { tracks, attempts } = await heal(elsewhere, options, quiet)
    assert.deepEqual(tracks, elsewhere)
    for (const { healed, why } of attempts) assert.ok(!healed && why !== null)
  }
})

test('a gap over which the picture became another one is not healed', async () => {
  const source = {
    async *frames(range: Parameters<TestClip['source']['frames']>[0]) {
      for await (const frame of clip.source.frames(range)) {
        yield frame.index < gapTo ? frame : { ...frame, luma: frame.luma.toReversed() }
      }
    },
  }
  const { tracks, attempts } = await heal(split, { ...options, source }, quiet)
  assert.deepEqual(tracks, split)
  assert.ok(attempts.length > 10 && attempts.every(({ healed, errorPx }) => !healed && errorPx !== 0))
})

test('of two tracks that could go on in one place only the surer does', async () => {
  const [earlier, later] = split.filter(({ id }) => id % 1000 === split[1]!.id % 1000)
  // Three frames only: not long enough to be merged with the other as an overlap.
  const rival = { ...part(later!, gapTo, gapTo + 2, 5000), xy: later!.xy.slice(0, 6).map((v) => v + 0.2) }
  const { tracks, attempts } = await heal([...split, rival], options, quiet)
  const tries = attempts.filter((attempt) => attempt.earlier === earlier!.id)
  assert.deepEqual(
    tries.map(({ later: to, healed }) => [to, healed]),
    [
      [later!.id, true],
      [5000, false],
    ],
  )
  assert.match(tries[1]!.why!, /surer/)
  assert.ok(tracks.some(({ id }) => id === 5000))
})

test('chains of parts become one track, and the joined ones are each in one', async () => {
  const whole = clip.tracks.filter(({ frames }) => frames.length === 25)
  const parts = whole.flatMap((track, i) =>
    i % 2 === 0
      ? [track]
      : [part(track, 0, 6, track.id), part(track, 10, 15, 1000 + track.id), part(track, 19, 24, 2000 + track.id)],
  )
  const { tracks, attempts } = await heal(parts, options, quiet)
  const healed = attempts.filter((attempt) => attempt.healed)
  assert.equal(new Set(healed.map(({ later }) => later)).size, healed.length)
  assert.equal(new Set(healed.map(({ earlier }) => earlier)).size, healed.length)
  assert.ok(
    tracks.filter(({ id, frames }) => id < 1000 && frames[0] === 0 && frames.at(-1) === 24).length > 0.8 * whole.length,
  )
  assert.equal(tracks.length, parts.length - healed.length)
})

test('where nothing can be healed no frame is decoded', async () => {
  clip.asked.length = 0
  const whole = clip.tracks.filter(({ frames }) => frames.length === 25)
  const away = split.map(
    (track): Track => (track.id < 1000 ? { ...track, end: { frame: gapFrom, reason: 'left-frame' } } : track),
  )
  for (const tracks of [[], whole, away]) {
    const report = await heal(tracks, options, quiet)
    assert.deepEqual(report, { tracks, candidates: 0, attempts: [], merged: [] })
  }
  assert.equal((await heal(split, { ...options, cuts: [12] }, quiet)).candidates, 0)
  assert.deepEqual(clip.asked, [])
})

test('what a person brought is not swallowed', async () => {
  const brought = split.map((track): Track => (track.id < 1000 ? track : { ...track, origin: 'user' }))
  assert.deepEqual((await heal(brought, options, quiet)).tracks, brought)
})

test('stops when it is told to', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(heal(split, options, { ...quiet, signal }), /enough/)
})
