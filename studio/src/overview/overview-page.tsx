import { useMemo, useState } from 'react'
import { useStats } from '../data/queries.ts'
import type { Stats } from '../data/types.ts'
import { ProblemBox } from '../parts/problem-box.tsx'
import { Segments } from '../parts/segments.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Page } from '../shell/page.tsx'
import { CareStrip } from '../care/care-strip.tsx'
import { FirstSteps } from './first-steps.tsx'
import { Newest } from './newest.tsx'
import { OutcomeTable } from './outcome-table.tsx'
import { StoreFigures } from './store-figures.tsx'
import { TallyChart } from './tally-chart.tsx'
import { tallySeries, type Grouping } from './tally-series.ts'
import './overview.css'

const ranges = { '30 days': 30, '90 days': 90, 'All time': null } as const
type Range = keyof typeof ranges

export function OverviewPage({ project }: { project: string }) {
  const { data: stats, error, dataUpdatedAt } = useStats(project)
  return (
    <Page title="Overview">
      <div className="page-body">
        {error && !stats ? (
          <ProblemBox error={error} />
        ) : !stats ? (
          <Loading />
        ) : stats.tally.length === 0 ? (
          <FirstSteps />
        ) : (
          <div className="stack">
            <StoreFigures stats={stats} />
            {stats.care.some(({ condition }) => condition !== 'off') && <CareStrip care={stats.care} />}
            <div className="columns overview-charts">
              <ComingIn stats={stats} nowMs={dataUpdatedAt} />
              <OutcomeTable tally={stats.tally} />
            </div>
            <Newest project={project} />
          </div>
        )}
      </div>
    </Page>
  )
}

function ComingIn({ stats, nowMs }: { stats: Stats; nowMs: number }) {
  const [by, setBy] = useState<Grouping>('domain')
  const [chosen, setRange] = useState<Range | null>(null)
  const range = chosen ?? usualRange(stats.tally, nowMs)
  const series = useMemo(() => tallySeries(stats.tally, by, ranges[range], nowMs), [stats, by, range, nowMs])
  return (
    <section className="card" aria-labelledby="coming-in">
      <div className="card-head">
        <h2 id="coming-in">What came in</h2>
        <div className="row push">
          <Segments
            label="Colour by"
            value={by}
            onChange={setBy}
            choices={[
              ['domain', 'Kind'],
              ['status', 'Outcome'],
            ]}
          />
          <Segments
            label="Time"
            value={range}
            onChange={setRange}
            choices={(Object.keys(ranges) as Range[]).map((name) => [name, name])}
          />
        </div>
      </div>
      <div className="card-body">
        <TallyChart series={series} />
      </div>
    </section>
  )
}

/** The shortest time that holds most of what there is. */
function usualRange(tally: Stats['tally'], nowMs: number): Range {
  const all = tally.reduce((sum, { sessions }) => sum + sessions, 0)
  const since = (days: number) =>
    tally.reduce((sum, row) => (nowMs - Date.parse(row.day) < days * 86_400_000 ? sum + row.sessions : sum), 0)
  return (Object.keys(ranges) as Range[]).find((name) => since(ranges[name] ?? Infinity) >= 0.8 * all) ?? 'All time'
}

function Loading() {
  return (
    <div className="stack">
      <Skeleton height={88} />
      <div className="columns overview-charts">
        <Skeleton height={328} />
        <Skeleton height={328} />
      </div>
      <Skeleton height={220} />
    </div>
  )
}
