/** Our own settings: what the tracker does best with, by the size of the picture; the window as wide as the clip's motion asks. */
import { followPlan } from '#track/match/follow-clip.ts'
import type { EngineName } from '../engines/engine.ts'
import { certain, type TrackingChoice, type TrackingPolicy } from './policy.ts'

/** @throws settings.invalid, for a picture of no width */
export function settingsBySize(engine: EngineName, widthPx: number): TrackingChoice {
  const { settings, windowPx: _window, ...corners } = followPlan(widthPx, {})
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
    const needed = probe?.searchSizePx ?? 0
    if (needed <= bySize.tracker.searchSize) {
      return { settings: bySize, propensity: certain, reason: 'chosen by the size of the picture', policy }
    }
    const settings = { ...bySize, tracker: { ...bySize.tracker, searchSize: needed } }
    const reason = `chosen by the size of the picture; the search window is ${needed} pixels wide, as fast as points move`
    return { settings, propensity: certain, reason, policy }
  },
}
