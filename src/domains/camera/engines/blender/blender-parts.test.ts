import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { project } from '#track/geometry/projection.ts'
import type { Intrinsics } from '#track/geometry/intrinsics.ts'
import { rigidFromCentre } from '#track/geometry/rigid3.ts'
import { expSo3 } from '#track/geometry/so3.ts'
import type { SolverTrack } from '#track/solution.ts'
import { tabulate } from '#track/solve/shot.ts'
import { makeFootage } from '#test/footage/footage.ts'
import { createReferenceKernel } from '#vision/kernel-reference.ts'
import type { LumaFrame } from '#vision/frames.ts'
import { camFromWorld, fromBlender, toBlender } from './coordinates.ts'
import { chooseBlenderCorners } from './corners.ts'
import { CutWatch } from './cut-watch.ts'
import { keyframePairs } from './keyframe-pairs.ts'
import { rigidTracks } from './rigid-tracks.ts'

const picture = { widthPx: 960, heightPx: 540 }
const inside: Intrinsics = {
  ...picture,
  focalPx: 800,
  pixelAspect: 1,
  principalXPx: 480,
  principalYPx: 270,
  lens: { model: 'none' },
}

test("the top-left corner is Blender's (0, 1), and back again", () => {
  assert.deepEqual(toBlender(picture, 0, 0), [0, 1])
  assert.deepEqual(toBlender(picture, 960, 540), [1, 0])
  const [x, y] = fromBlender(picture, toBlender(picture, 123.25, 77.5))
  assert.ok(Math.abs(x - 123.25) < 1e-9 && Math.abs(y - 77.5) < 1e-9)
})

test('a camera that looks along -Z with y up sees what it should, whatever its scale', () => {
  // At (1, 2, 3), turned by a quarter about the world's z: its right is +y, its up is -x, it looks along -z.
  const scaled = [0, -2, 0, 1, 2, 0, 0, 2, 0, 0, 2, 3, 0, 0, 0, 1]
  const pose = camFromWorld(scaled)
  assert.ok(pose !== null)
  // One to its right, half a unit up, two ahead.
  const [x, y] = project(inside, pose, [1 - 0.5, 2 + 1, 3 - 2]) ?? []
  assert.ok(Math.abs((x ?? 0) - (480 + 400)) < 1e-9 && Math.abs((y ?? 0) - (270 - 200)) < 1e-9, `${x} ${y}`)
  assert.equal(camFromWorld(new Float64Array(16)), null)
})

/** Points before a camera that goes sideways, some of which go their own way; noise of a fifth of a pixel. */
function shotOf({ frames, step, turn, movers }: { frames: number; step: number; turn: number; movers: number }) {
  const rng = seededRng(3)
  const tracks = Array.from({ length: 120 }, (_, id): SolverTrack => {
    const start = [8 * rng.next() - 4, 4 * rng.next() - 2, 5 + 5 * rng.next()]
    const own = id < movers ? [0.02, 0.1, 0] : [0, 0, 0]
    const seen = Array.from({ length: frames }, (_, f) => {
      const camera = rigidFromCentre(expSo3(0, turn * f, 0), Float64Array.of(step * f, 0, 0))
      return project(
        inside,
        camera,
        start.map((v, k) => v + own[k]! * f),
      )!
    })
    const noisy = seen.flatMap(([x, y]) => [x + 0.4 * rng.next() - 0.2, y + 0.4 * rng.next() - 0.2])
    return { id, frames: Int32Array.from(seen.keys()), xy: Float64Array.from(noisy) }
  })
  return tabulate(tracks, 0, 1, picture)!
}

test('keyframes lie where there is parallax, and pairs are unlike each other', () => {
  const pairs = keyframePairs(shotOf({ frames: 24, step: 0.04, turn: 0, movers: 0 }), 1, 3)
  assert.equal(pairs.length, 3)
  assert.ok(
    pairs.every(({ parallaxPx, shared }) => parallaxPx > 8 && shared === 120),
    JSON.stringify(pairs),
  )
  assert.ok(
    pairs.every(({ frames: [a, b] }) => b - a >= 8),
    JSON.stringify(pairs),
  )
  const turning = keyframePairs(shotOf({ frames: 24, step: 0, turn: 0.004, movers: 0 }), 1, 3)
  assert.ok(
    turning.every(({ parallaxPx }) => parallaxPx < 0.5),
    JSON.stringify(turning),
  )
})

test('what goes its own way is not asked first, and what stands still is', () => {
  const keyframes = [0, 3, 6, 9, 12, 15, 18, 21]
  const rigid = rigidTracks(shotOf({ frames: 24, step: 0.04, turn: 0, movers: 30 }), keyframes, 1)
  const wrong = rigid.filter((isRigid, t) => isRigid === t < 30).length
  assert.ok(wrong <= 3, `${wrong} of 120 taken for what they are not`)
  assert.ok(
    rigidTracks(shotOf({ frames: 24, step: 0.04, turn: 0, movers: 0 }), keyframes, 1).filter(Boolean).length >= 118,
  )
})

test('of the corners that another program found the strongest are taken, and empty regions say why', () => {
  const image = makeFootage({ frames: 1, widthPx: 240, heightPx: 135 }).frame(0)
  const luma = image.luma.slice()
  // The left third has no texture, the top right has none that was found.
  for (let y = 0; y < 135; y++) luma.fill(90, y * 240, y * 240 + 85)
  const frame: LumaFrame = { ...image, luma }
  const found = [100, 20, 103, 22, 150, 70, 200, 75, 120, 110, 200, 120]
  const report = chooseBlenderCorners(createReferenceKernel(), frame, found, {
    count: 9,
    threshold: 0.3,
    minDistancePx: 10,
    marginPx: 5,
    windowPx: 9,
    frame: 0,
    masks: [{ kind: 'exclude', polygon: [80, 90, 160, 90, 160, 135, 80, 135] }],
    existing: [201, 76],
  })
  assert.equal(report.xy.length, 6, 'one of two neighbours, none at an existing track, none in the mask')
  assert.ok(report.strength.every((value) => value > 0))
  const why = Object.fromEntries(report.regions.map((region) => [region.region, region.why]))
  assert.deepEqual(
    [why['mid-left'], why['top-right'], why['bottom-center'], why['top-center']],
    ['no-texture', 'threshold', 'masked', null],
  )
})

test('a cut is seen once, whichever way the clip goes by', () => {
  const clip = makeFootage({ frames: 10, widthPx: 96, heightPx: 54, samples: 1, cutAt: 5 })
  const frames = Array.from({ length: 10 }, (_, i) => clip.frame(i))
  const watch = new CutWatch()
  const lost = { tried: 40, kept: 2 }
  watch.load(frames[0]!)
  const forwards = frames.slice(1).map((frame) => watch.step(frame, lost))
  assert.deepEqual(
    forwards.flatMap((cut, i) => (cut ? [i + 1] : [])),
    [5],
  )
  watch.load(frames[9]!)
  const backwards = frames
    .slice(0, 9)
    .reverse()
    .map((frame) => watch.step(frame, { tried: 40, kept: 40 }))
  assert.deepEqual(
    backwards.flatMap((cut, i) => (cut ? [8 - i] : [])),
    [4],
  )
})
