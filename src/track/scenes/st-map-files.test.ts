import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { needs } from '#test/needs.ts'
import type { Intrinsics } from '../geometry/intrinsics.ts'
import { project, ray } from '../geometry/projection.ts'
import { identity3 } from '../geometry/rigid3.ts'
import type { SceneExport } from './scene.ts'
import { stMapFiles } from './st-map-files.ts'
import { lensShot, sceneOf } from './test-scenes.ts'

const small = { ...lensShot, widthPx: 96, heightPx: 54, focalPx: 70, principalOffsetPx: [3, -2] } as const

function bytesOf({ files }: SceneExport, name: string): Uint8Array {
  const file = files.find((one) => one.name === name)
  return Buffer.concat([...(file && 'bytes' in file ? file : assert.fail(`no file ${name}`)).bytes()])
}

/** Planes by name of an uncompressed EXR file, read by the description of its layout. */
function readExr(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let at = 8
  const text = () => {
    const end = file.indexOf(0, at)
    const word = new TextDecoder().decode(file.subarray(at, end))
    at = end + 1
    return word
  }
  assert.deepEqual([view.getUint32(0, true), view.getUint32(4, true)], [20000630, 2])
  const attributes = new Map<string, DataView>()
  for (let name = text(); name !== ''; name = text()) {
    text()
    const size = view.getInt32(at, true)
    attributes.set(name, new DataView(file.buffer, file.byteOffset + at + 4, size))
    at += 4 + size
  }
  const window = attributes.get('dataWindow') ?? assert.fail('no data window')
  const [width, height] = [window.getInt32(8, true) + 1, window.getInt32(12, true) + 1]
  const list = Buffer.from(new Uint8Array(attributes.get('channels')?.buffer ?? assert.fail('no channels'), 0))
  assert.ok(list.length > 0)
  const planes = {
    B: new Float32Array(width * height),
    G: new Float32Array(width * height),
    R: new Float32Array(width * height),
  }
  for (let y = 0; y < height; y++) {
    let row = Number(view.getBigUint64(at + 8 * y, true))
    assert.deepEqual([view.getInt32(row, true), view.getInt32(row + 4, true)], [y, 12 * width])
    row += 8
    for (const plane of Object.values(planes)) {
      for (let x = 0; x < width; x++, row += 4) plane[y * width + x] = view.getFloat32(row, true)
    }
  }
  assert.equal(Number(view.getBigUint64(at + 8 * (height - 1), true)) + 8 + 12 * width, file.length)
  return { width, height, ...planes }
}

/** Where a map of undistortion points to, against the lens itself. */
function assertUndistorts({ width, height, R, G }: ReturnType<typeof readExr>, intrinsics: Intrinsics): void {
  const ideal: Intrinsics = { ...intrinsics, lens: { model: 'none' } }
  for (const [column, row] of [
    [0, 0],
    [95, 53],
    [20, 40],
    [48, 27],
  ] as const) {
    const direction = ray(ideal, [column + 0.5, row + 0.5]) ?? assert.fail('no ray')
    const [x, y] = project(intrinsics, identity3(), direction) ?? assert.fail('no pixel')
    const at = row * width + column
    assert.ok(Math.hypot(R[at]! * width - x, (1 - G[at]!) * height - y) < 1e-3)
  }
}

describe('ST-maps', () => {
  test('of a still lens are two pictures, which undo each other', () => {
    const { scene } = sceneOf(small)
    const written = stMapFiles(scene)
    assert.deepEqual(
      written.files.map(({ name }) => name),
      ['st-map-undistort.exr', 'st-map-distort.exr'],
    )
    assertUndistorts(readExr(bytesOf(written, 'st-map-undistort.exr')), scene.intrinsics)
    const { width, height, R, G } = readExr(bytesOf(written, 'st-map-distort.exr'))
    const at = 10 * width + 80
    const seen = ray(scene.intrinsics, [80.5, 10.5]) ?? assert.fail('no ray')
    const { focalPx, principalXPx, principalYPx } = scene.intrinsics
    const straight = [seen[0] * focalPx + principalXPx, seen[1] * focalPx + principalYPx] as const
    assert.ok(Math.hypot(R[at]! * width - straight[0], (1 - G[at]!) * height - straight[1]) < 1e-3)
  })

  test('of a zoom are pictures for each frame, numbered as the scenes are', () => {
    const { scene } = sceneOf({ ...small, zoomToFocalPx: 100 }, { startFrame: 1001 })
    const written = stMapFiles(scene)
    assert.equal(written.files.length, 2 * scene.cameras.length)
    const last = scene.cameras.at(-1) ?? assert.fail('no camera')
    const exr = readExr(bytesOf(written, 'st-map-undistort/st-map-undistort.1012.exr'))
    assertUndistorts(exr, { ...scene.intrinsics, focalPx: last.focalPx })
  })

  test('are not made without a lens', () => {
    const { files, notes } = stMapFiles(sceneOf().scene)
    assert.deepEqual(files, [])
    assert.match(notes.join(), /no distortion/)
  })

  test('point far outside where the lens has no answer', () => {
    const folded = { ...small, lens: { model: 'polynomial', k1: -0.9, k2: 0, k3: 0 } } as const
    const { R, G } = readExr(bytesOf(stMapFiles(sceneOf(folded).scene), 'st-map-distort.exr'))
    assert.deepEqual([R[0], G[0]], [-1, -1])
    assert.ok([...R, ...G].every(Number.isFinite))
  })

  test('are read by ffmpeg as they are', needs('ffmpeg'), async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hindsight-st-map-'))
    try {
      const path = join(folder, 'map.exr')
      const file = bytesOf(stMapFiles(sceneOf(small).scene), 'st-map-undistort.exr')
      await writeFile(path, file)
      const args = ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'gbrpf32le', '-']
      const { stdout } = await promisify(execFile)(needs('ffmpeg').path, args, { encoding: 'buffer' })
      const { width, height, R, G, B } = readExr(file)
      const decoded = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length))
      assert.equal(decoded.length, 3 * width * height)
      for (const [i, value] of [...G, ...B, ...R].entries()) assert.ok(Math.abs(decoded[i]! - value) < 1e-6)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
