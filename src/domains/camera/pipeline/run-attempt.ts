/** One attempt, phase by phase. */
import type { Choice } from '#core/policy.ts'
import type { Context } from '#core/context.ts'
import type { Shot } from '#track/scenes/solve-json.ts'
import { spansOf, type SolveTask, tracksWithin } from '#track/track-clip.ts'
import type { Track } from '#track/tracks.ts'
import { clean } from '../clean/clean-tracks.ts'
import type { CleanReport } from '../clean/clean.ts'
import { smoothTracks } from '../clean/smooth.ts'
import { diagnoseClip } from '../diagnose/diagnose.ts'
import type { Diagnosis } from '../diagnose/diagnosis.ts'
import { forecast } from '../diagnose/foretell.ts'
import { staticOverlay } from '../diagnose/static-overlay.ts'
import type { EngineClip, EngineRun, TrackingEngine } from '../engines/engine.ts'
import { heal } from '../heal/heal-tracks.ts'
import type { HealReport } from '../heal/heal.ts'
import type { Probe } from '../probe/probe.ts'
import { settingsSpace } from '../settings-space.ts'
import type { Advice } from './advice.ts'
import type { Attempt, AttemptSettings, Phase, PipelineRequest } from './attempt.ts'
import { type Checkpoint, fits } from './checkpoint.ts'
import { type Followed, Following, type Range } from './follow.ts'
import type { PipelineObserver } from './observer.ts'
import { PhaseClock } from './phase-clock.ts'
import { refine } from './refine.ts'
import { scoreOf } from './score.ts'

/** What all attempts at a clip share. */
export interface Stage {
  readonly engine: TrackingEngine
  readonly clip: EngineClip
  readonly request: PipelineRequest
  readonly probe: Probe | null
  readonly observer: Required<PipelineObserver>
  readonly resume: Checkpoint | null
  /** Absent or null: no trained model has anything to say. */
  readonly advice?: Advice | null
}

export interface AttemptPlan {
  readonly retry: number
  readonly choice: Choice<AttemptSettings>
  readonly why: string | null
  readonly ranges: readonly Range[]
  /** The attempt whose parts outside of `ranges` are carried over; null: there are none. */
  readonly before: Attempt | null
}

type AttemptContext = Pick<Context, 'signal' | 'progress' | 'now' | 'warn'>

/**
 * @throws media.*, engine.*, and the reason of the signal; the observer was told what there was until then
 */
export async function runAttempt(stage: Stage, plan: AttemptPlan, ctx: AttemptContext): Promise<Attempt> {
  const { engine, clip, observer } = stage
  const clock = new PhaseClock(ctx.now, (phase) => observer.phase(phase, plan.retry), ctx.signal)
  let run: EngineRun | null = null
  let following: Following | null = null
  // Begun before the engine is opened, so that one that is missing or breaks is on record too.
  await observer.attemptBegins(plan.retry, plan.choice)
  try {
    run = await engine.open(clip, ctx)
    following = followingOf(stage, plan, run, clock, ctx)
    const attempt = await attempted(stage, plan, run, following, clock, ctx)
    await observer.attemptEnds(attempt)
    return attempt
  } catch (error) {
    const tracks = (await following?.tracks().catch(() => [])) ?? []
    const { cuts = [], adaptations = [] } = following ?? {}
    await observer.attemptBreaks({ retry: plan.retry, phase: clock.phase, tracks, cuts, adaptations }, error)
    throw error
  } finally {
    await run?.close()
  }
}

function followingOf(
  { engine, request, observer, advice }: Stage,
  { retry, choice: { settings }, ranges }: AttemptPlan,
  run: EngineRun,
  clock: PhaseClock,
  ctx: AttemptContext,
): Following {
  const space = settingsSpace(engine.name, run.info.widthPx)
  const watch = {
    phase: (phase: Phase) => clock.enter(phase),
    step: (step: Parameters<PipelineObserver['step'] & object>[0]) => observer.step(step, settings),
  }
  // A retry is made without models: what they had to say may be what was wrong.
  const foresight = retry === 0 ? (advice?.foresight(run.info) ?? null) : null
  return new Following(run, { settings, ranges, space, request, foresight }, watch, ctx)
}

async function attempted(
  stage: Stage,
  plan: AttemptPlan,
  run: EngineRun,
  following: Following,
  clock: PhaseClock,
  ctx: AttemptContext,
): Promise<Attempt> {
  const { request } = stage
  const { settings } = plan.choice
  const { followed, resumed } = await follow(stage, plan, following, clock)
  const carried = carriedOver(plan)
  const fresh = renumbered(followed.tracks, carried.nextId)
  const mending = await mend(fresh, followed, stage, settings, clock, ctx)
  const mended = mending.tracks

  const { focal } = settings.solve
  const range = wholeOf(plan.ranges)
  const said = forecast({ info: run.info, range, tracks: mended, cuts: followed.cuts, focal })
  const foretold = { ...said, warnings: [...said.warnings, ...following.foreseen] }
  clock.enter('solve')
  const { widthPx, heightPx, pixelAspect } = run.info
  const options = { ...settings.solve, widthPx, heightPx, pixelAspect }
  const spans = plan.ranges.flatMap((range) => spansOf(range, followed.cuts))
  const tasks = spans.map((span): SolveTask => ({ tracks: tracksWithin(mended, span), options }))
  const results = await run.solve(tasks, ctx)
  ctx.signal.throwIfAborted()
  const solved = spans.map((span, i): Shot => ({ ...span, result: results[i]! }))

  clock.enter('refine')
  const { shots, refinements } = await refine(solved, mended, options, request.preset, run.solve, ctx)
  const all = [...carried.shots, ...shots].sort((a, b) => a.fromFrame - b.fromFrame)
  const made = {
    retry: plan.retry,
    choice: plan.choice,
    why: plan.why,
    ranges: plan.ranges,
    resumed,
    followed: [...carried.followed, ...fresh],
    tracks: [...carried.tracks, ...mended],
    cuts: [...new Set([...carried.cuts, ...followed.cuts])].sort((a, b) => a - b),
    detections: [...carried.detections, ...followed.detections].sort((a, b) => a.frame - b.frame),
    adaptations: followed.adaptations,
    healing: mending.healing,
    cleaning: mending.cleaning,
    forecast: foretold,
    shots: all,
    refinements,
    score: scoreOf(all),
  }
  clock.enter('diagnose')
  const diagnoses = await diagnosed(made, stage, ctx)
  clock.enter('report')
  return { ...made, diagnoses, durationsMs: clock.durations() }
}

/** From the first frame that is followed anew to the last. */
const wholeOf = (ranges: readonly Range[]): Range => ({
  from: Math.min(...ranges.map(({ from }) => from)),
  to: Math.max(...ranges.map(({ to }) => to)),
})

interface Mended {
  readonly tracks: readonly Track[]
  readonly healing: HealReport | null
  readonly cleaning: CleanReport
}

/** Gaps closed, what is wrong taken out, and smoothed if that was asked for. */
async function mend(
  tracks: readonly Track[],
  { cuts }: Followed,
  { clip: { source, kernel } }: Stage,
  settings: AttemptSettings,
  clock: PhaseClock,
  ctx: AttemptContext,
): Promise<Mended> {
  const { info } = source
  clock.enter('heal')
  const healing = settings.heal ? await heal(tracks, { source, kernel, info, cuts, settings }, ctx) : null
  clock.enter('clean')
  const healed = healing?.tracks ?? tracks
  const statics = staticOverlay(healed, info)
  const cleaning = clean(healed, { info, settings, cuts, statics, seed: settings.solve.seed })
  return { tracks: smoothTracks(cleaning.tracks, settings.smoothing), healing, cleaning }
}

/** What went wrong; without a look at anything where all is well. */
async function diagnosed(
  attempt: Omit<Attempt, 'diagnoses' | 'durationsMs'>,
  { clip, request, probe }: Stage,
  ctx: AttemptContext,
): Promise<readonly Diagnosis[]> {
  const { followed, cuts, detections, shots, cleaning, choice } = attempt
  const { tracker, corners } = choice.settings
  const removedNonRigid = cleaning?.removed.filter(({ reason }) => reason === 'non-rigid').length ?? 0
  const { source } = clip
  const { range } = request
  const input = { info: source.info, range, tracks: followed, cuts, detections, shots, removedNonRigid, tracker }
  return diagnoseClip(source, { ...input, count: corners.count, probe }, ctx)
}

/** Follows, unless a run that was stopped has done just that. */
async function follow(
  { engine, request, resume, probe, observer }: Stage,
  { retry, choice: { settings } }: AttemptPlan,
  following: Following,
  clock: PhaseClock,
): Promise<{ readonly followed: Followed; readonly resumed: boolean }> {
  const { name, version } = engine
  const key = { engine: { name, version }, retry, settings, range: request.range, seed: request.seed }
  if (resume !== null && fits(resume, key)) {
    clock.enter('track')
    return { followed: resume.followed, resumed: true }
  }
  const followed = await following.all()
  await observer.followed({ format: 'hindsight-checkpoint', version: 1, ...key, probe, followed })
  return { followed, resumed: false }
}

type Carried = Pick<Attempt, 'shots' | 'followed' | 'tracks' | 'cuts' | 'detections'> & { readonly nextId: number }

/** The parts of the attempt before that are left as they are, with their tracks. */
function carriedOver({ before, ranges }: AttemptPlan): Carried {
  if (before === null) return { shots: [], followed: [], tracks: [], cuts: [], detections: [], nextId: 0 }
  const isAnew = (frame: number) => ranges.some(({ from, to }) => frame >= from && frame <= to)
  // Tracks end at cuts, so each lies in one part.
  const stays = ({ startFrame }: Track) => !isAnew(startFrame)
  const nextId = [...before.followed, ...before.tracks].reduce((next, { id }) => Math.max(next, id + 1), 0)
  return {
    shots: before.shots.filter(({ fromFrame }) => !isAnew(fromFrame)),
    followed: before.followed.filter(stays),
    tracks: before.tracks.filter(stays),
    // Where a part begins that is followed anew there is a cut still.
    cuts: before.cuts.filter((cut) => !isAnew(cut) || ranges.some(({ from }) => from === cut)),
    detections: before.detections.filter(({ frame }) => !isAnew(frame)),
    nextId,
  }
}

const renumbered = (tracks: readonly Track[], from: number): readonly Track[] =>
  from === 0 ? tracks : tracks.map((track) => ({ ...track, id: track.id + from }))
