/**
 * Between our positions (pixels, top-left corner, frames from 0) and Blender's (0 to 1, lower-left corner, frames from 1). A
 * pixel's centre is half a pixel from its corner in both.
 */
import type { Rigid3 } from '#track/geometry/rigid3.ts'
import type { Pair } from './protocol.ts'

export interface Picture {
  readonly widthPx: number
  readonly heightPx: number
}

export const toBlenderFrame = (frame: number): number => frame + 1
export const fromBlenderFrame = (frame: number): number => frame - 1

export const toBlender = ({ widthPx, heightPx }: Picture, x: number, y: number): Pair => [x / widthPx, 1 - y / heightPx]

export const fromBlender = ({ widthPx, heightPx }: Picture, [x, y]: Pair): Pair => [x * widthPx, (1 - y) * heightPx]

/** Half the side of a square of pixels, as shares of width and height. */
export const halfSide = ({ widthPx, heightPx }: Picture, sidePx: number): Pair => [
  sidePx / 2 / widthPx,
  sidePx / 2 / heightPx,
]

/**
 * camFromWorld (x right, y down, z forward) of Blender's camera-to-world matrix (row-major 4 x 4; x right, y up, looking
 * along -Z), whose scale, if it has one, is left out; null of one that turns nothing into something.
 */
export function camFromWorld(camToWorld: ArrayLike<number>): Rigid3 | null {
  const rotation = new Float64Array(9)
  const translation = new Float64Array(3)
  for (let axis = 0; axis < 3; axis++) {
    // The matrix's columns are the camera's axes in the world; y and z turn over.
    const column = [camToWorld[axis]!, camToWorld[4 + axis]!, camToWorld[8 + axis]!]
    const length = Math.hypot(...column) * (axis === 0 ? 1 : -1)
    if (!(Math.abs(length) > 0)) return null
    column.forEach((value, k) => {
      rotation[3 * axis + k] = value / length
      translation[axis]! -= (value / length) * camToWorld[4 * k + 3]!
    })
  }
  return { rotation, translation }
}
