import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { needs } from '#test/needs.ts'
import { stMap } from '../geometry/st-map.ts'
import type { SyntheticOptions } from '../synthetic.ts'
import { blenderScene } from './blender.ts'
import { exrBytes } from './exr.ts'
import { assertDrawsAsSolved, lensShot, sceneClip, sceneOf, shots, textOf } from './test-scenes.ts'
import { missingFrame } from './test-solution.ts'

/** As interop/read_blender_scene.py prints it; matrices row by row. */
interface Opened {
  readonly frames: Readonly<Record<string, { readonly clipFromWorld: readonly number[] }>>
  readonly points: Readonly<Record<string, readonly [number, number, number]>>
  readonly size: readonly [number, number]
  readonly pixelAspect: number
  readonly range: readonly [number, number]
  readonly rate: number
  readonly background: null | {
    readonly size: readonly [number, number]
    readonly start: number
    readonly undistorted: boolean
    readonly lens: Readonly<Record<string, string | number>>
    readonly principal: readonly [number, number]
  }
}

const blender = needs('blender')
const folder = await mkdtemp(join(tmpdir(), 'hindsight-blender-scene-'))
after(() => rm(folder, { recursive: true }))

const brown = { model: 'brown', k1: -0.1, k2: 0.02, k3: 0.01, k4: 0, p1: 0.003, p2: -0.002 } as const
const cases: Readonly<Record<string, Partial<SyntheticOptions>>> = {
  ...shots,
  distorted: { ...lensShot, principalOffsetPx: [31, -17] },
  brown: { lens: brown, zoomToFocalPx: 1000 },
  division: { lens: { model: 'division', k1: 0.12, k2: 0.01 } },
  nuke: { lens: { model: 'nuke', k1: 0.03, k2: 0.01 } },
}

async function inBlender(script: string, given: readonly string[]): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const args = ['-b', '--factory-startup', '--python-exit-code', '3', '--python', path, '--', ...given]
  return (await promisify(execFile)(blender.path, args, { maxBuffer: 64 * 1024 * 1024 })).stdout
}

test('Blender builds the scene and draws every point where the solution does', blender, async () => {
  const footage = join(folder, 'plate')
  await mkdir(footage)
  const picture = sharp({ create: { width: 96, height: 54, channels: 3, background: 'gray' } }).png()
  for (const name of ['shot.0007.png', 'shot.0008.png']) await picture.toFile(join(footage, name))
  const clip = { ...sceneClip, name: 'Größe "1".png', footage: '../plate/shot.%04d.png' }
  const paths: string[] = []
  for (const [name, asked] of Object.entries(cases)) {
    await mkdir(join(folder, name))
    const path = join(folder, name, 'blender.py')
    const linked = name === 'plain' ? { ...clip, footage: '../nowhere.mp4' } : clip
    await writeFile(path, textOf(blenderScene(sceneOf(asked, { startFrame: 101 }, linked).scene), 'blender.py'))
    paths.push(path)
  }
  const stdout = await inBlender('interop/read_blender_scene.py', paths)
  const [, json = ''] = /^SCENES (.*)$/m.exec(stdout) ?? assert.fail(stdout)
  const opened = JSON.parse(json) as readonly Opened[]
  assert.match(stdout, /no footage at \.\.\/nowhere\.mp4/)
  for (const [i, [name, asked]] of Object.entries(cases).entries()) assertBuilt(opened[i], name, asked)
})

function assertBuilt(scene: Opened | undefined, name: string, asked: Partial<SyntheticOptions>): void {
  const { frames, points, size, pixelAspect, range, rate, background } = scene ?? assert.fail('a scene is missing')
  assert.deepEqual(range, [101, 112])
  assert.ok(Math.abs(rate - 24000 / 1001) < 1e-3)
  assert.ok(Math.abs(pixelAspect - (asked.pixelAspect ?? 1)) < 1e-6)
  // Frames without a camera lie between keys.
  const solved = Object.entries(frames).filter(([number]) => Number(number) !== 101 + missingFrame)
  assert.equal(solved.length, Object.keys(frames).length - 1)
  const cameras = solved.map(([number, { clipFromWorld }]) => {
    const see = (point: readonly number[]) => {
      const homogeneous = [0, 1, 3].map((row) =>
        [...point, 1].reduce((sum, value, k) => sum + value * clipFromWorld[4 * row + k]!, 0),
      )
      const [x = NaN, y = NaN, w = NaN] = homogeneous
      return [((x / w + 1) / 2) * size[0], ((1 - y / w) / 2) * size[1]] as const
    }
    return [Number(number), see] as const
  })
  const places = new Map(Object.entries(points).map(([track, place]) => [Number(track), place]))
  assertDrawsAsSolved({ cameras: new Map(cameras), points: places }, asked, 101)
  if (name === 'plain') return assert.equal(background, null)
  const { start, undistorted, lens, principal } = background ?? assert.fail(`${name}: no background`)
  assert.equal(start, 101)
  assert.equal(undistorted, asked.lens !== undefined)
  const [offX, offY] = asked.principalOffsetPx ?? [0, 0]
  assert.ok(Math.hypot(principal[0] - size[0] / 2 - offX, principal[1] - size[1] / 2 + offY) < 1e-3)
  if (asked.lens === undefined) return
  const { model, ...coefficients } = asked.lens
  assert.equal(lens['model'], model.toUpperCase())
  for (const [coefficient, value] of Object.entries(coefficients)) {
    const found = lens[model === 'polynomial' ? coefficient : `${model}_${coefficient}`]
    // Blender's y runs up.
    assert.ok(Math.abs(Number(found) - (coefficient === 'p2' ? -value : value)) < 1e-6, `${model} ${coefficient}`)
  }
}

test("Blender's own lens undistorts and distorts as the ST-maps do", blender, async () => {
  const lenses: readonly Partial<SyntheticOptions>[] = [
    { ...lensShot, principalOffsetPx: [31, -17], pixelAspect: 1.4 },
    { lens: { ...brown, p1: 0.013, p2: -0.012 }, principalOffsetPx: [-20, 12] },
    { lens: { model: 'division', k1: 0.12, k2: 0.01 } },
    { lens: { model: 'nuke', k1: 0.03, k2: 0.01 }, principalOffsetPx: [31, -17] },
  ]
  const [widthPx, heightPx] = [480, 270]
  const plate = join(folder, 'plate.png')
  await sharp({ create: { width: widthPx, height: heightPx, channels: 3, background: 'gray' } })
    .png()
    .toFile(plate)
  const paths: string[] = []
  for (const [i, asked] of lenses.entries()) {
    const clip = { ...sceneClip, footage: '../plate.png' }
    const { scene } = sceneOf({ ...asked, widthPx, heightPx, focalPx: 400 }, {}, clip)
    const beside = join(folder, `lens-${i}`)
    await mkdir(beside)
    await writeFile(join(beside, 'UNDISTORT.bin'), stMap(scene.intrinsics, 'undistort'))
    await writeFile(join(beside, 'DISTORT.bin'), stMap(scene.intrinsics, 'distort'))
    await writeFile(join(beside, 'blender.py'), textOf(blenderScene(scene), 'blender.py'))
    paths.push(join(beside, 'blender.py'))
  }
  const channels = [
    { name: 'R', valueAt: (i: number) => ((i % widthPx) + 0.5) / widthPx },
    { name: 'G', valueAt: (i: number) => 1 - (Math.floor(i / widthPx) + 0.5) / heightPx },
    { name: 'B', valueAt: () => 0 },
  ]
  const identity = join(folder, 'identity.exr')
  await writeFile(identity, exrBytes({ widthPx, heightPx, pixelAspect: 1, channels }))
  const stdout = await inBlender('interop/undistort_in_blender.py', [identity, ...paths])
  const [, json = ''] = /^LENSES (.*)$/m.exec(stdout) ?? assert.fail(stdout)
  const compared = (JSON.parse(json) as readonly (readonly { medianPx: number; largestPx: number }[])[]).flat()
  assert.equal(compared.length, 2 * lenses.length)
  // The lenses move pixels by 8 to 18; what is left is the mixing of pixels in Blender, which counts from their corners.
  for (const { medianPx, largestPx } of compared)
    assert.ok(medianPx < 0.03 && largestPx < 0.2, `${medianPx}, ${largestPx}`)
})
