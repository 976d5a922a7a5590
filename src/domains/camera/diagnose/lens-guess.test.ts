/** What misfits at the border is a lens's doing only where straightening the picture takes it away. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { syntheticShot } from '#track/synthetic.ts'
import { shape, shotOf } from '../motion/test-shots.ts'
import { explainedByLens } from './lens-guess.ts'
import { rigidityOf } from './rigidity.ts'

const turn = (frame: number) => ({ yaw: 0.6 * frame, pitch: 0.15 * frame })
const walk = (frame: number) => ({ yaw: 0.4 * frame, place: [0.02 * frame, 0, 0.1 * frame] as const })
const bend = (tracks: ReturnType<typeof shotOf>, k: number) =>
  tracks.map((track) => ({
    ...track,
    xy: track.xy.map((value, i) => {
      const [x, y] = [track.xy[i & ~1]! - shape.widthPx / 2, track.xy[i | 1]! - shape.heightPx / 2]
      const centre = i % 2 === 0 ? shape.widthPx / 2 : shape.heightPx / 2
      return centre + (value - centre) * (1 + (k * (x * x + y * y)) / 550 ** 2)
    }),
  }))

describe('misfit at the border', () => {
  test('goes when the picture is straightened, if a lens has bent it either way', () => {
    for (const stance of [turn, walk])
      for (const k of [-0.2, 0.2]) {
        const explained = explainedByLens(bend(shotOf(stance, { noisePx: 0.1 }), k), shape)
        assert.ok(explained !== null && explained > 0.4, `${stance.name} ${k}: ${explained}`)
      }
  })

  test('stays where things that move on their own lie along it', () => {
    const tracks = shotOf(walk, { points: 600 }).map((track) => {
      const isRim = Math.hypot(track.xy[0]! - shape.widthPx / 2, track.xy[1]! - shape.heightPx / 2) > 370
      const [across, down] = [3 * ((track.id * 0.618) % 1) - 1.5, 3 * ((track.id * 0.414) % 1) - 1.5]
      const xy = track.xy.map((value, at) => value + (at % 2 === 0 ? across : down) * track.frames[at >> 1]!)
      return isRim ? { ...track, xy } : track
    })
    const { rimError = null, centreError = null } = rigidityOf(tracks, shape) ?? {}
    assert.ok(rimError !== null && centreError !== null && rimError > 3 * centreError, 'it looks like a lens')
    const explained = explainedByLens(tracks, shape)
    assert.ok(explained !== null && explained < 0.4, String(explained))
  })

  test('is not asked of too few tracks', () => {
    assert.equal(explainedByLens(syntheticShot({ frames: 20, liveTracks: 8 }).tracks, shape), null)
  })
})
