/**
 * What models are worth for what they are for, on rows with known chances: settings for new clips, by success rate; when tracks
 * fail; and the time that one clip over the whole grid takes. Usage: node bench/models/choose-settings.ts
 * [--rows 500,5000,50000] [--clips 300]
 */
import { parseArgs } from 'node:util'
import { seededRng } from '#core/rng.ts'
import { fitBoostedTrees } from '#learn/models/boosted-trees.ts'
import { medianOf } from '#learn/models/metrics.ts'
import type { Table } from '#learn/models/table.ts'
import { predictTrees, settleModel } from '#learn/models/tree-model.ts'
import { fitBag, surestRow, upliftOverDefault } from '#learn/models/uplift.ts'
import { machine } from '../machine.ts'
import { chanceOf, clipFeatures, madeClip, madeRows, settingFeatures } from './made-rows.ts'

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '500,5000,50000' }, clips: { type: 'string', default: '300' } },
})
const clipCount = Number(values.clips)
const clipLoss = [-1.5, 1.5] as const
const rng = seededRng('grid')
/** Row 0 is the default: every setting in its middle. */
const settings = Array.from({ length: 600 }, (_, row) =>
  Float64Array.from({ length: settingFeatures }, () => (row === 0 ? 0.5 : rng.int(9) / 8)),
)
const { featureNames } = madeRows(1, 'names').table
const freeFeatures = featureNames.slice(clipFeatures)
const clips = Array.from({ length: clipCount }, () => madeClip(rng))
const chances = clips.map((clip) => settings.map((setting) => chanceOf(clip, setting)))

function gridOf(clip: Float64Array): Table {
  const grid = new Float64Array(settings.length * featureNames.length)
  settings.forEach((setting, row) => {
    grid.set(clip, row * featureNames.length)
    grid.set(setting, row * featureNames.length + clipFeatures)
  })
  return { featureNames, rowCount: settings.length, values: grid }
}

const grids = clips.map(gridOf)
const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
const share = (value: number) => value.toFixed(3)

/** The row of greatest prediction. */
const greatest = (predicted: ArrayLike<number>) =>
  Array.from(predicted).reduce((best, value, row) => (value > predicted[best]! ? row : best), 0)

function report(name: string, rows: number, choose: (grid: Table) => number) {
  const chosen = grids.map(choose)
  const worth = chosen.map((row, clip) => chances[clip]![row]!)
  const worse = worth.filter((chance, clip) => chance < chances[clip]![0]! - 0.01).length
  const moved = chosen.filter((row) => row !== 0).length
  const cells = [
    name,
    rows,
    share(mean(worth)),
    `${Math.round((100 * worse) / clipCount)} %`,
    `${Math.round((100 * moved) / clipCount)} %`,
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

function compareChoices(rows: number) {
  const { table, groups, success, logError } = madeRows(rows, 'train')
  const reward = logError.map((error) => -error)
  const options = { loss: 'squared', clip: clipLoss } as const
  const onSuccess = fitBoostedTrees(table, success, { loss: 'logistic' }, { groups })!
  const onError = fitBoostedTrees(table, reward, options, { groups })!
  const bag = fitBag(table, reward, options, { groups })!
  report('trees on success', rows, (grid) => greatest(predictTrees(onSuccess, grid)))
  report('trees on clipped error', rows, (grid) => greatest(predictTrees(onError, grid)))
  report('bag of 6 on clipped error, mean', rows, (grid) =>
    greatest(upliftOverDefault(bag, grid, 0, freeFeatures).map((uplift) => uplift.mean)),
  )
  for (const doubt of [1, 2]) {
    report(`the same, mean - ${doubt} deviations`, rows, (grid) =>
      surestRow(upliftOverDefault(bag, grid, 0, freeFeatures, doubt), 0),
    )
  }
  return { onError, bag }
}

/** Median CPU milliseconds of a call over the clips. */
function cpuMs(work: (grid: Table) => unknown) {
  const times = grids.map((grid) => {
    const before = process.cpuUsage()
    work(grid)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  return medianOf(times)!.toFixed(2)
}

console.log(
  `machine: ${machine()}; ${new Date().toISOString().slice(0, 10)}; ${clipCount} new clips, ${settings.length} settings`,
)
const single = greatest(settings.map((_, row) => mean(chances.map((clip) => clip[row]!))))
const ofSetting = (row: number) => share(mean(chances.map((clip) => clip[row]!)))
console.log(
  `random ${share(mean(chances.flat()))}, default ${ofSetting(0)}, best single setting ${ofSetting(single)}, ` +
    `oracle ${share(mean(chances.map((clip) => Math.max(...clip))))}`,
)
console.log('| chosen by | rows | success | worse than default | not the default |')
console.log('| --- | --- | --- | --- | --- |')
let last: ReturnType<typeof compareChoices> | null = null
for (const rows of values.rows.split(',').map(Number)) last = compareChoices(rows)
const { onError, bag } = last!
console.log(`\none clip over the grid, CPU ms (median of ${clipCount}; ${onError.trees.roots.length} trees):`)
console.log(`  all forks         ${cpuMs((grid) => predictTrees(onError, grid))}`)
console.log(
  `  settled on a clip ${cpuMs((grid) => predictTrees(settleModel(onError, grid.values.subarray(0, 30), freeFeatures), grid))}`,
)
console.log(`  bag of 6          ${cpuMs((grid) => upliftOverDefault(bag, grid, 0, freeFeatures))}`)
