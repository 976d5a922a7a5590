import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import type { SolveOptions, SolverTrack } from '../solution.ts'
import { syntheticShot } from '../synthetic.ts'
import { solveCamera } from './solve-camera.ts'
import { askedOf, solveContext } from './test-solve.ts'

const shot = syntheticShot({ frames: 16, liveTracks: 40, noisePx: 0.2 })
const { tracks } = shot
const options = askedOf(shot)
const solve = (given: readonly SolverTrack[], asked: Partial<SolveOptions> = {}) =>
  solveCamera(given, { ...options, ...asked }, solveContext)

async function refused(given: readonly SolverTrack[], asked: Partial<SolveOptions> = {}): Promise<string> {
  const result = await solve(given, asked)
  assert.ok(!result.ok)
  assert.match(result.why, /^[A-Z0-9].*\.$/)
  return result.code
}

/** Tracks through `frames` frames, each where `at` says. */
const made = (count: number, frames: number, at: (track: number, frame: number) => readonly [number, number]) =>
  Array.from({ length: count }, (_, id): SolverTrack => {
    const xy = Array.from({ length: frames }, (_, frame) => at(id, frame)).flat()
    return { id, frames: Int32Array.from({ length: frames }, (_, frame) => frame), xy: Float64Array.from(xy) }
  })

test('No tracks, too few, and none that is a number', async () => {
  assert.equal(await refused([]), 'too-few-tracks')
  assert.equal(await refused(tracks.slice(0, 5)), 'too-few-tracks')
  assert.equal(await refused(tracks.map((t) => ({ ...t, xy: t.xy.map(() => NaN) }))), 'too-few-tracks')
  const first = tracks.filter((track) => track.frames[0] === 0)
  assert.equal(
    await refused(first.map(({ id, frames, xy }) => ({ id, frames: frames.slice(0, 1), xy: xy.slice(0, 2) }))),
    'too-few-frames',
  )
})

test('Tracks of nothing rigid', async () => {
  const rng = seededRng(5)
  const noise = made(30, 10, () => [960 * rng.next(), 540 * rng.next()])
  assert.equal(await refused(noise), 'no-rigid-motion')
})

test('A turning camera is no answer where the camera moved', async () => {
  assert.equal(await refused(tracks, { motion: 'tripod' }), 'no-rigid-motion')
})

test('Options that make no sense are named', async () => {
  for (const asked of [
    { focalPx: NaN },
    { focalPx: null },
    { widthPx: 0 },
    { pixelAspect: NaN },
    { heldOutShare: 1 },
    { lens: { model: 'polynomial', k1: NaN, k2: 0, k3: 0 } },
  ] satisfies Partial<SolveOptions>[]) {
    const result = await solve(tracks, asked)
    assert.ok(!result.ok && result.why.startsWith('The solver needs '), JSON.stringify(asked))
  }
})

test('A cancelled solve says so, before and in the middle', async () => {
  const before = await solveCamera(tracks, options, { ...solveContext, signal: AbortSignal.abort() })
  assert.ok(!before.ok && before.code === 'cancelled')
  const stop = new AbortController()
  const running = solveCamera(tracks, options, { ...solveContext, signal: stop.signal })
  setTimeout(() => stop.abort(), 20)
  const middle = await running
  assert.ok(!middle.ok && middle.code === 'cancelled')
})

test('Holes, repetitions and any order are taken as they are', async () => {
  const plain = await solve(tracks)
  assert.ok(plain.ok)
  const backwards = tracks.map(({ id, frames, xy }) => {
    const order = [...frames.keys()].reverse().flatMap((i) => [i, i])
    return {
      id,
      frames: Int32Array.from(order, (i) => frames[i]!),
      xy: Float64Array.from(order.flatMap((i) => [xy[2 * i]!, xy[2 * i + 1]!])),
    }
  })
  const turned = await solve(backwards)
  assert.deepEqual(turned, plain)
  const rng = seededRng(2)
  const holes = await solve(tracks.map((t) => ({ ...t, xy: t.xy.map((v) => (rng.next() < 0.1 ? NaN : v)) })))
  assert.ok(holes.ok && holes.solution.cameras.length === 16)
  const twice = await solve([...tracks, ...tracks])
  assert.ok(twice.ok && twice.solution.cameras.length === 16)
})

test('A camera that stands still stands still', async () => {
  const rng = seededRng(3)
  const places = Array.from({ length: 60 }, () => [960 * rng.next(), 540 * rng.next()] as const)
  const result = await solve(made(60, 20, (track) => places[track]!))
  assert.ok(result.ok)
  assert.equal(result.solution.motion, 'tripod')
  for (const { camFromWorld } of result.solution.cameras) assert.ok(Math.abs(camFromWorld.rotation[0]! - 1) < 1e-9)
})
