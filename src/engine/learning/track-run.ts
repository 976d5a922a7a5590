/** A run for which settings are chosen. */
import type { EngineName } from '#domains/camera/engines/engine.ts'

export interface TrackRun {
  readonly engine: EngineName
  /** Id of the session that the first try becomes. */
  readonly session: string
  /** Fingerprint of the clip; null: not known. */
  readonly clip: string | null
  /** The policy that a person named; null: nobody did. */
  readonly policy: string | null
}
