import { useEffect, useRef, type RefObject } from 'react'
import type uPlot from 'uplot'
import { usePlot, type PlotOptions } from '../../parts/use-plot.ts'

interface FramePlot {
  /** The chart goes in here. */
  readonly element: RefObject<HTMLDivElement | null>
  /** A line that stands at the playhead, over the chart. */
  readonly playhead: RefObject<HTMLDivElement | null>
}

/** A chart whose x are frames: a click goes there, and the playhead moves over it without drawing it anew. */
export function useFramePlot(
  make: () => { readonly options: PlotOptions; readonly data: uPlot.AlignedData },
  height: number,
  deps: readonly unknown[],
  { frame, onFrame }: { readonly frame: number; readonly onFrame: (frame: number) => void },
): FramePlot {
  const playhead = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const now = useRef({ frame, onFrame })
  const place = () => {
    const [made, line] = [plot.current, playhead.current]
    if (made && line) line.style.left = `${made.over.offsetLeft + made.valToPos(now.current.frame, 'x')}px`
  }
  useEffect(() => {
    now.current = { frame, onFrame }
    place()
  })
  const drawn = (made: uPlot) => {
    plot.current = made
    place()
  }
  const ready = (made: uPlot) => {
    made.over.style.cursor = 'pointer'
    made.over.addEventListener('click', () => {
      const at = made.cursor.idx
      if (typeof at === 'number') now.current.onFrame(made.data[0][at] ?? 0)
    })
  }
  const element = usePlot(
    () => {
      const { options, data } = make()
      const { hooks } = options
      // Where its axes end is known only once it is drawn.
      const all = { ...hooks, ready: [ready, ...(hooks?.ready ?? [])], draw: [drawn, ...(hooks?.draw ?? [])] }
      return { data, options: { ...options, hooks: all } }
    },
    height,
    deps,
  )
  return { element, playhead }
}
