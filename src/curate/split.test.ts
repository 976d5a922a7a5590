import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type SplitName, type SplitPlan, splitNames } from '#core/dataset.ts'
import { seededRng } from '#core/rng.ts'
import { planSplit, type SplitItem } from './split.ts'

const usual: SplitPlan = { shares: { train: 0.8, val: 0.1, test: 0.1 }, seed: 1, stratifyBy: null }
const none: ReadonlyMap<string, SplitName> = new Map()

/** Items `g0/0`, `g0/1` …, one group for each size. */
const itemsOf = (
  sizes: readonly number[],
  stratum: (group: number) => string | null = () => null,
): readonly SplitItem[] =>
  sizes.flatMap((size, g) =>
    Array.from({ length: size }, (_, i) => ({ id: `g${g}/${i}`, group: `g${g}`, stratum: stratum(g) })),
  )

function countSplits(
  splits: ReadonlyMap<string, SplitName>,
  of: (id: string) => boolean = () => true,
): Record<SplitName, number> {
  const counts = { train: 0, val: 0, test: 0 }
  for (const [id, split] of splits) if (of(id)) counts[split] += 1
  return counts
}

function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  const rng = seededRng(seed)
  const mixed = [...items]
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = rng.int(i + 1)
    const [a, b] = [mixed[i], mixed[j]]
    if (a !== undefined && b !== undefined) [mixed[i], mixed[j]] = [b, a]
  }
  return mixed
}

const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 })
const plan = fc
  .record({
    parts: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })),
    seed: fc.nat(),
  })
  .map(({ parts: [a, b, c], seed }): SplitPlan => {
    const sum = a + b + c
    return { shares: { train: a / sum, val: b / sum, test: c / sum }, seed, stratifyBy: 'kind' }
  })
const strata = fc.array(fc.constantFrom('a', 'b', 'c', null), { minLength: 40, maxLength: 40 })

test('the first few items: every part has one as soon as there are enough', () => {
  const counts = (n: number) =>
    Object.values(countSplits(planSplit(itemsOf(Array.from({ length: n }, () => 1)), usual, none)))
  assert.deepEqual([0, 1, 2, 3, 4, 5, 10, 20, 100].map(counts), [
    [0, 0, 0],
    [1, 0, 0],
    [1, 1, 0],
    [1, 1, 1],
    [2, 1, 1],
    [3, 1, 1],
    [8, 1, 1],
    [16, 2, 2],
    [80, 10, 10],
  ])
})

test('a part without a share stays empty', () => {
  const trainAndTest: SplitPlan = { ...usual, shares: { train: 0.75, val: 0, test: 0.25 } }
  assert.deepEqual(countSplits(planSplit(itemsOf(Array.from({ length: 8 }, () => 1)), trainAndTest, none)), {
    train: 6,
    val: 0,
    test: 2,
  })
})

test('one huge group goes where there is room for it', () => {
  const splits = planSplit(itemsOf([500, ...Array.from({ length: 100 }, () => 5)]), usual, none)
  assert.equal(splits.get('g0/0'), 'train')
  assert.deepEqual(countSplits(splits), { train: 800, val: 100, test: 100 })
})

test('the seed decides who goes where, and no part gets the small groups only', () => {
  const items = itemsOf(Array.from({ length: 300 }, (_, g) => 1 + (g % 10)))
  const a = planSplit(items, usual, none)
  const b = planSplit(items, { ...usual, seed: 2 }, none)
  assert.ok([...a].filter(([id, split]) => b.get(id) !== split).length > 100)
  // Groups of g and of 9 - g items are equally many; with chance as the judge a part's mean group is near the mean of all.
  const heldOut = new Set([...a].filter(([, split]) => split !== 'train').map(([id]) => id.split('/')[0]))
  const itemsHeldOut = [...a.values()].filter((split) => split !== 'train').length
  assert.ok(
    itemsHeldOut / heldOut.size > 4 && itemsHeldOut / heldOut.size < 7,
    `${itemsHeldOut} items in ${heldOut.size} groups`,
  )
})

test('many strata of one item each still meet the shares', () => {
  const splits = planSplit(
    itemsOf(
      Array.from({ length: 100 }, () => 1),
      (g) => `kind ${g}`,
    ),
    usual,
    none,
  )
  assert.deepEqual(countSplits(splits), { train: 80, val: 10, test: 10 })
})

test('each of several strata is spread like the whole', () => {
  const items = itemsOf(
    Array.from({ length: 1000 }, () => 1),
    (g) => (g < 700 ? 'often' : g < 900 ? 'sometimes' : 'rarely'),
  )
  const splits = planSplit(items, usual, none)
  for (const [from, to] of [
    [0, 700],
    [700, 900],
    [900, 1000],
  ] as const) {
    const own = countSplits(splits, (id) => Number(id.slice(1, -2)) >= from && Number(id.slice(1, -2)) < to)
    for (const split of splitNames)
      assert.ok(Math.abs(own[split] - usual.shares[split] * (to - from)) <= 2, JSON.stringify(own))
  }
})

test('what an earlier version placed stays, whatever the plan says now', () => {
  const earlier = new Map<string, SplitName>([
    ['g0/0', 'test'],
    ['g1', 'val'],
  ])
  const splits = planSplit(itemsOf([3, 3, 3, 3]), { ...usual, shares: { train: 1, val: 0, test: 0 } }, earlier)
  assert.deepEqual(
    [...splits.values()],
    [...Array<string>(3).fill('test'), ...Array<string>(3).fill('val'), ...Array<string>(6).fill('train')],
  )
})

test('when groups were joined since, items stay and new ones follow the majority', () => {
  const earlier = new Map<string, SplitName>([
    ['a', 'train'],
    ['b', 'train'],
    ['c', 'test'],
  ])
  const items = ['a', 'b', 'c', 'd'].map((id) => ({ id, group: 'joined', stratum: null }))
  assert.deepEqual(Object.fromEntries(planSplit(items, usual, earlier)), {
    a: 'train',
    b: 'train',
    c: 'test',
    d: 'train',
  })
})

test('property: every item has a part, and no group lies in two', () => {
  fc.assert(
    fc.property(sizes, strata, plan, (groups, kinds, how) => {
      const items = itemsOf(groups, (g) => kinds[g] ?? null)
      const splits = planSplit(items, how, none)
      assert.equal(splits.size, items.length)
      for (const { id, group } of items) assert.equal(splits.get(id), splits.get(`${group}/0`))
    }),
  )
})

test('property: the order of the items does not matter', () => {
  fc.assert(
    fc.property(sizes, strata, plan, fc.nat(), (groups, kinds, how, order) => {
      const items = itemsOf(groups, (g) => kinds[g] ?? null)
      const splits = planSplit(items, how, none)
      const mixed = planSplit(shuffled(items, order), how, none)
      for (const { id } of items) assert.equal(mixed.get(id), splits.get(id))
    }),
  )
})

test('property: no part has more than its share and one group, nor less than its share and two', () => {
  fc.assert(
    fc.property(sizes, strata, plan, (groups, kinds, how) => {
      const items = itemsOf(groups, (g) => kinds[g] ?? null)
      const counts = countSplits(planSplit(items, how, none))
      const largest = Math.max(...groups)
      for (const split of splitNames) {
        const target = how.shares[split] * items.length
        assert.ok(
          counts[split] < target + largest + 1e-6,
          `${split}: ${counts[split]} of ${target}, groups up to ${largest}`,
        )
        assert.ok(
          counts[split] > target - 2 * largest - 1e-6,
          `${split}: ${counts[split]} of ${target}, groups up to ${largest}`,
        )
      }
    }),
    { numRuns: 500 },
  )
})

test('property: within each stratum too, the parts are near their shares', () => {
  fc.assert(
    fc.property(sizes, strata, plan, (groups, kinds, how) => {
      const items = itemsOf(groups, (g) => kinds[g] ?? null)
      const splits = planSplit(items, how, none)
      const largest = Math.max(...groups)
      for (const [, own] of Map.groupBy(items, ({ stratum }) => stratum)) {
        const ids = new Set(own.map(({ id }) => id))
        const counts = countSplits(splits, (id) => ids.has(id))
        for (const split of splitNames) {
          assert.ok(Math.abs(counts[split] - how.shares[split] * own.length) < 3 * largest + 1e-6)
        }
      }
    }),
  )
})

test('property: no part with a share is empty once there are as many groups as parts', () => {
  fc.assert(
    fc.property(sizes, strata, plan, (groups, kinds, how) => {
      const counts = countSplits(
        planSplit(
          itemsOf(groups, (g) => kinds[g] ?? null),
          how,
          none,
        ),
      )
      const open = splitNames.filter((split) => how.shares[split] > 0)
      assert.equal(open.filter((split) => counts[split] > 0).length, Math.min(open.length, groups.length))
    }),
  )
})

test('property: as the dataset grows, in whatever steps, nothing that was placed ever moves', () => {
  fc.assert(
    fc.property(sizes, strata, plan, fc.array(fc.nat({ max: 40 }), { maxLength: 4 }), (groups, kinds, how, steps) => {
      const items = itemsOf(groups, (g) => kinds[g] ?? null)
      let earlier: ReadonlyMap<string, SplitName> = none
      for (const step of [...steps.sort((a, b) => a - b), groups.length]) {
        const now = planSplit(
          items.filter(({ group }) => Number(group.slice(1)) < step),
          how,
          earlier,
        )
        for (const [id, split] of earlier) assert.equal(now.get(id), split)
        earlier = now
      }
    }),
  )
})

test('property: growing in steps of single items ends as near to the shares as one deal', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 200 }), fc.integer({ min: 1, max: 20 }), (total, step) => {
      const items = itemsOf(Array.from({ length: total }, () => 1))
      let earlier: ReadonlyMap<string, SplitName> = none
      for (let n = step; n < total + step; n += step) earlier = planSplit(items.slice(0, n), usual, earlier)
      const counts = countSplits(earlier)
      for (const split of splitNames)
        assert.ok(Math.abs(counts[split] - usual.shares[split] * total) <= 2, JSON.stringify(counts))
    }),
  )
})

test('100,000 items are dealt in a moment', () => {
  const items = itemsOf(
    Array.from({ length: 10_000 }, () => 10),
    (g) => `kind ${g % 7}`,
  )
  const start = performance.now()
  assert.deepEqual(countSplits(planSplit(items, usual, none)), { train: 80_000, val: 10_000, test: 10_000 })
  assert.ok(performance.now() - start < 3000)
})
