import assert from 'node:assert/strict'
import { test } from 'node:test'
import { project } from '../geometry/projection.ts'
import type { SyntheticOptions } from '../synthetic.ts'
import { openTrackIo } from './opentrackio.ts'
import { assertDrawsAsSolved, lensShot, product, sceneOf, shots, textOf, turn } from './test-scenes.ts'

interface Sample {
  readonly static: {
    readonly camera: { readonly activeSensorPhysicalDimensions: { readonly width: number; readonly height: number } }
  }
  readonly lens: {
    readonly pinholeFocalLength: number
    readonly projectionOffset: { readonly x: number; readonly y: number }
    readonly distortion?: readonly {
      readonly model: string
      readonly radial: readonly number[]
      readonly tangential?: readonly number[]
    }[]
  }
  readonly timing: { readonly sequenceNumber: number; readonly timecode: Readonly<Record<string, number>> }
  readonly transforms: readonly {
    readonly translation: { readonly x: number; readonly y: number; readonly z: number }
    readonly rotation: { readonly pan: number; readonly tilt: number; readonly roll: number }
  }[]
}

const samplesOf = (asked: Partial<SyntheticOptions>) => {
  const { scene, solution } = sceneOf(asked)
  return { scene, solution, samples: JSON.parse(textOf(openTrackIo(scene), 'opentrackio.json')) as readonly Sample[] }
}

/** OpenLensIO's camera: millimetres on the film back, distorted there, then shifted. */
function see(
  { static: still, lens, transforms }: Sample,
  size: readonly [number, number],
  [x = NaN, y = NaN, z = NaN]: readonly number[],
) {
  const [{ translation, rotation } = assert.fail('no transform')] = transforms
  const axes = product(turn('z', rotation.pan), turn('x', rotation.tilt), turn('y', rotation.roll))
  const offset = [x - translation.x, y - translation.y, z - translation.z]
  const along = (column: number) => offset.reduce((sum, value, row) => sum + value * axes[3 * row + column]!, 0)
  const [right, forward, up] = [along(0), along(1), along(2)]
  const [u, v] = [(lens.pinholeFocalLength * right) / forward, (-lens.pinholeFocalLength * up) / forward]
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = lens.distortion?.[0]?.radial ?? []
  const [p = 0, q = 0] = lens.distortion?.[0]?.tangential ?? []
  const r = u * u + v * v
  const scale = (1 + a * r + c * r ** 2 + e * r ** 3) / (1 + b * r + d * r ** 2 + f * r ** 3)
  const distorted = [
    u * scale + 2 * p * u * v + q * (r + 2 * u * u),
    v * scale + p * (r + 2 * v * v) + 2 * q * u * v,
  ] as const
  const { width, height } = still.camera.activeSensorPhysicalDimensions
  const { x: offX, y: offY } = lens.projectionOffset
  return [size[0] * (0.5 + (distorted[0] + offX) / width), size[1] * (0.5 + (distorted[1] + offY) / height)] as const
}

/** z up. */
const placesOf = ({ points }: ReturnType<typeof sceneOf>['scene']) =>
  new Map(points.map(({ track, position: [x = NaN, y = NaN, z = NaN] }) => [track, [x, -z, y]] as const))

for (const [name, asked] of Object.entries(shots)) {
  test(`OpenTrackIO samples draw the points where the solution does: ${name}`, () => {
    const { scene, samples } = samplesOf(asked)
    const { widthPx, heightPx } = scene.intrinsics
    const cameras = samples.map((sample) => {
      return [
        sample.timing.sequenceNumber,
        (point: readonly number[]) => see(sample, [widthPx, heightPx], point),
      ] as const
    })
    assertDrawsAsSolved({ cameras: new Map(cameras), points: placesOf(scene) }, asked)
  })
}

const lenses: readonly Partial<SyntheticOptions>[] = [
  lensShot,
  { ...lensShot, zoomToFocalPx: 1000, principalOffsetPx: [12, -7] },
  { lens: { model: 'polynomial', k1: -0.16, k2: 0.025, k3: -0.003 }, pixelAspect: 1.4 },
  { lens: { model: 'division', k1: 0.12, k2: 0.01 } },
  { lens: { model: 'brown', k1: -0.1, k2: 0.02, k3: 0, k4: 0, p1: 0.003, p2: -0.002 } },
]
for (const asked of lenses) {
  test(`OpenTrackIO distorts as the lens does: ${JSON.stringify(asked)}`, () => {
    const { scene, solution, samples } = samplesOf(asked)
    const places = placesOf(scene)
    let compared = 0
    for (const [i, { camFromWorld, focalPx }] of solution.cameras.entries()) {
      for (const { track, xyz } of solution.points) {
        const { widthPx, heightPx } = solution.intrinsics
        const expected = project({ ...solution.intrinsics, focalPx }, camFromWorld, xyz)
        if (expected === null) continue
        const [x, y] = see(samples[i] ?? assert.fail('no sample'), [widthPx, heightPx], places.get(track) ?? [])
        const offPx = Math.hypot(x - expected[0], y - expected[1])
        assert.ok(offPx < 0.01, `${offPx} px`)
        compared++
      }
    }
    assert.ok(compared > 100)
  })
}

test('samples are what the schema knows, frame by frame', () => {
  const { samples } = samplesOf({ ...lensShot, zoomToFocalPx: 1000 })
  const [first = assert.fail('no sample')] = samples
  assert.deepEqual(Object.keys(first), ['static', 'protocol', 'timing', 'lens', 'transforms'])
  assert.deepEqual(Object.keys(first.lens), ['pinholeFocalLength', 'projectionOffset', 'distortion'])
  assert.equal(first.lens.distortion?.[0]?.model, 'Brown-Conrady U-D')
  const { timecode } = samples.at(-1)?.timing ?? assert.fail('no timing')
  assert.deepEqual(timecode, { hours: 0, minutes: 0, seconds: 0, frames: 11, frameRate: { num: 24000, denom: 1001 } })
})

test('OpenTrackIO says what it approximates', () => {
  const { notes } = openTrackIo(sceneOf({ lens: { model: 'nuke', k1: 0.03, k2: 0.01 } }).scene)
  assert.match(notes.join('\n'), /metres.*\n.*nearest Brown-Conrady/)
})
