/**
 * What a setting owes to its parts. A key may be made of parts with spaces between ("model=Loc pattern=0.75"): what was seen of
 * one setting then says something of all that share a part with it, so that fifty settings need not be seen one by one.
 *
 * Each part adds something to the default, little before anything is known of it (ridge regression; Hoerl and Kennard, 1970),
 * fitted by going through the parts in turn (Gauss and Seidel). What a setting itself has shown is left out of what its parts
 * lend it, or the same session would speak twice.
 */
import { defaultKey } from '#core/learnable.ts'

export const partsOf = (key: string): readonly string[] => (key === defaultKey ? [] : key.split(' '))

/** Of one setting at one level. */
export interface Shown {
  readonly key: string
  readonly parts: readonly string[]
  /** Sessions that count. */
  readonly count: number
  /** How much better than it was expected to be, in the mean. */
  readonly lead: number
}

type Leads = ReadonlyMap<string, number>

export interface PartLeads {
  /** What its parts lend a setting; 0 where nothing is known of them. */
  of(key: string, parts?: readonly string[]): number
  /** Sessions of the others that speak for the least known of its parts. */
  support(key: string, parts?: readonly string[]): number
}

const nobody: PartLeads = { of: () => 0, support: () => 0 }
const sweeps = 8

/**
 * @param strength sessions for which it counts that a part is presumed to add nothing
 */
export function partLeads(all: readonly Shown[], strength: number): PartLeads {
  const shown = all.filter(({ count, parts }) => count > 0 && parts.length > 0)
  const holders = holdersOf(shown)
  if (![...holders.values()].some(({ length }) => length > 1)) return nobody
  const common = fit(shown, holders, strength, null)
  const known = new Map(shown.map((one) => [one.key, one]))
  const support = (key: string, parts: readonly string[]) =>
    Math.min(
      ...parts.map((part) =>
        (holders.get(part) ?? []).reduce((sum, one) => (one.key === key ? sum : sum + one.count), 0),
      ),
    )
  return {
    of(key, parts = partsOf(key)) {
      const leads = known.has(key) ? fit(shown, holders, strength, key) : common
      return parts.reduce((sum, part) => sum + (leads.get(part) ?? 0), 0)
    },
    support: (key, parts = partsOf(key)) => (parts.length === 0 ? 0 : support(key, parts)),
  }
}

function holdersOf(shown: readonly Shown[]): Map<string, Shown[]> {
  const holders = new Map<string, Shown[]>()
  for (const one of shown)
    for (const part of one.parts) {
      const own = holders.get(part)
      if (own === undefined) holders.set(part, [one])
      else own.push(one)
    }
  return holders
}

/** @param without the key that is left out */
function fit(
  shown: readonly Shown[],
  holders: ReadonlyMap<string, readonly Shown[]>,
  strength: number,
  without: string | null,
): Leads {
  const leads = new Map<string, number>()
  const left = new Map(shown.map(({ key, lead }) => [key, lead]))
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const [part, own] of holders) {
      const before = leads.get(part) ?? 0
      let [sum, weight] = [0, strength]
      for (const { key, count } of own) {
        if (key === without) continue
        sum += count * ((left.get(key) ?? 0) + before)
        weight += count
      }
      const lead = weight > 0 ? sum / weight : 0
      if (lead === before) continue
      leads.set(part, lead)
      for (const { key } of own) left.set(key, (left.get(key) ?? 0) + before - lead)
    }
  }
  return leads
}
