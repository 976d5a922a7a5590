/**
 * From footage to a camera: a look at the clip, settings from a policy, and as many attempts as help. The best attempt is
 * kept, so trying again never makes anything worse.
 */
import type { Context } from '#core/context.ts'
import type { EngineClip, TrackingEngine } from '../engines/engine.ts'
import { policyFor } from '../policies/policies.ts'
import type { Probe } from '../probe/probe.ts'
import type { Attempt, PipelineRequest, PipelineResult } from './attempt.ts'
import type { Checkpoint } from './checkpoint.ts'
import { type PipelineObserver, together } from './observer.ts'
import { firstChoice, type Planner } from './plan-attempt.ts'
import { nextTry } from './retry.ts'
import { type AttemptPlan, runAttempt, type Stage } from './run-attempt.ts'
import { bestOf } from './score.ts'

/**
 * @param resume what a run that was stopped had; taken up where it fits
 * @throws track.policy, settings.invalid, media.*, engine.*, and the reason of the signal
 */
export async function runPipeline(
  engine: TrackingEngine,
  clip: EngineClip,
  request: PipelineRequest,
  ctx: Context,
  observer: PipelineObserver | null = null,
  resume: Checkpoint | null = null,
): Promise<PipelineResult> {
  const watcher = together(observer)
  const planner: Planner = {
    engine: engine.name,
    info: clip.source.info,
    request,
    policy: policyFor(engine.name, request.policy),
  }
  watcher.phase('probe', 0)
  const probe: Probe | null = null
  ctx.signal.throwIfAborted()

  watcher.phase('settings', 0)
  const stage: Stage = { engine, clip, request, probe, observer: watcher, resume }
  const choice = firstChoice(planner, probe, ctx)
  let plan: AttemptPlan | null = { retry: 0, choice, why: null, ranges: [request.range], before: null }
  const attempts: Attempt[] = []
  while (plan !== null) {
    attempts.push(await runAttempt(stage, plan, ctx))
    plan = planAfter(planner, attempts, request.range, ctx)
  }
  return { probe, attempts, best: bestOf(attempts)! }
}

function planAfter(
  planner: Planner,
  attempts: readonly Attempt[],
  range: PipelineRequest['range'],
  ctx: Context,
): AttemptPlan | null {
  const best = bestOf(attempts)!
  const next = nextTry(planner, attempts, best, range, ctx)
  if (next === null) return null
  const isWhole = next.ranges.length === 1 && next.ranges[0] === range
  return { retry: attempts.length, ...next, before: isWhole ? null : best }
}
