import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { gaussianPair, syntheticShot } from '../synthetic.ts'
import { covariance } from './adjust-covariance.ts'
import { adjust } from './adjust.ts'
import type { AdjustOptions } from './problem.ts'
import { base, problemOf } from './test-problem.ts'

const options: AdjustOptions = { ...base, focal: 'shared', tolerance: 1e-6 }
const rms = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

/** Errors of 0.3 px that lean the same way for `1 / (1 - stays)` frames or so. */
async function scatter(stays: number) {
  const exact = problemOf(syntheticShot({ frames: 12, liveTracks: 40, path: 'orbit' }))
  const { point } = exact.observations
  const rng = seededRng('leaning')
  const draws: { readonly error: number; readonly byTracks: number; readonly alone: number }[] = []
  for (let draw = 0; draw < 24; draw++) {
    const off = [0, 0]
    const xy = exact.observations.xy.map((value, i) => {
      const isFirst = i < 2 || point[i >> 1] !== point[(i >> 1) - 1]
      const fresh = 0.3 * gaussianPair(rng)[0]
      off[i % 2] = isFirst ? fresh : stays * off[i % 2]! + Math.sqrt(1 - stays * stays) * fresh
      return value + off[i % 2]!
    })
    const { problem } = await adjust({ ...exact, observations: { ...exact.observations, xy } }, options)
    const said = covariance(problem, options)!
    const { focalPx } = problem.intrinsics
    draws.push({ error: Math.log(focalPx / 800), byTracks: said.focalByTracks!, alone: said.focalPx! / focalPx })
  }
  return {
    error: rms(draws.map(({ error }) => error)),
    byTracks: rms(draws.map(({ byTracks }) => byTracks)),
    alone: rms(draws.map(({ alone }) => alone)),
  }
}

test('errors that lean the same way along a track are seen where tracks are the witnesses', async () => {
  const { error, byTracks, alone } = await scatter(0.9)
  // 24 draws tell a standard deviation to 15 %.
  assert.ok(byTracks / error > 0.65 && byTracks / error < 1.5, `${byTracks} of ${error}`)
  assert.ok(alone < 0.7 * byTracks, `${alone} of ${byTracks}`)
})

test('of independent errors both say the same', async () => {
  const { error, byTracks, alone } = await scatter(0)
  assert.ok(byTracks / error > 0.65 && byTracks / error < 1.5, `${byTracks} of ${error}`)
  assert.ok(alone / byTracks > 0.75 && alone / byTracks < 1.33, `${alone} of ${byTracks}`)
})

test('nothing is said of a focal length that is held', () => {
  const exact = problemOf(syntheticShot({ frames: 6, liveTracks: 20, noisePx: 0.3 }))
  assert.equal(covariance(exact, base)!.focalByTracks, null)
})
