import { suite, test } from 'node:test'
import assert from 'node:assert/strict'
import { shape, shifted, shotOf } from '../motion/test-shots.ts'
import type { SolverTrack } from '#track/solution.ts'
import { cutCandidates } from './scene-cuts.ts'

const walk = (seed: number, frames: number) => shotOf((f) => ({ place: [0.03 * f, 0, 0] }), { seed, frames })
const found = (tracks: readonly SolverTrack[], to: number, known: readonly number[] = []) =>
  cutCandidates(tracks, shape, { from: 0, to }, known).map(({ frame }) => frame)

suite('a cut that the tracker did not see', () => {
  test('is where all tracks end at once', () => {
    const tracks = [...walk(1, 30), ...shifted(walk(2, 30), 30)]
    assert.deepEqual(found(tracks, 59), [30])
    assert.deepEqual(found(tracks, 59, [30]), [])
  })

  test('is not where the clip ends, though all tracks do', () => {
    assert.deepEqual(found(walk(1, 60), 59), [])
    assert.deepEqual(found(shifted(walk(1, 60), 500), 559), [])
  })

  test('is not where a few frames of one clip are lost in one part of the picture', () => {
    const isLeft = ({ xy }: SolverTrack) => xy[0]! < shape.widthPx / 2
    const tracks = walk(1, 60).flatMap((track) =>
      isLeft(track) && track.frames[0] === 0
        ? [{ ...track, frames: track.frames.slice(0, 25), xy: track.xy.slice(0, 50) }]
        : [track],
    )
    assert.deepEqual(found(tracks, 59), [])
  })

  test('is not said of a clip whose tracks all are short', () => {
    const pieces = Array.from({ length: 20 }, (_, i) => shifted(walk(i + 1, 3), 3 * i)).flat()
    assert.deepEqual(found(pieces, 59), [])
  })

  test('is found in the middle of a dissolve', () => {
    const ending = walk(1, 32).map((track, i) => ({
      ...track,
      frames: track.frames.filter((frame) => frame < 26 + (i % 6)),
      xy: track.xy.slice(0, 2 * track.frames.filter((frame) => frame < 26 + (i % 6)).length),
    }))
    const beginning = shifted(walk(2, 32), 28).map((track, i) => {
      const skipped = track.frames.filter((frame) => frame < 28 + (i % 6)).length
      return { ...track, frames: track.frames.slice(skipped), xy: track.xy.slice(2 * skipped) }
    })
    const [cut, ...others] = found(
      [...ending, ...beginning].filter(({ frames }) => frames.length > 1),
      59,
    )
    assert.ok(cut !== undefined && Math.abs(cut - 29) <= 4, String(cut))
    assert.deepEqual(others, [])
  })
})
