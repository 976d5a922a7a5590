import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nukeScene } from './nuke.ts'
import {
  assertDrawsAsSolved,
  inCamera,
  lensShot,
  product,
  sceneClip,
  sceneOf,
  shots,
  textOf,
  turn,
} from './test-scenes.ts'

/** The nodes of a script: type and knobs, as Tcl has them. */
function nodesOf(script: string) {
  return Array.from(script.matchAll(/^(\w+) \{\n(.*?)^\}$/gms), ([, type = '', body = '']) => {
    const knobs = Array.from(body.matchAll(/^ (\w+) (.*)$/gm), ([, name = '', value = '']) => [name, value] as const)
    return { type, knobs: new Map(knobs) }
  })
}

/** Values by frame of the curves in a knob, one map for each of its parts. */
const curvesOf = (knob = '') =>
  Array.from(
    knob.matchAll(/\{curve L ([^}]*)\}/g),
    ([, keys = '']) =>
      new Map(Array.from(keys.matchAll(/x(\d+) (\S+)/g), ([, x, value]) => [Number(x), Number(value)])),
  )

const numbersIn = (knob = '') => Array.from(knob.matchAll(/-?\d[\d.e+-]*/g), ([value]) => Number(value))

/** Nuke's ZXY turns about z first, then x, then y; its camera looks along -z. */
const axesOf = ([x = NaN, y = NaN, z = NaN]: readonly number[]) => product(turn('y', y), turn('x', x), turn('z', z))

for (const [name, asked] of Object.entries(shots)) {
  test(`a Nuke script draws the points where the solution does: ${name}`, () => {
    const nodes = nodesOf(textOf(nukeScene(sceneOf(asked).scene), 'nuke.nk'))
    const only = (type: string) => nodes.find((node) => node.type === type)?.knobs ?? assert.fail(`no ${type}`)
    const [width = NaN, height = NaN, , , , , aspect = NaN] = numbersIn(only('Root').get('format'))
    const camera = only('Camera2')
    assert.equal(camera.get('rot_order'), 'ZXY')
    const [shiftX = NaN, shiftY = NaN] = numbersIn(camera.get('win_translate'))
    const aperture = Number(camera.get('haperture'))
    const moves = curvesOf(camera.get('translate'))
    const turns = curvesOf(camera.get('rotate'))
    const focals = curvesOf(camera.get('focal'))[0]
    assert.equal(focals !== undefined, asked.zoomToFocalPx !== undefined)
    const cameras = [...(moves[0] ?? [])].map(([frame]) => {
      const at = (curves: readonly ReadonlyMap<number, number>[]) => curves.map((curve) => curve.get(frame) ?? NaN)
      const focal = focals?.get(frame) ?? Number(camera.get('focal'))
      const see = (point: readonly number[]) => {
        const [right, up, back] = inCamera({ axes: axesOf(at(turns)), place: at(moves) }, point)
        // Both in halves of the aperture's width.
        const [u, v] = [
          (2 * focal * right) / (aperture * -back) - shiftX,
          (2 * focal * up) / (aperture * -back) - shiftY,
        ]
        return [(width / 2) * (1 + u), height / 2 - v * (width / 2) * aspect] as const
      }
      return [frame, see] as const
    })
    const points = nodes.flatMap(({ type, knobs }) => {
      const track = /^track_(\d+)$/.exec(knobs.get('name') ?? '')?.[1]
      return type === 'Axis2' && track !== undefined
        ? [[Number(track), numbersIn(knobs.get('translate'))] as const]
        : []
    })
    assertDrawsAsSolved({ cameras: new Map(cameras), points: new Map(points) }, asked)
  })
}

for (const name of ['plain', 'zoom', 'anamorphic'] as const) {
  test(`a .chan file draws the points where the solution does: ${name}`, () => {
    const asked = { ...shots[name], principalOffsetPx: [0, 0] } as const
    const { scene } = sceneOf(asked, { startFrame: 1001 })
    const { widthPx, heightPx, pixelAspect } = scene.intrinsics
    const lines = textOf(nukeScene(scene), 'nuke.chan').trimEnd().split('\n')
    const cameras = lines.map((line) => {
      const [frame = NaN, ...rest] = line.split('\t').map(Number)
      assert.equal(rest.length, 7)
      const pose = { axes: axesOf(rest.slice(3, 6)), place: rest.slice(0, 3) }
      const focal = heightPx / 2 / Math.tan(((rest[6] ?? NaN) * Math.PI) / 360)
      const see = (point: readonly number[]) => {
        const [right, up, back] = inCamera(pose, point)
        return [widthPx / 2 + ((focal / pixelAspect) * right) / -back, heightPx / 2 - (focal * up) / -back] as const
      }
      return [frame, see] as const
    })
    const points = scene.points.map(({ track, position }) => [track, [...position]] as const)
    assertDrawsAsSolved({ cameras: new Map(cameras), points: new Map(points) }, asked, 1001)
  })
}

test('a Nuke script starts the footage where the camera starts, and Tcl reads its name as it is', () => {
  const clip = { ...sceneClip, footage: '../a [b] $c "d" {e}.mov' }
  const { notes, ...written } = nukeScene(sceneOf(lensShot, { startFrame: 1001 }, clip).scene)
  const read = nodesOf(textOf({ ...written, notes }, 'nuke.nk')).find(({ type }) => type === 'Read')?.knobs
  assert.equal(read?.get('file'), String.raw`"../a \[b\] \$c \"d\" \{e\}.mov"`)
  assert.deepEqual([read?.get('frame_mode'), read?.get('frame'), read?.get('last')], ['"start at"', '1001', '12'])
  assert.match(notes.join(), /ST-map/)
  const sequence = sceneOf({}, {}, { ...sceneClip, footage: '../plate/shot.%04d.png' }).scene
  assert.doesNotMatch(textOf(nukeScene(sequence), 'nuke.nk'), /^Read/m)
})
