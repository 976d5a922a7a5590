/** All that a learner has learned, as a plain JSON value, and the checks on one that comes from a disk or a stranger. */
import type { Configuration } from '#core/learnable.ts'
import type { ClipMemory, Remembered } from './clip-memory.ts'
import { type Credit, noCredit } from './credit.ts'
import { type Cells, type Tally, unit } from './evidence.ts'
import { stakes } from './e-process.ts'
import { noProof, type Proof } from './proof.ts'

export const stateVersion = 1

/** In memory. Changed in place, because a state of a hundred thousand sessions must not be copied for each. */
export interface Learned {
  revision: number
  credit: Credit
  proof: Proof
  /** What sessions that were begun and not reported were charged. */
  readonly pending: Map<string, 0 | 1>
  readonly cells: Cells
  readonly memory: ClipMemory
}

export interface SavedState {
  readonly version: typeof stateVersion
  /** Of the learner it belongs to. */
  readonly name: string
  readonly revision: number
  readonly credit: Credit
  readonly proof: Proof
  readonly pending: readonly (readonly [session: string, charge: 0 | 1])[]
  readonly cells: readonly SavedCell[]
  readonly memory: readonly SavedMemory[]
}

type SavedCell = readonly [level: string, key: string, source: string, count: number, sum: number]
type SavedMemory = readonly [
  clip: string,
  name: string,
  settings: Configuration,
  count: number,
  kept: number,
  sum: number,
]

export const freshState = (): Learned => ({
  revision: 0,
  credit: noCredit,
  proof: noProof,
  pending: new Map(),
  cells: new Map(),
  memory: new Map(),
})

/** Rows in a fixed order, so that equal knowledge gives equal text however it came about. */
export function saveState(name: string, state: Learned): SavedState {
  const cells = [...state.cells].flatMap(([level, settings]) =>
    [...settings].flatMap(([key, sources]) =>
      [...sources].map(([source, { count, sum }]): SavedCell => [level, key, source, count, sum]),
    ),
  )
  const memory = [...state.memory].flatMap(([clip, known]) =>
    [...known].map(([key, { settings, count, kept, sum }]): SavedMemory => [clip, key, settings, count, kept, sum]),
  )
  return {
    version: stateVersion,
    name,
    revision: state.revision,
    credit: state.credit,
    proof: state.proof,
    pending: [...state.pending].toSorted(byTexts(1)),
    cells: cells.toSorted(byTexts(3)),
    memory: memory.toSorted(byTexts(2)),
  }
}

/** By the first texts of a row. */
const byTexts = (texts: number) => (one: readonly unknown[], other: readonly unknown[]) => {
  for (let i = 0; i < texts; i++) {
    const [a, b] = [String(one[i]), String(other[i])]
    if (a !== b) return a < b ? -1 : 1
  }
  return 0
}

export type Loaded =
  | { readonly ok: true; readonly state: Learned }
  | { readonly ok: false; readonly expected: string; readonly found: string; readonly where: string }

/**
 * Reads a saved state. One that is damaged in any place is refused whole, and says where: a learner that goes on with half of
 * its knowledge would overwrite the other half. It can be rebuilt from the sessions.
 *
 * @param name of the learner that asks
 */
export function loadState(name: string, saved: unknown): Loaded {
  if (!isRecord(saved)) return refused('an object', saved, 'state')
  if (saved['version'] !== stateVersion) return refused(`version ${stateVersion}`, saved['version'], 'state.version')
  if (saved['name'] !== name) return refused(`the state of "${name}"`, saved['name'], 'state.name')
  for (const [key, check] of Object.entries(checks)) {
    const problem = check(saved[key])
    if (problem !== null) return refused(problem, saved[key], `state.${key}`)
  }
  return { ok: true, state: unpack(saved as unknown as SavedState) }
}

function unpack(saved: SavedState): Learned {
  const state = freshState()
  state.revision = saved.revision
  state.credit = saved.credit
  state.proof = saved.proof
  for (const [session, charge] of saved.pending) state.pending.set(session, charge)
  for (const [level, key, source, count, sum] of saved.cells) {
    const settings = state.cells.get(level) ?? new Map<string, Map<string, Tally>>()
    const sources = settings.get(key) ?? new Map<string, Tally>()
    state.cells.set(level, settings.set(key, sources.set(source, { count, sum })))
  }
  for (const [clip, key, settings, count, kept, sum] of saved.memory) {
    const known = state.memory.get(clip) ?? new Map<string, Remembered>()
    state.memory.set(clip, known.set(key, { settings, count, kept, sum }))
  }
  return state
}

const refused = (expected: string, found: unknown, where: string): Loaded => ({
  ok: false,
  expected,
  found: shown(found),
  where,
})

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isText = (value: unknown): value is string => typeof value === 'string'

/** A count of at least one session, with a sum that it can have. */
const isTally = (count: unknown, sum: unknown) => isCount(count) && count > 0 && isCount(sum) && sum <= count * unit

const isConfiguration = (value: unknown) =>
  isRecord(value) && Object.values(value).every((item) => isText(item) || Number.isFinite(item))

const rows = (expected: string, ok: (row: readonly unknown[]) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every((row) => Array.isArray(row) && ok(row)) ? null : expected

const numbers = (value: unknown, ok: (item: unknown) => boolean) =>
  Array.isArray(value) && value.length === stakes.length && value.every(ok)

/** Each says what was expected, or null when all is well. */
const checks: Readonly<Record<string, (value: unknown) => string | null>> = {
  revision: (value) => (isCount(value) ? null : 'a count'),
  credit: (value) =>
    isRecord(value) && isCount(value['sessions']) && isAmount(value['spent']) ? null : 'sessions and what was spent',
  proof: (value) => {
    if (!isRecord(value) || typeof value['proven'] !== 'boolean' || !isCount(value['rollbacks'])) return 'a proof'
    const { better, worse, shortfall, closer, events } = value
    if (!isRecord(better) || !numbers(better['logs'], Number.isFinite)) return `evidence of ${stakes.length} stakes`
    if (!isRecord(worse) || !numbers(worse['wealth'], isAmount)) return `a detector of ${stakes.length} stakes`
    return isAmount(shortfall) && isCount(closer) && Array.isArray(events) && events.every(isEvent) ? null : 'a proof'
  },
  pending: rows('sessions and their charges', ([session, charge]) => isText(session) && (charge === 0 || charge === 1)),
  cells: rows(
    'level, key, source, count, sum',
    ([level, key, source, count, sum]) => [level, key, source].every(isText) && isTally(count, sum),
  ),
  memory: rows(
    'clip, key, settings, count, kept, sum',
    ([clip, key, settings, count, kept, sum]) =>
      isText(clip) && isText(key) && isConfiguration(settings) && isTally(count, sum) && isCount(kept),
  ),
}

const isEvent = (value: unknown) =>
  isRecord(value) &&
  (value['kind'] === 'proven' || value['kind'] === 'armed-again') &&
  isCount(value['session']) &&
  isText(value['sentence'])
