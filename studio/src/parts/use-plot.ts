import { useEffect, useRef, type RefObject } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { colour, useTheme } from '../shell/use-theme.ts'

export type PlotOptions = Omit<uPlot.Options, 'width' | 'height'>

/** Draws a uPlot chart into an element as wide as its parent; anew when data, options or colours change. */
export function usePlot(
  make: () => { readonly options: PlotOptions; readonly data: uPlot.AlignedData },
  height: number,
  deps: readonly unknown[],
): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  useEffect(() => {
    const parent = element.current
    if (!parent) return
    const { options, data } = make()
    const plot = new uPlot({ ...options, width: parent.clientWidth, height }, data, parent)
    const resize = new ResizeObserver(() => {
      if (parent.clientWidth !== plot.width) plot.setSize({ width: parent.clientWidth, height })
    })
    resize.observe(parent)
    return () => {
      resize.disconnect()
      plot.destroy()
    }
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the caller says what its chart depends on
  }, [theme, height, ...deps])
  return element
}

/** Quiet axes in the colours of the page. */
export function axis(more: uPlot.Axis = {}): uPlot.Axis {
  return {
    stroke: colour('faint'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    ...more,
  }
}

export const inUtc = (seconds: number): Date => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC')
