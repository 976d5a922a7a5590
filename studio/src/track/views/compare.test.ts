import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transformBySimilarity } from '#track/estimate/similarity.ts'
import { multiply3 } from '#track/geometry/linear.ts'
import { centreOf, rigidFromCentre, type Rigid3 } from '#track/geometry/rigid3.ts'
import { expSo3 } from '#track/geometry/so3.ts'
import type { AttemptFacts, Solve, SolvedShot } from '../track-data.ts'
import { changedSettings, comparedFigures, comparedPath, sameShot } from './compare.ts'
import { invertSimilarity } from './orientation.ts'

const attempt = (changes: Partial<AttemptFacts>): AttemptFacts => ({
  session: null,
  number: 1,
  title: '',
  status: 'succeeded',
  errorPx: 0.5,
  heldOutErrorPx: null,
  confidence: 0.9,
  totalTracks: 100,
  solvedTracks: 80,
  solvedFrames: 60,
  settings: {},
  reason: null,
  isKept: false,
  ...changes,
})

test('each figure says whether the second attempt is better, and says nothing of what is not known', () => {
  const found = comparedFigures(
    attempt({}),
    attempt({ errorPx: 0.3, heldOutErrorPx: 0.4, confidence: 0.5, solvedTracks: 60, totalTracks: 60 }),
  )
  const verdicts = Object.fromEntries(found.map(({ name, verdict }) => [name, verdict]))
  assert.deepEqual(verdicts, {
    'Error (RMS)': 'better',
    'Held-out error': null,
    Confidence: 'worse',
    'Frames solved': 'same',
    'Tracks solved': 'worse',
    'Tracks solved of all': 'better',
  })
  assert.equal(comparedFigures(attempt({}), attempt({ errorPx: 0.502 }))[0]?.verdict, 'same')
})

test('settings that differ are found, in whichever attempt they stand', () => {
  assert.deepEqual(changedSettings({ a: 1, b: [1, 2], c: null }, { b: [1, 2], c: 3, d: false }), [
    { name: 'a', before: 1, after: null },
    { name: 'c', before: null, after: 3 },
    { name: 'd', before: null, after: false },
  ])
})

type Cameras = readonly { readonly frame: number; readonly camFromWorld: Rigid3 }[]
const shotOf = (cameras: Cameras, changes: object = {}) =>
  ({
    fromFrame: 0,
    toFrame: 19,
    solved: true,
    motion: 'general',
    intrinsics: { focalPx: 500 },
    cameras,
    points: [],
    ...changes,
  }) as unknown as SolvedShot
const walk: Cameras = Array.from({ length: 20 }, (_, frame) => ({
  frame,
  camFromWorld: rigidFromCentre(
    expSo3(0, 0.02 * frame, 0.01),
    Float64Array.of(frame, Math.sin(frame / 3), 0.1 * frame * frame),
  ),
}))

test('a path laid into another world lies on the first one again', () => {
  const otherFromWorld = { scale: 0.3, rotation: expSo3(0.4, -1, 2), translation: Float64Array.of(5, 6, 7) }
  const back = invertSimilarity(otherFromWorld)
  const moved = walk.map(({ frame, camFromWorld }) => ({
    frame,
    camFromWorld: rigidFromCentre(
      multiply3(camFromWorld.rotation, back.rotation),
      transformBySimilarity(otherFromWorld, centreOf(camFromWorld)),
    ),
  }))
  const found = comparedPath(shotOf(walk), shotOf(moved, { intrinsics: { focalPx: 510 } }))
  assert.ok(found?.apartShare !== null && found !== null)
  assert.ok(found.apartShare < 1e-9)
  assert.ok(found.turnedDeg < 1e-5)
  assert.equal(found.frames, 20)
  assert.ok(Math.abs(found.focalRatio - 1.02) < 1e-12)
  for (const [i, { camFromWorld }] of walk.entries()) {
    centreOf(camFromWorld).forEach((value, j) => assert.ok(Math.abs(value - (found.path[3 * i + j] as number)) < 1e-7))
  }
})

test('paths that differ are apart, and a turned camera shows', () => {
  const bent = walk.map(({ frame, camFromWorld }) => ({
    frame,
    camFromWorld: rigidFromCentre(
      multiply3(expSo3(0, 0, (frame % 2) * (Math.PI / 90)), camFromWorld.rotation),
      centreOf(camFromWorld).map((value, i) => (i === 1 ? value + 0.5 * Math.cos(frame) : value)),
    ),
  }))
  const found = comparedPath(shotOf(walk), shotOf(bent))
  assert.ok(found && (found.apartShare ?? 0) > 0.005)
  assert.ok(found.turnedDeg > 0.9 && found.turnedDeg < 1.1)
})

test('a straight path leaves no turn open', () => {
  const dolly: Cameras = walk.map(({ frame }) => ({
    frame,
    camFromWorld: rigidFromCentre(expSo3(0, 0, 0), Float64Array.of(0, 0, frame)),
  }))
  const found = comparedPath(shotOf(dolly), shotOf(dolly))
  assert.ok(found && found.turnedDeg < 1e-6 && found.apartShare !== null && found.apartShare < 1e-12)
  const still = dolly.map((camera) => ({
    ...camera,
    camFromWorld: rigidFromCentre(expSo3(0, 0, 0), new Float64Array(3)),
  }))
  assert.equal(comparedPath(shotOf(dolly), shotOf(still)), null)
})

test('cameras that only turn are compared by where they look', () => {
  const turn = expSo3(0.3, 1.2, -0.4)
  const pan = (world: Float64Array): Cameras =>
    Array.from({ length: 9 }, (_, frame) => ({
      frame,
      camFromWorld: { rotation: multiply3(expSo3(0, 0.05 * frame, 0), world), translation: new Float64Array(3) },
    }))
  const still = { motion: 'tripod' }
  const found = comparedPath(shotOf(pan(expSo3(0, 0, 0)), still), shotOf(pan(turn), still))
  assert.ok(found && found.apartShare !== null && found.apartShare < 1e-9 && found.turnedDeg < 1e-5)
  assert.equal(comparedPath(shotOf(walk), shotOf(pan(turn), still)), null)
  assert.equal(comparedPath(shotOf(walk), shotOf(walk.slice(0, 2))), null)
})

test('the shot of the other attempt is the one that shares most frames', () => {
  const [early, late] = [shotOf(walk, { toFrame: 9 }), shotOf(walk, { fromFrame: 10, toFrame: 40 })]
  const failed = { fromFrame: 0, toFrame: 19, solved: false, code: 'no-parallax', why: '' } as const
  const other = { shots: [failed, early, late] } as unknown as Solve
  assert.equal(sameShot(shotOf(walk, { fromFrame: 5, toFrame: 30 }), other), late)
  assert.equal(sameShot(shotOf(walk, { fromFrame: 50, toFrame: 60 }), other), null)
})
