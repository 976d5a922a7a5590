/**
 * What the settings predictor learns from: the clip as it was known before, the settings that were used, and what came of
 * them. Sizes are shares of the picture's width, so that one model speaks of all pictures.
 */
import { asCamera, groupOf } from '../../classes.ts'
import type { AnySession } from '#core/session.ts'
import { motionModels } from '../../terms.ts'
import type { TrackingConfiguration } from '../candidates.ts'
import { type Before, clipFeatureNames, clipFeatures } from './clip-features.ts'
import type { Example } from './example.ts'

/** Those that differ within a grid over one clip. */
export const settingFeatureNames = ['pattern', 'search', 'correlation', 'threshold', 'model'] as const

export const settingsFeatureNames: readonly string[] = [...clipFeatureNames, ...settingFeatureNames]

/** `model`: its place among the models, which go from the least freedom to the most; `threshold`: its logarithm. */
export function settingsRow(before: Before, settings: Partial<TrackingConfiguration>): (number | null)[] {
  const { patternSize, searchSize, correlation, threshold, motionModel } = settings
  const width = before.widthPx ?? null
  const ofWidth = (size: number | undefined) => (size === undefined || width === null ? null : size / width)
  return [
    ...clipFeatures(before),
    ofWidth(patternSize),
    ofWidth(searchSize),
    correlation ?? null,
    threshold !== undefined && threshold > 0 ? Math.log(threshold) : null,
    motionModel === undefined ? null : motionModels.indexOf(motionModel),
  ]
}

/**
 * @param value of the session, 0 worst to 1 best, as the learner sees it; null where it says nothing
 * @returns null where the session says nothing, or not what it was run with
 */
export function settingsExample(session: AnySession, value: number | null): Example | null {
  const camera = asCamera(session)
  const used = camera.settings.values
  if (value === null || typeof used.patternSize !== 'number' || typeof used.searchSize !== 'number') return null
  const settings: Partial<TrackingConfiguration> = {
    patternSize: used.patternSize,
    searchSize: used.searchSize,
    ...(typeof used.correlation === 'number' ? { correlation: used.correlation } : {}),
    ...(typeof used.threshold === 'number' ? { threshold: used.threshold } : {}),
    ...(used.motionModel ? { motionModel: used.motionModel } : {}),
  }
  return { values: settingsRow(camera.context, settings), target: value, clip: groupOf(camera) }
}
