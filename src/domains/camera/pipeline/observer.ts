/** Who watches the pipeline at work: the recorder, the page, the command line. Nothing that they do can change the run. */
import type { Choice } from '#core/policy.ts'
import type { Track } from '#track/tracks.ts'
import type { EngineStep } from '../engines/engine.ts'
import type { Probe } from '../probe/probe.ts'
import type { Adaptation, Attempt, AttemptSettings, Phase } from './attempt.ts'
import type { Checkpoint } from './checkpoint.ts'

/** An attempt that did not come to its end, with what it had. */
export interface BrokenAttempt {
  readonly retry: number
  readonly phase: Phase
  readonly tracks: readonly Track[]
  readonly cuts: readonly number[]
  readonly adaptations: readonly Adaptation[]
}

/** All are waited for; an observer that must not hold up the run returns at once. */
export interface PipelineObserver {
  phase?(phase: Phase, retry: number): unknown
  probed?(probe: Probe): void | Promise<void>
  attemptBegins?(retry: number, choice: Choice<AttemptSettings>): void | Promise<void>
  /** A step through time, on the way there or back. */
  step?(step: EngineStep, settings: AttemptSettings): void
  /** Following is done: from here the attempt could be resumed. */
  followed?(checkpoint: Checkpoint): void | Promise<void>
  attemptEnds?(attempt: Attempt): void | Promise<void>
  /** It ended by an error or was cancelled. */
  attemptBreaks?(broken: BrokenAttempt, error: unknown): void | Promise<void>
}

/** All of several, in their order. */
export function together(...watchers: readonly (PipelineObserver | null)[]): Required<PipelineObserver> {
  const all = watchers.filter((watcher) => watcher !== null)
  return {
    phase: (phase, retry) => all.forEach((one) => one.phase?.(phase, retry)),
    step: (step, settings) => all.forEach((one) => one.step?.(step, settings)),
    async probed(probe) {
      for (const one of all) await one.probed?.(probe)
    },
    async attemptBegins(retry, choice) {
      for (const one of all) await one.attemptBegins?.(retry, choice)
    },
    async followed(checkpoint) {
      for (const one of all) await one.followed?.(checkpoint)
    },
    async attemptEnds(attempt) {
      for (const one of all) await one.attemptEnds?.(attempt)
    },
    async attemptBreaks(broken, error) {
      for (const one of all) await one.attemptBreaks?.(broken, error)
    },
  }
}
