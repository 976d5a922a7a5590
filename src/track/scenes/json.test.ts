import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClipInfo } from '#vision/frames.ts'
import type { SolveOptions } from '../solution.ts'
import type { Track, TrackerSettings } from '../tracks.ts'
import { solveJson } from './solve-json.ts'
import { solvedShot } from './test-solution.ts'
import { tracksJson } from './tracks-json.ts'

const info: ClipInfo = {
  codec: 'h264',
  container: 'mov,mp4',
  widthPx: 960,
  heightPx: 540,
  frameCount: 30,
  frameRate: { numerator: 24, denominator: 1 },
  variableFrameRate: false,
  durationS: 1.25,
  rotationDeg: 0,
  pixelAspect: 1,
  bitDepth: 8,
  interlaced: false,
  decoder: 'ffmpeg',
}
const options: SolveOptions = {
  widthPx: 960,
  heightPx: 540,
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
const frames = { from: 0, to: 29 }
/** Text has no -0. */
const unsigned = (value: number) => value + 0

test('solve.json has every part of the clip, and numbers the folders of those that were solved', () => {
  const { solution } = solvedShot()
  const why = 'fewer than 8 tracks reach from one frame to another'
  const shots = [
    { fromFrame: 0, toFrame: 11, result: { ok: true as const, solution } },
    { fromFrame: 12, toFrame: 19, result: { ok: false as const, code: 'too-few-tracks' as const, why } },
    { fromFrame: 20, toFrame: 29, result: { ok: true as const, solution } },
  ]
  const text = [...solveJson({ clip: 'walk.mp4', info, frames, options, shots }).pieces()].join('')
  const read = JSON.parse(text)
  assert.equal(read.format, 'hindsight-solve')
  assert.equal(read.version, 1)
  assert.deepEqual(read.clip, { name: 'walk.mp4', ...info })
  assert.deepEqual(read.options, options)
  assert.deepEqual(
    read.shots.map(({ fromFrame, toFrame, solved, folder }: Record<string, unknown>) => [
      fromFrame,
      toFrame,
      solved,
      folder,
    ]),
    [
      [0, 11, true, 'colmap'],
      [12, 19, false, undefined],
      [20, 29, true, 'colmap-2'],
    ],
  )
  assert.equal(read.shots[1].why, why)
  const [shot] = read.shots
  assert.deepEqual(shot.points, solution.points)
  assert.deepEqual(shot.unsolved, solution.unsolved)
  assert.deepEqual(shot.intrinsics, solution.intrinsics)
  for (const [i, camera] of solution.cameras.entries()) {
    const { rotation, translation } = shot.cameras[i].camFromWorld
    assert.deepEqual(rotation, Array.from(camera.camFromWorld.rotation, unsigned))
    assert.deepEqual(translation, Array.from(camera.camFromWorld.translation, unsigned))
    // The camera's place is where R x + t vanishes.
    for (const row of [0, 1, 2]) {
      const inCamera = shot.cameras[i].positionInWorld.reduce(
        (sum: number, value: number, column: number) => sum + (rotation[3 * row + column] ?? NaN) * value,
        translation[row] ?? NaN,
      )
      assert.ok(Math.abs(inCamera) < 1e-9)
    }
  }
})

test('tracks.json has one track to a line, and null where nothing was matched', () => {
  const settings: TrackerSettings = {
    patternSize: 21,
    searchSize: 91,
    correlation: 0.75,
    motionModel: 'Loc',
    patternMatch: 'keyframe',
    normalize: true,
  }
  const track: Track = {
    id: 4,
    origin: 'detected',
    startFrame: 3,
    frames: Int32Array.of(3, 4, 7),
    xy: Float64Array.of(10.5, 20.25, 1 / 3, 21, 12, 22),
    correlation: Float32Array.of(NaN, 0.5, 0.75),
    begin: null,
    end: { frame: 7, reason: 'low-correlation' },
  }
  const change = { frame: 5, track: 4, before: settings, after: { ...settings, correlation: 0.6 }, cause: 'asked' }
  const regions = [{ region: 'center' as const, existing: 0, wanted: 9, found: 0, why: 'no-texture' as const }]
  const detections = [{ frame: 3, xy: Float64Array.of(10.5, 20.25), strength: Float32Array.of(9), regions }]
  const document = {
    clip: 'a.mp4',
    info,
    frames,
    settings,
    changes: [change],
    cuts: [12],
    detections,
    tracks: [track, track],
  }
  const text = [...tracksJson(document).pieces()].join('')
  const read = JSON.parse(text)
  assert.deepEqual(read.tracks[0], {
    id: 4,
    origin: 'detected',
    startFrame: 3,
    begin: null,
    end: { frame: 7, reason: 'low-correlation' },
    frames: [3, 4, 7],
    xy: [
      [10.5, 20.25],
      [1 / 3, 21],
      [12, 22],
    ],
    correlation: [null, 0.5, 0.75],
  })
  assert.deepEqual(read.changes, [change])
  assert.deepEqual(read.cuts, [12])
  assert.deepEqual(read.detections, [{ frame: 3, placed: 1, regions }])
  assert.deepEqual(read.settings, settings)
  assert.equal(text.split('\n').filter((line) => line.startsWith('{"id":')).length, 2)
})
