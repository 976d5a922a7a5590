/** What a diagnosis is made of: one attempt, as it went, and what single pictures look like. */
import type { ClipInfo } from '#vision/frames.ts'
import type { DetectReport } from '#track/match/detect.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { Track, TrackerSettings } from '#track/tracks.ts'
import type { Probe } from '../probe/probe.ts'
import type { PictureStatistics } from './picture-statistics.ts'

export interface DiagnosisInput {
  readonly info: Pick<ClipInfo, 'widthPx' | 'heightPx' | 'pixelAspect' | 'frameRate'>
  /** First and last frame that were looked at. */
  readonly range: { readonly from: number; readonly to: number }
  /** All that were followed, as they ended: those that were removed later too. */
  readonly tracks: readonly Track[]
  /** First frames of new shots that the tracker knew. */
  readonly cuts: readonly number[]
  readonly detections: readonly DetectReport[]
  /** As solved; empty where it did not come to that. */
  readonly shots: readonly Shot[]
  readonly tracker: TrackerSettings
  /** Live tracks that were aimed at. */
  readonly count: number
  readonly probe: Probe | null
  /** Of frames that were looked at again; see `framesToSurvey`. */
  readonly pictures: readonly PictureStatistics[]
}
