/** The documents' tiers: how bold the next attempt is, by the share of tracks that lasted in the attempt before. */
import type { MotionModel } from '#vision/kernel.ts'
import { settingsBySize } from './defaults.ts'
import { withRow } from './motion-class.ts'
import { certain, type TrackingPolicy } from './policy.ts'

interface Tier {
  readonly name: string
  /** It is for success rates below this. */
  readonly below: number
  readonly row: readonly [number, number, number, number, MotionModel]
}

/** Search windows of 150 and 100 pixels are forced odd. */
const tiers: readonly Tier[] = [
  { name: 'ultra-aggressive', below: 0.15, row: [31, 151, 0.45, 0.08, 'Affine'] },
  { name: 'aggressive', below: 0.25, row: [27, 131, 0.5, 0.12, 'Affine'] },
  { name: 'moderate', below: 0.4, row: [21, 101, 0.6, 0.2, 'Affine'] },
  { name: 'balanced', below: 0.7, row: [15, 71, 0.7, 0.3, 'LocRot'] },
  { name: 'selective', below: Infinity, row: [13, 61, 0.75, 0.4, 'LocRot'] },
]
/** Of a clip that nothing is known of. */
const firstTier = 'balanced'

export const tiersPolicy: TrackingPolicy = {
  name: 'tiers',
  version: '1',
  about: 'five fixed rows, bolder the fewer tracks lasted in the attempt before',
  choose({ engine, info, before }) {
    const tier =
      before === null
        ? tiers.find(({ name }) => name === firstTier)
        : tiers.find(({ below }) => before.trackSuccess < below)
    const { name, row } = tier ?? tiers[0]!
    const why =
      before === null ? 'a first try' : `${Math.round(before.trackSuccess * 100)} % of the tracks lasted before`
    return {
      settings: withRow(settingsBySize(engine, info.widthPx), row, engine),
      propensity: certain,
      reason: `${why}: ${name}`,
      policy: { name: 'tiers', version: '1' },
    }
  },
}
