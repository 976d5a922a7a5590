/** The tables of `stats --by action|state|element`: one pass over the sessions, one line per group. */
import type { StatGatherer, StatTable } from '#core/domain.ts'
import type { AnySession } from '#core/session.ts'
import type { GuiAction, GuiSession, MatchAttempt } from './session.ts'

interface Column<Item> {
  readonly name: string
  readonly unit: string | null
  /** null when this item does not say; those are left out of the figure. */
  readonly value: (item: Item) => number | null
  readonly figure: 'sum' | 'mean' | 'min'
}

/** A table over the items that `of` finds in a session, each with the group it belongs to. */
function table<Item>(
  about: string,
  columns: readonly Column<Item>[],
  of: (session: GuiSession) => Iterable<readonly [group: string, item: Item]>,
): StatTable {
  return {
    about,
    columns: columns.map(({ name, unit }) => ({ name, unit })),
    start: () => gatherer(columns, of),
  }
}

interface Sums {
  count: number
  sum: number
  min: number
}

function gatherer<Item>(
  columns: readonly Column<Item>[],
  of: (session: GuiSession) => Iterable<readonly [group: string, item: Item]>,
): StatGatherer {
  const groups = new Map<string, Sums[]>()
  return {
    add(session: AnySession) {
      for (const [group, item] of of(asGui(session))) {
        const sums = groups.get(group) ?? columns.map(() => ({ count: 0, sum: 0, min: Infinity }))
        groups.set(group, sums)
        for (const [index, column] of columns.entries()) {
          const [value, sum] = [column.value(item), sums[index]]
          if (value === null || sum === undefined) continue
          sum.count++
          sum.sum += value
          sum.min = Math.min(sum.min, value)
        }
      }
    },
    rows: () =>
      [...groups]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([group, sums]) => ({
          group,
          values: sums.map((sum, index) => figureOf(sum, columns[index]?.figure ?? 'sum')),
        })),
  }
}

function figureOf({ count, sum, min }: Sums, figure: Column<unknown>['figure']): number | null {
  if (count === 0) return null
  return figure === 'sum' ? sum : figure === 'mean' ? sum / count : min
}

/** The store checked the session against the schema of this domain when it came in. */
const asGui = (session: AnySession) => session as unknown as GuiSession

const one = () => 1
const isTrue = (value: boolean | null | undefined) => (typeof value === 'boolean' ? Number(value) : null)
const isFalse = (value: boolean | null | undefined) => (typeof value === 'boolean' ? Number(!value) : null)

const action = table<GuiAction>(
  'actions by type: how often, how often in vain, how long',
  [
    { name: 'actions', unit: null, value: one, figure: 'sum' },
    { name: 'failed', unit: null, value: ({ success }) => isFalse(success), figure: 'sum' },
    { name: 'success rate', unit: null, value: ({ success }) => isTrue(success), figure: 'mean' },
    { name: 'retries', unit: null, value: ({ retries }) => retries ?? null, figure: 'sum' },
    { name: 'mean duration', unit: 'ms', value: ({ durationMs }) => durationMs ?? null, figure: 'mean' },
  ],
  function* ({ telemetry }) {
    for (const item of telemetry?.actions ?? []) yield [item.type, item] as const
  },
)

const state = table<GuiAction>(
  'states: how many actions began in them, and how those went',
  [
    { name: 'actions', unit: null, value: one, figure: 'sum' },
    { name: 'failed', unit: null, value: ({ success }) => isFalse(success), figure: 'sum' },
    { name: 'success rate', unit: null, value: ({ success }) => isTrue(success), figure: 'mean' },
    { name: 'mean duration', unit: 'ms', value: ({ durationMs }) => durationMs ?? null, figure: 'mean' },
  ],
  function* ({ telemetry }) {
    for (const item of telemetry?.actions ?? []) {
      for (const name of item.statesBefore ?? []) yield [name, item] as const
    }
  },
)

interface Look {
  readonly match: MatchAttempt | null
}

const foundOnly = ({ match }: Look) => (match?.found ? (match.confidence ?? null) : null)

const element = table<Look>(
  'templates and clicked targets: how often looked for, found and clicked, and how sure',
  [
    { name: 'looks', unit: null, value: ({ match }) => Number(match !== null), figure: 'sum' },
    { name: 'found', unit: null, value: ({ match }) => Number(match?.found === true), figure: 'sum' },
    { name: 'clicks', unit: null, value: ({ match }) => Number(match === null), figure: 'sum' },
    { name: 'mean confidence', unit: null, value: foundOnly, figure: 'mean' },
    { name: 'min confidence', unit: null, value: foundOnly, figure: 'min' },
    { name: 'mean threshold', unit: null, value: ({ match }) => match?.threshold ?? null, figure: 'mean' },
  ],
  function* ({ telemetry }) {
    for (const { matches, clicks, target } of telemetry?.actions ?? []) {
      for (const match of matches ?? []) yield [match.name ?? match.imageId ?? 'unknown', { match }] as const
      for (const _ of clicks ?? []) yield [target?.label ?? 'click_target', { match: null }] as const
    }
  },
)

export const tables: Readonly<Record<string, StatTable>> = { action, state, element }
