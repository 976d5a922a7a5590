import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blenderScene } from './blender.ts'
import { assertDrawsAsSolved, inCamera, lensShot, ofQuaternion, sceneOf, shots, textOf } from './test-scenes.ts'

/** The value of a line "NAME = …" that is JSON but for its brackets. */
function setting(text: string, name: string): unknown {
  const [, value = ''] = new RegExp(`^${name} = (.*)$`, 'm').exec(text) ?? assert.fail(`no ${name}`)
  return JSON.parse(value.replaceAll('(', '[').replaceAll(')', ']').replace('None', 'null'))
}

function rows(text: string, name: string): readonly (readonly number[])[] {
  const [, body = ''] = new RegExp(`^${name} = \\[\\n(.*?)^\\]`, 'ms').exec(text) ?? assert.fail(`no ${name}`)
  return body
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replace(/^ +\(|\),$/g, '')
        .split(', ')
        .map(Number),
    )
}

for (const [name, asked] of Object.entries(shots)) {
  test(`the numbers in a Blender script draw the points where the solution does: ${name}`, () => {
    const text = textOf(blenderScene(sceneOf(asked).scene), 'blender.py')
    const [width = NaN, height = NaN] = setting(text, 'SIZE') as readonly number[]
    const [aspectX = NaN, aspectY = NaN] = setting(text, 'PIXEL_ASPECT') as readonly number[]
    const [shiftX = NaN, shiftY = NaN] = setting(text, 'SHIFT') as readonly number[]
    const sensor = setting(text, 'SENSOR_WIDTH') as number
    const still = setting(text, 'LENS') as number
    const cameras = rows(text, 'CAMERAS').map(([frame = NaN, x = NaN, y = NaN, z = NaN, ...rest]) => {
      const [qw = NaN, qx = NaN, qy = NaN, qz = NaN, lens = still] = rest
      const pose = { axes: ofQuaternion(qw, qx, qy, qz), place: [x, y, z] }
      const see = (point: readonly number[]) => {
        const [right, up, back] = inCamera(pose, point)
        // On a film back that is 1 wide and centred where the shift puts it.
        const [u, v] = [(lens / sensor) * (right / -back) - shiftX, (lens / sensor) * (up / -back) - shiftY]
        return [width * (0.5 + u), height / 2 - v * width * (aspectX / aspectY)] as const
      }
      return [frame, see] as const
    })
    const points = rows(text, 'POINTS').map(([track = NaN, ...place]) => [track, place] as const)
    assertDrawsAsSolved({ cameras: new Map(cameras), points: new Map(points) }, asked)
  })
}

test('a Blender script gives the lens to the clip, by the names and signs that Blender has', () => {
  const text = textOf(blenderScene(sceneOf(lensShot).scene), 'blender.py')
  assert.deepEqual(setting(text, 'DISTORTION'), ['POLYNOMIAL', { k1: -0.16, k2: 0.025, k3: 0 }])
  const brown = { model: 'brown', k1: -0.1, k2: 0.02, k3: 0, k4: 0.001, p1: 0.003, p2: -0.002 } as const
  assert.deepEqual(setting(textOf(blenderScene(sceneOf({ lens: brown }).scene), 'blender.py'), 'DISTORTION'), [
    'BROWN',
    { brown_k1: -0.1, brown_k2: 0.02, brown_k3: 0, brown_k4: 0.001, brown_p1: 0.003, brown_p2: 0.002 },
  ])
  assert.equal(setting(text, 'NAME'), 'walk "1".mp4')
  const [fps = NaN, base = NaN] = setting(text, 'FPS') as readonly number[]
  assert.equal(fps, 24)
  assert.ok(Math.abs(fps / base - 24000 / 1001) < 1e-9)
})
