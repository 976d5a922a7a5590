/**
 * What was seen of each setting, at every level from this very clip to all footage, and what follows from it for a clip.
 *
 * A level lends the one below it what it knows, `strength` pseudo-sessions at most. What it lends of the default is its mean; of any other
 * setting it is how much better or worse than the default that was, because hard and easy footage lie far apart and a rate
 * lent from easy footage would make anything look good on hard. Without evidence a setting is thus as good as the default,
 * and not better, at full strength. The level above is counted without what the level below brought to it, or the same session would speak
 * twice (empirical Bayes by levels; facts of partial pooling in Gelman and Hill, 2007).
 *
 * Settings that are made of parts lend each other what their parts have shown (parts.ts). And outcomes that are graded vary
 * less than the throws of a coin that a Beta stands for: how much less, the settings of a level show by how near to each other
 * they come out (spread.ts), and by that each session counts as several throws.
 *
 * Sums are whole numbers of millionths: taking evidence back leaves exactly what was there before.
 */
import { defaultKey } from '#core/learnable.ts'
import type { Beta } from './beta.ts'
import { type PartLeads, partLeads, partsOf } from './parts.ts'
import { throwsOf } from './spread.ts'

/** What one session says. Kept with the session, so that it can be taken back. */
export interface EvidenceRow {
  /** Keys of the levels, the most special first, the one that holds everything last. */
  readonly levels: readonly string[]
  readonly key: string
  /** 0 worst to 1 best. */
  readonly value: number
  /** Who says so: sources other than the current one count within their caps. */
  readonly source: string
}

export interface Tally {
  readonly count: number
  /** Millionths. */
  readonly sum: number
}

export interface Pooling {
  /** Pseudo-sessions that a level lends the one below, at most. */
  readonly strength: number
  /** What any source but the current one counts in a level at most, in sessions. */
  readonly sourceCap: number
  /** What all those sources count together where there are no own sessions; the more there are of those, the less. */
  readonly othersCap: number
}

export const pooling: Pooling = { strength: 6, sourceCap: 6, othersCap: 12 }

type Sources = Map<string, Tally>
/** By level, by setting, by source. */
export type Cells = Map<string, Map<string, Sources>>

export const unit = 1_000_000
export const quantised = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * unit)

export function addRow(cells: Cells, row: EvidenceRow): void {
  change(cells, row, 1)
}

/** The exact inverse of {@link addRow}. A row that was never added takes nothing away. */
export function removeRow(cells: Cells, row: EvidenceRow): void {
  change(cells, row, -1)
}

function change(cells: Cells, { levels, key, value, source }: EvidenceRow, sign: 1 | -1): void {
  for (const level of new Set(levels)) {
    const settings = cells.get(level) ?? new Map<string, Sources>()
    const sources = settings.get(key) ?? new Map<string, Tally>()
    const before = sources.get(source) ?? { count: 0, sum: 0 }
    const count = before.count + sign
    if (count > 0) sources.set(source, { count, sum: before.sum + sign * quantised(value) })
    else sources.delete(source)
    // Emptied maps go too, so that what was added and taken back leaves no trace in a saved state.
    if (sources.size > 0) settings.set(key, sources)
    else settings.delete(key)
    if (settings.size > 0) cells.set(level, settings)
    else cells.delete(level)
  }
}

/** Sessions that count, and how much success they had in sum. */
interface Weighed {
  readonly count: number
  readonly sum: number
  /** Of the count, what is not from the current source. */
  readonly others: number
}

const nothing: Weighed = { count: 0, sum: 0, others: 0 }

/** What a level's sources count together, less what they brought by the level below. */
function weigh(all: Sources | undefined, below: Sources | undefined, current: string, limits: Pooling): Weighed {
  if (all === undefined) return nothing
  let [count, sum, others, othersSum] = [0, 0, 0, 0]
  for (const [source, tally] of all) {
    const less = below?.get(source)
    const own = Math.max(0, tally.count - (less?.count ?? 0))
    if (own === 0) continue
    const ownSum = Math.min(own, Math.max(0, (tally.sum - (less?.sum ?? 0)) / unit))
    if (source === current) {
      count += own
      sum += ownSum
    } else {
      const weight = Math.min(1, limits.sourceCap / own)
      others += weight * own
      othersSum += weight * ownSum
    }
  }
  // Strangers are heard until own sessions can speak.
  const cap = (limits.othersCap * limits.strength) / (limits.strength + count)
  const weight = others > cap ? cap / others : 1
  return { count: count + weight * others, sum: sum + weight * othersSum, others: weight * others }
}

/** A posterior that never stands at an end keeps its density finite, and its mind open. */
const within = (mean: number): number => Math.min(0.98, Math.max(0.02, mean))
interface Belief {
  readonly mean: number
  /** In sessions. */
  readonly weight: number
}

/** Of a default that nobody has seen run; weak, or every setting would beat a default that is known by a few runs. */
const presumed: Belief = { mean: 0.5, weight: 1 }

/** What is known of settings in one situation, at the moment it is asked; later evidence does not show. */
export interface Estimates {
  /** What counts for a setting at the levels `from` and above: as often as the least seen of its parts was. */
  observations(key: string, from?: number): number
  /** @param from the level that is asked about: 0 the most special */
  posterior(key: string, from?: number): Beta
}

/**
 * What the evidence says for a situation, by its levels.
 *
 * @param current the source that counts in full
 */
export function estimates(
  cells: Cells,
  levels: readonly string[],
  current: string,
  limits: Pooling = pooling,
): Estimates {
  const found = levels.map((level) => cells.get(level))
  const seen = (key: string, level: number, from: number) =>
    weigh(found[level]?.get(key), level > from ? found[level - 1]?.get(key) : undefined, current, limits)

  const defaults = levels.map((_, from) =>
    beliefsFrom(from, levels.length - 1, limits.strength, (level) => seen(defaultKey, level, from)),
  )

  const lenders = levels.map((_, from) =>
    once(() => {
      const baseAt = (level: number) => (defaults[from]?.[level] ?? presumed).mean
      const keys = othersIn(found.slice(from))
      return lenderFor(
        { from, top: levels.length - 1, keys, baseAt, seen: (key, level) => seen(key, level, from) },
        limits,
      )
    }),
  )

  /** What is lent to level `from` of a setting. */
  function lent(key: string, from: number): Belief {
    const beliefs = defaults[from] ?? []
    if (key === defaultKey) return beliefs[from + 1] ?? presumed
    const lender = lenders[from]?.()
    if (lender === undefined) return presumed
    return { mean: (beliefs[from] ?? presumed).mean + lender.gain(key), weight: lender.weight(key) }
  }

  const throws = found.map((level) => once(() => throwsOf(meansOf(level, current))))
  const held = found.map((level) => once(() => countsOfParts(level, current, limits)))

  // Each is asked for by the gate, by the probes and for the reason.
  const known = new Map<string, Beta>()
  return {
    observations(key, from = 0) {
      const { count } = weigh(found[from]?.get(key), undefined, current, limits)
      return leastOf(held[from]?.(), key) ?? count
    },
    posterior(key, from = 0) {
      const name = `${from} ${key}`
      const before = known.get(name)
      if (before !== undefined) return before
      const { mean, weight } = lent(key, from)
      const { count, sum } = seen(key, from, from)
      const times = throws[from]?.() ?? 1
      const beta = {
        a: times * (weight * within(mean) + sum),
        b: times * (weight * (1 - within(mean)) + count - sum),
      }
      known.set(name, beta)
      return beta
    },
  }
}

/** What the levels from one on know of the default; the last is what is presumed above them all. */
function beliefsFrom(from: number, top: number, strength: number, seen: (level: number) => Weighed): readonly Belief[] {
  const beliefs: Belief[] = Array.from({ length: top + 2 }, () => presumed)
  for (let level = top; level >= from; level--) {
    const { mean, weight } = beliefs[level + 1] ?? presumed
    const { count, sum } = seen(level)
    beliefs[level] = { mean: (sum + weight * mean) / (count + weight), weight: Math.min(strength, count + weight) }
  }
  return beliefs
}

/** What is lent to a level of settings other than the default. */
interface Lender {
  gain(key: string): number
  weight(key: string): number
}

interface Chain {
  /** The level that is lent to. */
  readonly from: number
  readonly top: number
  /** All that was seen at these levels, but for the default. */
  readonly keys: ReadonlySet<string>
  /** Mean of the default. */
  baseAt(level: number): number
  seen(key: string, level: number): Weighed
}

/** How much better than the default settings are, by what each level lends the one below it and parts lend each other. */
function lenderFor({ from, top, keys, baseAt, seen }: Chain, limits: Pooling): Lender {
  const { strength } = limits
  const gains = new Map([...keys].map((key) => [key, 0]))
  const steps: PartLeads[] = []
  const lowered = (level: number, gain: number, { count, sum }: Weighed) =>
    (sum + strength * within(baseAt(level) + gain)) / (count + strength) - baseAt(level)
  for (let level = top; level >= from; level--) {
    const own = [...gains].map(([key, gain]) => ({ key, gain, weighed: seen(key, level) }))
    const leads = leadsOf(own, baseAt(level), limits)
    steps[level] = leads
    for (const { key, gain, weighed } of own) {
      const lent = gain + leads.of(key)
      gains.set(key, level > from ? lowered(level, lent, weighed) : lent)
    }
  }
  const unseen = (key: string) => {
    let gain = 0
    for (let level = top; level >= from; level--) {
      gain += steps[level]?.of(key) ?? 0
      if (level > from) gain = lowered(level, gain, nothing)
    }
    return gain
  }
  return {
    gain: (key) => gains.get(key) ?? unseen(key),
    weight: (key) => strength + Math.min(strength, steps[from]?.support(key) ?? 0),
  }
}

interface Seen {
  readonly key: string
  /** Expected, over the default. */
  readonly gain: number
  readonly weighed: Weighed
}

/** Strangers count together no more in the parts than in one setting: else they would only have to praise many. */
function leadsOf(all: readonly Seen[], base: number, { strength, othersCap }: Pooling): PartLeads {
  const others = all.reduce((sum, { weighed }) => sum + weighed.others, 0)
  const heard = others > othersCap ? othersCap / others : 1
  const shown = all.map(({ key, gain, weighed }) => ({
    key,
    parts: partsOf(key),
    count: weighed.count - (1 - heard) * weighed.others,
    lead: weighed.count > 0 ? weighed.sum / weighed.count - base - gain : 0,
  }))
  return partLeads(shown, strength)
}

/** In how many sessions each part was used. */
function countsOfParts(level: Map<string, Sources> | undefined, current: string, limits: Pooling): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [key, sources] of level ?? [])
    for (const part of partsOf(key)) {
      counts.set(part, (counts.get(part) ?? 0) + weigh(sources, undefined, current, limits).count)
    }
  return counts
}

/** All that was seen, but for the default. */
function othersIn(levels: readonly (Map<string, Sources> | undefined)[]): ReadonlySet<string> {
  const keys = new Set(levels.flatMap((level) => [...(level?.keys() ?? [])]))
  keys.delete(defaultKey)
  return keys
}

/** null: the key has no parts. */
function leastOf(counts: ReadonlyMap<string, number> | undefined, key: string): number | null {
  const parts = partsOf(key)
  return parts.length === 0 ? null : Math.min(...parts.map((part) => counts?.get(part) ?? 0))
}

/** How often each setting was seen by one source, and how it did. */
const meansOf = (level: Map<string, Sources> | undefined, source: string) =>
  [...(level?.values() ?? [])].flatMap((sources) => {
    const own = sources.get(source)
    return own === undefined ? [] : [{ count: own.count, mean: own.sum / unit / own.count }]
  })

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}
