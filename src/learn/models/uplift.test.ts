import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { seededRng } from '#core/rng.ts'
import { sigmoid } from './sigmoid.ts'
import { tableOf } from './table.ts'
import { featureNames, testRows } from './test-rows.ts'
import { fitBag, surestRow, upliftOverDefault } from './uplift.ts'

const train = testRows(3000, 'uplift')
const settings = Array.from({ length: 9 }, (_, i) => i / 8)
const defaultRow = 4
const chanceOf = (speed: number, blur: number, window: number) => sigmoid(2 - 8 * (window - speed) ** 2 - 3 * blur)
const boost = { loss: 'logistic', trees: 150 } as const

function valueOfChoices(bag: NonNullable<ReturnType<typeof fitBag>>) {
  const rng = seededRng('new clips')
  let [chosen, usual, best, worse] = [0, 0, 0, 0]
  for (let clip = 0; clip < 100; clip++) {
    const [speed, blur] = [rng.next(), rng.next()]
    const grid = tableOf(
      featureNames,
      settings.map((window) => [speed, blur, window, 0.5]),
    )
    const row = surestRow(upliftOverDefault(bag, grid, defaultRow, ['window']), defaultRow)
    const chances = settings.map((window) => chanceOf(speed, blur, window))
    chosen += chances[row]!
    usual += chances[defaultRow]!
    best += Math.max(...chances)
    if (chances[row]! < chances[defaultRow]! - 0.01) worse++
  }
  return { closed: (chosen - usual) / (best - usual), worse }
}

test('closes most of the gap from the default to the best, seldom at a loss', () => {
  const { closed, worse } = valueOfChoices(fitBag(train.table, train.targets, boost, train)!)
  assert.ok(closed > 0.75, `${closed}`)
  assert.ok(worse <= 6, `${worse}`)
})

test('where settings do nothing, it mostly stays with the default and never promises much', () => {
  const rng = seededRng('null')
  const targets = train.targets.map(() => (rng.next() < 0.6 ? 1 : 0))
  const bag = fitBag(train.table, targets, boost, train)!
  const uplifts = upliftOverDefault(
    bag,
    tableOf(
      featureNames,
      settings.map((window) => [0.3, 0.3, window, 0.5]),
    ),
    4,
    ['window'],
  )
  for (const { low, mean, high } of uplifts) assert.ok(low <= mean && mean <= high && low < 0.05)
})

describe('the default', () => {
  test('is worth nothing over itself, for sure', () => {
    const bag = fitBag(train.table, train.targets, { ...boost, trees: 5 }, train, 3)!
    assert.equal(bag.members.length, 3)
    const grid = tableOf(
      featureNames,
      settings.map((window) => [0.3, null, window, 0.5]),
    )
    assert.deepEqual(upliftOverDefault(bag, grid, 2, ['window'])[2], { mean: 0, low: 0, high: 0 })
  })
  test('stays where no lower bound is above it', () => {
    const uplift = (low: number) => ({ mean: 1, low, high: 2 })
    assert.equal(surestRow([uplift(-0.1), uplift(0), uplift(-1)], 1), 1)
    assert.equal(surestRow([uplift(0.1), uplift(0), uplift(0.3), uplift(0.3)], 1), 2)
  })
})

test('a bag of one clip has no clip left to stop by, and one of no rows is none', () => {
  const groups = train.groups.map(() => 'one')
  const bag = fitBag(train.table, train.targets, { ...boost, trees: 3 }, { groups }, 2)!
  assert.deepEqual(
    bag.members.map(({ heldOut }) => heldOut),
    [null, null],
  )
  assert.equal(fitBag(tableOf(featureNames, []), [], boost), null)
})
