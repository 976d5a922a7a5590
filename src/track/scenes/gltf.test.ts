import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import type { JsonObject } from '#core/json.ts'
import { gltfScene } from './gltf.ts'
import { assertDrawsAsSolved, inCamera, lensShot, ofQuaternion, sceneOf, shots, textOf } from './test-scenes.ts'

/** It comes without types. */
const { validateString } = createRequire(import.meta.url)('gltf-validator') as {
  validateString(json: string): Promise<JsonObject>
}

interface Document {
  readonly extensionsUsed?: readonly string[]
  readonly nodes: readonly {
    readonly translation?: readonly number[]
    readonly rotation?: readonly number[]
    readonly name: string
    readonly camera?: number
    readonly mesh?: number
    readonly children?: readonly number[]
  }[]
  readonly cameras: readonly { readonly perspective: { readonly aspectRatio: number; readonly yfov: number } }[]
  readonly meshes: readonly {
    readonly primitives: readonly { readonly attributes: { readonly POSITION: number }; readonly mode: number }[]
    readonly extras: { readonly tracks: readonly number[] }
  }[]
  readonly animations: readonly {
    readonly channels: readonly { readonly sampler: number; readonly target: Target }[]
    readonly samplers: readonly { readonly input: number; readonly output: number }[]
  }[]
  readonly accessors: readonly { readonly bufferView: number; readonly count: number; readonly type: string }[]
  readonly bufferViews: readonly { readonly byteOffset: number; readonly byteLength: number }[]
  readonly buffers: readonly { readonly uri: string }[]
}

interface Target {
  readonly path: string
  readonly node?: number
  readonly extensions?: { readonly KHR_animation_pointer: { readonly pointer: string } }
}

/** A reader of its own: what a program makes of the file by the specification. */
function read(document: Document) {
  const [, base64 = ''] = /^data:[^,]*;base64,(.*)$/.exec(document.buffers[0]?.uri ?? '') ?? assert.fail('no buffer')
  const bytes = Buffer.from(base64, 'base64')
  const accessor = (index: number): readonly (readonly number[])[] => {
    const { bufferView, count, type } = document.accessors[index] ?? assert.fail('no accessor')
    const { byteOffset } = document.bufferViews[bufferView] ?? assert.fail('no view')
    const width = { SCALAR: 1, VEC3: 3, VEC4: 4 }[type] ?? assert.fail(type)
    return Array.from({ length: count }, (_, i) =>
      Array.from({ length: width }, (_value, k) => bytes.readFloatLE(byteOffset + 4 * (i * width + k))),
    )
  }
  const channels = document.animations.flatMap(({ channels: all, samplers }) =>
    all.map(({ sampler, target }) => {
      const { input, output } = samplers[sampler] ?? assert.fail('no sampler')
      return { target, times: accessor(input).flat(), values: accessor(output) }
    }),
  )
  const byPath = (path: string) => channels.find(({ target }) => target.path === path)
  return { accessor, move: byPath('translation'), turn: byPath('rotation'), pointer: byPath('pointer') }
}

for (const [name, asked] of Object.entries(shots)) {
  test(`glTF draws the points where the solution does, but for the principal point: ${name}`, () => {
    const { scene } = sceneOf(asked)
    const document = JSON.parse(textOf(gltfScene(scene), 'camera.gltf')) as Document
    const { accessor, move, turn, pointer } = read(document)
    const node = document.nodes.findIndex(({ camera }) => camera === 0)
    assert.ok(move && turn && move.target.node === node && turn.target.node === node)
    // At rest it stands as in its first frame.
    const { translation = [], rotation = [] } = document.nodes[node] ?? assert.fail('no node')
    const rest = [...translation, ...rotation]
    const start = [...(move.values[0] ?? []), ...(turn.values[0] ?? [])]
    assert.ok(rest.length === 7 && rest.every((value, i) => Math.abs(value - start[i]!) < 1e-6))
    const { aspectRatio, yfov } = document.cameras[0]?.perspective ?? assert.fail('no camera')
    assert.equal(pointer !== undefined, asked.zoomToFocalPx !== undefined)
    if (pointer) {
      assert.deepEqual(document.extensionsUsed, ['KHR_animation_pointer'])
      assert.equal(pointer.target.extensions?.KHR_animation_pointer.pointer, '/cameras/0/perspective/yfov')
    }
    const { widthPx, heightPx } = scene.intrinsics
    const [offX, offY] = asked.principalOffsetPx ?? [0, 0]
    const cameras = move.times.map((time, i) => {
      const [x = NaN, y = NaN, z = NaN, w = NaN] = turn.values[i] ?? []
      const pose = { axes: ofQuaternion(w, x, y, z), place: move.values[i] ?? [] }
      const half = Math.tan((pointer?.values[i]?.[0] ?? yfov) / 2)
      const see = (point: readonly number[]) => {
        const [right, up, back] = inCamera(pose, point)
        const [u, v] = [right / (-back * half * aspectRatio), up / (-back * half)]
        return [(widthPx / 2) * (1 + u) + offX, (heightPx / 2) * (1 - v) + offY] as const
      }
      return [Math.round((time * 24000) / 1001) + 1, see] as const
    })
    const { primitives, extras } = document.meshes[0] ?? assert.fail('no points')
    assert.equal(primitives[0]?.mode, 0)
    const places = accessor(primitives[0].attributes.POSITION)
    const points = extras.tracks.map((track, i) => [track, places[i] ?? []] as const)
    assertDrawsAsSolved({ cameras: new Map(cameras), points: new Map(points) }, asked)
  })
}

test("Khronos' validator has nothing to say against it", async () => {
  for (const asked of [...Object.values(shots), lensShot]) {
    const report = await validateString(textOf(gltfScene(sceneOf(asked).scene), 'camera.gltf'))
    const { numErrors, numWarnings, messages } = report['issues'] as JsonObject
    assert.deepEqual([numErrors, numWarnings], [0, 0], JSON.stringify(messages))
  }
  const broken = textOf(gltfScene(sceneOf().scene), 'camera.gltf').replace('"yfov": ', '"yfov": -')
  assert.equal(((await validateString(broken))['issues'] as JsonObject)['numErrors'], 1)
})

test('glTF says what it cannot hold', () => {
  const { notes } = gltfScene(sceneOf({ ...lensShot, zoomToFocalPx: 1000, principalOffsetPx: [4, 0] }).scene)
  assert.match(notes.join('\n'), /ST-map.*\n.*\(484\.00, 270\.00\).*\n.*KHR_animation_pointer/)
})

test('a shot without points is still a scene', async () => {
  const { scene } = sceneOf()
  const report = await validateString(textOf(gltfScene({ ...scene, points: [] }), 'camera.gltf'))
  assert.equal((report['issues'] as JsonObject)['numErrors'], 0)
})
