/**
 * ST-maps as pictures of 32-bit floats, for Nuke's STMap and its kin: red is x, green is y from the bottom edge. A zoom has
 * them for each frame, since the coefficients of most lenses count in focal lengths.
 */
import type { Intrinsics } from '../geometry/intrinsics.ts'
import { type StMapDirection, stMap } from '../geometry/st-map.ts'
import { exrBytes } from './exr.ts'
import { type BinaryFile, hasLens, type Scene, type SceneExport } from './scene.ts'

const directions: readonly StMapDirection[] = ['undistort', 'distort']

/** Where the lens has no answer: far outside the picture, so that nothing is drawn there. */
const nowhere = -1

export function stMapFiles(scene: Scene): SceneExport {
  const { intrinsics, cameras, zoom } = scene
  if (!hasLens(scene)) return { files: [], notes: ['no ST-map is needed: no distortion was found'] }
  if (!zoom || intrinsics.lens.model === 'nuke') {
    return { files: directions.map((direction) => file(direction, `st-map-${direction}.exr`, intrinsics)), notes: [] }
  }
  const files = cameras.flatMap(({ number, focalPx }) =>
    directions.map((direction) => {
      const name = `st-map-${direction}/st-map-${direction}.${String(number).padStart(4, '0')}.exr`
      return file(direction, name, { ...intrinsics, focalPx })
    }),
  )
  return { files, notes: ['the lens zooms: there is an ST-map for each frame'] }
}

const file = (direction: StMapDirection, name: string, intrinsics: Intrinsics): BinaryFile => ({
  name,
  *bytes() {
    const { widthPx, heightPx, pixelAspect } = intrinsics
    const map = stMap(intrinsics, direction)
    const channel = (offset: number) => (index: number) => {
      const value = map[2 * index + offset]!
      return Number.isNaN(value) ? nowhere : value
    }
    yield* exrBytes({
      widthPx,
      heightPx,
      pixelAspect,
      channels: [
        { name: 'R', valueAt: channel(0) },
        { name: 'G', valueAt: channel(1) },
        // Many readers know three colours or one.
        { name: 'B', valueAt: () => 0 },
      ],
    })
  },
})
