import { useMemo } from 'react'
import type uPlot from 'uplot'
import { axis } from '../../parts/use-plot.ts'
import { colour } from '../../shell/use-theme.ts'
import { frameFigures } from '../frame-figures.ts'
import type { ViewsProps } from '../track-data.ts'
import { residualsOf } from './run-figures.ts'
import { useFramePlot } from './use-frame-plot.ts'

const heightPx = 190
/** Of the chosen tracks: more lines than these could not be told apart. */
const mostLines = 6
const lineColours = ['#e0559b', '#8a4fbf', '#2f9d8f', '#b8690f', '#5a6bd8', '#7a8a1e']
const none: ReadonlySet<number> = new Set()

type GraphProps = Pick<ViewsProps, 'solve' | 'tracks' | 'frame' | 'onFrame' | 'selected'>

/** Error of each frame's camera, how many tracks it rests on, and the errors of the tracks that are chosen. */
export function ErrorGraph({ solve, tracks, frame, onFrame, selected }: GraphProps) {
  const series = useMemo(() => seriesOf({ solve, tracks, selected }), [solve, tracks, selected])
  const { element, playhead } = useFramePlot(() => plotOf(series, tracks.cuts), heightPx, [series], { frame, onFrame })
  return (
    <figure className="graph">
      <figcaption className="legend">
        <span className="row">
          <span className="swatch tone-failed" /> error of the frame, px
        </span>
        <span className="row">
          <span className="swatch tone-camera" /> tracks with a point
        </span>
        {series.lines.map(({ track, stroke }) => (
          <span key={track} className="row">
            <span className="swatch" style={{ color: stroke }} /> track {track}
          </span>
        ))}
        {selected.size === 0 && <span className="faint push">choose tracks to see their errors here</span>}
      </figcaption>
      <div className="graph-room">
        <div ref={element} style={{ height: heightPx }} role="img" aria-label={series.words} />
        <div ref={playhead} className="playhead" style={{ height: heightPx - 26 }} />
      </div>
    </figure>
  )
}

interface Series {
  readonly frames: readonly number[]
  readonly errorPx: readonly (number | null)[]
  readonly solved: readonly number[]
  readonly lines: readonly {
    readonly track: number
    readonly stroke: string
    readonly errorPx: readonly (number | null)[]
  }[]
  readonly words: string
}

function seriesOf({ solve, tracks, selected }: Pick<GraphProps, 'solve' | 'tracks' | 'selected'>): Series {
  const { from, to } = tracks.frames
  const figures = frameFigures(from, to, { tracks: tracks.tracks, deleted: none, disabled: none }, solve)
  const frames = Array.from(figures.alive, (_, i) => from + i)
  const errorPx = Array.from(figures.errorPx, (value) => (Number.isNaN(value) ? null : value))
  const lines = [...selected].slice(0, mostLines).flatMap((id, i) => {
    const track = tracks.byId.get(id)
    if (!track) return []
    const found = residualsOf(track, solve)
    const line: (number | null)[] = frames.map(() => null)
    for (const [at, frame] of found.frames.entries()) line[frame - from] = found.errorPx[at] ?? null
    return [{ track: id, stroke: lineColours[i] ?? 'gray', errorPx: line }]
  })
  const worst = errorPx.reduce<number>((most, value) => Math.max(most, value ?? 0), 0)
  const words = `Error by frame, ${from} to ${to}: at most ${worst.toFixed(2)} px`
  return { frames, errorPx, solved: [...figures.solved], lines, words }
}

function plotOf({ frames, errorPx, solved, lines }: Series, cuts: readonly number[]) {
  const data = [[...frames], [...solved], [...errorPx], ...lines.map((line) => [...line.errorPx])]
  return {
    data: data as uPlot.AlignedData,
    options: {
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: {
        x: { time: false },
        tracks: { range: (_: uPlot, __: number, max: number): [number, number] => [0, Math.max(8, max * 1.15)] },
        px: { range: (_: uPlot, __: number, max: number): [number, number] => [0, Math.max(0.2, (max || 0) * 1.12)] },
      },
      axes: [
        axis({ grid: { show: false }, size: 26 }),
        axis({ scale: 'px', size: 40, values: (_: uPlot, ticks: number[]) => ticks.map((tick) => String(tick)) }),
        axis({ scale: 'tracks', side: 1, size: 36, grid: { show: false } }),
      ],
      series: [
        {},
        { scale: 'tracks', stroke: colour('camera'), width: 1, fill: `${colour('camera')}22`, points: { show: false } },
        { scale: 'px', stroke: colour('failed'), width: 1.6, points: { show: false } },
        ...lines.map(({ stroke }) => ({ scale: 'px', stroke, width: 1.2, points: { show: false } })),
      ],
      hooks: {
        draw: [(made: uPlot) => drawCuts(made, cuts)],
      },
    },
  }
}

function drawCuts(plot: uPlot, cuts: readonly number[]): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.strokeStyle = colour('muted')
  ctx.setLineDash([4, 4])
  for (const cut of cuts) {
    const x = plot.valToPos(cut - 0.5, 'x', true)
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}
