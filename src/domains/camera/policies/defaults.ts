/** Our own settings: what the tracker does best with, by the size of the picture; the window as wide as the clip's motion asks. */
import { followPlan } from '#track/match/follow-clip.ts'
import type { TrackerSettings } from '#track/tracks.ts'
import type { EngineName } from '../engines/engine.ts'
import { certain, type TrackingChoice, type TrackingPolicy } from './policy.ts'

/**
 * @param chosen of the tracker's settings: the rest goes with it
 * @throws settings.invalid, for a picture of no width
 */
export function settingsBySize(
  engine: EngineName,
  widthPx: number,
  chosen: Partial<TrackerSettings> = {},
): TrackingChoice {
  const { settings, windowPx: _window, ...corners } = followPlan(widthPx, { settings: chosen })
  return { tracker: settings, corners: engine === 'embedded' ? corners : { ...corners, threshold: blenderThreshold } }
}

/** Of Blender's Harris response; lower than its own default, which finds next to nothing on soft footage. */
const blenderThreshold = 0.1

export const defaultPolicy: TrackingPolicy = {
  name: 'defaults',
  version: '1',
  about: 'by the size of the picture, the search window as wide as the motion asks',
  choose({ engine, info, probe, before }) {
    const policy = { name: 'defaults', version: '1' }
    if (before !== null) {
      return { settings: before.settings, propensity: certain, reason: 'as in the attempt before', policy }
    }
    const bySize = settingsBySize(engine, info.widthPx)
    const settings = usualSettings(engine, info.widthPx, probe?.searchSizePx ?? null)
    const { searchSize } = settings.tracker
    if (searchSize === bySize.tracker.searchSize) {
      return { settings: bySize, propensity: certain, reason: 'chosen by the size of the picture', policy }
    }
    const reason = `chosen by the size of the picture; the search window is ${searchSize} pixels wide, as fast as points move`
    return { settings, propensity: certain, reason, policy }
  },
}

/**
 * What is used when nothing is learned.
 *
 * @param neededPx side of the search window that the motion asks for; null: not measured
 */
export function usualSettings(engine: EngineName, widthPx: number, neededPx: number | null): TrackingChoice {
  const bySize = settingsBySize(engine, widthPx)
  const searchSize = Math.max(bySize.tracker.searchSize, neededPx ?? 0)
  return { ...bySize, tracker: { ...bySize.tracker, searchSize } }
}
