/** The parts of the Track page that are not pictures: reading results, changing tracks, guessing reasons, counting time. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Live } from '#http/contract.ts'
import { createActiveTime } from '../src/track/active-time.ts'
import {
  changesOf,
  edited,
  noHistory,
  redo,
  undo,
  withReason,
  without,
  withStep,
  type Step,
} from '../src/track/changes.ts'
import { deleteMarkersStep, deleteStep, disableStep } from '../src/track/edit-steps.ts'
import { frameFigures } from '../src/track/frame-figures.ts'
import { inferReason, jitterPx } from '../src/track/infer-reason.ts'
import { noLiveTracks, withMoment } from '../src/track/live-tracks.ts'
import { reproject } from '../src/track/reproject.ts'
import { verdictOf } from '../src/track/result-words.ts'
import { markerAt, shotAt, solveOf, tracksOf, UnreadableResult, type SolvedShot } from '../src/track/track-data.ts'
import { changedLens, optionsOf, usualChoices } from '../src/track/track-options.ts'
import { fitted, toPicture, toStage, zoomed } from '../src/track/view-box.ts'

const size = { widthPx: 640, heightPx: 360, frameCount: 20 }

/** A camera that moves one unit to the right in each frame, and two points before it. */
const solveJson = {
  format: 'hindsight-solve',
  version: 1,
  clip: { name: 'a.mp4', ...size, frameRate: null, pixelAspect: 1 },
  frames: { from: 0, to: 19 },
  options: {},
  shots: [
    {
      fromFrame: 0,
      toFrame: 9,
      solved: true,
      motion: 'general',
      zoom: false,
      intrinsics: {
        ...size,
        focalPx: 500,
        pixelAspect: 1,
        principalXPx: 320,
        principalYPx: 180,
        lens: { model: 'none' },
      },
      focalSigmaPx: null,
      cameras: Array.from({ length: 10 }, (_, frame) => ({
        frame,
        camFromWorld: { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [-frame, 0, 0] },
        positionInWorld: [frame, 0, 0],
        focalPx: 500,
        errorPx: 0.2,
        observations: 2,
        positionSigma: null,
        rotationSigmaDeg: null,
      })),
      points: [
        { track: 1, xyz: [0, 0, 10], errorPx: 0.2, droppedFrames: [] },
        { track: 2, xyz: [1, 1, 20], errorPx: 2.5, droppedFrames: [] },
      ],
      unsolved: [{ track: 3, reason: 'too-short' }],
      errorPx: 0.2,
      meanTrackErrorPx: 0.2,
      heldOutErrorPx: null,
      observations: { used: 20, dropped: 0, heldOut: 0 },
      confidence: 0.9,
      notes: [],
    },
    { fromFrame: 10, toFrame: 19, solved: false, code: 'no-parallax', why: 'The camera only turned.' },
  ],
}

const track = (id: number, frames: readonly number[], place: (frame: number) => readonly [number, number]) => ({
  id,
  origin: 'detected',
  startFrame: frames[0],
  begin: null,
  end: { frame: frames.at(-1), reason: 'range-end' },
  frames,
  xy: frames.map(place),
  correlation: frames.map((_, i) => (i === 0 ? null : 0.95)),
})
const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

const tracksJson = {
  format: 'hindsight-tracks',
  version: 1,
  clip: { name: 'a.mp4', ...size },
  frames: { from: 0, to: 19 },
  settings: {},
  cuts: [10],
  tracks: [
    track(1, span(0, 9), (frame) => [320 - 50 * frame, 180]),
    track(2, span(0, 9), (frame) => [345 - 25 * frame, 205]),
    track(3, [4, 5, 8], (frame) => [10 + frame, 10]),
    track(4, span(10, 19), (frame) => [300 + frame, 200]),
  ],
}
const solve = solveOf(solveJson)
const tracks = tracksOf(tracksJson, solve)
const byId = (id: number) => tracks.byId.get(id) ?? assert.fail(`no track ${id}`)

describe('results', () => {
  test('are joined: each track knows its error, its fate and why', () => {
    assert.deepEqual(
      tracks.tracks.map(({ id, fate, errorPx, unsolvedReason }) => [id, fate, errorPx, unsolvedReason]),
      [
        [1, 'solved', 0.2, null],
        [2, 'solved', 2.5, null],
        [3, 'unsolved', null, 'too-short'],
        [4, 'unknown', null, null],
      ],
    )
    assert.ok(Number.isNaN(byId(1).correlation[0]))
    assert.equal(shotAt(solve, 12)?.solved, false)
  })

  test('of another format or version are refused', () => {
    assert.throws(() => solveOf({ ...solveJson, version: 2 }), UnreadableResult)
    assert.throws(() => tracksOf(solveJson, null), UnreadableResult)
    assert.throws(() => solveOf(null), UnreadableResult)
  })

  test('project their points where the tracks are', () => {
    const shot = solve.shots[0] as SolvedShot
    for (const frame of [0, 3, 9]) {
      const xy = reproject(shot, frame) ?? assert.fail()
      for (const [i, { track: id }] of shot.points.entries()) {
        const at = markerAt(byId(id), frame)
        assert.ok(Math.hypot(xy[2 * i]! - byId(id).xy[2 * at]!, xy[2 * i + 1]! - byId(id).xy[2 * at + 1]!) < 1e-9)
      }
    }
    assert.equal(reproject(shot, 12), null)
  })

  test('find markers, and none in gaps', () => {
    assert.deepEqual(
      [3, 4, 5, 6, 8, 9].map((frame) => markerAt(byId(3), frame)),
      [-1, 0, 1, -1, 2, -1],
    )
  })

  test('are said truthfully: a part that failed is not a success', () => {
    assert.deepEqual(verdictOf(solve), { tone: 'partial', title: '1 of 2 shots solved' })
    assert.equal(verdictOf({ ...solve, shots: solve.shots.slice(1) }).tone, 'failed')
    assert.equal(verdictOf({ ...solve, shots: solve.shots.slice(0, 1) }).tone, 'succeeded')
    const doubtful = { ...(solve.shots[0] as SolvedShot), confidence: 0.2 }
    assert.equal(verdictOf({ ...solve, shots: [doubtful] }).tone, 'partial')
    assert.equal(verdictOf(null).tone, 'failed')
  })

  test('are counted by frame, without what was deleted', () => {
    const all = frameFigures(0, 19, edited(tracks, []), solve)
    assert.deepEqual([...all.alive].slice(3, 12), [2, 3, 3, 2, 2, 3, 2, 1, 1])
    assert.equal(all.solved[4], 2)
    assert.ok(Math.abs(all.errorPx[9]! - 0.2) < 1e-6 && Number.isNaN(all.errorPx[10]!))
    const fewer = frameFigures(0, 19, edited(tracks, [{ op: 'delete', track: 1 }]), solve)
    assert.equal(fewer.alive[0], 1)
  })
})

describe('changes', () => {
  const steps: readonly Step[] = [
    { title: 'a', changes: [{ op: 'delete', track: 1, reason: 'high-error', inferred: true }] },
    { title: 'b', changes: [{ op: 'move', track: 2, frame: 3, x: 1, y: 2 }] },
    { title: 'c', changes: [{ op: 'add', frame: 2, x: 5, y: 6 }] },
    { title: 'd', changes: [{ op: 'disable', track: 4, reason: 'jittery', inferred: true }] },
  ]

  test('come back exactly by undo and redo, in any order of doing so', () => {
    const acts = fc.array(fc.oneof(fc.nat({ max: 3 }), fc.constant('undo' as const), fc.constant('redo' as const)))
    fc.assert(
      fc.property(acts, (list) => {
        let history = noHistory
        // What a plain list with a position would say.
        let all: Step[] = []
        let at = 0
        for (const act of list) {
          if (act === 'undo') {
            history = undo(history)
            at = Math.max(0, at - 1)
          } else if (act === 'redo') {
            history = redo(history)
            at = Math.min(all.length, at + 1)
          } else {
            history = withStep(history, steps[act]!)
            all = [...all.slice(0, at), steps[act]!]
            at = all.length
          }
        }
        assert.deepEqual(history.done, all.slice(0, at))
        assert.deepEqual(
          changesOf(history),
          all.slice(0, at).flatMap(({ changes }) => changes),
        )
      }),
    )
  })

  test('make of the tracks what they say, and leave what was read alone', () => {
    const before = structuredClone(tracks.tracks)
    const after = edited(tracks, [
      ...steps.flatMap(({ changes }) => changes),
      { op: 'delete-markers', track: 3, from: 5, to: 6 },
      { op: 'move', track: 3, frame: 8, x: 100, y: 50 },
      { op: 'move', track: 3, frame: 5, x: 0, y: 0 },
      { op: 'delete', track: 99 },
    ])
    assert.deepEqual([...after.deleted], [1])
    assert.deepEqual([...after.disabled], [4])
    assert.deepEqual([...after.byId.get(3)!.frames], [4, 8])
    assert.deepEqual([...after.byId.get(3)!.xy], [14, 10, 100, 50])
    assert.deepEqual([...after.byId.get(2)!.xy].slice(6, 8), [1, 2])
    assert.equal(after.added.length, 1)
    assert.deepEqual(tracks.tracks, before)
    assert.equal(
      edited(tracks, [
        { op: 'disable', track: 1 },
        { op: 'enable', track: 1 },
      ]).disabled.size,
      0,
    )
  })

  test('carry a guessed reason until the person says one; a step in the middle is taken back alone', () => {
    let history = withStep(withStep(noHistory, steps[1]!), steps[0]!)
    assert.deepEqual(changesOf(withReason(history, 'reflection')).at(-1), {
      op: 'delete',
      track: 1,
      reason: 'reflection',
      inferred: false,
    })
    history = without(history, 0)
    assert.deepEqual(
      history.done.map(({ title }) => title),
      ['a'],
    )
    assert.equal(withStep(history, { title: 'nothing', changes: [] }).done.length, 1)
  })

  test('of a selection skip what is gone already, and enable what is disabled', () => {
    const now = edited(tracks, [
      { op: 'delete', track: 1 },
      { op: 'disable', track: 2 },
    ])
    assert.deepEqual(deleteStep(new Set([1, 2]), now, size).changes, [
      { op: 'delete', track: 2, reason: 'high-error', inferred: true },
    ])
    assert.deepEqual(disableStep(new Set([1, 2]), now, size).changes, [{ op: 'enable', track: 2 }])
    assert.deepEqual(deleteMarkersStep(new Set([2, 3, 4]), now, 5, 6).changes, [
      { op: 'delete-markers', track: 2, from: 5, to: 6 },
      { op: 'delete-markers', track: 3, from: 5, to: 6 },
    ])
  })
})

describe('guessed reasons', () => {
  const made = (parts: object) => ({ ...byId(1), errorPx: 0.2, ...parts })

  test('name what was measured before where the track lies', () => {
    assert.equal(inferReason(byId(2), size), 'high-error')
    assert.equal(inferReason(byId(3), size), 'short-lifespan')
    const corner = { xy: Float64Array.from(span(0, 9).flatMap((i) => [10 + i, 10])) }
    assert.equal(inferReason(made(corner), size), 'edge-region')
    const middle = { xy: Float64Array.from(span(0, 9).flatMap((i) => [310 + i, 180])) }
    assert.equal(inferReason(made(middle), size), 'user-manual')
    const shaking = { xy: Float64Array.from(span(0, 9).flatMap((i) => [310 + (i % 2) * 4, 180])) }
    assert.equal(inferReason(made(shaking), size), 'jittery')
  })

  test('measure jitter in pixels of noise: none on a smooth path, one on white noise of one pixel', () => {
    assert.equal(jitterPx(byId(1)), 0)
    assert.equal(jitterPx(made({ frames: Int32Array.of(1, 5, 9) })), null)
    const count = 4000
    let state = 1
    const uniform = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    // Twelve uniform numbers less six have variance one.
    const normal = () => span(1, 12).reduce((sum) => sum + uniform(), -6)
    const xy = Float64Array.from({ length: 2 * count }, normal)
    const noisy = jitterPx(made({ frames: Int32Array.from(span(1, count)), xy })) ?? 0
    assert.ok(Math.abs(noisy - 1) < 0.05, String(noisy))
  })
})

describe('time', () => {
  test('counts while somebody works, stops half a minute after, and never exceeds the clock', () => {
    const time = createActiveTime()
    assert.equal(time.activeMs(5000), 0)
    time.touch(10_000)
    time.touch(15_000)
    assert.equal(time.activeMs(16_000), 6000)
    assert.equal(time.activeMs(100_000), 35_000)
    time.touch(200_000)
    assert.equal(time.activeMs(201_000), 36_000)
    assert.equal(time.wallMs(201_000), 191_000)
    time.rest(203_000)
    assert.equal(time.activeMs(220_000), 38_000)
    time.touch(230_000)
    assert.equal(time.activeMs(230_500), 38_500)
    time.reset()
    assert.deepEqual([time.activeMs(300_000), time.wallMs(300_000)], [0, 0])
  })
})

describe('the stage', () => {
  test('keeps the point below the pointer while it zooms, and finds back what it shows', () => {
    const places = fc.record({ x: fc.integer({ min: 0, max: 800 }), y: fc.integer({ min: 0, max: 450 }) })
    const ratio = fc.double({ min: 0.2, max: 5, noNaN: true })
    fc.assert(
      fc.property(places, ratio, fc.constantFrom(1, 2, 0.9), ({ x, y }, factor, aspect) => {
        const box = fitted({ width: 800, height: 450 }, { width: 1920, height: 1080 }, aspect)
        const near = zoomed(box, factor, x, y, 0.01)
        const [px, py] = toPicture(box, x, y)
        const [sx, sy] = toStage(near, px, py)
        assert.ok(Math.hypot(sx - x, sy - y) < 1e-6)
      }),
    )
  })

  test('shows all of the picture, in its shape', () => {
    const box = fitted({ width: 816, height: 466 }, { width: 720, height: 576 }, 64 / 45)
    const [right, bottom] = toStage(box, 720, 576)
    assert.ok(box.x >= 8 - 1e-9 && right <= 808 + 1e-9 && bottom <= 458 + 1e-9)
    assert.ok(Math.abs((right - box.x) / (bottom - box.y) - 16 / 9) < 1e-9)
  })
})

describe('a running job', () => {
  const moment = (points: readonly (readonly [number, number, number])[], retry = 0): Live => ({
    phase: 'track',
    retry,
    frame: 0,
    done: 0,
    total: null,
    note: null,
    tracks: 0,
    alive: 0,
    points: points.map(([id, x, y]) => [id, x, y]),
    ended: {},
    settings: null,
    reason: null,
    warning: null,
  })

  test('grows tails, lets ended tracks fade, and begins anew with another attempt', () => {
    let live = noLiveTracks
    for (let i = 0; i < 14; i++) live = withMoment(live, moment([[1, i, 0], ...(i < 2 ? [[2, 0, i] as const] : [])]))
    assert.deepEqual(live.tracks.get(1)?.tail.slice(-2), [13, 0])
    assert.equal(live.tracks.get(1)?.tail.length, 20)
    assert.equal(live.tracks.has(2), false)
    assert.equal(withMoment(live, moment([])).tracks.size, 1)
    assert.equal(withMoment(live, moment([], 1)).tracks.size, 0)
  })
})

describe('options', () => {
  test('ask for nothing that was not chosen', () => {
    const asked = optionsOf(usualChoices, 'default', 20)
    assert.deepEqual([asked.focal, asked.sensorWidthMm, asked.frames, asked.masks], [null, null, null, []])
    assert.ok(Object.values(asked.settings ?? {}).every((value) => value === null))
    assert.deepEqual(changedLens(usualChoices), {})
  })

  test('hold what was chosen, in the units of the engine', () => {
    const chosen = {
      ...usualChoices,
      focal: '35',
      sensorWidthMm: '24,89',
      from: '3',
      lens: 'polynomial',
      coefficients: '-0.1 0.02',
    }
    const asked = optionsOf({ ...chosen, focalIsExact: true, patternSize: '21' }, 'film', 20)
    assert.deepEqual(asked.focal, { value: 35, unit: 'mm' })
    assert.equal(asked.focalIsExact, true)
    assert.equal(asked.sensorWidthMm, 24.89)
    assert.deepEqual(asked.frames, { from: 3, to: 19 })
    assert.deepEqual(asked.lens, { model: 'polynomial', coefficients: [-0.1, 0.02] })
    assert.equal(asked.settings?.patternSize, 21)
    const fromFile = { ...chosen, focalUnit: 'metadata' } as const
    assert.equal(optionsOf(fromFile, 'film', 20).focal, 'metadata')
    assert.equal(changedLens(fromFile).focal, undefined)
  })
})
