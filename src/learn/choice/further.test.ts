import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultKey, furtherGroup } from '#core/learnable.ts'
import { seededRng } from '#core/rng.ts'
import { type ClipMemory, remember } from './clip-memory.ts'
import { type Cells, quantised } from './evidence.ts'
import { addedBy, furtherTries } from './further.ts'

const levels = ['kind', 'all']
const keys = [defaultKey, 'a', 'b', 'c', 'd']

/** Tries of a clip, in their order: each counts for what it added. */
function played(clips: readonly (readonly (readonly [key: string, value: number])[])[]): Cells {
  const cells: Cells = new Map()
  for (const [n, tries] of clips.entries()) {
    const memory: ClipMemory = new Map()
    for (const [key, value] of tries) {
      const added = addedBy(memory, `clip ${n}`, key, value)
      remember(memory, { clip: `clip ${n}`, key, settings: {}, value, kept: true })
      if (added === null) continue
      for (const level of levels) {
        const group = cells.get(furtherGroup(level)) ?? new Map<string, Map<string, { count: number; sum: number }>>()
        const before = group.get(key)?.get('own/0') ?? { count: 0, sum: 0 }
        const after = { count: before.count + 1, sum: before.sum + quantised(added) }
        cells.set(furtherGroup(level), group.set(key, new Map([['own/0', after]])))
      }
    }
  }
  return cells
}
/** A generator that never explores. */
const steady = { next: () => 0.99, int: () => 0 }
const order = (cells: Cells, places = 4) => furtherTries(cells, levels, keys, { places, rng: steady })

describe('a further try', () => {
  test('counts by how much it exceeds the best before it, and not below nothing', () => {
    const memory: ClipMemory = new Map()
    remember(memory, { clip: 'x', key: defaultKey, settings: {}, value: 0.5, kept: true })
    remember(memory, { clip: 'x', key: 'a', settings: {}, value: 0.7, kept: true })
    assert.ok(Math.abs((addedBy(memory, 'x', 'b', 0.8) ?? 0) - 0.1) < 1e-9)
    assert.equal(addedBy(memory, 'x', 'b', 0.6), 0)
  })

  test('says nothing without the default to compare with, of the default, again, or of a clip that nobody knows', () => {
    const memory: ClipMemory = new Map()
    remember(memory, { clip: 'x', key: 'a', settings: {}, value: 0.7, kept: true })
    assert.equal(addedBy(memory, 'x', 'b', 0.9), null)
    remember(memory, { clip: 'x', key: defaultKey, settings: {}, value: 0.5, kept: true })
    assert.equal(addedBy(memory, 'x', defaultKey, 0.9), null)
    assert.equal(addedBy(memory, 'x', 'a', 0.9), null)
    assert.equal(addedBy(memory, 'y', 'b', 0.9), null)
    assert.equal(addedBy(memory, null, 'b', 0.9), null)
  })
})

describe('further tries', () => {
  test('begin with what adds where the others do not, not with what is best on its own', () => {
    // a is good on all clips, b only where a fails, c always a little worse than a.
    const hard = [
      [defaultKey, 0.2],
      ['a', 0.2],
      ['c', 0.2],
      ['b', 0.8],
    ] as const
    const easy = [
      [defaultKey, 0.6],
      ['a', 0.7],
      ['c', 0.68],
      ['b', 0.3],
    ] as const
    const found = order(played([...Array(10).fill(easy), ...Array(10).fill(hard)]))
    assert.deepEqual(
      found.slice(0, 2).map(({ key }) => key),
      ['b', 'a'],
    )
    assert.ok(found.findIndex(({ key }) => key === 'c') > found.findIndex(({ key }) => key === 'd'), 'c adds nothing')
    assert.equal(found[0]?.tries, 20)
  })

  test('hard clips and easy ones count alike: only differences on one clip do', () => {
    const clips = (base: number) =>
      Array(8).fill([
        [defaultKey, base],
        ['a', base + 0.05],
        ['b', base + 0.04],
      ])
    assert.deepEqual(
      order(played(clips(0.1))).map(({ key }) => key),
      order(played(clips(0.8))).map(({ key }) => key),
    )
  })

  test('one lucky try does not come before a setting that many clips speak for', () => {
    const cells = played([
      ...Array(20).fill([
        [defaultKey, 0.5],
        ['a', 0.56],
      ]),
      [
        [defaultKey, 0.5],
        ['b', 0.8],
      ],
    ])
    assert.equal(order(cells)[0]?.key, 'a')
  })

  test('the last place goes to one that few know, now and then, and never another place', () => {
    const cells = played(
      Array(10).fill([
        [defaultKey, 0.5],
        ['a', 0.6],
        ['b', 0.65],
      ]),
    )
    const rng = seededRng('further')
    const drawn = Array.from({ length: 400 }, () => furtherTries(cells, levels, keys, { places: 2, rng }))
    assert.ok(drawn.every(([first]) => first?.key === 'a'))
    const explored = drawn.filter(([, last]) => last?.key !== 'b').length / 400
    assert.ok(explored > 0.12 && explored < 0.28, `${explored}`)
  })

  test('nothing is known: they stay in their order, without the default', () => {
    assert.deepEqual(
      order(new Map()).map(({ key, tries }) => [key, tries]),
      [
        ['a', 0],
        ['b', 0],
        ['c', 0],
        ['d', 0],
      ],
    )
  })
})
