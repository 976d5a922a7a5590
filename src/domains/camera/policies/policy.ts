/** What a policy of the camera domain is asked: everything that is known before an attempt is made. */
import type { Context } from '#core/context.ts'
import type { Choice, Policy } from '#core/policy.ts'
import type { TrackerSettings } from '#track/tracks.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { EngineName } from '../engines/engine.ts'
import type { CornerSettings } from '../pipeline/attempt.ts'
import type { Probe } from '../probe/probe.ts'
import type { FootageType, Region } from '../terms.ts'

export interface Situation {
  readonly engine: EngineName
  readonly info: ClipInfo
  readonly footage: FootageType
  /** null: not measured. */
  readonly probe: Probe | null
  /** What the clip is known by everywhere; absent or null: not known. */
  readonly clip?: string | null
  /** The attempt before, if this is a retry. */
  readonly before: {
    readonly settings: TrackingChoice
    /** Share of the tracks that were followed for five frames or more, or to the end of the range. */
    readonly trackSuccess: number
  } | null
}

/** What policies choose; everything else of an attempt follows from what the person asked. */
export interface TrackingChoice {
  readonly tracker: TrackerSettings
  readonly corners: CornerSettings
  /** Of tracks that begin in these parts of the picture, in the place of `tracker`; absent: they are like the rest. */
  readonly regions?: Readonly<Partial<Record<Region, TrackerSettings>>>
}

export type TrackingPolicy = Policy<Situation, TrackingChoice>

/** Where settings may be tried before the run. */
export interface Course {
  /** First and last frame, inclusive; null: too few frames show something. */
  readonly window: { readonly from: number; readonly to: number } | null
  /** Of the whole run. */
  readonly frames: number
  /** @returns a score from 0 to 1 for each; null where nothing could be tried */
  trial(
    settings: readonly TrackingChoice[],
    window: { readonly from: number; readonly to: number },
  ): Promise<readonly (number | null)[]>
}

/** Chooses for first tries only, and may have to look up what it knows; null: the rule chooses. */
export interface FirstChooser {
  choose(
    situation: Situation,
    ctx: Pick<Context, 'warn' | 'now'>,
    course?: Course,
  ): Promise<Choice<TrackingChoice> | null>
  /**
   * Settings that are worth a try of their own where the first leaves something to wish for, the most promising first. Absent: none.
   */
  further?(situation: Situation): Promise<readonly Choice<TrackingChoice>[]>
}

/** What a rule gives where nobody asks how sure it is: the same choice for the same situation, always. */
export const certain = 1
