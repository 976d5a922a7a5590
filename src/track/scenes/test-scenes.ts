/** Shots to write, and what every reader of a scene must come to: each point where the solution itself would draw it. */
import assert from 'node:assert/strict'
import { project } from '../geometry/projection.ts'
import type { SyntheticOptions } from '../synthetic.ts'
import type { Track } from '../tracks.ts'
import type { TextFile } from './names.ts'
import { makeScene, type Scene, type SceneClip, type SceneExport, type SceneOptions } from './scene.ts'
import { solvedShot } from './test-solution.ts'

export const sceneClip: SceneClip = {
  name: 'walk "1".mp4',
  footage: '../walk.mp4',
  frameCount: 12,
  frameRate: { numerator: 24000, denominator: 1001 },
  variableFrameRate: false,
  rotationDeg: 0,
}

/** What the readers are tried with. */
export const shots: Readonly<Record<string, Partial<SyntheticOptions>>> = {
  plain: {},
  'off centre': { principalOffsetPx: [31, -17] },
  zoom: { zoomToFocalPx: 1200, principalOffsetPx: [-8, 5] },
  tripod: { path: 'tripod' },
  anamorphic: { pixelAspect: 1.4, principalOffsetPx: [10, 20] },
  'tall pixels': { pixelAspect: 0.9 },
}

export const lensShot: Partial<SyntheticOptions> = { lens: { model: 'polynomial', k1: -0.16, k2: 0.025, k3: 0 } }

export function sceneOf(asked: Partial<SyntheticOptions> = {}, options: SceneOptions = {}, clip = sceneClip) {
  const { solution, tracks } = solvedShot(asked)
  const followed = tracks.map(({ id, frames, xy }): Track => {
    const correlation = Float32Array.from(frames, (_, i) => (i === 0 ? NaN : 0.75))
    return { id, frames, xy, correlation, origin: 'detected', startFrame: frames[0] ?? 0, begin: null, end: null }
  })
  return { solution, tracks: followed, scene: makeScene(solution, followed, clip, options) }
}

export function textOf({ files }: SceneExport, name: string): string {
  const file = files.find((one): one is TextFile => one.name === name && 'pieces' in one)
  return [...(file ?? assert.fail(`no file ${name}`)).pieces()].join('')
}

type Pixel = readonly [x: number, y: number]

/** A scene as it was read back: how each frame, by its number, draws a place, and the places by track. */
export interface ReadScene {
  readonly cameras: ReadonlyMap<number, (place: readonly number[]) => Pixel>
  readonly points: ReadonlyMap<number, readonly number[]>
}

/** The task's bar is 0.1 px; text and 32-bit floats leave far less than that. */
const tolerancePx = 0.01

/** Compares with the solution's own picture, undistorted. */
export function assertDrawsAsSolved({ cameras, points }: ReadScene, asked: Partial<SyntheticOptions>, startFrame = 1) {
  const { solution } = solvedShot(asked)
  assert.equal(points.size, solution.points.length)
  assert.deepEqual(
    [...cameras.keys()],
    solution.cameras.map(({ frame }) => frame + startFrame),
  )
  let compared = 0
  for (const { frame, camFromWorld, focalPx } of solution.cameras) {
    const see = cameras.get(frame + startFrame) ?? assert.fail('a camera is missing')
    for (const { track, xyz } of solution.points) {
      const pinhole = { ...solution.intrinsics, focalPx, lens: { model: 'none' } } as const
      const expected = project(pinhole, camFromWorld, xyz)
      const { widthPx, heightPx } = pinhole
      if (
        expected === null ||
        Math.abs(expected[0] - widthPx / 2) > widthPx ||
        Math.abs(expected[1] - heightPx / 2) > heightPx
      )
        continue
      const [x, y] = see(points.get(track) ?? assert.fail('a point is missing'))
      const offPx = Math.hypot(x - expected[0], y - expected[1])
      assert.ok(offPx < tolerancePx, `frame ${frame}, track ${track}: ${offPx} px`)
      compared++
    }
  }
  assert.ok(compared > 100)
}

/** Columns of the camera's right, up and backwards axes, row-major, and its place. */
export interface OpenGlPose {
  readonly axes: readonly number[]
  readonly place: readonly number[]
}

/** A place from the camera: to the right, up, backwards. */
export function inCamera({ axes, place }: OpenGlPose, point: readonly number[]): readonly [number, number, number] {
  const offset = point.map((value, i) => value - place[i]!)
  const along = (column: number) => offset.reduce((sum, value, row) => sum + value * axes[3 * row + column]!, 0)
  return [along(0), along(1), along(2)]
}

/** The rotation by an angle in degrees about an axis, row-major, as every book has it. */
export function turn(axis: 'x' | 'y' | 'z', degrees: number): readonly number[] {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  if (axis === 'x') return [1, 0, 0, 0, c, -s, 0, s, c]
  if (axis === 'y') return [c, 0, s, 0, 1, 0, -s, 0, c]
  return [c, -s, 0, s, c, 0, 0, 0, 1]
}

export const product = (...factors: readonly (readonly number[])[]) =>
  factors.reduce((a, b) =>
    Array.from({ length: 9 }, (_, i) => {
      const [row, column] = [Math.floor(i / 3), i % 3]
      return [0, 1, 2].reduce((sum, k) => sum + a[3 * row + k]! * b[3 * k + column]!, 0)
    }),
  )

/** The rotation of a quaternion. */
export function ofQuaternion(w: number, x: number, y: number, z: number): readonly number[] {
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  ]
}

export type { Scene }
