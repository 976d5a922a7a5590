import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertDrawsAsSolved, inCamera, sceneOf, shots, textOf } from './test-scenes.ts'
import { usdaScene } from './usda.ts'

const numbersIn = (text: string) => Array.from(text.matchAll(/-?\d[\d.]*(?:e[+-]?\d+)?/g), ([value]) => Number(value))

/** A reader of its own, of as much of the language as is written. */
function read(text: string) {
  const [, value] = [/ /, (name: string) => new RegExp(`^ +\\S+ ${name} = (.*)$`, 'm').exec(text)?.[1]]
  const samples = (name: string) => {
    const body = new RegExp(`${name.replaceAll('.', '\\.')} = \\{\\n(.*?)^ +\\}`, 'ms').exec(text)?.[1]
    if (body === undefined) return null
    const lines = body.trimEnd().split('\n')
    return new Map(lines.map((line) => [Number(line.split(':')[0]), numbersIn(line.slice(line.indexOf(':')))] as const))
  }
  return { value: (name: string) => numbersIn(value(name) ?? assert.fail(`no ${name}`)), samples }
}

for (const [name, asked] of Object.entries(shots)) {
  test(`USD draws the points where the solution does: ${name}`, () => {
    const { scene } = sceneOf(asked)
    const { value, samples } = read(textOf(usdaScene(scene), 'camera.usda'))
    const matrices = samples('xformOp:transform.timeSamples') ?? assert.fail('no matrices')
    const focals = samples('focalLength.timeSamples')
    assert.equal(focals !== null, asked.zoomToFocalPx !== undefined)
    const [width = NaN] = value('horizontalAperture')
    const [height = NaN] = value('verticalAperture')
    const [offX = NaN] = value('horizontalApertureOffset')
    const [offY = NaN] = value('verticalApertureOffset')
    const { widthPx, heightPx } = scene.intrinsics
    const cameras = [...matrices].map(([frame, m]) => {
      const [focal = NaN] = focals?.get(frame) ?? value('focalLength')
      const axes = Array.from({ length: 9 }, (_, i) => m[4 * (i % 3) + Math.floor(i / 3)]!)
      const see = (point: readonly number[]) => {
        const [right, up, back] = inCamera({ axes, place: m.slice(12, 15) }, point)
        const [u, v] = [((focal * right) / -back - offX) / width, ((focal * up) / -back - offY) / height]
        return [widthPx * (0.5 + u), heightPx * (0.5 - v)] as const
      }
      return [frame, see] as const
    })
    const places = value('points')
    const points = value('ids').map((track, i) => [track, places.slice(3 * i, 3 * i + 3)] as const)
    assertDrawsAsSolved({ cameras: new Map(cameras), points: new Map(points) }, asked)
  })
}
