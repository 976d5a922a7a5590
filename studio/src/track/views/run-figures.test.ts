import assert from 'node:assert/strict'
import { test } from 'node:test'
import { solveOf, tracksOf, type ClipTrack } from '../track-data.ts'
import {
  coverage,
  ordered,
  quantile,
  regionFigures,
  regionIndexAt,
  residualsOf,
  spansOf,
  worstFirst,
} from './run-figures.ts'
import { errorColour, trackColour } from './colours.ts'

const clip = { name: 'made.mp4', widthPx: 90, heightPx: 90, frameCount: 6 }
const written = (id: number, frames: readonly number[], x: number, y: number) => ({
  id,
  origin: 'detected',
  startFrame: frames[0],
  begin: null,
  end: null,
  frames,
  xy: frames.map(() => [x, y]),
  correlation: frames.map(() => null),
})
const camera = (frame: number, errorPx: number) => ({
  frame,
  errorPx,
  focalPx: 50,
  camFromWorld: { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] },
})
const solve = solveOf({
  format: 'hindsight-solve',
  version: 1,
  clip,
  frames: { from: 1, to: 5 },
  shots: [
    {
      fromFrame: 1,
      toFrame: 5,
      solved: true,
      intrinsics: {
        widthPx: 90,
        heightPx: 90,
        focalPx: 50,
        pixelAspect: 1,
        principalXPx: 45,
        principalYPx: 45,
        lens: { model: 'none' },
      },
      cameras: [camera(1, 0.5), camera(2, 0.25), camera(4, 1)],
      points: [
        { track: 3, xyz: [0, 0, 1], errorPx: 0.2, droppedFrames: [] },
        { track: 7, xyz: [0, 0, 1], errorPx: 0.9, droppedFrames: [] },
      ],
      unsolved: [{ track: 9, reason: 'too-short' }],
    },
  ],
})
const tracks = tracksOf(
  {
    format: 'hindsight-tracks',
    version: 1,
    clip,
    frames: { from: 1, to: 5 },
    cuts: [],
    settings: {},
    tracks: [written(3, [1, 2, 4, 5], 10, 10), written(7, [2, 3, 4], 10, 80), written(9, [5], 89.9, 90)],
  },
  solve,
)

test('residuals: how far markers lie from where the camera sees the point, where it has one', () => {
  const shifted = tracks.tracks[0] as ClipTrack
  const { frames, errorPx } = residualsOf(shifted, solve)
  assert.deepEqual(frames, [1, 2, 4])
  // The point lies on the axis, which meets the picture at (45, 45); the markers are at (10, 10).
  for (const error of errorPx) assert.ok(Math.abs(error - Math.hypot(35, 35)) < 1e-9)
  assert.deepEqual(residualsOf(tracks.tracks[2] as ClipTrack, solve), { frames: [], errorPx: [] })
  assert.deepEqual(residualsOf(shifted, null), { frames: [], errorPx: [] })
})

test('tracks are ordered by error, start and length', () => {
  assert.deepEqual(
    worstFirst(tracks.tracks).map(({ id }) => id),
    [7, 3],
  )
  assert.deepEqual(
    ordered(tracks.tracks, 'start').map(({ id }) => id),
    [3, 7, 9],
  )
  assert.deepEqual(
    ordered(tracks.tracks, 'length').map(({ id }) => id),
    [3, 7, 9],
  )
  assert.deepEqual(
    ordered(tracks.tracks, 'error').map(({ id }) => id),
    [7, 3, 9],
  )
})

test('gaps divide a lifespan', () => {
  assert.deepEqual(spansOf(Int32Array.of(1, 2, 4, 5, 9)), [
    [1, 2],
    [4, 5],
    [9, 9],
  ])
  assert.deepEqual(spansOf(new Int32Array()), [])
})

test('regions count from the top left, and borders belong to the picture', () => {
  assert.equal(regionIndexAt(0, 0, clip), 0)
  assert.equal(regionIndexAt(90, 90, clip), 8)
  assert.equal(regionIndexAt(-3, 45, clip), 3)
  const figures = regionFigures(tracks.tracks, clip)
  assert.deepEqual(figures[0], { region: 'top-left', tracks: 1, solved: 1, errorPx: 0.2 })
  assert.deepEqual(figures[6], { region: 'bottom-left', tracks: 1, solved: 1, errorPx: 0.9 })
  assert.deepEqual(figures[8], { region: 'bottom-right', tracks: 1, solved: 0, errorPx: null })
  const cells = coverage(tracks)
  assert.deepEqual([...cells.subarray(0, 5)], [1, 1, 0, 1, 1])
  assert.deepEqual([...cells.subarray(30, 35)], [0, 1, 1, 1, 0])
  assert.equal(
    cells.reduce((sum, n) => sum + n, 0),
    8,
  )
})

test('a quantile of nothing is not known', () => {
  assert.equal(quantile([], 0.5), null)
  assert.equal(quantile([3, 1, 2], 0.5), 2)
  assert.equal(quantile([1, 2, 3], 1), 3)
})

test('errors get redder as they grow, and unknown ones are gray', () => {
  const redness = [0, 0.25, 0.75, 1.5, 2.5].map((error) => errorColour(error)[0])
  assert.deepEqual(
    redness,
    redness.toSorted((a, b) => a - b),
  )
  assert.deepEqual(errorColour(99), errorColour(2.5))
  assert.deepEqual(errorColour(null), trackColour({ fate: 'unknown', errorPx: null }, 'fate'))
  assert.notDeepEqual(
    trackColour({ fate: 'solved', errorPx: 3 }, 'fate'),
    trackColour({ fate: 'solved', errorPx: 3 }, 'error'),
  )
})
