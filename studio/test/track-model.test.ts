import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CameraSession } from '#domains/camera/session.ts'
import { frameCounts, placeAt, regionRates, shotOf } from '../src/session/camera/track-model.ts'

const session = (parts: {
  context?: CameraSession['context']
  telemetry: CameraSession['telemetry']
}): CameraSession => ({
  id: '01936f5e-0000-7000-8000-000000000001',
  project: 'default',
  domain: 'camera',
  schemaVersion: 1,
  recordedAt: '2026-11-20T12:00:00Z',
  host: { name: 'test', version: null },
  contributor: null,
  consent: null,
  parent: null,
  context: {},
  settings: { values: {}, reason: null, propensity: null, policy: null },
  outcome: { status: null, error: null, durationMs: null },
  media: [],
  ...parts,
})

const diagonal = {
  frames: [10, 20],
  positionsUv: [
    [0.2, 0.2],
    [0.4, 0.6],
  ] as const,
}

test('a track moves by straight lines between its samples, with y turned down', () => {
  const { tracks } = shotOf(session({ telemetry: { tracks: [{ trajectory: diagonal }] } }))
  const [track] = tracks
  assert.ok(track)
  const [x, y] = placeAt(track, 15) ?? []
  assert.ok(Math.abs((x ?? 0) - 0.3) < 1e-12 && Math.abs((y ?? 0) - 0.6) < 1e-12)
  assert.equal(placeAt(track, 9.5), null)
  assert.equal(placeAt(track, 20.5), null)
})

test('samples without frame numbers are spread over the life of the track', () => {
  const trajectory = {
    positionsUv: [
      [0, 0],
      [0.1, 0],
      [0.2, 0],
    ] as const,
  }
  const { tracks } = shotOf(session({ telemetry: { tracks: [{ startFrame: 5, endFrame: 15, trajectory }] } }))
  assert.deepEqual(tracks[0]?.frames, [5, 10, 15])
})

test('the shot spans the clip, or the tracks where the clip is not known', () => {
  const telemetry = { tracks: [{ trajectory: diagonal }] }
  const known = shotOf(session({ context: { firstFrame: 1, frameCount: 50 }, telemetry }))
  assert.deepEqual([known.firstFrame, known.lastFrame], [1, 50])
  const unknown = shotOf(session({ telemetry }))
  assert.deepEqual([unknown.firstFrame, unknown.lastFrame], [10, 20])
  assert.deepEqual(shotOf(session({ telemetry: null })), { tracks: [], firstFrame: 0, lastFrame: 0 })
})

test('deleted tracks stay visible as such, and an unknown error stays unknown', () => {
  const telemetry = {
    tracks: [{ name: 'a', contributedToSolve: true, reprojectionErrorPx: 0 }, { name: 'b' }],
    deletedTracks: [{ name: 'c', contributedToSolve: true, deletion: { reason: 'drift' as const } }],
  }
  const found = shotOf(session({ telemetry })).tracks.map(({ name, fate, errorPx }) => [name, fate, errorPx])
  assert.deepEqual(found, [
    ['c', 'deleted', null],
    ['a', 'solved', 0],
    ['b', 'unsolved', null],
  ])
})

test('region rates are those recorded, else counted from the tracks', () => {
  const tracks = [
    { region: 'center' as const, contributedToSolve: true },
    { region: 'center' as const, contributedToSolve: false },
  ]
  assert.deepEqual([...regionRates(session({ telemetry: { tracks } }))], [['center', { total: 2, solved: 1 }]])
  const regionStats = { 'top-left': { totalTracks: 4, successfulTracks: 3 } }
  const recorded = regionRates(session({ telemetry: { tracks, regionStats } }))
  assert.deepEqual([...recorded], [['top-left', { total: 4, solved: 3 }]])
})

test('tracks per frame are those sampled, else counted; a loss is where a track is no longer', () => {
  const withSamples = session({
    telemetry: {
      frameSamples: [
        { frame: 20, activeTracks: 7 },
        { frame: 10, activeTracks: 9, tracksLost: 2 },
      ],
    },
  })
  const sampled = frameCounts(withSamples, shotOf(withSamples))
  assert.deepEqual(sampled, { frames: [10, 20], active: [9, 7], lost: [2, null], source: 'samples' })
  const bare = session({
    context: { firstFrame: 9, frameCount: 14 },
    telemetry: { tracks: [{ trajectory: diagonal }] },
  })
  const counted = frameCounts(bare, shotOf(bare))
  assert.deepEqual(counted?.active, [0, ...Array<number>(11).fill(1), 0, 0])
  assert.equal(counted?.lost.indexOf(1), 12)
})
