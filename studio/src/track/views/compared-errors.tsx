import { useMemo } from 'react'
import type uPlot from 'uplot'
import { axis } from '../../parts/use-plot.ts'
import { colour } from '../../shell/use-theme.ts'
import type { Solve } from '../track-data.ts'
import { useFramePlot } from './use-frame-plot.ts'

interface Line {
  readonly name: string
  /** Name of a colour of base.css. */
  readonly tone: 'camera' | 'partial'
  readonly solve: Solve
}

interface ErrorsProps {
  readonly lines: readonly Line[]
  readonly frame: number
  readonly onFrame: (frame: number) => void
}

const heightPx = 150

/** The cameras' errors of two attempts, frame by frame. */
export function ComparedErrors({ lines, frame, onFrame }: ErrorsProps) {
  const [first, second] = lines
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the list is made anew each time, its solves are not
  const data = useMemo(() => dataOf(lines), [first?.solve, second?.solve])
  const { element, playhead } = useFramePlot(
    () => ({
      data,
      options: {
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        scales: {
          x: { time: false },
          y: { range: (_: uPlot, __: number, max: number): [number, number] => [0, max * 1.12 || 1] },
        },
        axes: [axis({ grid: { show: false }, size: 26 }), axis({ size: 40 })],
        series: [{}, ...lines.map(({ tone }) => ({ stroke: colour(tone), width: 1.5, points: { show: false } }))],
      },
    }),
    heightPx,
    [data],
    { frame, onFrame },
  )
  return (
    <figure className="graph">
      <figcaption className="legend">
        <span>Error of the frame, px</span>
        {lines.map(({ name, tone }) => (
          <span key={name} className="row">
            <span className={`swatch tone-${tone}`} /> {name}
          </span>
        ))}
      </figcaption>
      <div className="graph-room">
        <div ref={element} style={{ height: heightPx }} role="img" aria-label="Errors of both attempts by frame" />
        <div ref={playhead} className="playhead" style={{ height: heightPx - 26 }} />
      </div>
    </figure>
  )
}

function dataOf(lines: readonly Line[]): uPlot.AlignedData {
  const cameras = lines.map(({ solve }) => solve.shots.flatMap((shot) => (shot.solved ? shot.cameras : [])))
  const from = Math.min(...lines.map(({ solve }) => solve.frames.from))
  const to = Math.max(...lines.map(({ solve }) => solve.frames.to))
  const frames = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const errors = cameras.map((list) => {
    const line: (number | null)[] = frames.map(() => null)
    for (const { frame, errorPx } of list) line[frame - from] = errorPx
    return line
  })
  return [frames, ...errors]
}
