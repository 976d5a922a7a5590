/** The next attempt's settings from those of the one before and what was found wrong with it. */
import type { ClipInfo } from '#vision/frames.ts'
import type { Fix } from '../diagnose/diagnosis.ts'
import type { EngineName } from '../engines/engine.ts'
import type { AttemptSettings, PipelineRequest } from './attempt.ts'
import { finish } from './plan-attempt.ts'

interface Place {
  readonly engine: EngineName
  readonly info: ClipInfo
  readonly request: Pick<PipelineRequest, 'chosen'>
}

/** One line for each key: what it does to the settings. The type makes it complete. */
type Consumers = {
  readonly [K in keyof Required<Fix>]: (
    settings: AttemptSettings,
    value: Required<Fix>[K],
    info: ClipInfo,
  ) => AttemptSettings
}

const consumers: Consumers = {
  patternScale: (s, by) => withTracker(s, { patternSize: s.tracker.patternSize * by }),
  searchScale: (s, by) => withTracker(s, { searchSize: s.tracker.searchSize * by }),
  correlationOffset: (s, by) => withTracker(s, { correlation: s.tracker.correlation + by }),
  motionModel: (s, motionModel) => withTracker(s, { motionModel }),
  thresholdScale: (s, by) => withCorners(s, { threshold: s.corners.threshold * by }),
  countScale: (s, by) => withCorners(s, { count: s.corners.count * by }),
  edgeMargin: (s, share, { widthPx }) => withCorners(s, { marginPx: Math.max(s.corners.marginPx, share * widthPx) }),
  cutFrames: (s, frames) => ({ ...s, cutFrames: [...new Set([...s.cutFrames, ...frames])].sort((a, b) => a - b) }),
  minLifespanFrames: (s, minLifespanFrames) => ({ ...s, minLifespanFrames }),
  rejectNonRigid: (s, rejectNonRigid) => ({ ...s, rejectNonRigid }),
  // A lens that the person gave stays.
  freeLens: (s, free) => (s.solve.lens === 'auto' ? { ...s, solve: { ...s.solve, freeLens: free } } : s),
}

const withTracker = (s: AttemptSettings, tracker: Partial<AttemptSettings['tracker']>): AttemptSettings => ({
  ...s,
  tracker: { ...s.tracker, ...tracker },
})
const withCorners = (s: AttemptSettings, corners: Partial<AttemptSettings['corners']>): AttemptSettings => ({
  ...s,
  corners: { ...s.corners, ...corners },
})

/** Each key of the fix applied, the result legal, and what the person set untouched. */
export function applyFix(settings: AttemptSettings, fix: Fix, { engine, info, request }: Place): AttemptSettings {
  const fixed = (Object.keys(consumers) as (keyof Fix)[]).reduce((s, key) => consumed(s, key, fix, info), settings)
  return { ...fixed, ...finish(fixed, engine, info, request) }
}

function consumed<K extends keyof Fix>(settings: AttemptSettings, key: K, fix: Fix, info: ClipInfo): AttemptSettings {
  const value = fix[key]
  return value === undefined ? settings : consumers[key](settings, value as Required<Fix>[K], info)
}

/** What is tried where nothing was found wrong, or its fix changes nothing: each bolder than the one before. */
export const generalFixes: readonly Fix[] = [
  { searchScale: 1.4, correlationOffset: -0.1, countScale: 1.5, thresholdScale: 0.4, rejectNonRigid: true },
  { patternScale: 1.3, searchScale: 1.2, countScale: 1.3, motionModel: 'LocRotScale', minLifespanFrames: 3 },
  { patternScale: 0.7, correlationOffset: -0.05, countScale: 1.2, motionModel: 'Affine' },
]

export const sameSettings = (a: AttemptSettings, b: AttemptSettings): boolean => JSON.stringify(a) === JSON.stringify(b)
