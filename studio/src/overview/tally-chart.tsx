import { useState } from 'react'
import uPlot from 'uplot'
import { sayCount, sayDay } from '../data/say.ts'
import { axis, inUtc, usePlot } from '../parts/use-plot.ts'
import { hrefTo, navigate } from '../route/location.ts'
import { colour } from '../shell/use-theme.ts'
import { nextOf, type TallySeries } from './tally-series.ts'

const heightPx = 250
const dayLabel = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
const colourOf = (group: string): string => colour(group === 'not said' ? 'unknown' : group)

/** Stacked bars: how many sessions came in, by kind or outcome. A click opens those sessions. */
export function TallyChart({ series }: { series: TallySeries }) {
  const [at, setAt] = useState<number | null>(null)
  const element = usePlot(() => plotOf(series, setAt), heightPx, [series])
  return (
    <figure>
      <Legend series={series} at={at} />
      <div ref={element} className="chart" style={{ height: heightPx }} role="img" aria-label={inOneSentence(series)} />
    </figure>
  )
}

function Legend({ series, at }: { series: TallySeries; at: number | null }) {
  const start = at === null ? undefined : series.starts[at]
  return (
    <figcaption className="legend">
      {series.groups.map(({ name, values, total }) => (
        <span key={name} className="row">
          <span className={`swatch tone-${name === 'not said' ? 'unknown' : name}`} />
          {name}
          <span className="number muted">{sayCount(at === null ? total : (values[at] ?? 0))}</span>
        </span>
      ))}
      <span className="muted push">{start === undefined ? `per ${series.bin}, UTC` : binInWords(series, start)}</span>
    </figcaption>
  )
}

function binInWords({ bin }: TallySeries, start: number): string {
  const from = sayDay(new Date(start).toISOString())
  return bin === 'day' ? from : `${from} to ${sayDay(new Date(nextOf(bin, start) - 1).toISOString())}`
}

function inOneSentence({ bin, starts, groups }: TallySeries): string {
  const totals = groups.map(({ name, total }) => `${name} ${total}`).join(', ')
  return `Sessions per ${bin} over ${starts.length} ${bin}s: ${totals}`
}

function plotOf(series: TallySeries, setAt: (at: number | null) => void) {
  const { bin, starts, groups } = series
  const x = starts.map((start) => start / 1000)
  // Each group is drawn down to the axis, on top of it the groups before it: so the last is drawn first.
  const stacked = starts.map(() => 0)
  const sums = groups.map(({ values }) => values.map((value, i) => (stacked[i] = (stacked[i] ?? 0) + value)))
  const bars = uPlot.paths.bars?.({ size: [0.72, 42], radius: 0.12 })
  const half = (nextOf(bin, starts.at(-1) ?? 0) - (starts.at(-1) ?? 0)) / 2000
  const open = (at: number) => {
    const start = starts[at]
    if (start === undefined || (stacked[at] ?? 0) === 0) return
    const to = new Date(nextOf(bin, start)).toISOString()
    navigate(hrefTo('/sessions', { from: new Date(start).toISOString(), to }))
  }
  return {
    data: [x, ...sums.toReversed()] as uPlot.AlignedData,
    options: {
      tzDate: inUtc,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { range: () => [(x[0] ?? 0) - half, (x.at(-1) ?? 1) + half] as [number, number] },
        y: { range: (_: uPlot, __: number, max: number) => [0, Math.max(4, max * 1.1)] as [number, number] },
      },
      axes: [
        axis({
          grid: { show: false },
          size: 28,
          values: (_, ticks) => ticks.map((t) => dayLabel.format(new Date(t * 1000))),
        }),
        axis({ size: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6] }),
      ],
      series: [
        {},
        ...groups.toReversed().map(({ name }) => ({
          label: name,
          width: 0,
          fill: colourOf(name),
          points: { show: false },
          ...(bars && { paths: bars }),
        })),
      ],
      hooks: {
        setCursor: [(plot: uPlot) => setAt(plot.cursor.idx ?? null)],
        ready: [
          (plot: uPlot) => {
            plot.over.addEventListener('mouseleave', () => setAt(null))
            plot.over.addEventListener('click', () => {
              if (typeof plot.cursor.idx === 'number') open(plot.cursor.idx)
            })
          },
        ],
      },
    },
  }
}
