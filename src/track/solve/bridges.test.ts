import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SolverTrack } from '../solution.ts'
import { syntheticShot } from '../synthetic.ts'
import { solveCamera } from './solve-camera.ts'
import { askedOf, solveContext } from './test-solve.ts'

const scene = { frames: 36, liveTracks: 60, noisePx: 0.15 } as const
const first = syntheticShot({ ...scene, seed: 1, path: 'walk' })
const second = syntheticShot({ ...scene, seed: 2, path: 'orbit', scene: 'street' })

/** The first scene until `at`, the second from then on; both are followed in the frames between. `runOn` tracks live in both. */
function together(at: number, until: number, runOn: number, then = second.tracks): SolverTrack[] {
  const part = ({ id, frames, xy }: SolverTrack, holds: (frame: number) => boolean): SolverTrack => {
    const kept = [...frames.keys()].filter((i) => holds(frames[i]!))
    const places = kept.flatMap((i) => [xy[2 * i]!, xy[2 * i + 1]!])
    return { id, frames: Int32Array.from(kept, (i) => frames[i]!), xy: Float64Array.from(places) }
  }
  // Each feature of a dissolve is lost and found somewhere on the way.
  const from = (i: number) => at + (i % (until - at + 1))
  const before = first.tracks.map((track, i) => part(track, (frame) => frame < from(i + 3)))
  const after = then.map((track, i) => part(track, (frame) => frame >= from(i)))
  const joined = before.slice(0, runOn).map(({ id, frames, xy }, i): SolverTrack => {
    const later = part(after[i]!, (frame) => frame > (frames.at(-1) ?? -1))
    return { id, frames: Int32Array.of(...frames, ...later.frames), xy: Float64Array.of(...xy, ...later.xy) }
  })
  return [...joined, ...before.slice(runOn), ...after.slice(runOn)]
    .filter(({ frames }) => frames.length > 1)
    .map((track, id) => ({ ...track, id }))
}

test('A shot that goes on is held together by most of its tracks', async () => {
  const result = await solveCamera(first.tracks, askedOf(first), solveContext)
  assert.ok(result.ok)
  assert.ok(result.solution.signs!.bridge! > 4)
  assert.doesNotMatch(result.solution.notes.join(' '), /hold the frames/)
})

for (const [name, until] of [
  ['cut', 18],
  ['dissolve of six frames', 24],
  ['dissolve of ten frames', 28],
] as const) {
  test(`Two scenes that are taken for one are not called solved: a ${name}`, async () => {
    for (const runOn of [0, 8]) {
      const result = await solveCamera(together(18, until, runOn), askedOf(first), solveContext)

      if (!result.ok) continue
      const whole = result.solution.cameras.length >= 0.95 * scene.frames
      assert.ok(!whole || result.solution.confidence < 0.5, `${name}: ${result.solution.confidence}`)
    }
  })
}

test('One scene that is lost and found again, as behind a post that sweeps by, is not taken for two', async () => {
  for (const until of [21, 24]) {
    const again = [...first.tracks.slice(1), first.tracks[0]!]
    const result = await solveCamera(together(18, until, 0, again), askedOf(first), solveContext)
    assert.ok(result.ok)
    assert.equal(result.solution.cameras.length, scene.frames)
    assert.equal(result.solution.signs!.bridge, -1)
    assert.equal(result.solution.signs!.torn, 0)
    assert.doesNotMatch(result.solution.notes.join(' '), /if the scene changes/)
  }
})
