/**
 * The table of the training-data guide: settings by how fast the picture moves. For pictures of 3840 pixels and wider the
 * windows grow by a half, forced odd; footage of 50 frames a second and more gets a smaller window, since less happens from
 * one frame to the next. What was not measured counts as medium.
 */
import { settingsBySize } from './defaults.ts'
import { certain, type TrackingChoice, type TrackingPolicy } from './policy.ts'
import type { Level } from '../terms.ts'
import type { MotionModel } from '#vision/kernel.ts'

type Row = readonly [patternPx: number, searchPx: number, correlation: number, threshold: number, model: MotionModel]

const table: Readonly<Record<Level, Row>> = {
  high: [25, 141, 0.55, 0.2, 'Affine'],
  medium: [19, 101, 0.65, 0.25, 'LocRot'],
  low: [15, 71, 0.72, 0.3, 'Loc'],
}
const widePx = 3840
const fastRate = 50

export const odd = (value: number): number => 2 * Math.floor(value / 2) + 1

/** A row of a table of the documents over what they leave open. Their threshold is Blender's; ours stands on another scale. */
export function withRow(base: TrackingChoice, row: Row, engine: 'embedded' | 'blender', scale = 1): TrackingChoice {
  const [pattern, search, correlation, threshold, motionModel] = row
  return {
    tracker: {
      ...base.tracker,
      patternSize: odd(pattern * scale),
      searchSize: odd(search * scale),
      correlation,
      motionModel,
    },
    corners: engine === 'blender' ? { ...base.corners, threshold } : base.corners,
  }
}

export const motionClassPolicy: TrackingPolicy = {
  name: 'motion-class',
  version: '1',
  about: "the training-data guide's table by class of motion, with its values for 4K and 60 frames a second",
  choose({ engine, info, probe, before }) {
    const policy = { name: 'motion-class', version: '1' }
    if (before !== null) {
      return { settings: before.settings, propensity: certain, reason: 'as in the attempt before', policy }
    }
    const level = probe?.motionClass ?? 'medium'
    const isWide = info.widthPx >= widePx
    const rate = info.frameRate === null ? null : info.frameRate.numerator / info.frameRate.denominator
    const isFast = rate !== null && rate >= fastRate
    const { tracker, corners } = withRow(settingsBySize(engine, info.widthPx), table[level], engine, isWide ? 1.5 : 1)
    const searchSize = isFast ? Math.max(odd(tracker.searchSize * 0.8), tracker.patternSize + 20) : tracker.searchSize
    const reason = [
      probe?.motionClass ? `the picture moves ${inWords[level]}` : 'how the picture moves could not be measured',
      ...(isWide ? ['it is 4K'] : []),
      ...(isFast ? ['it has 50 frames a second or more'] : []),
    ].join(', ')
    return { settings: { tracker: { ...tracker, searchSize }, corners }, propensity: certain, reason, policy }
  },
}

const inWords: Readonly<Record<Level, string>> = { high: 'fast', medium: 'at a medium speed', low: 'slowly' }
