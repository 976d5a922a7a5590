import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { groupFolds, groupSplit } from './group-split.ts'

const groups = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 })
const share = fc.double({ min: 0.01, max: 0.99, noNaN: true })

test('a clip is on one side, and both sides have one where there are two', () => {
  fc.assert(
    fc.property(groups, share, fc.integer(), (clips, part, seed) => {
      const heldOut = groupSplit(clips, clips.length, part, seed)
      const sides = new Map<number, number>()
      clips.forEach((clip, row) => {
        assert.equal(sides.get(clip) ?? heldOut[row], heldOut[row])
        sides.set(clip, heldOut[row]!)
      })
      const held = [...sides.values()].filter((side) => side === 1).length
      if (sides.size < 2) assert.equal(held, 0)
      else assert.equal(held, Math.min(sides.size - 1, Math.max(1, Math.round(part * sides.size))))
    }),
    { numRuns: 200, seed: 1 },
  )
})

test('the order of rows does not matter, the seed does', () => {
  const clips = Array.from({ length: 40 }, (_, row) => `clip ${row}`)
  const held = (order: readonly string[], seed: number) => {
    const heldOut = groupSplit(order, 40, 0.3, seed)
    return order.filter((_, row) => heldOut[row] === 1).sort()
  }
  assert.deepEqual(held(clips, 1), held(clips.toReversed(), 1))
  assert.notDeepEqual(held(clips, 1), held(clips, 2))
})

test('what was held out stays held out as clips come in', () => {
  const clips = Array.from({ length: 100 }, (_, row) => `clip ${row}`)
  const before = groupSplit(clips.slice(0, 90), 90, 0.2, 1)
  const after = groupSplit(clips, 100, 0.2, 1)
  const changed = [...before.keys()].filter((row) => before[row] !== after[row]).length
  assert.ok(changed <= 3, `${changed} of 90 changed sides`)
})

test('folds hold whole clips and are of one size', () => {
  const clips = Array.from({ length: 60 }, (_, row) => row % 20)
  const folds = groupFolds(clips, 60, 5, 1)
  clips.forEach((clip, row) => assert.equal(folds[row], folds[clip]))
  for (let fold = 0; fold < 5; fold++) assert.equal(folds.filter((of) => of === fold).length, 12)
})
