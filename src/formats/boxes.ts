/** Labels as detectors are trained on them: boxes inside the picture, with an area. */
import type { Annotation, Bbox, Point } from '#core/annotation.ts'
import { brief, fault } from '#core/faults.ts'
import type { MediaRef } from '#core/session.ts'
import type { LossCount } from './losses.ts'

export interface LabelledBox {
  readonly annotation: Annotation
  readonly bbox: Bbox
  /** The outline, when the label is one; null for a box. */
  readonly outline: readonly Point[] | null
  /** In square pixels: that of the outline, or of the box. */
  readonly area: number
}

/** The boxes of a picture's labels; what cannot be one is counted in `losses` and left out. */
export function boxesOf(annotations: readonly Annotation[], image: MediaRef, losses: LossCount): LabelledBox[] {
  return annotations.flatMap((annotation) => boxOf(annotation, image, losses) ?? [])
}

/**
 * The number of a box's class.
 *
 * @throws format.sample when the head of the export does not list its label
 */
export function classNumber(
  { annotation }: LabelledBox,
  numbers: ReadonlyMap<string, number>,
  sampleId: string,
): number {
  const number = numbers.get(annotation.label)
  if (number !== undefined) return number
  const found = brief(JSON.stringify(annotation.label))
  throw fault('format.sample', { expected: 'a label that the export lists', found, where: `sample ${sampleId}` })
}

function boxOf(annotation: Annotation, image: MediaRef, losses: LossCount): LabelledBox | null {
  const { shape } = annotation
  if (shape.type === 'point') {
    losses.add('dropped', 'annotations', 'a point is no box')
    return null
  }
  const drawn = shape.type === 'box' ? shape.bbox : boundsOf(shape.points)
  const bbox = clampBox(drawn, image.width, image.height)
  if (!(bbox[2] > 0 && bbox[3] > 0)) {
    losses.add('dropped', 'annotations', 'nothing of the box lies inside the picture, or it has no area')
    return null
  }
  const outline = shape.type === 'polygon' && shape.points.length > 2 ? shape.points : null
  if (shape.type === 'polygon' && outline === null) {
    losses.add('approximated', 'annotations.shape', 'an outline of fewer than three points becomes its box')
  } else if (outline === null && drawn.some((value, i) => value !== bbox[i])) {
    losses.add('approximated', 'annotations.shape', 'the box is cut off at the edge of the picture')
  }
  return { annotation, bbox, outline, area: outline ? areaOf(outline) : bbox[2] * bbox[3] }
}

/** The part of a box inside a picture; as it is where a size is not known. */
export function clampBox([x, y, width, height]: Bbox, imageWidth: number | null, imageHeight: number | null): Bbox {
  const [left, right] = clampSpan(x, width, imageWidth)
  const [top, bottom] = clampSpan(y, height, imageHeight)
  return [left, top, right, bottom]
}

/** Start and length of a span inside 0 to `limit`; untouched when it lies inside, so that no digit changes. */
function clampSpan(start: number, length: number, limit: number | null): readonly [number, number] {
  if (limit === null || (start >= 0 && start + length <= limit)) return [start, length]
  const from = Math.min(Math.max(start, 0), limit)
  const to = Math.min(Math.max(start + length, 0), limit)
  return [from, to - from]
}

export function boundsOf(points: readonly Point[]): Bbox {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top]
}

/** By the shoelace formula. */
function areaOf(points: readonly Point[]): number {
  let twice = 0
  for (const [i, [x, y]] of points.entries()) {
    const [nextX, nextY] = points[(i + 1) % points.length] ?? [0, 0]
    twice += x * nextY - nextX * y
  }
  return Math.abs(twice) / 2
}
