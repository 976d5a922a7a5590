import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exportFolder, python, runPython } from '#formats/interop/test-exports.ts'
import type { SyntheticOptions } from '../synthetic.ts'
import { colmapModel } from './colmap.ts'
import { imageName } from './names.ts'
import { solvedShot } from './test-solution.ts'

/** As interop/check_colmap.py prints it. */
interface Opened {
  readonly images: readonly string[]
  readonly registered: number
  readonly cameras: readonly string[]
  readonly cameraCount: number
  readonly points: number
  readonly observations: number
  readonly keypoints: number
  readonly errorPx: number
  readonly largestErrorPx: number
  readonly behind: number
}

const checker = new URL('interop/check_colmap.py', import.meta.url).href
const folder = await exportFolder()
after(() => folder.remove())

const cases: Readonly<Record<string, Partial<SyntheticOptions>>> = {
  SIMPLE_PINHOLE: {},
  PINHOLE: { pixelAspect: 1.4 },
  SIMPLE_RADIAL: { lens: { model: 'polynomial', k1: -0.16, k2: 0, k3: 0 } },
  RADIAL: { lens: { model: 'polynomial', k1: -0.16, k2: 0.025, k3: 0 }, path: 'tripod' },
  OPENCV: { lens: { model: 'brown', k1: -0.1, k2: 0.02, k3: 0, k4: 0, p1: 0.003, p2: -0.002 } },
  FULL_OPENCV: { lens: { model: 'division', k1: 0.12, k2: 0.01 }, zoomToFocalPx: 1000 },
}

test('pycolmap opens every camera model and draws every point where it was seen', python, async () => {
  const shots = Object.entries(cases).map(([name, asked]) => ({
    name,
    path: join(folder.path, name),
    ...solvedShot(asked),
  }))
  for (const { path, solution, tracks } of shots) {
    await mkdir(path)
    const { files } = colmapModel(solution, tracks)
    for (const { name, pieces } of files) await writeFile(join(path, name), [...pieces()].join(''))
  }
  const opened = await runPython<readonly Opened[]>(
    checker,
    shots.map(({ path }) => path),
  )
  for (const [i, { name, solution }] of shots.entries()) {
    const { cameras, images, points, registered, cameraCount, behind, observations, keypoints, largestErrorPx } =
      opened[i] ?? assert.fail('a result is missing')
    assert.deepEqual(cameras, [name])
    assert.deepEqual(
      images,
      solution.cameras.map(({ frame }) => imageName(frame)),
    )
    assert.equal(registered, images.length)
    assert.equal(cameraCount, solution.zoom ? images.length : 1)
    assert.equal(points, solution.points.length)
    assert.ok(keypoints > observations && observations > 100)
    assert.equal(behind, 0)
    assert.ok(largestErrorPx < 1e-6, `${name}: ${largestErrorPx} px`)
  }
})
