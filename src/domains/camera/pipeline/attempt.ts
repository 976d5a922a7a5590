/** The values of the pipeline: what was asked, what an attempt uses, and what came of it. */
import type { Choice } from '#core/policy.ts'
import type { DetectReport } from '#track/match/detect.ts'
import type { Mask } from '#track/match/mask.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import type { TrackClipOptions } from '#track/track-clip.ts'
import type { Track, TrackerSettings } from '#track/tracks.ts'
import type { CleanReport } from '../clean/clean.ts'
import type { Diagnosis } from '../diagnose/diagnosis.ts'
import type { Forecast } from '../diagnose/forecast.ts'
import type { HealReport } from '../heal/heal.ts'
import type { Probe } from '../probe/probe.ts'
import type { FootageType, Region } from '../terms.ts'
import type { ModelUse } from './advice.ts'

export const presets = ['fast', 'balanced', 'quality'] as const
export type Preset = (typeof presets)[number]

/** What a person asked for; everything that is not said is left to the policy. */
export interface PipelineRequest {
  readonly preset: Preset
  readonly footage: FootageType
  /** For footage that fights back: larger windows, lower demands. */
  readonly robust: boolean
  /** Gaussian smoothing of the tracks before the solve, 0 none to 1. */
  readonly smoothing: number
  readonly masks: readonly Mask[]
  /** First and last frame, inclusive. */
  readonly range: { readonly from: number; readonly to: number }
  /** Settings that the person set by hand: no policy and no fix changes them. */
  readonly chosen: { readonly tracker: Partial<TrackerSettings>; readonly corners: Partial<CornerSettings> }
  readonly solve: TrackClipOptions['solve']
  /** Tracks that the person brought: kept, and followed on where they can be. */
  readonly tracks: readonly Track[]
  /** Name of the policy that chooses; null: the one that is best for the engine. */
  readonly policy: string | null
  /** Attempts after the first, at the most; null: as the preset has it. */
  readonly retries: number | null
  readonly seed: number
}

export interface CornerSettings {
  /** Live tracks aimed at. */
  readonly count: number
  readonly threshold: number
  readonly minDistancePx: number
  readonly marginPx: number
}

/** Everything an attempt is made with. Chosen once, frozen, recorded as it is. */
export interface AttemptSettings {
  readonly tracker: TrackerSettings
  readonly corners: CornerSettings
  readonly robust: boolean
  readonly smoothing: number
  /** Tracks shorter than this take no part in the solve. */
  readonly minLifespanFrames: number
  /** How often survival is looked at. */
  readonly monitorFrames: number
  readonly heal: boolean
  readonly rejectNonRigid: boolean
  /** Regions in which no points are placed. */
  readonly avoidRegions: readonly Region[]
  /** Of tracks that begin in these parts of the picture, until settings are adapted; absent: they are like the rest. */
  readonly regions?: Readonly<Partial<Record<Region, TrackerSettings>>>
  /** First frames of new shots that are known before tracking. */
  readonly cutFrames: readonly number[]
  /** Trained models that had something to say; absent where none had. */
  readonly models?: readonly ModelUse[]
  readonly solve: TrackClipOptions['solve']
}

/** A change in the middle of an attempt; it holds for tracks that are started after it. */
export interface Adaptation {
  readonly frame: number
  /** Share of the tracks that were alive at the last look and still are; those that left the picture do not count. */
  readonly survival: number
  readonly cause: string
  readonly before: TrackerSettings
  readonly after: TrackerSettings
}

export const phases = [
  'probe',
  'settings',
  'detect',
  'track',
  'heal',
  'clean',
  'solve',
  'diagnose',
  'refine',
  'report',
] as const
export type Phase = (typeof phases)[number]

/** The tracks that fitted worst taken out, and solved again. */
export interface Refinement {
  readonly removed: readonly number[]
  readonly fromFrame: number
  readonly toFrame: number
  readonly before: { readonly errorPx: number; readonly heldOutErrorPx: number | null }
  readonly after: { readonly errorPx: number; readonly heldOutErrorPx: number | null } | null
  /** Whether the second solve was the better one. */
  readonly kept: boolean
}

/** One attempt, from its settings to its end. What comes after the phase it failed in is null. */
export interface Attempt {
  /** 0 is the first try. */
  readonly retry: number
  readonly choice: Choice<AttemptSettings>
  /** Why another attempt was made after the one before; null of the first. */
  readonly why: string | null
  /** The parts of the clip that were followed; a retry leaves parts alone that were solved. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[]
  /** Its tracks were those of a run that was stopped. */
  readonly resumed: boolean
  /** As they were followed, before anything was mended or removed. */
  readonly followed: readonly Track[]
  /** What the solve was given. */
  readonly tracks: readonly Track[]
  readonly cuts: readonly number[]
  readonly detections: readonly DetectReport[]
  readonly adaptations: readonly Adaptation[]
  readonly healing: HealReport | null
  readonly cleaning: CleanReport | null
  readonly forecast: Forecast | null
  readonly shots: readonly Shot[]
  /** Most likely first; empty when all is well. */
  readonly diagnoses: readonly Diagnosis[]
  readonly refinements: readonly Refinement[]
  /** Held-out error, cameras and confidence in one figure, higher is better: by it the best attempt is kept. */
  readonly score: number
  readonly durationsMs: { readonly [P in Phase]?: number }
}

export interface PipelineResult {
  /** null when it could not be made. */
  readonly probe: Probe | null
  readonly attempts: readonly Attempt[]
  /** The attempt whose solve is kept. */
  readonly best: Attempt
}
