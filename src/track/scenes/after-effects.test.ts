import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { afterEffectsScene } from './after-effects.ts'
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

/** What of After Effects the script uses: it throws at anything else. */
function afterEffects(footageThere = true) {
  const comps: Comp[] = []
  const said: string[] = []
  class Property {
    readonly times: number[] = []
    readonly values: unknown[] = []
    readonly linear = new Set<number>()
    get numKeys() {
      return this.times.length
    }
    setValue(value: unknown) {
      assert.equal(this.times.length, 0, 'setValue is refused on a property with keys')
      this.values[0] = value
    }
    setValuesAtTimes(times: readonly number[], values: readonly unknown[]) {
      assert.equal(times.length, values.length)
      this.times.push(...times)
      this.values.push(...values)
    }
    setInterpolationTypeAtKey(key: number, into: unknown, out: unknown) {
      assert.deepEqual([into, out], ['linear', 'linear'])
      this.linear.add(key)
    }
  }
  class Group {
    readonly #members: Readonly<Record<string, Property | Group>>
    constructor(members: Readonly<Record<string, Property | Group>>) {
      this.#members = members
    }
    property(name: string) {
      return this.#members[name] ?? assert.fail(`no property ${name}`)
    }
  }
  class Layer extends Group {
    name: string
    threeDLayer = false
    autoOrient: unknown = 'two-node'
    constructor(name: string, more: Readonly<Record<string, Property | Group>> = {}) {
      const names = ['Position', 'Scale', 'Anchor Point', 'Rotate X', 'Rotate Y', 'Rotate Z']
      const transform = new Group(Object.fromEntries(names.map((one) => [`ADBE ${one}`, new Property()])))
      super({ 'ADBE Transform Group': transform, ...more })
      this.name = name
    }
  }
  class Comp {
    readonly cameras: Layer[] = []
    readonly nulls: Layer[] = []
    readonly footage: { layer: Layer; path: string }[] = []
    displayStartFrame = 0
    workAreaStart = 0
    workAreaDuration = 0
    readonly size: readonly [
      name: string,
      width: number,
      height: number,
      aspect: number,
      duration: number,
      rate: number,
    ]
    constructor(...size: [string, number, number, number, number, number]) {
      this.size = size
    }
    get width() {
      return this.size[1]
    }
    get height() {
      return this.size[2]
    }
    get duration() {
      return this.size[4]
    }
    readonly layers = {
      add: ({ path }: { path: string }) => {
        const layer = new Layer('footage')
        this.footage.push({ layer, path })
        return layer
      },
      addCamera: (name: string) => {
        const options = new Group({ 'ADBE Camera Zoom': new Property() })
        const camera = new Layer(name, { 'ADBE Camera Options Group': options })
        this.cameras.push(camera)
        return camera
      },
      addNull: () => {
        const layer = new Layer('null')
        this.nulls.push(layer)
        return layer
      },
    }
    openInViewer() {}
  }
  class File {
    readonly #path: string
    constructor(path: string) {
      this.#path = path
    }
    get path() {
      return this.#path.replace(/\/[^/]*$/, '')
    }
    get full() {
      return this.#path
    }
    get exists() {
      return footageThere
    }
  }
  const app = {
    project: {
      items: {
        addComp: (...size: [string, number, number, number, number, number]) => (
          comps.push(new Comp(...size)), comps.at(-1)
        ),
      },
      importFile: ({ file }: { file: File }) => ({ path: file.full, width: 960, height: 540, pixelAspect: 1 }),
    },
    beginUndoGroup() {},
    endUndoGroup() {},
  }
  class ImportOptions {
    readonly file: File
    constructor(file: File) {
      this.file = file
    }
  }
  const globals = {
    app,
    File,
    ImportOptions,
    $: { fileName: '/out/scenes/after-effects.jsx' },
    alert: (text: string) => said.push(text),
    AutoOrientType: { NO_AUTO_ORIENT: 'none' },
    KeyframeInterpolationType: { LINEAR: 'linear' },
  }
  const run = (script: string) => {
    runInContext(script, createContext(globals))
    const comp = comps[0] ?? assert.fail('no composition')
    const property = (layer: Layer, name: string, group = 'ADBE Transform Group') => {
      const found = layer.property(group)
      assert.ok(found instanceof Group)
      const one = found.property(name)
      assert.ok(one instanceof Property)
      return one
    }
    return { comp, property, said }
  }
  return run
}

for (const [name, asked] of Object.entries(shots)) {
  test(`a script for After Effects draws the points where the solution does: ${name}`, () => {
    const { scene } = sceneOf(asked)
    const { comp, property } = afterEffects()(textOf(afterEffectsScene(scene), 'after-effects.jsx'))
    const camera = comp.cameras[0] ?? assert.fail('no camera')
    assert.equal(camera.autoOrient, 'none')
    const position = property(camera, 'ADBE Position')
    const angles = ['X', 'Y', 'Z'].map((axis) => property(camera, `ADBE Rotate ${axis}`).values as number[])
    const zooms = property(camera, 'ADBE Camera Zoom', 'ADBE Camera Options Group').values as number[]
    assert.equal(position.linear.size, position.numKeys)
    const plate = comp.footage[0] ?? assert.fail('no footage')
    const [plateX = NaN, plateY = NaN] = property(plate.layer, 'ADBE Position').values[0] as number[]
    const { widthPx, heightPx, pixelAspect } = scene.intrinsics
    const [, width, height, squares, , rate] = comp.size
    assert.equal(squares, 1)
    const cameras = position.times.map((time, i) => {
      const [x = NaN, y = NaN, z = NaN] = angles.map((all) => all[i] ?? NaN)
      const pose = { axes: product(turn('x', x), turn('y', y), turn('z', z)), place: position.values[i] as number[] }
      const see = (point: readonly number[]) => {
        // Its axes run right, down and into the picture, and it looks at the middle of the composition.
        const [right, down, into] = inCamera(pose, point)
        const [u, v] = [width / 2 + (zooms[i]! * right) / into, height / 2 + (zooms[i]! * down) / into]
        // From the composition to the footage in it.
        return [(u - plateX) / pixelAspect + widthPx / 2, v - plateY + heightPx / 2] as const
      }
      return [Math.round(time * rate) + comp.displayStartFrame, see] as const
    })
    const points = comp.nulls.map((layer) => {
      assert.ok(layer.threeDLayer)
      assert.deepEqual([...(property(layer, 'ADBE Anchor Point').values[0] as number[])], [0, 0, 0])
      const place = property(layer, 'ADBE Position').values[0] as number[]
      return [Number(layer.name.replace('track ', '')), [...place]] as const
    })
    assertDrawsAsSolved({ cameras: new Map(cameras), points: new Map(points) }, asked)
  })
}

test('the composition is the clip, and the work area is the shot', () => {
  const clip = { ...sceneClip, name: 'Größe "1" \u{1f3a5}.mp4', frameCount: 48 }
  const { scene } = sceneOf(lensShot, { startFrame: 1001 }, clip)
  const text = textOf(afterEffectsScene(scene), 'after-effects.jsx')
  const { comp } = afterEffects()(text)
  assert.equal(comp.size[0], `Hindsight ${clip.name}`)
  assert.ok(Math.abs(comp.duration - (48 * 1001) / 24000) < 1e-9)
  assert.equal(comp.displayStartFrame, 1001)
  assert.ok(Math.abs(comp.workAreaDuration - (12 * 1001) / 24000) < 1e-9)
  assert.equal(comp.footage[0]?.path, '/out/scenes/../walk.mp4')
  assert.match(text, /ST-map/)
})

test('footage that is not there is said', () => {
  const { comp, said } = afterEffects(false)(textOf(afterEffectsScene(sceneOf().scene), 'after-effects.jsx'))
  assert.equal(comp.footage.length, 0)
  assert.match(said[0] ?? '', /walk\.mp4/)
})
