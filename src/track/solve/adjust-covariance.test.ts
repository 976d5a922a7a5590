import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { judge } from '../judge.ts'
import { gaussianPair, type SyntheticOptions, syntheticShot } from '../synthetic.ts'
import { type Covariance, covariance } from './adjust-covariance.ts'
import { adjust } from './adjust.ts'
import type { AdjustOptions, Problem } from './problem.ts'
import { base, problemOf } from './test-problem.ts'

interface Draw {
  readonly problem: Problem
  readonly said: Covariance
}

/** Solves the same shot again and again with fresh noise of 0.3 px. */
async function solveOften(asked: Partial<SyntheticOptions>, options: AdjustOptions, draws: number) {
  const shot = syntheticShot({ frames: 10, liveTracks: 30, ...asked })
  const exact = problemOf(shot)
  const rng = seededRng('draws')
  const results: Draw[] = []
  for (let i = 0; i < draws; i++) {
    const xy = exact.observations.xy.map((value) => value + 0.3 * gaussianPair(rng)[0])
    const { problem } = await adjust(
      { ...exact, observations: { ...exact.observations, xy } },
      { ...options, tolerance: 1e-6 },
    )
    results.push({ problem, said: covariance(problem, options)! })
  }
  return { shot, results }
}

const rms = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length)

/** 40 draws tell a standard deviation to 11 %. */
const alike = (said: number, found: number) => assert.ok(said / found > 0.7 && said / found < 1.4, `${said} ${found}`)

test('what is said of noise, focal length, lens and path is what repeated solves show', async () => {
  const lens = { model: 'polynomial', k1: -0.1, k2: 0, k3: 0 } as const
  const options: AdjustOptions = { ...base, focal: 'shared', radial: 1 }
  const { shot, results } = await solveOften({ path: 'orbit', lens }, options, 40)
  alike(rms(results.map(({ said }) => said.noisePx)), 0.3)
  alike(
    rms(results.map(({ said }) => said.focalPx!)),
    rms(results.map(({ problem }) => problem.intrinsics.focalPx - 800)),
  )
  alike(
    800 * rms(results.map(({ said }) => said.focalByTracks!)),
    rms(results.map(({ problem }) => problem.intrinsics.focalPx - 800)),
  )
  const k1 = ({ intrinsics }: Problem) => (intrinsics.lens as typeof lens).k1
  alike(rms(results.map(({ said }) => said.radial[0]!)), rms(results.map(({ problem }) => k1(problem) + 0.1)))
  const positions = results.map(({ problem }) => {
    const cameras = problem.cameras.map((camFromWorld, frame) => ({ frame, camFromWorld, focalPx: 800 }))
    return judge(cameras, shot.truth)!.positionRms!
  })
  alike(rms(results.map(({ said }) => rms(said.position!))), rms(positions))
})

test('what is said of a turning camera is what repeated solves show', async () => {
  const options: AdjustOptions = { ...base, cameras: 'rotation-only', focal: 'shared' }
  const { shot, results } = await solveOften({ path: 'tripod', scene: 'far', frames: 30 }, options, 30)
  alike(
    rms(results.map(({ said }) => said.focalPx!)),
    rms(results.map(({ problem }) => problem.intrinsics.focalPx - 800)),
  )
  for (const { said } of results) assert.equal(said.position, null)
  // Small turns off the truth, less their mean: the best common frame.
  const errors = results.map(({ problem }) => {
    const turns = problem.cameras.map(({ rotation: r }, i) => {
      const t = shot.truth.camFromWorld[i]!.rotation
      const skew = (a: number, b: number) => {
        const entry = (row: number, column: number) =>
          r[row]! * t[column]! + r[3 + row]! * t[3 + column]! + r[6 + row]! * t[6 + column]!
        return (entry(a, b) - entry(b, a)) / 2
      }
      return [skew(2, 1), skew(0, 2), skew(1, 0)]
    })
    const mean = [0, 1, 2].map((axis) => turns.reduce((sum, turn) => sum + turn[axis]! / turns.length, 0))
    return (rms(turns.map((turn) => Math.hypot(...turn.map((value, axis) => value - mean[axis]!)))) * 180) / Math.PI
  })
  alike(rms(results.map(({ said }) => rms(said.rotationDeg!))), rms(errors))
})

test('what is said of a zoom is what repeated solves show', async () => {
  const options: AdjustOptions = { ...base, focal: 'per-camera', focalSmoothness: 1e3 }
  const { shot, results } = await solveOften({ path: 'orbit', frames: 16, zoomToFocalPx: 1000 }, options, 30)
  const middle = 8
  alike(
    rms(results.map(({ said }) => said.focalsPx![middle]!)),
    rms(results.map(({ problem }) => problem.focalsPx![middle]! - shot.truth.focalsPx[middle]!)),
  )
})

test('which camera is held does not matter, and two that are held have no error of their own', () => {
  const problem = problemOf(syntheticShot({ frames: 10, liveTracks: 40, noisePx: 0.3 }))
  const [first, last] = [covariance(problem, base)!, covariance(problem, { ...base, fixedCameras: [9] })!]
  first.position!.forEach((value, i) => assert.ok(Math.abs(value / last.position![i]! - 1) < 1e-3))
  first.rotationDeg!.forEach((value, i) => assert.ok(Math.abs(value / last.rotationDeg![i]! - 1) < 1e-3))
  const two = covariance(problem, { ...base, fixedCameras: [0, 9] })!
  for (const i of [0, 9]) assert.equal(two.position![i], 0)
  assert.ok(two.position!.subarray(1, 9).every((value) => value > 0))
})

test('says nothing where nothing is left over to see the noise by', () => {
  const shot = syntheticShot({ frames: 2, liveTracks: 4, noisePx: 0.3 })
  assert.equal(covariance(problemOf(shot), { ...base, focal: 'shared' }), null)
})
