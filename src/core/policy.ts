/** What chooses settings, and what it says of its choice: enough to judge later whether the choice helped. */
import type { Context } from './context.ts'

export interface Choice<Settings> {
  /** Frozen: what is logged is what was used. */
  readonly settings: Settings
  /** Chance that the policy chooses just these settings in this context, above 0 to 1; null when a person chose. */
  readonly propensity: number | null
  /** One sentence, for people. */
  readonly reason: string
  readonly policy: { readonly name: string; readonly version: string }
  /** What a learner logs beside its choice, to be recorded with the session; absent where none chose. */
  readonly decision?: object
}

export interface Policy<Situation, Settings> {
  readonly name: string
  /** Changes whenever the same situation may get another choice. */
  readonly version: string
  readonly about: string
  choose(situation: Situation, ctx: Pick<Context, 'rng'>): Choice<Settings>
}
