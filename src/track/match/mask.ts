/** Masks: where points may be placed and followed. */
import { brief, fault } from '#core/faults.ts'

/** A polygon in pixels. Where there are include masks, a point must lie in one of them; it may lie in no exclude mask. */
export interface Mask {
  readonly kind: 'include' | 'exclude'
  /** 2 for each corner: x, y. Even-odd rule, closed by itself. */
  readonly polygon: ArrayLike<number>
  /** First frame it holds for; all frames before `to` when absent. */
  readonly from?: number
  /** Last frame it holds for, inclusive; all frames after `from` when absent. */
  readonly to?: number
}

/** Whether a position (pixels) is open to tracking in a frame. */
export type MaskTest = (frame: number, x: number, y: number) => boolean

/**
 * @throws settings.invalid when a polygon has fewer than three corners or one that is not finite
 */
export function maskTest(masks: readonly Mask[]): MaskTest {
  masks.forEach(checkMask)
  if (masks.length === 0) return () => true
  return (frame, x, y) => {
    let included: boolean | null = null
    for (const mask of masks) {
      if (frame < (mask.from ?? -Infinity) || frame > (mask.to ?? Infinity)) continue
      if (mask.kind === 'include' && included === true) continue
      const inside = isInside(mask.polygon, x, y)
      if (mask.kind === 'include') included = inside
      else if (inside) return false
    }
    return included ?? true
  }
}

function checkMask({ polygon }: Mask, index: number): void {
  const values = Array.from(polygon)
  if (values.length >= 6 && values.length % 2 === 0 && values.every(Number.isFinite)) return
  throw fault('settings.invalid', {
    expected: 'a mask with three or more corners, two finite pixel coordinates each',
    found: brief(values),
    where: `masks[${index}].polygon`,
  })
}

/** Crossing number of a ray to the right. */
function isInside(polygon: ArrayLike<number>, x: number, y: number): boolean {
  let inside = false
  const n = polygon.length
  for (let i = 0, j = n - 2; i < n; j = i, i += 2) {
    const [xi = 0, yi = 0, xj = 0, yj = 0] = [polygon[i], polygon[i + 1], polygon[j], polygon[j + 1]]
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}
