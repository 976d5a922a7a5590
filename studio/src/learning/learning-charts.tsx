import uPlot from 'uplot'
import { sayCount, sayPercent } from '../data/say.ts'
import { axis, type PlotOptions, usePlot } from '../parts/use-plot.ts'
import { colour } from '../shell/use-theme.ts'
import type { Learner } from './learn-api.ts'
import { sayPlain, saySigned } from './learning-words.ts'

type Progress = Learner['progress']
type Band = Progress['live'][number]['learned']

const heightPx = 220

/** A line with a band around it; null where nothing is known. */
interface Line {
  readonly name: string
  readonly tone: string
  readonly values: readonly (number | null)[]
  readonly low?: readonly (number | null)[]
  readonly high?: readonly (number | null)[]
}

interface ChartProps {
  /** Rising. */
  readonly x: readonly number[]
  readonly lines: readonly Line[]
  readonly label: string
  readonly sayY: (value: number) => string
  /** null: as the values ask. */
  readonly range: readonly [low: number, high: number] | null
  readonly what: string
  readonly height?: number
}

/** Lines over sessions, with bands; the legend has their last values. */
function Chart({ x, lines, label, sayY, range, what, height = heightPx }: ChartProps) {
  const element = usePlot(() => plotOf({ x, lines, sayY, range }), height, [x, lines, range])
  return (
    <figure>
      <figcaption className="legend">
        {lines.map(({ name, tone, values }) => (
          <span key={name} className="row">
            <span className="swatch" style={{ color: `var(--${tone})` }} />
            {name}
            <span className="number muted">{lastOf(values, sayY)}</span>
          </span>
        ))}
        <span className="faint push">{what}</span>
      </figcaption>
      <div ref={element} className="learning-chart" style={{ height }} role="img" aria-label={label} />
    </figure>
  )
}

const lastOf = (values: readonly (number | null)[], say: (value: number) => string): string => {
  const last = values.findLast((value) => value !== null)
  return last === undefined || last === null ? '–' : say(last)
}

function plotOf({ x, lines, sayY, range }: Pick<ChartProps, 'x' | 'lines' | 'sayY' | 'range'>) {
  const data: (readonly (number | null)[])[] = [x]
  const series: uPlot.Series[] = [{}]
  const bands: uPlot.Band[] = []
  for (const { name, tone, values, low, high } of lines) {
    const stroke = colour(tone)
    const at = data.length
    data.push(values)
    series.push({
      label: name,
      stroke,
      width: 2,
      points: { show: x.length < 3, size: 6, fill: stroke },
      spanGaps: true,
    })
    if (!low || !high) continue
    data.push(high, low)
    const edge = { stroke: 'transparent', width: 0, points: { show: false }, spanGaps: true }
    series.push(edge, edge)
    bands.push({ series: [at + 1, at + 2], fill: `${stroke}1f` })
  }
  const options: PlotOptions = {
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [Math.min(0, x[0] ?? 0), Math.max(1, x.at(-1) ?? 1)] as [number, number] },
      y: range === null ? {} : { range: () => [range[0], range[1]] as [number, number] },
    },
    axes: [
      axis({ grid: { show: false }, size: 26, incrs: wholeSteps, values: (_, ticks) => ticks.map(sayCount) }),
      axis({ size: 46, values: (_, ticks) => ticks.map(sayY) }),
    ],
    series,
    bands,
  }
  return { options, data: data as unknown as uPlot.AlignedData }
}

const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5]

const means = (bands: readonly Band[]) => bands.map((band) => band?.mean ?? null)
const lows = (bands: readonly Band[]) => bands.map((band) => band?.low ?? null)
const highs = (bands: readonly Band[]) => bands.map((band) => band?.high ?? null)
const lineOf = (name: string, tone: string, bands: readonly Band[]): Line => ({
  name,
  tone,
  values: means(bands),
  low: lows(bands),
  high: highs(bands),
})

/** Learned against default, by the coin, as it became known. */
export function LiveChart({ points }: { points: Progress['live'] }) {
  const learned = points.map((point) => point.learned)
  const base = points.map((point) => point.base)
  return (
    <Chart
      x={points.map(({ sessions }) => sessions)}
      lines={[lineOf('as learned', 'accent', learned), lineOf('the default', 'unknown', base)]}
      label={`Mean outcome after ${points.at(-1)?.sessions ?? 0} tosses: as learned ${lastOf(means(learned), sayPlain)}, the default ${lastOf(means(base), sayPlain)}`}
      sayY={sayPlain}
      range={unit}
      what="runs with a coin"
    />
  )
}

const unit = [0, 1] as const

/** How first tries went over time. */
export function CurveChart({ points }: { points: Progress['points'] }) {
  const values = points.map(({ value }) => value)
  return (
    <Chart
      x={points.map(({ to }) => to)}
      lines={[lineOf('all first tries', 'accent', values)]}
      label={`Mean outcome of first tries over ${points.length} stretches of sessions, lately ${lastOf(means(values), sayPlain)}`}
      sayY={sayPlain}
      range={unit}
      what="sessions"
    />
  )
}

/** What learning has brought so far. */
export function GainChart({ points, gained }: Pick<Progress, 'points' | 'gained'>) {
  const most = Math.max(1, ...gained.map(Math.abs)) * 1.15
  return (
    <Chart
      x={[0, ...points.map(({ to }) => to)]}
      lines={[{ name: 'gained against the default', tone: 'accent', values: [0, ...gained] }]}
      label={`Gained against the default: ${lastOf(gained, saySigned)} good results`}
      sayY={saySigned}
      range={[Math.min(0, ...gained) < 0 ? -most : 0, most]}
      what="sessions"
    />
  )
}

interface MeasureProps {
  readonly points: Progress['points']
  readonly name: string
  readonly unit: 'share' | 'px' | 'attempts'
  readonly goal: number
}

/** One of the four measures over time, with its aim as a line. */
export function MeasureChart({ points, name, unit: kind, goal }: MeasureProps) {
  const values = points.map(({ success, attempts, figures }) =>
    name === 'success' ? success : name === 'attempts' ? attempts : (figures[name] ?? null),
  )
  const known = values.filter((value) => value !== null)
  const say = (value: number) => (kind === 'share' ? sayPercent(value) : sayPlain(value))
  const top = kind === 'share' ? 1 : Math.max(goal * 1.2, ...known.map((value) => value * 1.1))
  return (
    <Chart
      x={points.map(({ to }) => to)}
      lines={[
        { name: 'measured', tone: 'accent', values },
        { name: 'aim', tone: 'unknown', values: points.map(() => goal) },
      ]}
      label={`Over ${points.length} stretches of sessions, lately ${lastOf(values, say)}, aim ${say(goal)}`}
      sayY={say}
      range={[0, top]}
      what=""
      height={96}
    />
  )
}
