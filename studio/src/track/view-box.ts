/** Where the picture lies on the stage: zoomed about the pointer, dragged, or fitted. Stage positions are CSS pixels. */

export interface ViewBox {
  /** Stage pixels per picture pixel, across; the picture's pixel aspect is in `scaleY`. */
  readonly scale: number
  readonly scaleY: number
  /** Where the picture's top-left corner lies. */
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

const margin = 8
const mostScale = 32

/** All of the picture, in the middle. `pixelAspect` is width over height of a pixel. */
export function fitted(stage: Size, picture: Size, pixelAspect: number): ViewBox {
  const tall = picture.height / pixelAspect
  const room = { width: Math.max(1, stage.width - 2 * margin), height: Math.max(1, stage.height - 2 * margin) }
  const scale = Math.min(room.width / picture.width, room.height / tall)
  return {
    scale,
    scaleY: scale / pixelAspect,
    x: (stage.width - picture.width * scale) / 2,
    y: (stage.height - tall * scale) / 2,
  }
}

/** The point of the picture below the pointer stays where it is. */
export function zoomed(box: ViewBox, factor: number, atX: number, atY: number, least: number): ViewBox {
  const scale = Math.min(mostScale, Math.max(least, box.scale * factor))
  const by = scale / box.scale
  return { scale, scaleY: box.scaleY * by, x: atX - (atX - box.x) * by, y: atY - (atY - box.y) * by }
}

export const moved = (box: ViewBox, dx: number, dy: number): ViewBox => ({ ...box, x: box.x + dx, y: box.y + dy })

export const toStage = (box: ViewBox, x: number, y: number): readonly [number, number] => [
  box.x + x * box.scale,
  box.y + y * box.scaleY,
]

export const toPicture = (box: ViewBox, x: number, y: number): readonly [number, number] => [
  (x - box.x) / box.scale,
  (y - box.y) / box.scaleY,
]
