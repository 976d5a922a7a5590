/** Tracks: what was followed through the pictures, and why it ended. Positions are pixels, top-left corner origin. */
import type { MotionModel } from '#vision/kernel.ts'

export type EndReason =
  | 'left-frame'
  | 'low-correlation'
  | 'drift'
  | 'occluded'
  | 'scene-cut'
  | 'masked'
  /** The clip, or the range that was asked for, ends here. */
  | 'range-end'
  /** The caller stopped it. */
  | 'stopped'

/** The five settings of the source documents, and how they are used. One immutable value for each stretch of a track. */
export interface TrackerSettings {
  /** Side of the square that is matched, pixels, odd. */
  readonly patternSize: number
  /** Side of the square in which it is looked for, pixels, odd. */
  readonly searchSize: number
  /** The lowest normalised cross-correlation that still counts as found, 0 to 1. */
  readonly correlation: number
  readonly motionModel: MotionModel
  readonly patternMatch: 'keyframe' | 'previous-frame'
  /** Gain and offset of brightness are fitted. */
  readonly normalize: boolean
}

export interface TrackEnd {
  /** The last frame that has a marker on this side. */
  readonly frame: number
  readonly reason: EndReason
}

export interface SettingsChange {
  readonly frame: number
  /** null: of all tracks. */
  readonly track: number | null
  readonly before: TrackerSettings
  readonly after: TrackerSettings
  readonly cause: string
}

export interface Track {
  readonly id: number
  readonly origin: 'detected' | 'user' | 'replenished' | 'imported'
  /** Where it was placed; tracking may run both ways from here. */
  readonly startFrame: number
  /** Ascending; may have gaps. */
  readonly frames: Int32Array
  /** 2 for each frame: x, y. */
  readonly xy: Float64Array
  /** For each frame: normalised cross-correlation with the pattern, NaN where it was placed and not matched. */
  readonly correlation: Float32Array
  /** Where following backwards ended; null when that was not tried. */
  readonly begin: TrackEnd | null
  /** Where following forwards ended; null when that was not tried. */
  readonly end: TrackEnd | null
}
