/**
 * Places on screens. All boxes are [x, y, width, height] in pixels, origin at the top-left corner, y down.
 *
 * Labels are kept as whole pixels: a screenshot has no truth between its pixels, and equal elements give equal boxes.
 */
import type { Bbox, Point, Shape } from '#core/annotation.ts'
import type { CoordinateSpace, Display, Screen, Size, XY } from './session.ts'

/** The side of the box that stands in where a click is all that is known; the size that the source system uses. */
export const inferredSidePx = 50

/** A box of which less than this share lies on the picture is no label of it. */
export const minVisibleShare = 0.25

export function iou(a: Bbox, b: Bbox): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1])
  if (width <= 0 || height <= 0) return 0
  const shared = width * height
  return shared / (a[2] * a[3] + b[2] * b[3] - shared)
}

export function contains(box: Bbox, [x, y]: Point): boolean {
  return x >= box[0] && y >= box[1] && x < box[0] + box[2] && y < box[1] + box[3]
}

export type Fitted = { readonly bbox: Bbox } | { readonly rejected: 'empty' | 'outside' }

/** The part of a box that lies on the picture, its edges rounded to whole pixels; or why it is no label. */
export function fitBox([x, y, width, height]: Bbox, picture: Size): Fitted {
  if (![x, y, width, height].every(Number.isFinite) || width <= 0 || height <= 0) return { rejected: 'empty' }
  const left = clamp(x, picture.width)
  const top = clamp(y, picture.height)
  const right = clamp(x + width, picture.width)
  const bottom = clamp(y + height, picture.height)
  if ((right - left) * (bottom - top) < minVisibleShare * width * height) return { rejected: 'outside' }
  const [x0, y0] = [Math.round(left), Math.round(top)]
  const bbox: Bbox = [x0, y0, Math.round(right) - x0, Math.round(bottom) - y0]
  return bbox[2] > 0 && bbox[3] > 0 ? { bbox } : { rejected: 'empty' }
}

const clamp = (value: number, max: number) => Math.min(Math.max(value, 0), max)

/** The box that a click alone suggests: square, around the point, moved (not shrunk) to lie on the picture. */
export function boxAroundClick([x, y]: Point, picture: Size): Bbox {
  const width = Math.min(inferredSidePx, picture.width)
  const height = Math.min(inferredSidePx, picture.height)
  const left = clamp(Math.round(x - width / 2), picture.width - width)
  const top = clamp(Math.round(y - height / 2), picture.height - height)
  return [left, top, width, height]
}

export function boundsOf(shape: Shape): Bbox {
  if (shape.type === 'box') return shape.bbox
  const points = shape.type === 'point' ? [shape.point] : shape.points
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of points) {
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x)
    bottom = Math.max(bottom, y)
  }
  return [left, top, right - left, bottom - top]
}

/** A total order of shapes: by their bounds from left to right, then by what else tells them apart; 0 means equal. */
export function compareShapes(a: Shape, b: Shape): number {
  const [boundsA, boundsB] = [boundsOf(a), boundsOf(b)]
  for (const [index, value] of boundsA.entries()) {
    const difference = value - (boundsB[index] ?? 0)
    if (difference !== 0) return difference
  }
  if (a.type !== b.type) return a.type < b.type ? -1 : 1
  if (a.type !== 'polygon' || b.type !== 'polygon') return 0
  const [textA, textB] = [a.points.join(' '), b.points.join(' ')]
  return textA < textB ? -1 : textA > textB ? 1 : 0
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.type === b.type && compareShapes(a, b) === 0
}

/** How a record's coordinates become pixels of one screenshot: `pixel = (place - origin) * scale`. */
export interface ToPicture {
  readonly origin: XY
  readonly scale: XY
}

/**
 * The way from a coordinate space to a screenshot's pixels; null when the display is not known well enough to tell.
 *
 * A session that says nothing of its display is taken to have one monitor at the origin, photographed at full size.
 *
 * @param searched the size of the picture the coordinates were taken on, when that was not the screenshot as stored
 */
export function toPicture(
  space: CoordinateSpace,
  screen: Screen,
  display: Display | null | undefined,
  monitorIndex: number | null | undefined,
  searched: Size | null | undefined,
): ToPicture | null {
  if (space === 'image') return fromSearched(screen, searched)
  const monitors = display?.monitors ?? []
  const shown = monitors[screen.monitor ?? (monitors.length === 1 ? 0 : -1)]
  const desktop = {
    x: Math.min(...monitors.map(({ x }) => x), Infinity),
    y: Math.min(...monitors.map(({ y }) => y), Infinity),
  }
  const corner: XY = monitors.length > 0 ? desktop : { x: 0, y: 0 }
  // A picture of several monitors begins at the corner of the whole desktop.
  const origin = screen.origin ?? shown ?? corner
  const scale = screen.scale ?? shown?.scale ?? display?.screenScale ?? (shown ? screen.width / shown.width : 1)
  if (space === 'screen') return { origin, scale: { x: scale, y: scale } }
  if (space === 'virtual') {
    return { origin: { x: origin.x - corner.x, y: origin.y - corner.y }, scale: { x: scale, y: scale } }
  }
  const own = monitors[monitorIndex ?? screen.monitor ?? (monitors.length === 1 ? 0 : -1)]
  if (!own) return monitors.length === 0 ? { origin, scale: { x: scale, y: scale } } : null
  return { origin: { x: origin.x - own.x, y: origin.y - own.y }, scale: { x: scale, y: scale } }
}

/** Coordinates of a picture that was made smaller or larger before it was stored; null when it was cropped. */
function fromSearched(screen: Screen, searched: Size | null | undefined): ToPicture | null {
  const origin = { x: 0, y: 0 }
  if (!searched || searched.width <= 0 || searched.height <= 0) return { origin, scale: { x: 1, y: 1 } }
  const scale = { x: screen.width / searched.width, y: screen.height / searched.height }
  return Math.abs(scale.x / scale.y - 1) < 0.01 ? { origin, scale } : null
}

export function mapPoint(way: ToPicture, { x, y }: XY): Point {
  return [(x - way.origin.x) * way.scale.x, (y - way.origin.y) * way.scale.y]
}

export function mapBox(way: ToPicture, corner: XY, size: Size): Bbox {
  const [x, y] = mapPoint(way, corner)
  return [x, y, size.width * way.scale.x, size.height * way.scale.y]
}
