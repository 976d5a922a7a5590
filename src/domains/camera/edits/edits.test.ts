import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Shot } from '#track/scenes/solve-json.ts'
import { solvedShot } from '#track/scenes/test-solution.ts'
import type { SolveOptions } from '#track/solution.ts'
import type { Track } from '#track/tracks.ts'
import { cameraBehavior } from '../behavior.ts'
import { behaviorOf } from './behavior-of.ts'
import { applyChanges, type TrackChange } from './changes.ts'
import { compareSolves } from './compare.ts'

const trackOf = (id: number, frames: readonly number[]): Track => ({
  id,
  origin: 'detected',
  startFrame: frames[0]!,
  frames: Int32Array.from(frames),
  xy: Float64Array.from(frames.flatMap((frame) => [100 + frame, 50 + id])),
  correlation: Float32Array.from(frames, () => 0.5),
  begin: null,
  end: null,
})
const why = { reason: null, inferred: false }
const tracks = [trackOf(0, [0, 1, 2, 3]), trackOf(1, [2, 4, 6]), trackOf(7, [5])]
const apply = (...changes: readonly TrackChange[]) => applyChanges({ tracks, disabled: [1] }, changes)
const idsOf = ({ tracks: some }: { readonly tracks: readonly Track[] }) => some.map(({ id }) => id)

describe('changes by hand', () => {
  test('delete and switch tracks, in their order', () => {
    const { disabled, ...after } = apply(
      { op: 'delete', track: 0, ...why },
      { op: 'enable', track: 1, ...why },
      { op: 'disable', track: 7, ...why },
    )
    assert.deepEqual([idsOf(after), disabled], [[1, 7], [7]])
    // Of a track that is gone nothing is remembered.
    assert.deepEqual(apply({ op: 'delete', track: 1, ...why }).disabled, [])
  })

  test('move a marker, and make one where there was none, at its place in time', () => {
    const [, moved] = apply({ op: 'move', track: 1, frame: 4, x: 9, y: 8, ...why }).tracks
    assert.deepEqual(
      [[...moved!.frames], [...moved!.xy]],
      [
        [2, 4, 6],
        [102, 51, 9, 8, 106, 51],
      ],
    )
    assert.deepEqual([...moved!.correlation], [0.5, Number.NaN, 0.5])
    const [, made] = apply({ op: 'move', track: 1, frame: 5, x: 9, y: 8, ...why }).tracks
    assert.deepEqual(
      [[...made!.frames], [...made!.xy].slice(4, 6)],
      [
        [2, 4, 5, 6],
        [9, 8],
      ],
    )
    assert.deepEqual([...tracks[1]!.frames], [2, 4, 6], 'what was given stays as it was')
  })

  test('delete markers, and the track with its last one', () => {
    const [first] = apply({ op: 'delete-markers', track: 0, from: 1, to: 2, ...why }).tracks
    assert.deepEqual(
      [[...first!.frames], [...first!.xy]],
      [
        [0, 3],
        [100, 50, 103, 50],
      ],
    )
    assert.deepEqual(idsOf(apply({ op: 'delete-markers', track: 7, from: 0, to: 99, ...why })), [0, 1])
  })

  test('keep new points for the tracker, and refuse a track that is not there', () => {
    const point = { op: 'add', frame: 3, x: 1, y: 2, ...why } as const
    assert.deepEqual(apply(point).added, [point])
    const twice = [
      { op: 'delete', track: 0, ...why },
      { op: 'disable', track: 0, ...why },
    ] as const
    assert.throws(() => apply(...twice), { code: 'edit.invalid', found: 'track 0', where: 'change 2' })
  })
})

describe('of two solves', () => {
  const solve = (heldOutErrorPx: number | null, cameras = 100, errorPx = 0.3) => ({ heldOutErrorPx, cameras, errorPx })
  const cases = [
    ['the smaller error where the solver did not look wins', solve(0.4), solve(0.39), true],
    ['the larger one loses, whatever the error of the fit', solve(0.4), solve(0.41, 100, 0.1), false],
    ['an equal one changes nothing', solve(0.4), solve(0.4), false],
    ['frames without a camera are no gain', solve(0.4), solve(0.1, 90), false],
    ['one frame more or less is none of it', solve(0.4), solve(0.1, 99), true],
    ['without held-out positions the fit decides', solve(null, 100, 0.3), solve(0.1, 100, 0.2), true],
    ['a solve beats none', { heldOutErrorPx: null, errorPx: null, cameras: 0 }, solve(2), true],
    ['and none beats no solve', solve(2), { heldOutErrorPx: null, errorPx: null, cameras: 0 }, false],
  ] as const
  for (const [name, before, after, better] of cases) {
    test(name, () => {
      const said = compareSolves(before, after)
      assert.equal(said.better, better)
      assert.match(said.why, /^[A-Z0-9].*\.$/)
    })
  }
})

test('a round of edits is recorded with every change, its reason, the time and the errors', () => {
  const { solution, tracks: seen } = solvedShot()
  const full = seen.map((track): Track => ({ ...trackOf(track.id, [...track.frames]), ...track }))
  const { widthPx, heightPx } = solution.intrinsics
  const options: SolveOptions = {
    widthPx,
    heightPx,
    pixelAspect: 1,
    focal: 'unknown',
    focalPx: null,
    motion: 'auto',
    zoom: 'auto',
    lens: 'auto',
    principal: 'centre',
    heldOutShare: 0.05,
    seed: 0,
  }
  const shot = (errorPx: number, heldOutErrorPx: number): Shot => ({
    fromFrame: 0,
    toFrame: 11,
    result: {
      ok: true,
      solution: { ...solution, errorPx, heldOutErrorPx, observations: { used: 90, dropped: 0, heldOut: 10 } },
    },
  })
  const solved = solution.points[0]!.track
  const moved = full.find(({ frames }) => frames.includes(4))!
  const at = 2 * moved.frames.indexOf(4)
  const added = { ...trackOf(900, [4, 5, 6]), origin: 'user' } as const
  const record = behaviorOf({
    id: 'round',
    clip: 'clip-0',
    attempt: 2,
    size: { widthPx, heightPx },
    changes: [
      { op: 'delete', track: solved, reason: 'jittery', inferred: true },
      { op: 'disable', track: moved.id, reason: 'a leaf', inferred: false },
      { op: 'move', track: moved.id, frame: 4, x: moved.xy[at]! + 3, y: moved.xy[at + 1]! - 4, ...why },
      { op: 'add', frame: 4, x: widthPx / 4, y: heightPx / 4, ...why },
    ],
    before: { tracks: full, shots: [shot(0.5, 0.6)], options },
    after: { tracks: full, shots: [shot(0.4, 0.45)], options: { ...options, focal: 'refine', focalPx: 800 } },
    added: [added],
    activeMs: 12_500,
    wallMs: 60_000,
  })
  assert.deepEqual(cameraBehavior.parse(record), record)
  assert.deepEqual([record.editingS, record.activeS, record.netTrackChange], [60, 12.5, 0])
  const [gone] = record.deletions ?? []
  assert.deepEqual(
    [gone?.reason, gone?.inferred, gone?.contributedToSolve, gone?.reprojectionErrorPx],
    ['jittery', true, true, 0.25],
  )
  const [off] = record.disabled ?? []
  assert.deepEqual([off?.reason, off?.reasonText, off?.inferred], [undefined, 'a leaf', false])
  assert.equal(record.refinements?.[0]?.distancePx, 5)
  assert.deepEqual(record.additions?.[0]?.positionUv, [0.25, 0.75])
  assert.deepEqual(record.regionAdditions, { 'top-left': 1 })
  const { errorBeforePx, errorAfterPx, improvementPx, heldOutBeforePx, heldOutAfterPx, improved } = record.resolve ?? {}
  assert.deepEqual(
    [errorBeforePx, errorAfterPx, improvementPx, heldOutBeforePx, heldOutAfterPx, improved],
    [0.5, 0.4, 0.1, 0.6, 0.45, true],
  )
  assert.deepEqual(record.choices, { focal: { before: 'unknown', after: 'refine' } })
  assert.deepEqual(record.settings, { focalPx: { before: null, after: 800, delta: null } })
})
