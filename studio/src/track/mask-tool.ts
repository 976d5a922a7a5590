/** Draws a polygon corner by corner. */
import { useMemo, useRef, useState } from 'react'
import { useKeys } from '../shell/use-keys.ts'
import type { Outline } from './paint.ts'
import type { StageTool } from './stage.tsx'

type Point = readonly [number, number]

export interface MaskTool {
  readonly tool: StageTool
  /** What is drawn so far, with the corner below the pointer. */
  readonly open: () => Outline | null
}

interface MaskToolOptions {
  readonly kind: 'exclude' | 'include' | null
  readonly onDone: (mask: Outline) => void
  readonly onStop: () => void
}

export function useMaskTool({ kind, onDone, onStop }: MaskToolOptions): MaskTool | null {
  const [points, setPoints] = useState<readonly Point[]>([])
  const pointer = useRef<Point | null>(null)
  const finish = (corners: readonly Point[]) => {
    setPoints([])
    if (corners.length >= 3) onDone({ points: corners, exclude: kind === 'exclude' })
  }
  const stop = () => {
    setPoints([])
    onStop()
  }
  useKeys(
    kind === null ? {} : { Enter: () => finish(points), Escape: stop, Backspace: () => setPoints(points.slice(0, -1)) },
  )
  const tool = useMemo<StageTool>(
    () => ({
      cursor: 'crosshair',
      hover(point) {
        pointer.current = point && [point.x, point.y]
      },
      up(point) {
        // A double click is two clicks first: the second adds no corner.
        setPoints((all) => {
          const last = all.at(-1)
          const isSame = last && Math.hypot(last[0] - point.x, last[1] - point.y) * point.box.scale < 3
          return isSame ? all : [...all, [point.x, point.y]]
        })
      },
      doubleClick: () => finish(points),
    }),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `finish` depends on nothing else
    [points, kind],
  )
  if (kind === null) return null
  const open = () => {
    if (points.length === 0) return null
    return { points: pointer.current ? [...points, pointer.current] : points, exclude: kind === 'exclude' }
  }
  return { tool, open }
}
