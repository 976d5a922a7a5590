/**
 * Deals samples into train, val and test.
 *
 * Whole groups are dealt, since pictures of one clip or run in two parts make a score worthless. What an earlier version
 * put in a part stays there. The rest goes, group by group in seeded order, to the part that lacks most of its share;
 * each stratum is dealt by itself, and passes what it could not share out evenly on to the next, so that many small
 * strata together still meet the shares. No part gets more than its share plus one group, and none with a share stays
 * empty once there are enough groups.
 */
import { type SplitName, type SplitPlan, splitNames } from '#core/dataset.ts'
import { seededRng } from '#core/rng.ts'

export interface SplitItem {
  readonly id: string
  readonly group: string
  /** The value that is to be spread evenly over the parts; null when it is not known. */
  readonly stratum: string | null
}

/**
 * The part of every item. The order of `items` does not matter.
 *
 * @param plan shares that sum to 1
 * @param earlier the parts that earlier versions put items (by id) or groups in. An item that was placed never moves, even
 *   when its group was changed since and now lies in two parts; {@link findLeaks} then names it.
 */
export function planSplit(
  items: Iterable<SplitItem>,
  plan: SplitPlan,
  earlier: ReadonlyMap<string, SplitName>,
): ReadonlyMap<string, SplitName> {
  const groups = gatherGroups(items, plan.seed)
  const dealt = dealGroups(groups, plan.shares, earlier)
  const splits = new Map<string, SplitName>()
  for (const group of groups) {
    const split = dealt.get(group)
    if (split === undefined) throw new Error(`group ${group.name} was dealt to no part`)
    for (const id of group.ids) splits.set(id, earlier.get(id) ?? split)
  }
  return splits
}

interface Group {
  readonly name: string
  readonly ids: readonly string[]
  /** That of most of its items. */
  readonly stratum: string | null
  /** Where the seed puts it among the others. */
  readonly draw: number
}

function gatherGroups(items: Iterable<SplitItem>, seed: number): readonly Group[] {
  const gathered = new Map<string, { ids: string[]; strata: Map<string | null, number> }>()
  for (const { id, group, stratum } of items) {
    let into = gathered.get(group)
    if (into === undefined) gathered.set(group, (into = { ids: [], strata: new Map() }))
    into.ids.push(id)
    into.strata.set(stratum, (into.strata.get(stratum) ?? 0) + 1)
  }
  return [...gathered].map(([name, { ids, strata }]) => {
    return { name, ids, stratum: mostFrequent(strata), draw: seededRng(`${seed}:${name}`).next() }
  })
}

/** The key with the highest count; of several the first in text order, null before all. */
function mostFrequent<K extends string | null>(counts: ReadonlyMap<K, number>): K {
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || byText(a, b))
  if (first === undefined) throw new Error('a group without items')
  return first[0]
}

type Shares = SplitPlan['shares']
type Amounts = Record<SplitName, number>

function dealGroups(groups: readonly Group[], shares: Shares, earlier: ReadonlyMap<string, SplitName>) {
  const dealt = new Map<Group, SplitName>()
  const filled = new Set<SplitName>()
  for (const group of groups) {
    const split = earlierSplit(group, earlier)
    if (split === null) continue
    dealt.set(group, split)
    filled.add(split)
    for (const id of group.ids) filled.add(earlier.get(id) ?? split)
  }
  const strata = [...Map.groupBy(groups, (group) => group.stratum)]
  strata.sort(([a, m], [b, n]) => itemsIn(n) - itemsIn(m) || byText(a, b))
  let left = groups.length - dealt.size
  const lacking: Amounts = { train: 0, val: 0, test: 0 }
  for (const [, members] of strata) {
    for (const split of splitNames) lacking[split] += shares[split] * itemsIn(members)
    for (const group of members) {
      const placed = dealt.get(group)
      if (placed !== undefined) for (const id of group.ids) lacking[earlier.get(id) ?? placed] -= 1
    }
    const fresh = members.filter((group) => !dealt.has(group))
    for (const group of inDealingOrder(fresh, lacking, shares)) {
      const split = nextPart(lacking, shares, filled, left)
      dealt.set(group, split)
      filled.add(split)
      lacking[split] -= group.ids.length
      left -= 1
    }
  }
  return dealt
}

/** Where most of the group's items are already; null when all of it is new. */
function earlierSplit(group: Group, earlier: ReadonlyMap<string, SplitName>): SplitName | null {
  const own = earlier.get(group.name)
  if (own !== undefined) return own
  const counts = new Map<SplitName, number>()
  for (const id of group.ids) {
    const split = earlier.get(id)
    if (split !== undefined) counts.set(split, (counts.get(split) ?? 0) + 1)
  }
  return counts.size === 0 ? null : mostFrequent(counts)
}

/**
 * Seeded random order, so that no part gets the small groups only; but first, by size, those that are larger than what
 * some part lacks, since they alone can spoil the shares and must find all parts open.
 */
function inDealingOrder(groups: readonly Group[], lacking: Readonly<Amounts>, shares: Shares): readonly Group[] {
  const smallest = Math.min(
    ...splitNames.filter((split) => shares[split] > 0).map((split) => Math.max(lacking[split], 1)),
  )
  const weight = (group: Group) => (group.ids.length > smallest ? group.ids.length : 0)
  return groups.toSorted((a, b) => weight(b) - weight(a) || a.draw - b.draw || byText(a.name, b.name))
}

/** The part that lacks most; one of the empty ones when there are only as many groups left as they need. */
function nextPart(lacking: Readonly<Amounts>, shares: Shares, filled: ReadonlySet<SplitName>, left: number): SplitName {
  const open = splitNames.filter((split) => shares[split] > 0)
  const empty = open.filter((split) => !filled.has(split))
  const [first, ...others] = left <= empty.length ? empty : open
  if (first === undefined) throw new Error('a plan without shares')
  // Shares like 0.1 are not exact in binary: what differs by less than a millionth of an item is equal.
  return others.reduce((best, split) => (lacking[split] > lacking[best] + 1e-6 ? split : best), first)
}

const itemsIn = (groups: readonly Group[]) => groups.reduce((sum, group) => sum + group.ids.length, 0)

function byText(a: string | null, b: string | null): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? -1 : 1
  return a < b ? -1 : 1
}
