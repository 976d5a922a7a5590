/**
 * ST-maps: a lens as a picture, for compositing programs that warp by looking up where each pixel comes from.
 *
 * As Nuke's STMap node and its kin read them: red is x over the width, green is y over the height measured from the BOTTOM
 * edge, 0 and 1 being the outer edges of the picture, so that the map of no distortion holds (column + 0.5) / width and
 * (rows below + 0.5) / height. Values beyond 0 to 1 point outside the picture.
 */
import type { Intrinsics } from './intrinsics.ts'
import { undistort } from './lens.ts'
import { cameraOf, pixelOfRay } from './projection.ts'

/** `undistort`: warps the plate as shot into a picture without distortion. `distort`: warps such a picture onto the plate. */
export type StMapDirection = 'undistort' | 'distort'

/**
 * The undistorted picture has the size, focal length and principal point of the plate.
 *
 * @returns red and green of each pixel, row by row from the TOP, 2 numbers a pixel; NaN where the lens has no answer
 */
export function stMap(intrinsics: Intrinsics, direction: StMapDirection): Float32Array {
  const { widthPx, heightPx } = intrinsics
  const camera = cameraOf(intrinsics)
  const { focalXPx, focalYPx, principalXPx, principalYPx, lens } = camera
  const map = new Float32Array(2 * widthPx * heightPx)
  const source = new Float64Array(2)
  for (let row = 0, at = 0; row < heightPx; row++) {
    const y = (row + 0.5 - principalYPx) / focalYPx
    for (let column = 0; column < widthPx; column++, at += 2) {
      const x = (column + 0.5 - principalXPx) / focalXPx
      if (direction === 'undistort') pixelOfRay(camera, x, y, source)
      else {
        undistort(lens, x, y, source)
        source[0] = focalXPx * source[0]! + principalXPx
        source[1] = focalYPx * source[1]! + principalYPx
      }
      map[at] = source[0]! / widthPx
      map[at + 1] = 1 - source[1]! / heightPx
    }
  }
  return map
}
