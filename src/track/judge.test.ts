import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apply3, multiply3, transpose3 } from './geometry/linear.ts'
import { centreOf, type Rigid3, rigidFromCentre } from './geometry/rigid3.ts'
import { expSo3 } from './geometry/so3.ts'
import { judge, type JudgedCamera } from './judge.ts'
import { syntheticShot } from './synthetic.ts'

const { truth } = syntheticShot({ frames: 30, path: 'orbit' })
const turn = expSo3(0.3, -1.2, 0.5)
const shift = [4, -2, 7]
const scale = 3

const moved = (point: Float64Array) => apply3(turn, point).map((value, axis) => scale * value + shift[axis]!)

/** The true path in a frame and scale of its own. */
const cameras = truth.camFromWorld.map((camera, frame): JudgedCamera => {
  const camFromWorld: Rigid3 = rigidFromCentre(multiply3(camera.rotation, transpose3(turn)), moved(centreOf(camera)))
  return { frame, camFromWorld, focalPx: truth.focalsPx[frame]! }
})

test('the truth in another frame and scale is right', () => {
  const verdict = judge(cameras, truth)!
  assert.equal(verdict.solvedShare, 1)
  assert.ok(verdict.positionShare! < 1e-12 && verdict.rotationMaxDeg < 1e-10 && verdict.focalMaxShare === 0)
})

test('errors are found in their size', () => {
  const length = truth.camFromWorld.reduce(
    (sum, camera, i) =>
      sum + (i === 0 ? 0 : Math.hypot(...centreOf(camera).map((v, k) => v - centreOf(truth.camFromWorld[i - 1]!)[k]!))),
    0,
  )
  const wrong = cameras.map(({ frame, camFromWorld, focalPx }): JudgedCamera => {
    // Every second camera is 3 mm of the true unit above its place and turned by half a degree; the lens is 2 % too long.
    const off = frame % 2 === 1
    const rotation = off ? multiply3(expSo3(0, Math.PI / 360, 0), camFromWorld.rotation) : camFromWorld.rotation
    const centre = centreOf(camFromWorld)
    if (off) for (let k = 0; k < 3; k++) centre[k]! += turn[3 * k + 1]! * 0.003 * scale
    return { frame, camFromWorld: rigidFromCentre(rotation, centre), focalPx: 1.02 * focalPx }
  })
  const verdict = judge(wrong, truth)!
  assert.ok(Math.abs(verdict.positionRms! - 0.0015) < 0.0001, `${verdict.positionRms}`)
  assert.ok(Math.abs(verdict.positionShare! - verdict.positionRms! / length) < 1e-12)
  assert.ok(Math.abs(verdict.rotationMeanDeg - 0.25) < 1e-9 && Math.abs(verdict.rotationMaxDeg - 0.5) < 1e-9)
  assert.ok(Math.abs(verdict.focalMeanShare - 0.02) < 1e-12)
})

test('cameras that all stand in one place are wrong by the spread of the path, unless the truth is a tripod', () => {
  const still = cameras.map((camera) => ({ ...camera, camFromWorld: cameras[0]!.camFromWorld }))
  assert.ok(judge(still, truth)!.positionRms! > 0.2)
  const tripod = syntheticShot({ path: 'tripod', frames: 5 }).truth
  const turned = tripod.camFromWorld.map((camFromWorld, frame) => ({ frame, camFromWorld, focalPx: 800 }))
  assert.equal(judge(turned, tripod)!.positionRms, null)
  assert.equal(judge(turned.slice(0, 1), tripod), null)
})
