/**
 * Rows like those of tracking sessions, with known chances: 25 features of a clip and 5 settings, eight sessions a clip. What
 * the settings are worth depends on the clip; three columns lack 5 % of their values; solve errors have a heavy tail.
 */
import { type Rng, seededRng } from '#core/rng.ts'
import { sigmoid } from '#learn/models/sigmoid.ts'
import type { Table } from '#learn/models/table.ts'

export const clipFeatures = 25
export const settingFeatures = 5
export const sessionsPerClip = 8

export interface MadeRows {
  readonly table: Table
  readonly groups: readonly string[]
  /** 0 or 1. */
  readonly success: Float64Array
  /** Log solve error, unclipped. */
  readonly logError: Float64Array
  readonly trueChance: Float64Array
}

export function madeRows(rowCount: number, seed: string): MadeRows {
  const rng = seededRng(`rows ${seed}`)
  const normal = normalFrom(rng)
  const width = clipFeatures + settingFeatures
  const values = new Float64Array(rowCount * width)
  const [success, logError, trueChance] = [0, 1, 2].map(() => new Float64Array(rowCount))
  const groups: string[] = []
  let clip: Float64Array = new Float64Array(clipFeatures)
  let luck = 0
  for (let row = 0; row < rowCount; row++) {
    if (row % sessionsPerClip === 0) {
      clip = madeClip(rng)
      luck = 0.4 * normal()
    }
    groups.push(`clip ${seed} ${Math.floor(row / sessionsPerClip)}`)
    const settings = Float64Array.from({ length: settingFeatures }, () => rng.int(9) / 8)
    const score = scoreOf(clip, settings) + luck
    trueChance![row] = sigmoid(score)
    success![row] = rng.next() < sigmoid(score) ? 1 : 0
    logError![row] = -0.5 * score + 0.25 * normal() + (rng.next() < 0.02 ? 4 * Math.abs(normal()) : 0)
    values.set(clip, row * width)
    values.set(settings, row * width + clipFeatures)
    for (const column of [2, 7, 11]) if (rng.next() < 0.05) values[row * width + column] = Number.NaN
  }
  const names = [
    ...Array.from({ length: clipFeatures }, (_, i) => `clip ${i}`),
    ...Array.from({ length: settingFeatures }, (_, i) => `setting ${i}`),
  ]
  const table = { featureNames: names, rowCount, values }
  return { table, groups, success: success!, logError: logError!, trueChance: trueChance! }
}

const normalFrom = (rng: Rng) => () => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next())

export function madeClip(rng: Rng): Float64Array {
  const normal = normalFrom(rng)
  return Float64Array.from({ length: clipFeatures }, (_, i) => (i % 3 === 0 ? Math.exp(normal()) : normal()))
}

/** Chance of success of a clip of neither good nor bad luck. */
export const chanceOf = (clip: Float64Array, settings: Float64Array) => sigmoid(scoreOf(clip, settings))

/** The best value of the first two settings moves with the clip; the third helps only fast clips. */
function scoreOf(clip: Float64Array, settings: Float64Array): number {
  const speed = Math.min(3, clip[0]!)
  const bestWindow = sigmoid(1.5 * clip[1]! + speed - 1)
  const bestThreshold = sigmoid(clip[2]! - clip[4]!)
  return (
    1.4 -
    5 * (settings[0]! - bestWindow) ** 2 -
    3 * (settings[1]! - bestThreshold) ** 2 +
    0.9 * (speed - 1.2) * settings[2]! +
    0.6 * clip[5]! -
    0.4 * Math.abs(clip[7]!) +
    0.3 * clip[8]! * clip[10]! -
    0.3 * Math.min(3, clip[6]!)
  )
}
