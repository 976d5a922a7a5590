/**
 * Which settings the pipeline may choose, per engine. A person may go further, up to what the engine takes.
 *
 * The ranges are those of the training-data guide (pattern 5 to 31, search 25 to 151 pixels, correlation 0.5 to 0.95,
 * threshold 0.1 to 0.5), widened where pictures are larger than the guide had in mind: docs/conventions.md says how.
 */
import { type Dimension, nearestLegal, type SettingsSpace } from '#core/settings-space.ts'
import { motionModels } from '#track/match/settings.ts'
import type { TrackerSettings } from '#track/tracks.ts'
import type { EngineName } from './engines/engine.ts'
import type { CornerSettings } from './pipeline/attempt.ts'

const number = (
  min: number,
  max: number,
  step: number,
  unit: string,
  more: { readonly scale?: 'log'; readonly odd?: true } = {},
): Dimension => ({ type: 'number', min, max, step, unit, scale: more.scale ?? 'linear', odd: more.odd ?? false })

/** What the tracker itself takes at most. */
const most = { patternPx: 101, searchPx: 401 }
/** Windows as wide as the guide's suit pictures of these widths: detail grows slower with the picture than motion does. */
const guideWidthPx = { pattern: 1920, search: 960 }

/**
 * @param widthPx of the picture
 */
export function settingsSpace(engine: EngineName, widthPx: number): SettingsSpace {
  const times = (base: number, width: number, limit: number) => Math.min(limit, base * Math.max(1, widthPx / width))
  return {
    patternSize: number(5, times(31, guideWidthPx.pattern, most.patternPx), 2, 'px', { odd: true }),
    searchSize: number(25, times(151, guideWidthPx.search, most.searchPx), 10, 'px', { odd: true }),
    correlation: number(0.5, 0.95, 0.05, ''),
    // Ours is a share of the strongest corner's squared strength, Blender's a share of a fixed response.
    threshold: engine === 'embedded' ? number(0.0001, 0.5, 2, '', { scale: 'log' }) : number(0.02, 0.5, 0.05, ''),
    motionModel: { type: 'choice', choices: motionModels },
    count: number(20, 1000, 20, ''),
    minDistancePx: number(1, widthPx / 4, 5, 'px'),
    marginPx: number(0, widthPx / 3, 5, 'px'),
  }
}

interface Settings {
  readonly tracker: TrackerSettings
  readonly corners: CornerSettings
}

/** The legal settings nearest to those given. The search window never gets smaller than the pattern and some room. */
export function legalSettings({ tracker, corners }: Settings, space: SettingsSpace): Settings {
  const numeric = (name: keyof SettingsSpace, value: number) => {
    const dimension = space[name]
    const legal = dimension === undefined ? value : nearestLegal(dimension, value)
    return typeof legal === 'number' ? legal : value
  }
  const patternSize = numeric('patternSize', tracker.patternSize)
  return {
    tracker: {
      ...tracker,
      patternSize,
      searchSize: Math.max(numeric('searchSize', tracker.searchSize), patternSize),
      correlation: numeric('correlation', tracker.correlation),
    },
    corners: {
      count: Math.round(numeric('count', corners.count)),
      threshold: numeric('threshold', corners.threshold),
      minDistancePx: numeric('minDistancePx', corners.minDistancePx),
      marginPx: numeric('marginPx', corners.marginPx),
    },
  }
}
