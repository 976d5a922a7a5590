import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextOf, tallySeries } from '../src/overview/tally-series.ts'

const today = Date.UTC(2026, 10, 20, 15)
const row = (day: string, domain: 'camera' | 'gui', sessions: number, status: 'failed' | null = null) => ({
  project: 'default',
  domain,
  day,
  status,
  sessions,
})
const day = (ms: number | undefined) => new Date(ms ?? Number.NaN).toISOString().slice(0, 10)

test('days without sessions are bars of height nought, and a young project is shown over two weeks', () => {
  const series = tallySeries([row('2026-11-18', 'gui', 3), row('2026-11-20', 'gui', 2)], 'domain', 30, today)
  assert.equal(series.bin, 'day')
  assert.equal(series.starts.length, 30)
  assert.deepEqual(series.groups, [{ name: 'gui', total: 5, values: [...Array<number>(27).fill(0), 3, 0, 2] }])
  const young = tallySeries([row('2026-11-20', 'gui', 2)], 'domain', null, today)
  assert.equal(young.starts.length, 14)
  assert.equal(day(young.starts.at(-1)), '2026-11-20')
})

test('what lies before the range is left out, and an outcome that nobody said has its own group', () => {
  const tally = [row('2026-01-01', 'gui', 9), row('2026-11-20', 'camera', 1, 'failed'), row('2026-11-20', 'gui', 4)]
  const { groups } = tallySeries(tally, 'status', 30, today)
  const totals = groups.map(({ name, total }) => [name, total])
  assert.deepEqual(totals, [
    ['failed', 1],
    ['not said', 4],
  ])
})

test('long times are shown by week or month, and every session falls into exactly one bin', () => {
  const weeks = tallySeries([row('2026-01-01', 'gui', 9), row('2026-11-20', 'gui', 1)], 'domain', null, today)
  assert.equal(weeks.bin, 'week')
  assert.equal(new Date(weeks.starts[0] ?? 0).getUTCDay(), 1)
  assert.equal(weeks.groups[0]?.total, 10)
  const months = tallySeries([row('2020-02-29', 'gui', 9), row('2026-11-20', 'gui', 1)], 'domain', null, today)
  assert.equal(months.bin, 'month')
  assert.equal(day(months.starts[0]), '2020-02-01')
  assert.equal(day(nextOf('month', months.starts[0] ?? 0)), '2020-03-01')
  assert.equal(months.groups[0]?.total, 10)
})

test('sessions from the future, by a clock that is ahead, are not lost', () => {
  const { starts, groups } = tallySeries([row('2026-11-25', 'gui', 2)], 'domain', 30, today)
  assert.equal(day(starts.at(-1)), '2026-11-25')
  assert.equal(groups[0]?.total, 2)
})
