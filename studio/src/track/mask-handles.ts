/** Masks that stand are changed where they stand: a corner is dragged, and a double click takes it out. */
import { useMemo, useRef, useState } from 'react'
import type { Outline } from './paint.ts'
import type { StagePoint, StageTool } from './stage.tsx'
import { toStage } from './view-box.ts'

interface Corner {
  readonly mask: number
  readonly corner: number
}

/** Stage pixels between the pointer and a corner that it takes hold of. */
const reachPx = 8
const fewestCorners = 3

/**
 * The tool below with the corners of the masks laid over it.
 *
 * @param onChange null: the masks cannot be changed now
 */
export function useMaskHandles(
  below: StageTool,
  masks: readonly Outline[],
  onChange: ((masks: readonly Outline[]) => void) | null,
): StageTool {
  const held = useRef<Corner | null>(null)
  const [isNear, setNear] = useState(false)
  return useMemo<StageTool>(() => {
    if (onChange === null || masks.length === 0) return below
    return {
      cursor: isNear ? 'grab' : below.cursor,
      hover(point) {
        const near = point !== null && cornerAt(masks, point) !== null
        setNear(near)
        below.hover?.(near ? null : point)
      },
      down(point) {
        held.current = cornerAt(masks, point)
        if (held.current === null) below.down?.(point)
      },
      drag(point) {
        if (held.current === null) below.drag?.(point)
        else onChange(withCorner(masks, held.current, [[point.x, point.y]]))
      },
      up(point) {
        if (held.current === null) below.up?.(point)
        held.current = null
      },
      doubleClick(point) {
        const corner = cornerAt(masks, point)
        if (corner === null) below.doubleClick?.(point)
        else if (masks[corner.mask]!.points.length > fewestCorners) onChange(withCorner(masks, corner, []))
      },
    }
  }, [below, masks, onChange, isNear])
}

/** The nearest corner in reach. */
function cornerAt(masks: readonly Outline[], { stageX, stageY, box }: StagePoint): Corner | null {
  let [found, nearest]: [Corner | null, number] = [null, reachPx]
  for (const [mask, { points }] of masks.entries()) {
    for (const [corner, [x, y]] of points.entries()) {
      const [cornerX, cornerY] = toStage(box, x, y)
      const distance = Math.hypot(cornerX - stageX, cornerY - stageY)
      if (distance <= nearest) [found, nearest] = [{ mask, corner }, distance]
    }
  }
  return found
}

/** @param places that the corner has from now on: one, or none */
const withCorner = (masks: readonly Outline[], at: Corner, places: Outline['points']): readonly Outline[] =>
  masks.map((mask, i) => (i === at.mask ? { ...mask, points: mask.points.toSpliced(at.corner, 1, ...places) } : mask))
