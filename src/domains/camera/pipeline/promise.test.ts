/** Another attempt is made where better tracks could bring a camera, and nowhere else. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { syntheticShot, type SyntheticOptions } from '#track/synthetic.ts'
import type { Track } from '#track/tracks.ts'
import type { Fix } from '../diagnose/diagnosis.ts'
import { shotOf } from '../motion/test-shots.ts'
import { generalFixes } from './apply-fix.ts'
import type { Attempt } from './attempt.ts'
import { promises } from './promise.ts'
import { requestFor } from './test-request.ts'

const frames = 40
const info = { widthPx: 960, heightPx: 540, pixelAspect: 1, frameRate: { numerator: 24, denominator: 1 } }
const shot = { fromFrame: 0, toFrame: frames - 1, result: { ok: false, code: 'unstable', why: '' } } as const
const { solve } = requestFor(frames)

const attemptOf = (tracks: readonly Pick<Track, 'id' | 'frames' | 'xy'>[]) =>
  ({
    tracks: tracks.map((track) => ({
      ...track,
      origin: 'detected',
      startFrame: track.frames[0]!,
      correlation: new Float32Array(track.frames.length).fill(0.95),
      begin: null,
      end: null,
    })),
    cuts: [],
    choice: { settings: { solve, minLifespanFrames: 4, rejectNonRigid: false, robust: false } },
  }) as unknown as Attempt

const promised = (fix: Fix, tracks: Parameters<typeof attemptOf>[0]) =>
  promises(fix, shot, attemptOf(tracks), info as Parameters<typeof promises>[3])
const synthetic = (options: Partial<SyntheticOptions>) =>
  syntheticShot({ frames, noisePx: 0.3, path: 'walk', ...options }).tracks

describe('another attempt', () => {
  test('is promised to help where tracks are few and short', () => {
    const thin = synthetic({ liveTracks: 10, meanLength: 5 })
    assert.ok(promised({ thresholdScale: 0.2, countScale: 1.5 }, thin))
    assert.ok(promised(generalFixes[0]!, thin))
  })

  test('promises nothing of a camera that stands still, however well it is followed', () => {
    const still = shotOf(() => ({}), { frames, noisePx: 0 })
    for (const fix of generalFixes) assert.ok(!promised(fix, still))
  })

  test('promises something where leaving out what moves on its own leaves a rigid scene', () => {
    const stands = synthetic({ liveTracks: 120 })
    const moves = synthetic({ liveTracks: 50, seed: 9 }).map((track) => ({
      ...track,
      id: 10_000 + track.id,
      xy: track.xy.map((value, at) => value + (at % 2 === 0 ? 2 : -3) * track.frames[at >> 1]!),
    }))
    assert.ok(promised({ rejectNonRigid: true, countScale: 1.5 }, [...stands, ...moves]))
  })

  test('promises nothing where each thing goes its own way', () => {
    const crowd = synthetic({ liveTracks: 150, noisePx: 1 }).map((track) => ({
      ...track,
      xy: track.xy.map((value, at) => {
        const [across, down] = [7 * ((track.id * 0.618) % 1) - 3.5, 7 * ((track.id * 0.414) % 1) - 3.5]
        return value + (at % 2 === 0 ? across : down) * track.frames[at >> 1]!
      }),
    }))
    assert.ok(!promised({ rejectNonRigid: true, countScale: 1.5 }, crowd))
    for (const fix of generalFixes) assert.ok(!promised(fix, crowd))
  })

  test('is always worth it for a cut that was missed, or a lens that was held straight', () => {
    assert.ok(promised({ cutFrames: [12] }, synthetic({})))
    assert.ok(promised({ freeLens: true }, synthetic({})))
  })
})
