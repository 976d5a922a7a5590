/** A piece of a picture, kept when the picture has gone. */
import type { LumaFrame } from '#vision/frames.ts'

export interface Tile {
  readonly frame: LumaFrame
  /** Of its top left corner in the picture, pixels. */
  readonly left: number
  readonly top: number
}

/** The square round a place; near the border, the one nearest to that which lies in the picture. */
export function tileOf({ index, widthPx, heightPx, luma }: LumaFrame, x: number, y: number, sidePx: number): Tile {
  const left = Math.max(0, Math.min(widthPx - sidePx, Math.round(x - sidePx / 2)))
  const top = Math.max(0, Math.min(heightPx - sidePx, Math.round(y - sidePx / 2)))
  const [width, height] = [Math.min(sidePx, widthPx), Math.min(sidePx, heightPx)]
  const piece = luma instanceof Uint8Array ? new Uint8Array(width * height) : new Uint16Array(width * height)
  for (let row = 0; row < height; row++) {
    const start = (top + row) * widthPx + left
    piece.set(luma.subarray(start, start + width), row * width)
  }
  return { frame: { index, timeS: null, widthPx: width, heightPx: height, luma: piece }, left, top }
}
