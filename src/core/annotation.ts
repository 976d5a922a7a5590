/**
 * A label on a picture. Coordinates are pixels of the upright image (EXIF orientation applied), origin at the top-left
 * corner of the top-left pixel, x right, y down; a box is [x, y, width, height].
 */

export type Bbox = readonly [x: number, y: number, width: number, height: number]
export type Point = readonly [x: number, y: number]

export type Shape =
  | { readonly type: 'box'; readonly bbox: Bbox }
  | { readonly type: 'point'; readonly point: Point }
  | { readonly type: 'polygon'; readonly points: readonly Point[] }

/** Intersection over union of two boxes: 0 when they are apart, 1 when they are equal. */
export function iou(a: Bbox, b: Bbox): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1])
  if (width <= 0 || height <= 0) return 0
  const shared = width * height
  return shared / (a[2] * a[3] + b[2] * b[3] - shared)
}

export interface Annotation {
  /** Stable within the sample. */
  readonly id: string
  /** The class, as people call it. */
  readonly label: string
  readonly shape: Shape
  /** 0 to 1 by whoever made the label; null when it gave none. */
  readonly confidence: number | null
  /** How it came about: `template_matching`, `user_click`, `dom`, `person`, `model`. */
  readonly source: string
  /** Only a person's confirmation makes a label verified. */
  readonly verified: boolean
  readonly provenance: AnnotationProvenance
}

/** Where a label comes from, one for each observation; several sessions may have seen the same element. */
export interface AnnotationProvenance {
  readonly session: string
  /** The action within the session; null when the label is of the whole session. */
  readonly action: string | null
  readonly at: string | null
  readonly method: string | null
  readonly threshold: number | null
  readonly activeStates: readonly string[]
  readonly observations: number
}
