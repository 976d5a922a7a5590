/**
 * From footage to a camera: a look at the clip, settings from a policy, and as many attempts as help. The attempt
 * that looks best is kept (score.ts); without the truth no more can be promised.
 */
import type { Context } from '#core/context.ts'
import type { Choice } from '#core/policy.ts'
import { Fault } from '#core/faults.ts'
import type { Mask } from '#track/match/mask.ts'
import { defaultSettings } from '#track/match/settings.ts'
import type { ClipInfo } from '#vision/frames.ts'
import type { EngineClip, TrackingEngine } from '../engines/engine.ts'
import { policyFor } from '../policies/policies.ts'
import { trial, trialWindow } from '../learning/trial.ts'
import type { Course, FirstChooser, TrackingChoice } from '../policies/policy.ts'
import { letterboxMasks } from '../probe/letterbox.ts'
import type { Probe } from '../probe/probe.ts'
import { probe } from '../probe/run-probe.ts'
import type { Advice } from './advice.ts'
import { advised } from './advise.ts'
import type { Attempt, PipelineRequest, PipelineResult } from './attempt.ts'
import type { Checkpoint } from './checkpoint.ts'
import { canBeKept, keptSource } from './kept-source.ts'
import { type PipelineObserver, together } from './observer.ts'
import { firstChoice, firstSituation, madeReady, type Planner } from './plan-attempt.ts'
import { furtherTry } from './further-try.ts'
import { replayedSource } from './replayed-source.ts'
import { nextTry } from './retry.ts'
import { usualTry } from './usual-try.ts'
import { type AttemptPlan, runAttempt, type Stage } from './run-attempt.ts'
import { bestOf } from './score.ts'

/**
 * @param resume what a run that was stopped had; taken up where it fits
 * @param advice of trained models; null: there are none, or they are not to be heard
 * @param chooser of the first try; null: the rule that the request names
 * @throws track.policy, settings.invalid, media.*, engine.*, and the reason of the signal
 */
export async function runPipeline(
  engine: TrackingEngine,
  clip: EngineClip,
  request: PipelineRequest,
  ctx: Context,
  observer: PipelineObserver | null = null,
  resume: Checkpoint | null = null,
  advice: Advice | null = null,
  chooser: FirstChooser | null = null,
): Promise<PipelineResult> {
  const watcher = together(observer)
  const policy = policyFor(engine.name, request.policy)
  const planner: Planner = { engine: engine.name, info: clip.source.info, request, policy }
  const source = (canBeKept(clip.source.info) ? keptSource : replayedSource)(clip.source, ctx.signal)
  try {
    watcher.phase('probe', 0)
    const seen = await look({ ...clip, source }, request, ctx)
    if (seen !== null) await watcher.probed(seen)
    watcher.phase('settings', 0)
    ctx.signal.throwIfAborted()
    const masks = [...clip.masks, ...barsOf(seen, source.info)]
    const shared = { engine, clip: { ...clip, source, masks }, request, probe: seen }
    const stage: Stage = { ...shared, observer: watcher, resume, advice }
    const situation = firstSituation(planner, seen)
    const course = request.preset === 'quality' ? courseOf(planner, stage, ctx) : undefined
    const learned = (await chooser?.choose(situation, ctx, course)) ?? null
    const first = learned === null ? firstChoice(planner, seen, ctx) : madeReady(planner, learned)
    const choice = advised(first, advice, source.info, seen)
    let plan: AttemptPlan | null = { retry: 0, choice, why: null, ranges: [request.range], before: null }
    const attempts: Attempt[] = []
    let asked: Promise<readonly Choice<TrackingChoice>[]> | null = null
    const further = () => (asked ??= chooser?.further?.(situation) ?? Promise.resolve([]))
    while (plan !== null) {
      attempts.push(await runAttempt(stage, plan, ctx))
      plan = await planAfter(planner, seen, attempts, further, ctx)
    }
    return { probe: seen, attempts, best: bestOf(attempts)! }
  } finally {
    await source.release()
  }
}

/** A person who wants quality has the time to have settings tried on the clip; another program's tracker takes too long to. */
function courseOf(planner: Planner, { clip, probe: seen }: Stage, ctx: Context): Course {
  const { range } = planner.request
  const asUsed = (settings: TrackingChoice) =>
    madeReady(planner, { settings, propensity: null, reason: '', policy: { name: '', version: '' } }).settings
  return {
    window: planner.engine === 'embedded' ? trialWindow(range, seen) : null,
    frames: range.to - range.from + 1,
    trial: async (settings, window) =>
      (await trial(clip, settings.map(asUsed), window, ctx)).map((score) => score?.score ?? null),
  }
}

/** Where a bar ends, patterns half on it slide along it: points stay off by half a pattern. */
function barsOf(seen: Probe | null, info: ClipInfo): readonly Mask[] {
  const bars = seen?.letterbox ?? null
  return bars === null ? [] : letterboxMasks(bars, info, defaultSettings(info.widthPx).patternSize / 2)
}

/** null when the clip cannot be looked at: what is wrong with it shows, and is recorded, where it is tracked. */
async function look({ source, kernel }: EngineClip, request: PipelineRequest, ctx: Context): Promise<Probe | null> {
  const { range, masks } = request
  try {
    return await probe(source, kernel, { range, masks }, ctx)
  } catch (error) {
    ctx.signal.throwIfAborted()
    if (error instanceof Fault && /^(?:media|file)\./.test(error.code)) return null
    throw error
  }
}

async function planAfter(
  planner: Planner,
  seen: Probe | null,
  attempts: readonly Attempt[],
  further: () => Promise<readonly Choice<TrackingChoice>[]>,
  ctx: Context,
): Promise<AttemptPlan | null> {
  const { range } = planner.request
  const best = bestOf(attempts)!
  const next =
    usualTry(planner, seen, attempts, ctx) ??
    (await furtherTry(planner, further, attempts)) ??
    nextTry(planner, attempts, best, range, ctx)
  if (next === null) return null
  const isWhole = next.ranges.length === 1 && next.ranges[0] === range
  return { retry: attempts.length, ...next, before: isWhole ? null : best }
}
