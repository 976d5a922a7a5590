import { test } from 'node:test'
import assert from 'node:assert/strict'
import { seededRng } from '#core/rng.ts'
import type { SolverTrack } from '#track/solution.ts'
import { gaussianPair } from '#track/synthetic.ts'
import { shape, shotOf, type Stance } from '../motion/test-shots.ts'
import { staticOverlay } from './static-overlay.ts'

/** Letters that stand in the picture, with the tracker's noise; ids from 10,000 on. */
function letters(frames: number, count = 12): SolverTrack[] {
  const rng = seededRng('letters')
  return Array.from({ length: count }, (_, i) => ({
    id: 10_000 + i,
    frames: Int32Array.from({ length: frames }, (_, frame) => frame),
    xy: Float64Array.from(
      Array.from({ length: frames }, () => {
        const [dx, dy] = gaussianPair(rng)
        return [300 + 20 * i + 0.05 * dx, 480 + 0.05 * dy]
      }).flat(),
    ),
  }))
}

const idsOf = (tracks: readonly SolverTrack[]) => tracks.map(({ id }) => id)

test('finds letters over a camera that turns or travels, and nothing else', () => {
  const moves: readonly ((frame: number) => Stance)[] = [
    (f) => ({ yaw: 0.3 * f }),
    (f) => ({ place: [0.03 * f, 0, 0.02 * f], yaw: -0.1 * f }),
    (f) => ({ focalPx: 800 + 5 * f, yaw: 0.05 * f }),
  ]
  for (const move of moves) {
    const text = letters(40)
    const world = shotOf(move, { frames: 40, points: 160 })
    assert.deepEqual(staticOverlay([...world, ...text], shape), idsOf(text))
    assert.deepEqual(staticOverlay(world, shape), [])
  }
})

test('finds none where nothing moves, and none far away past which the camera glides', () => {
  assert.deepEqual(staticOverlay([...shotOf(() => ({}), { frames: 30 }), ...letters(30)], shape), [])
  const glide = (f: number) => ({ place: [0.04 * f, 0, 0] as const })
  const near = shotOf(glide, { frames: 40, points: 160 })
  const far = shotOf(glide, { frames: 40, points: 40, depth: [9000, 20_000], noisePx: 0.05, seed: 8 })
  assert.deepEqual(staticOverlay([...near, ...far.map((track) => ({ ...track, id: track.id + 5000 }))], shape), [])
})
