/** What a diagnosis says, and what the next attempt makes of it. */
import type { MotionModel } from '#vision/kernel.ts'
import type { FailureType } from '../terms.ts'

export interface Diagnosis {
  readonly pattern: Exclude<FailureType, 'feature-drift' | 'unknown'>
  /** Chance that this is what is wrong, 0 to 1. */
  readonly confidence: number
  /** One sentence for the person: what was seen, and what is done about it. */
  readonly sentence: string
  /** The measurements it rests on, each beside the value from which it counts. */
  readonly evidence: readonly Evidence[]
  readonly fix: Fix
}

export interface Evidence {
  readonly name: string
  readonly value: number
  readonly limit: number
  readonly unit: string
}

/** Changes to the settings of the next attempt. Every key has a consumer in `pipeline/apply-fix.ts`. */
export interface Fix {
  readonly patternScale?: number
  readonly searchScale?: number
  /** Added to the correlation that is asked for. */
  readonly correlationOffset?: number
  readonly thresholdScale?: number
  /** More, or fewer, live tracks. */
  readonly countScale?: number
  readonly motionModel?: MotionModel
  /** New points keep this share of the picture's width from its border. */
  readonly edgeMargin?: number
  /** First frames of new shots, where points are placed anew. */
  readonly cutFrames?: readonly number[]
  readonly minLifespanFrames?: number
  /** Tracks that do not move with the rest are removed before the solve. */
  readonly rejectNonRigid?: boolean
  /** Frees k1 (and k2) of the lens even on weak evidence. */
  readonly freeLens?: boolean
}
