/** The tracker's settings: defaults for a picture size, and the check that they make sense. */
import { brief, fault } from '#core/faults.ts'
import type { MotionModel } from '#vision/kernel.ts'
import type { TrackerSettings } from '../tracks.ts'

export const motionModels: readonly MotionModel[] = [
  'Loc',
  'LocRot',
  'LocScale',
  'LocRotScale',
  'Affine',
  'Perspective',
]
const largestPatternPx = 101
const largestSearchPx = 401

/**
 * Settings for footage nothing is known about. Motion grows with the width of the picture, so the search window does;
 * texture is finer in larger pictures, so the pattern grows with the cube root only, which also keeps it cheap: 21 pixels
 * at a width of 960, 27 at 1920.
 */
export function defaultSettings(widthPx: number): TrackerSettings {
  const patternSize = odd(21 * Math.cbrt(widthPx / 960), 15, 61)
  return {
    patternSize,
    searchSize: odd((91 * widthPx) / 960, patternSize + 40, largestSearchPx),
    correlation: 0.75,
    motionModel: 'Affine',
    patternMatch: 'keyframe',
    normalize: true,
  }
}

const odd = (value: number, low: number, high: number) =>
  2 * Math.floor(Math.min(high, Math.max(low, Math.round(value))) / 2) + 1

/**
 * @throws settings.invalid when a value is out of its range, named with the range
 */
export function checkSettings(settings: TrackerSettings): TrackerSettings {
  const { patternSize, searchSize, correlation, motionModel, patternMatch, normalize } = settings
  const odds = (value: number, low: number, high: number) =>
    Number.isInteger(value) && value % 2 === 1 && value >= low && value <= high
  const problems: readonly (readonly [keyof TrackerSettings, boolean, string])[] = [
    ['patternSize', odds(patternSize, 5, largestPatternPx), `an odd number of pixels from 5 to ${largestPatternPx}`],
    [
      'searchSize',
      odds(searchSize, patternSize, largestSearchPx),
      `an odd number of pixels from patternSize to ${largestSearchPx}`,
    ],
    ['correlation', correlation >= 0 && correlation <= 1, 'a number from 0 to 1'],
    ['motionModel', motionModels.includes(motionModel), `one of ${motionModels.join(', ')}`],
    ['patternMatch', patternMatch === 'keyframe' || patternMatch === 'previous-frame', 'keyframe or previous-frame'],
    ['normalize', typeof normalize === 'boolean', 'true or false'],
  ]
  for (const [name, fine, expected] of problems) {
    if (!fine) throw fault('settings.invalid', { expected, found: brief(settings[name]), where: name })
  }
  return settings
}

/**
 * @throws settings.invalid unless the value is a number from `low` to `high`
 */
export function checkNumber(where: string, value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value
  throw fault('settings.invalid', { expected: `a number from ${low} to ${high}`, found: brief(value), where })
}
