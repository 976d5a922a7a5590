import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import type { LumaFrame } from '#vision/frames.ts'
import type { Kernel, Patterns, Pyramid } from '#vision/kernel.ts'
import { createReferenceKernel } from '#vision/kernel-reference.ts'
import { createWasmKernel } from '#vision/kernel-wasm.ts'
import { render, type Texture, waves } from '#vision/test-texture.ts'
import type { EndReason, TrackerSettings } from '../tracks.ts'
import type { Mask } from './mask.ts'
import { createTracker, type StepReport, type Tracker } from './tracker.ts'

const kernel = await createWasmKernel()
const [width, height] = [160, 120]
const settings: TrackerSettings = {
  patternSize: 15,
  searchSize: 61,
  correlation: 0.75,
  motionModel: 'Loc',
  patternMatch: 'keyframe',
  normalize: false,
}
const ground = waves(11)
/** Points spread over the picture, 2 numbers each. */
const spread = Array.from({ length: 12 }, (_, i) => [35.2 + 30 * (i % 4), 30.7 + 30 * Math.floor(i / 4)]).flat()

type At = (x: number, y: number) => readonly [number, number]

/** A frame of a texture that has moved by so much. */
const moved = (index: number, dx: number, dy: number, texture: Texture = ground): LumaFrame =>
  render(texture, width, height, (x, y) => [x - dx, y - dy], { index })
const warped = (index: number, at: At, texture: Texture = ground): LumaFrame =>
  render(texture, width, height, at, { index })

interface Run {
  readonly points?: readonly number[]
  readonly settings?: Partial<TrackerSettings>
  readonly masks?: readonly Mask[]
}

function begin(frame: LumaFrame, { points = spread, settings: changed = {}, masks = [] }: Run = {}): Tracker {
  const tracker = createTracker(kernel, {
    widthPx: width,
    heightPx: height,
    settings: { ...settings, ...changed },
    masks,
  })
  tracker.load(frame)
  tracker.add(points, 'user')
  return tracker
}

/** Follows through frames; why each track ended, null where it goes on. */
function follow(
  frames: readonly LumaFrame[],
  run: Run = {},
): { tracker: Tracker; ends: (EndReason | null)[]; reports: StepReport[] } {
  const tracker = begin(frames[0]!, run)
  const reports = frames.slice(1).map((frame) => tracker.step(frame))
  return { tracker, ends: tracker.tracks().map(({ end }) => end?.reason ?? null), reports }
}

test('points are followed to a few hundredths of a pixel, forwards and backwards', () => {
  const step = [3.3, -1.7] as const
  for (const motionModel of ['Loc', 'Affine'] as const) {
    for (const direction of [1, -1]) {
      const frames = Array.from({ length: 6 }, (_, i) => moved(20 + direction * i, i * step[0], i * step[1]))
      const { tracker, ends } = follow(frames, { settings: { motionModel } })
      assert.deepEqual(new Set(ends), new Set([null]))
      for (const [id, track] of tracker.tracks().entries()) {
        assert.deepEqual(
          [...track.frames],
          [...track.frames].sort((a, b) => a - b),
        )
        assert.equal(track.frames.length, 6)
        track.frames.forEach((frame, k) => {
          const n = Math.abs(frame - 20)
          const [ex, ey] = [spread[2 * id]! + n * step[0], spread[2 * id + 1]! + n * step[1]]
          assert.ok(Math.hypot(track.xy[2 * k]! - ex, track.xy[2 * k + 1]! - ey) < 0.05)
          assert.ok(n === 0 ? Number.isNaN(track.correlation[k]!) : track.correlation[k]! > 0.99)
        })
      }
      tracker.release()
    }
  }
})

test('the search window is a real limit', () => {
  // From rest nothing can be predicted; the pattern has (searchSize - patternSize) / 2 to move in.
  const jump = [moved(0, 0, 0), moved(1, 20, 0)]
  const points = spread.slice(0, 12)
  assert.deepEqual(new Set(follow(jump, { points, settings: { searchSize: 61 } }).ends), new Set([null]))
  const short = follow(jump, { points, settings: { searchSize: 51 } })
  assert.ok(short.ends.filter((reason) => reason === 'occluded' || reason === 'low-correlation').length >= 4)
  // What is found instead, something alike, lies within reach.
  for (const { x, track } of short.tracker.live()) assert.ok(Math.abs(x - points[2 * track]!) <= 18)
})

test('a pattern that moves along is searched for where it is expected', () => {
  const frames = [0, 8, 17, 30].map((dx, i) => moved(i, dx, 0))
  const { ends } = follow(frames, { points: [30.5, 60.5, 50.5, 40.5], settings: { searchSize: 33 } })
  assert.deepEqual(ends, [null, null])
})

test('the correlation is the lowest that is taken', () => {
  const noisy = (index: number) =>
    render(ground, width, height, (x, y) => [x, y], { index, noise: { sigma: 18, rng: seededRng(index) } })
  const frames = [noisy(0), noisy(1)]
  // So few that no track is weighed against the others.
  const points = spread.slice(0, 14)
  assert.deepEqual(new Set(follow(frames, { points, settings: { correlation: 0.6 } }).ends), new Set([null]))
  const strict = follow(frames, { points, settings: { correlation: 0.97 } }).ends
  assert.ok(
    strict.every((reason) => reason === 'low-correlation' || reason === 'occluded'),
    String(strict),
  )
})

test('the motion model says which changes a pattern may make', () => {
  const centre = [80.5, 60.5] as const
  const turned = (index: number, angle: number, scale: number) => {
    const [c, s] = [Math.cos(angle) / scale, Math.sin(angle) / scale]
    return warped(index, (x, y) => {
      const [u, v] = [x - centre[0], y - centre[1]]
      return [centre[0] + c * u + s * v, centre[1] - s * u + c * v]
    })
  }
  const turning = Array.from({ length: 9 }, (_, i) => turned(i, 0.1 * i, 1))
  const growing = Array.from({ length: 9 }, (_, i) => turned(i, 0, 1.06 ** i))
  const lasts = (frames: LumaFrame[], motionModel: TrackerSettings['motionModel']) =>
    follow(frames, { points: centre, settings: { motionModel, correlation: 0.9 } }).ends[0] === null
  assert.deepEqual(
    (['Loc', 'LocRot', 'LocScale', 'LocRotScale', 'Affine', 'Perspective'] as const).map((model) => [
      model,
      lasts(turning, model),
      lasts(growing, model),
    ]),
    [
      ['Loc', false, false],
      ['LocRot', true, false],
      ['LocScale', false, true],
      ['LocRotScale', true, true],
      ['Affine', true, true],
      ['Perspective', true, true],
    ],
  )
})

test('normalize makes good a change of light', () => {
  const other = waves(23)
  const dimmer = (index: number, gain: number) =>
    moved(index, 2.4, 0, (x, y) => gain * (ground(x, y) + 0.2 * other(x, y)))
  const errors = [true, false].map((normalize) => {
    const { tracker } = follow([dimmer(0, 1), dimmer(1, 0.55)], { settings: { normalize, motionModel: 'Affine' } })
    const xs = tracker.tracks().flatMap(({ frames, xy }) => (frames.length === 2 ? [Math.abs(xy[2]! - xy[0]!)] : [1]))
    return xs.reduce((a, b) => a + b) / xs.length
  })
  assert.ok(errors[0]! < 0.02, `moved ${errors[0]} px though only the light changed`)
  assert.ok(errors[1]! > errors[0]!, 'without it the light is taken for motion')
})

test('a keyframe holds on to what was placed, the previous frame lets it change', () => {
  // One texture turns into another, slowly: no pattern of the first frame is left at the end.
  const other = waves(31)
  const frames = Array.from({ length: 12 }, (_, i) =>
    moved(
      i,
      0,
      0,
      (x, y) => Math.cos((i * Math.PI) / 22) * ground(x, y) + Math.sin((i * Math.PI) / 22) * (other(x, y) - 50),
    ),
  )
  const held = follow(frames, { settings: { patternMatch: 'keyframe', normalize: true } }).ends
  assert.ok(held.filter((reason) => reason !== null).length >= 9, String(held))
  const loose = follow(frames, { settings: { patternMatch: 'previous-frame', normalize: true } }).ends
  assert.deepEqual(new Set(loose), new Set([null]))
})

test('a larger pattern tells apart what looks alike nearby', () => {
  // Stripes every 12 pixels with a mark beside them: only a pattern that reaches the mark knows which stripe is which.
  const striped: Texture = (x, y) => 120 + 50 * Math.sin(x * 0.52) * Math.sin(y * 0.52) + (ground(x, y) - 128) * 0.15
  const { ends } = follow([moved(0, 0, 0, striped), moved(1, 5, 0, striped)], {
    points: [80.5, 60.5],
    settings: { patternSize: 31, searchSize: 71 },
  })
  assert.deepEqual(ends, [null])
})

test('tracks end with the reason', () => {
  const away = Array.from({ length: 6 }, (_, i) => moved(i, 8 * i, 0))
  const leaving = follow(away, { points: [140.5, 60.5, 40.5, 60.5] })
  assert.deepEqual(leaving.ends, ['left-frame', null])
  assert.equal(leaving.tracker.tracks()[0]!.end!.frame, leaving.tracker.tracks()[0]!.frames.at(-1))

  const wall: Mask = { kind: 'exclude', polygon: [70, 0, 160, 0, 160, 120, 70, 120] }
  assert.deepEqual(follow(away, { points: [40.5, 60.5, 30.5, 30.5], masks: [wall] }).ends, ['masked', 'masked'])

  const other = waves(47)
  const covered = moved(1, 0, 0, (x, y) => (x < 70 && y < 50 ? other(x, y) : ground(x, y)))
  const occluded = follow([moved(0, 0, 0), covered]).ends
  assert.deepEqual([occluded[0], occluded[11]], ['occluded', null])

  const stopped = begin(moved(0, 0, 0))
  stopped.stop([3])
  stopped.stop(undefined, 'range-end')
  assert.deepEqual(
    stopped.tracks().map(({ end }) => end?.reason),
    spread.flatMap((_, i) => (i % 2 ? [] : [i === 6 ? 'stopped' : 'range-end'])),
  )
})

test('another scene ends all tracks at once, and neither direction crosses it', () => {
  const scene = (seed: number): Texture => {
    const [forms, detail] = [waves(seed, { shortestPx: 40, longestPx: 250, waves: 12 }), waves(seed + 1)]
    return (x, y) => 0.65 * forms(x, y) + 0.35 * detail(x, y)
  }
  const frames = [0, 1, 2, 3, 4].map((i) => moved(i, i, 0, scene(i < 3 ? 5 : 60)))
  const { tracker, ends, reports } = follow(frames.slice(0, 4))
  assert.deepEqual(
    reports.map(({ cut }) => cut),
    [false, false, true],
  )
  assert.deepEqual(new Set(ends), new Set(['scene-cut']))
  assert.equal(tracker.tracks()[0]!.end!.frame, 2)
  const ids = tracker.add(spread, 'detected')
  tracker.step(frames[4]!)
  tracker.load(frames[4]!)
  tracker.step(frames[3]!)
  assert.equal(tracker.step(frames[2]!).cut, true)
  for (const id of ids) {
    const track = tracker.tracks()[id!]!
    assert.equal(track.begin?.reason, 'scene-cut')
    assert.deepEqual([...track.frames], [3, 4])
  }
})

test('neither a flash nor a fast pan ends anything', () => {
  const bright: Texture = (x, y) => 1.3 * ground(x, y) + 15
  const flash = [moved(0, 0, 0), moved(1, 1, 1, bright), moved(2, 2, 2)]
  const pan = [0, 2, 12, 34].map((dx, i) => moved(i, dx, 0))
  for (const [frames, points] of [
    [flash, spread],
    [pan, spread.filter((_, i) => i % 8 < 6)],
  ] as const) {
    const { ends, reports } = follow(frames, { points, settings: { normalize: true } })
    assert.deepEqual(new Set(ends), new Set([null]))
    assert.ok(reports.every(({ cut }) => !cut))
  }
})

test('pictures that change wholly with every frame are noise, not as many shots', () => {
  const tracker = begin(moved(0, 0, 0, waves(100)))
  const cuts: number[] = []
  for (let frame = 1; frame <= 12; frame++) {
    const { cut } = tracker.step(moved(frame, 0, 0, waves(100 + frame)))
    if (cut) cuts.push(frame)
    tracker.add(spread, 'user')
  }
  assert.ok(cuts.length > 0)
  cuts.slice(1).forEach((cut, i) => assert.ok(cut - cuts[i]! >= 6, `cuts at ${cuts.join(', ')}`))
})

test('a background pattern that an object slides over drifts and is ended', () => {
  const other = waves(77)
  const frames = Array.from({ length: 16 }, (_, i) =>
    moved(i, 0, 0, (x, y) => (x < 20 + 1.5 * i ? other(x - 1.5 * i, y) : ground(x, y))),
  )
  const { tracker } = follow(frames, {
    points: [...spread, 31.5, 60.5],
    settings: { correlation: 0.3, normalize: true },
  })
  const track = tracker.tracks()[12]!
  assert.equal(track.end?.reason, 'drift')
  assert.ok(track.frames.length < 14)
  track.frames.forEach((_, k) => assert.ok(Math.abs(track.xy[2 * k]! - 31.5) < 1.5))
})

test('settings may change between steps, for all or for one, and every change is logged', () => {
  const tracker = begin(moved(0, 0, 0))
  tracker.step(moved(1, 1, 0))
  tracker.change({ searchSize: 41 }, { cause: 'slow shot' })
  tracker.change({ patternSize: 21, correlation: 0.8 }, { track: 2, cause: 'much texture' })
  tracker.step(moved(2, 2, 0))
  tracker.change({ searchSize: 81 }, { cause: 'faster' })
  const [first, second, third] = tracker.changes()
  assert.deepEqual(first, {
    frame: 1,
    track: null,
    before: settings,
    after: { ...settings, searchSize: 41 },
    cause: 'slow shot',
  })
  assert.deepEqual(second!.before, first!.after)
  assert.deepEqual([second!.track, second!.after.patternSize, second!.after.searchSize], [2, 21, 41])
  assert.equal(third!.frame, 2)
  assert.equal(tracker.live().length, 12)
  assert.ok(Math.abs(tracker.tracks()[2]!.xy[4]! - tracker.tracks()[2]!.xy[0]! - 2) < 0.05)
  assert.throws(() => tracker.change({ patternSize: 20 }, { cause: 'even' }), { code: 'settings.invalid' })
  assert.throws(() => tracker.change({ correlation: Number.NaN }, { cause: 'unknown' }), { code: 'settings.invalid' })
  assert.equal(tracker.changes().length, 3)
})

test('what was placed in the middle is followed on from there by a pass backwards', () => {
  const frames = Array.from({ length: 5 }, (_, i) => moved(i, 2 * i, 0))
  const tracker = begin(frames[0]!, { points: [60.5, 60.5] })
  tracker.step(frames[1]!)
  tracker.step(frames[2]!)
  const [late] = tracker.add([90.5, 40.5], 'replenished')
  tracker.step(frames[3]!)
  tracker.stop(undefined, 'range-end')
  tracker.load(frames[3]!)
  for (const i of [2, 1, 0]) tracker.step(frames[i]!)
  tracker.stop(undefined, 'range-end')
  const track = tracker.tracks()[late!]!
  assert.deepEqual([...track.frames], [0, 1, 2, 3])
  assert.deepEqual(
    [track.begin, track.end, track.startFrame],
    [{ frame: 0, reason: 'range-end' }, { frame: 3, reason: 'range-end' }, 2],
  )
  track.frames.forEach((frame, k) => assert.ok(Math.abs(track.xy[2 * k]! - (86.5 + 2 * frame)) < 0.05))
})

test('points outside the picture or in a mask are not placed', () => {
  const mask: Mask = { kind: 'exclude', polygon: [0, 0, 50, 0, 50, 50, 0, 50] }
  const tracker = begin(moved(0, 0, 0), { points: [], masks: [mask] })
  assert.deepEqual(tracker.add([-3, 40, 20, 20, 80, 60, Number.NaN, 5], 'user'), [null, null, 0, null])
})

test('every picture and pattern is given back', () => {
  let held = 0
  const counting = <T extends Pyramid | Patterns>(thing: T): T => {
    held++
    const { release } = thing
    thing.release = () => {
      held--
      release.call(thing)
    }
    return thing
  }
  const kernel = createReferenceKernel()
  const watched: Kernel = {
    ...kernel,
    pyramid: (frame, levels) => counting(kernel.pyramid(frame, levels)),
    cutPatterns: (...args) => {
      const cut = kernel.cutPatterns(...args)
      return { ...cut, patterns: counting(cut.patterns) }
    },
  }
  const tracker = createTracker(watched, { widthPx: width, heightPx: height, settings })
  tracker.load(moved(0, 0, 0))
  tracker.add([...spread, 3, 3], 'user')
  for (const i of [1, 2, 3]) {
    tracker.step(moved(i, 9 * i, 0))
    tracker.add([80.5, 60.5], 'replenished')
    if (i === 2) tracker.change({ patternMatch: 'previous-frame' }, { cause: 'test' })
  }
  assert.ok(held > 1 && held < 8, `${held} held`)
  tracker.release()
  assert.equal(held, 0)
})
