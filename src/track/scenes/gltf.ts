/**
 * The shot as glTF 2.0: one file with its buffer inside. y up, and the camera looks along -z, as here. A perspective camera
 * of glTF has no shift, and core glTF cannot animate a lens: a zoom is an animation by KHR_animation_pointer, in one of its
 * own, so that programs that do not know that still play the rest. Time is that of the clip, 0 at its first frame.
 */
import { quaternionOf } from '../geometry/so3.ts'
import { quaternionCurve } from './rotation-curves.ts'
import { hasLens, isShifted, pinholeNote, type Scene, type SceneExport, verticalAngleRad } from './scene.ts'
import { onlyFinite } from './scene-text.ts'

export function gltfScene(scene: Scene): SceneExport {
  const { principalXPx, principalYPx } = scene.intrinsics
  const centre = [principalXPx, principalYPx].map((value) => value.toFixed(2)).join(', ')
  const notes = [
    ...(hasLens(scene) ? [pinholeNote] : []),
    ...(isShifted(scene) ? [`glTF has no principal point: its camera looks through the middle, not (${centre})`] : []),
    ...(scene.zoom ? ['core glTF has no zoom: programs without KHR_animation_pointer show the mean focal length'] : []),
  ]
  return {
    files: [
      {
        name: 'camera.gltf',
        *pieces() {
          yield `${JSON.stringify(document(scene, [...scene.notes, ...notes]), onlyFinite, 1)}\n`
        },
      },
    ],
    notes,
  }
}

interface Accessor {
  readonly values: Float32Array
  readonly type: 'SCALAR' | 'VEC3' | 'VEC4'
  /** A buffer of vertices says so. */
  readonly target?: number
}

function document(scene: Scene, notes: readonly string[]): object {
  const { clip, intrinsics, points, startFrame, zoom } = scene
  const data = Object.entries(accessorsOf(scene))
  const index = (name: string) => data.findIndex(([known]) => known === name)
  return {
    asset: { version: '2.0', generator: 'Hindsight', extras: { clip: clip.name, startFrame, intrinsics, notes } },
    ...(zoom ? { extensionsUsed: ['KHR_animation_pointer'] } : {}),
    scene: 0,
    scenes: [{ name: clip.name, nodes: [0] }],
    nodes: nodesOf(scene),
    cameras: [cameraOf(scene)],
    ...(points.length > 0
      ? {
          meshes: [
            {
              primitives: [{ attributes: { POSITION: index('points') }, mode: 0 }],
              extras: { tracks: points.map(({ track }) => track) },
            },
          ],
        }
      : {}),
    animations: animationsOf(scene, index),
    ...packed(data.map(([, accessor]) => accessor)),
  }
}

/** The camera stands where it does in its first frame. */
function nodesOf({ cameras, points }: Scene): readonly object[] {
  const rest = cameras.slice(0, 1).map(({ position, worldFromCam }) => {
    const [w, ...xyz] = quaternionOf(worldFromCam)
    return { translation: Array.from(position), rotation: [...xyz, w] }
  })
  return [
    { name: 'Hindsight', children: points.length > 0 ? [1, 2] : [1] },
    { name: 'Hindsight camera', camera: 0, ...rest[0], extras: { frames: cameras.map(({ number }) => number) } },
    ...(points.length > 0 ? [{ name: 'Hindsight points', mesh: 0 }] : []),
  ]
}

function cameraOf(scene: Scene): object {
  const { intrinsics, nearest, farthest } = scene
  const { widthPx, heightPx, pixelAspect, focalPx } = intrinsics
  return {
    type: 'perspective',
    perspective: {
      aspectRatio: (widthPx * pixelAspect) / heightPx,
      yfov: verticalAngleRad(scene, focalPx),
      znear: nearest,
      zfar: farthest,
    },
  }
}

const lensPointer = { KHR_animation_pointer: { pointer: '/cameras/0/perspective/yfov' } }

function animationsOf({ zoom }: Scene, index: (name: string) => number): readonly object[] {
  const sampler = (output: string) => ({ input: index('times'), interpolation: 'LINEAR', output: index(output) })
  const path = {
    name: 'camera',
    channels: [
      { sampler: 0, target: { node: 1, path: 'translation' } },
      { sampler: 1, target: { node: 1, path: 'rotation' } },
    ],
    samplers: [sampler('positions'), sampler('turns')],
  }
  if (!zoom) return [path]
  const lens = {
    name: 'zoom',
    channels: [{ sampler: 0, target: { path: 'pointer', extensions: lensPointer } }],
    samplers: [sampler('angles')],
  }
  return [path, lens]
}

function accessorsOf(scene: Scene) {
  const { cameras, points, frameRate, zoom } = scene
  const second = frameRate.denominator / frameRate.numerator
  const turns = quaternionCurve(cameras.map(({ worldFromCam }) => worldFromCam)).flatMap(([w, ...xyz]) => [...xyz, w!])
  return {
    times: { values: Float32Array.from(cameras, ({ frame }) => frame * second), type: 'SCALAR' },
    positions: { values: Float32Array.from(cameras.flatMap(({ position }) => [...position])), type: 'VEC3' },
    turns: { values: Float32Array.from(turns), type: 'VEC4' },
    ...(zoom
      ? {
          angles: {
            values: Float32Array.from(cameras, ({ focalPx }) => verticalAngleRad(scene, focalPx)),
            type: 'SCALAR',
          },
        }
      : {}),
    ...(points.length > 0
      ? {
          points: {
            values: Float32Array.from(points.flatMap(({ position }) => [...position])),
            type: 'VEC3',
            target: 34962,
          },
        }
      : {}),
  } satisfies Record<string, Accessor>
}

const widths = { SCALAR: 1, VEC3: 3, VEC4: 4 } as const
const float = 5126

function packed(accessors: readonly Accessor[]): object {
  const starts: number[] = []
  let byteLength = 0
  for (const { values } of accessors) {
    starts.push(byteLength)
    byteLength += values.byteLength
  }
  const view = new DataView(new ArrayBuffer(byteLength))
  for (const [i, { values }] of accessors.entries()) {
    for (const [at, value] of values.entries()) view.setFloat32(starts[i]! + 4 * at, value, true)
  }
  return {
    accessors: accessors.map(({ values, type }, bufferView) => ({
      bufferView,
      componentType: float,
      count: values.length / widths[type],
      type,
      ...extremes(values, widths[type]),
    })),
    bufferViews: accessors.map(({ values, target }, i) => ({
      buffer: 0,
      byteOffset: starts[i],
      byteLength: values.byteLength,
      ...(target === undefined ? {} : { target }),
    })),
    buffers: [{ byteLength, uri: `data:application/octet-stream;base64,${base64(new Uint8Array(view.buffer))}` }],
  }
}

function extremes(values: Float32Array, width: number): { min: readonly number[]; max: readonly number[] } {
  const columns = Array.from({ length: width }, (_, axis) => values.filter((_value, i) => i % width === axis))
  const extreme = (pick: (a: number, b: number) => number) => columns.map((column) => column.reduce(pick))
  return { min: extreme((a, b) => Math.min(a, b)), max: extreme((a, b) => Math.max(a, b)) }
}

function base64(bytes: Uint8Array): string {
  let text = ''
  // A call takes only so many arguments; a multiple of 3 bytes keeps the padding for the end.
  for (let at = 0; at < bytes.length; at += 24_576)
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + 24_576)))
  return text
}
