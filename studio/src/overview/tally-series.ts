/** From the engine's tally (sessions by day, domain and outcome) to the bars of a chart. */
import { domains, statuses } from '../data/session-filter.ts'
import type { Stats } from '../data/types.ts'

type Tally = Stats['tally']
export type Grouping = 'domain' | 'status'
export type Bin = 'day' | 'week' | 'month'

export interface TallySeries {
  readonly bin: Bin
  /** Where each bin begins, UTC milliseconds; evenly filled, also where nothing came in. */
  readonly starts: readonly number[]
  readonly groups: readonly { readonly name: string; readonly values: readonly number[]; readonly total: number }[]
}

const dayMs = 86_400_000

/** @param days how many days back from the newest; null for all */
export function tallySeries(tally: Tally, by: Grouping, days: number | null, todayMs: number): TallySeries {
  const times = tally.map((row) => Date.parse(row.day))
  const last = Math.max(floorTo('day', todayMs), ...times)
  const first = days === null ? Math.min(last, ...times) : last - (days - 1) * dayMs
  const bin = binFor((last - first) / dayMs + 1)
  const starts: number[] = []
  // A handful of bars look lost and say little: a young project is shown within its first two weeks.
  const earliest = bin === 'day' ? Math.min(first, last - 13 * dayMs) : first
  for (let start = floorTo(bin, earliest); start <= last; start = nextOf(bin, start)) starts.push(start)
  const index = new Map(starts.map((start, i) => [start, i]))
  const names: readonly string[] = by === 'domain' ? domains : [...statuses, 'not said']
  const values = new Map(names.map((name) => [name, starts.map(() => 0)]))
  for (const [i, row] of tally.entries()) {
    const at = index.get(floorTo(bin, times[i] ?? 0))
    const list = values.get(by === 'domain' ? row.domain : (row.status ?? 'not said'))
    if (at !== undefined && list && (times[i] ?? 0) >= first) list[at] = (list[at] ?? 0) + row.sessions
  }
  const groups = names.map((name) => {
    const list = values.get(name) ?? []
    return { name, values: list, total: list.reduce((a, b) => a + b, 0) }
  })
  return { bin, starts, groups: groups.filter(({ total }) => total > 0) }
}

/** The end of a bin, UTC milliseconds, exclusive. */
export function nextOf(bin: Bin, startMs: number): number {
  if (bin !== 'month') return startMs + (bin === 'day' ? dayMs : 7 * dayMs)
  const date = new Date(startMs)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}

function binFor(days: number): Bin {
  if (days <= 92) return 'day'
  return days <= 730 ? 'week' : 'month'
}

function floorTo(bin: Bin, ms: number): number {
  const date = new Date(ms)
  if (bin === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
  const day = Math.floor(ms / dayMs) * dayMs
  // Weeks begin on Monday.
  return bin === 'day' ? day : day - ((date.getUTCDay() + 6) % 7) * dayMs
}
