import assert from 'node:assert/strict'
import { test } from 'node:test'
import { project } from './geometry/projection.ts'
import { centreOf } from './geometry/rigid3.ts'
import { type SyntheticOptions, type SyntheticShot, syntheticShot } from './synthetic.ts'

const worstOfTrueTracks = ({ tracks, truth }: SyntheticShot): number => {
  let worst = 0
  for (const { id, frames, xy } of tracks) {
    if (truth.kinds[id] !== 'true') continue
    frames.forEach((frame, i) => {
      const intrinsics = { ...truth.intrinsics, focalPx: truth.focalsPx[frame]! }
      const [x, y] = project(intrinsics, truth.camFromWorld[frame]!, truth.points[id]!) ?? [NaN, NaN]
      worst = Math.max(worst, Math.hypot(x - xy[2 * i]!, y - xy[2 * i + 1]!))
    })
  }
  return worst
}

const kinds: Partial<SyntheticOptions>[] = [
  { path: 'walk', scene: 'room' },
  { path: 'dolly', scene: 'facade', meanLength: 15, gapShare: 0.1 },
  { path: 'orbit', scene: 'plane' },
  { path: 'forward', scene: 'street', movers: 3, moverShare: 0.3 },
  { path: 'tripod', scene: 'street', zoomToFocalPx: 1200 },
  { path: 'handheld', scene: 'far', lens: { model: 'polynomial', k1: -0.16, k2: 0.025, k3: 0 } },
]

for (const options of kinds) {
  test(`${options.path} in ${options.scene}: perfect tracks are the projections of their points`, () => {
    const shot = syntheticShot({ ...options, frames: 30 })
    const perFrame = new Int32Array(30)
    for (const { frames } of shot.tracks) for (const frame of frames) perFrame[frame]!++
    assert.ok(Math.min(...perFrame) > 60, `only ${Math.min(...perFrame)} tracks in some frame`)
    assert.ok(worstOfTrueTracks(shot) < 1e-9)
    for (const { frames } of shot.tracks) assert.ok(frames.every((frame, i) => i === 0 || frame > frames[i - 1]!))
  })
}

test('the same options give the same shot, another seed another', () => {
  const make = (seed: number) => syntheticShot({ seed, frames: 10, noisePx: 0.3, movers: 1, moverShare: 0.2 })
  assert.deepEqual(make(1), make(1))
  assert.notDeepEqual(make(1).tracks, make(2).tracks)
})

test('noise has the size that was asked for', () => {
  const exact = syntheticShot({ frames: 20 })
  const noisy = syntheticShot({ frames: 20, noisePx: 0.5 })
  let [sum, count] = [0, 0]
  exact.tracks.forEach(({ xy }, id) =>
    xy.forEach((value, i) => {
      sum += (noisy.tracks[id]!.xy[i]! - value) ** 2
      count++
    }),
  )
  assert.ok(Math.abs(Math.sqrt(sum / count) - 0.5) < 0.02)
})

test('wrong tracks come in the shares that were asked for', () => {
  const shot = syntheticShot({ frames: 60, grossShare: 0.2, slidingShare: 0.1, meanLength: 20 })
  const share = (kind: string) => shot.truth.kinds.filter((each) => each === kind).length / shot.tracks.length
  assert.ok(Math.abs(share('gross') - 0.2) < 0.06)
  assert.ok(Math.abs(share('sliding') - 0.1) < 0.05)
})

test('movers move: no fixed point explains a track on one', () => {
  const shot = syntheticShot({ path: 'walk', scene: 'street', movers: 3, moverShare: 0.3 })
  const observations = (kind: string) =>
    shot.tracks.reduce((sum, { id, frames }) => sum + (shot.truth.kinds[id] === kind ? frames.length : 0), 0)
  assert.ok(observations('mover') > 0.15 * observations('true'))
  shot.truth.points.forEach((point, id) => assert.equal(point === null, shot.truth.kinds[id] === 'mover'))
})

test('a tripod turns about its lens, and tracks die of a stated mean age', () => {
  const shot = syntheticShot({ path: 'tripod', scene: 'far', frames: 200, meanLength: 12, liveTracks: 50 })
  for (const camera of shot.truth.camFromWorld) assert.ok(centreOf(camera).every((value) => Math.abs(value) < 1e-12))
  const ages = shot.tracks.filter(({ frames }) => frames.at(-1)! < 199).map(({ frames }) => frames.length)
  const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length
  assert.ok(mean > 9 && mean < 15, `mean age ${mean}`)
})
