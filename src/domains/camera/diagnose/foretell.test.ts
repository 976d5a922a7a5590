import { suite, test } from 'node:test'
import assert from 'node:assert/strict'
import type { SolverTrack } from '#track/solution.ts'
import { syntheticShot, type SyntheticOptions } from '#track/synthetic.ts'
import type { Track } from '#track/tracks.ts'
import { shifted } from '../motion/test-shots.ts'
import { forecast } from './foretell.ts'

const info = { widthPx: 960, heightPx: 540, pixelAspect: 1, frameRate: { numerator: 24, denominator: 1 } }

const asTracks = (tracks: readonly SolverTrack[]): Track[] =>
  tracks.map((track) => ({
    ...track,
    origin: 'detected',
    startFrame: track.frames[0]!,
    correlation: new Float32Array(track.frames.length).fill(0.95),
    begin: null,
    end: null,
  }))

function foretold(options: Partial<SyntheticOptions>, frames = 48) {
  const { tracks } = syntheticShot({ frames, noisePx: 0.3, ...options })
  return forecast({ info, range: { from: 0, to: frames - 1 }, tracks: asTracks(tracks), cuts: [], focal: 'unknown' })
}

suite('the forecast', () => {
  test('expects good clips to be solved, a tripod no less than a walk', () => {
    const [walk, tripod] = [foretold({ path: 'walk' }), foretold({ path: 'tripod' })]
    assert.ok(walk.probability > 0.7, String(walk.probability))
    assert.ok(tripod.probability > 0.7, String(tripod.probability))
    assert.ok((tripod.features['depth'] ?? 1) < 0.02)
    assert.deepEqual([...walk.warnings, ...tripod.warnings], [])
  })

  test('warns of what is bad, in words, the worst first', () => {
    const few = foretold({ liveTracks: 7, meanLength: 4 })
    assert.ok(few.probability < 0.4, String(few.probability))
    assert.ok(few.warnings.length >= 1)
    assert.match(few.warnings.join(' '), /\b\d+ tracks|Tracks are short/)
    const moving = foretold({ movers: 3, moverShare: 0.8, noisePx: 2, liveTracks: 40, meanLength: 6 })
    assert.ok(moving.probability < 0.4, String(moving.probability))
    assert.match(moving.warnings.join(' '), /do not move with the rest|waver|short/)
  })

  test('says nothing good of no tracks, and does not take unknown for nothing', () => {
    const none = forecast({ info, range: { from: 0, to: 20 }, tracks: [], cuts: [], focal: 'unknown' })
    assert.ok(none.probability < 0.2, String(none.probability))
    assert.deepEqual([none.features['depth'], none.features['looseShare'], none.features['motion']], [null, null, null])
    assert.ok(none.warnings.length > 0)
  })

  test('is that of the shot that is worst', () => {
    const good = syntheticShot({ frames: 30, noisePx: 0.3 }).tracks
    const poor = shifted(syntheticShot({ frames: 30, noisePx: 2, liveTracks: 9, meanLength: 5 }).tracks, 30)
    const tracks = asTracks([...good, ...poor])
    const both = forecast({ info, range: { from: 0, to: 59 }, tracks, cuts: [30], focal: 'unknown' })
    const alone = forecast({ info, range: { from: 30, to: 59 }, tracks: asTracks(poor), cuts: [], focal: 'unknown' })
    assert.equal(both.probability, alone.probability)
  })

  test('is better for a focal length that is known', () => {
    const { tracks } = syntheticShot({ frames: 30, noisePx: 0.8, liveTracks: 40 })
    const given = { info, range: { from: 0, to: 29 }, tracks: asTracks(tracks), cuts: [] }
    const [unknown, fixed] = (['unknown', 'fixed'] as const).map((focal) => forecast({ ...given, focal }).probability)
    assert.ok(fixed! > unknown! + 0.01, `${fixed} and ${unknown}`)
  })

  test('is not better for less of everything', () => {
    const [full, thin] = [foretold({ liveTracks: 150 }), foretold({ liveTracks: 25, meanLength: 8 })]
    assert.ok(thin.probability < full.probability)
  })
})
