/** One COCO annotation as a label, mended where it must be. */
import type { Annotation, AnnotationProvenance, Bbox, Point, Shape } from '#core/annotation.ts'
import { brief } from '#core/faults.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import type { MediaRef } from '#core/session.ts'
import { boundsOf, clampBox } from './boxes.ts'
import type { Notes } from './notes.ts'

/** null when nothing of it can be kept. */
export type AnnotationReader = (annotation: JsonObject, image: MediaRef) => Annotation | null

export function annotationReader(categories: ReadonlyMap<string, string>, notes: Notes): AnnotationReader {
  return (annotation, image) => {
    const where = `annotation ${idText(annotation['id'])}`
    const shape = shapeOf(annotation, image, (code, message) => notes.add(code, message, where))
    if (shape === null) return null
    const category = idText(annotation['category_id'])
    const label = categories.get(category)
    if (label === undefined) {
      notes.add('coco.category-unknown', `no category has the id ${category}; called "category ${category}"`, where)
    }
    const { uid, score, source, verified, provenance } = annotation
    return {
      id: typeof uid === 'string' ? uid : idText(annotation['id']),
      label: label ?? `category ${category}`,
      shape,
      confidence: typeof score === 'number' && score >= 0 && score <= 1 ? score : null,
      source: typeof source === 'string' ? source : 'imported',
      verified: verified === true,
      provenance: isJsonObject(provenance) ? (provenance as unknown as AnnotationProvenance) : noProvenance,
    }
  }
}

/** That of a label that someone else made. */
export const noProvenance: AnnotationProvenance = {
  session: '',
  action: null,
  at: null,
  method: null,
  threshold: null,
  activeStates: [],
  observations: 1,
}

type Tell = (code: string, message: string) => void

function shapeOf(annotation: JsonObject, image: MediaRef, tell: Tell): Shape | null {
  const points = outlineOf(annotation['segmentation'], tell)
  if (annotation['iscrowd'] === 1) {
    tell('coco.crowd', 'marks a crowd, which is no single object; left out')
    return null
  }
  if (points !== null) return { type: 'polygon', points }
  const written = boxOf(annotation['bbox'])
  if (written === null) {
    tell('coco.bbox', `bbox is ${brief(annotation['bbox'] ?? null)}, not [x, y, width, height]; left out`)
    return null
  }
  const bbox = clampBox(written, image.width, image.height)
  if (!(bbox[2] > 0 && bbox[3] > 0)) {
    tell('coco.bbox', `the box ${brief(written)} has no area inside the picture; left out`)
    return null
  }
  if (bbox.some((value, i) => value !== written[i])) {
    tell('coco.bbox-outside', `the box ${brief(written)} was cut off at the edge of the picture`)
  }
  return { type: 'box', bbox }
}

function boxOf(value: Json | undefined): Bbox | null {
  if (!Array.isArray(value) || value.length !== 4) return null
  const [x, y, width, height] = value as readonly unknown[]
  const isBox =
    typeof x === 'number' && typeof y === 'number' && typeof width === 'number' && typeof height === 'number'
  return isBox ? [x, y, width, height] : null
}

/** The one outline of an object; null when there is none, or when only its box can be kept. */
function outlineOf(segmentation: Json | undefined, tell: Tell): readonly Point[] | null {
  if (segmentation === undefined || segmentation === null) return null
  if (!Array.isArray(segmentation)) {
    tell('coco.mask', 'a mask by run lengths; only its box is kept')
    return null
  }
  if (segmentation.length === 0) return null
  const rings = segmentation as readonly Json[]
  const points = rings.length === 1 ? pointsOf(rings[0]) : null
  if (points === null) tell('coco.outline', 'outlines other than one with three points or more; only the box is kept')
  // An outline without an area, as some tools write for a box, says less than the box.
  const [, , width, height] = points ? boundsOf(points) : [0, 0, 0, 0]
  return width > 0 && height > 0 ? points : null
}

function pointsOf(ring: Json | undefined): readonly Point[] | null {
  if (!Array.isArray(ring) || ring.length < 6 || ring.length % 2 !== 0) return null
  const numbers = ring as readonly unknown[]
  if (!numbers.every((value) => typeof value === 'number')) return null
  return Array.from(
    { length: numbers.length / 2 },
    (_, i): Point => [Number(numbers[2 * i]), Number(numbers[2 * i + 1])],
  )
}

/** Ids are compared as text: files mix numbers and strings, and some numbers are longer than a double holds. */
export function idText(id: Json | undefined): string {
  return typeof id === 'string' ? id : typeof id === 'number' || typeof id === 'bigint' ? String(id) : 'without id'
}
