import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exportFolder, python, runPython } from '#formats/interop/test-exports.ts'
import { assertDrawsAsSolved, lensShot, sceneOf, shots, textOf } from './test-scenes.ts'
import { usdaScene } from './usda.ts'

/** As interop/read_usd.py prints it; positions from -1 to 1, y up. */
interface Opened {
  readonly defaultPrim: string
  readonly upAxis: string
  readonly range: readonly number[]
  readonly rate: number
  readonly documentation: string
  readonly tracks: readonly number[]
  readonly frames: Readonly<Record<string, readonly (readonly [number, number])[]>>
}

const reader = new URL('interop/read_usd.py', import.meta.url).href
const folder = await exportFolder()
after(() => folder.remove())

test("Pixar's own camera draws the points of a USD file where the solution does", python, async () => {
  const cases = Object.entries({ ...shots, lens: lensShot })
  const paths = cases.map(([name]) => join(folder.path, `${name}.usda`))
  for (const [i, [, asked]] of cases.entries()) {
    await writeFile(paths[i] ?? '', textOf(usdaScene(sceneOf(asked, { startFrame: 1001 }).scene), 'camera.usda'))
  }
  const opened = await runPython<readonly Opened[]>(reader, paths)
  for (const [i, [name, asked]] of cases.entries()) {
    const { defaultPrim, upAxis, range, rate, documentation, tracks, frames } =
      opened[i] ?? assert.fail('a file is missing')
    assert.deepEqual([defaultPrim, upAxis, range], ['/Hindsight', 'Y', [1001, 1012]])
    assert.ok(Math.abs(rate - 24000 / 1001) < 1e-9)
    assert.match(documentation, /walk "1"\.mp4/)
    assert.equal(/ST-map/.test(documentation), name === 'lens')
    const { widthPx, heightPx } = sceneOf(asked).scene.intrinsics
    const points = new Map(tracks.map((track, index) => [track, [index]]))
    const cameras = Object.entries(frames).map(([number, seen]) => {
      // A place stands here for its index, since the library has projected it.
      const see = ([index = NaN]: readonly number[]) => {
        const [u, v] = seen[index] ?? assert.fail('not projected')
        return [(widthPx / 2) * (1 + u), (heightPx / 2) * (1 - v)] as const
      }
      return [Number(number), see] as const
    })
    assertDrawsAsSolved({ cameras: new Map(cameras), points }, asked, 1001)
  }
})
