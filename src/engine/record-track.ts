/**
 * Records a run of `track`: one camera session for each attempt, each naming the one before it. A journal is opened before
 * its first frame, so that an attempt whose process is killed is still known, with what it had; at its end it becomes a
 * session, whatever that end is. Nothing in here can fail the run: what cannot be recorded is warned of, and the run goes on.
 */
import type { Context } from '#core/context.ts'
import { faultCodes } from '#core/fault-codes.ts'
import { Fault } from '#core/faults.ts'
import type { Json, JsonObject } from '#core/json.ts'
import type { JournalOp } from '#core/journal.ts'
import type { Choice } from '#core/policy.ts'
import type { AnySession } from '#core/session.ts'
import { asCamera } from '#domains/camera/classes.ts'
import type { EngineStep } from '#domains/camera/engines/engine.ts'
import type { Attempt, AttemptSettings } from '#domains/camera/pipeline/attempt.ts'
import type { Checkpoint } from '#domains/camera/pipeline/checkpoint.ts'
import type { BrokenAttempt, PipelineObserver } from '#domains/camera/pipeline/observer.ts'
import { trackedOf } from '#domains/camera/pipeline/tracked-of.ts'
import type { FirstChooser } from '#domains/camera/policies/policy.ts'
import type { Probe } from '#domains/camera/probe/probe.ts'
import { lookAt, momentFrames, type PictureLook } from '#domains/camera/recording/pictures.ts'
import { type ClipFacts, contextOf, type RunPlan, settingsOf } from '#domains/camera/recording/plan-record.ts'
import {
  asJson,
  recordOf,
  type RunRecord,
  runOf,
  type RunSoFar,
  withoutPaths,
} from '#domains/camera/recording/session-of.ts'
import { encoded } from '#formats/text-chunks.ts'
import type { TextFile } from '#track/scenes/names.ts'
import { solveJson } from '#track/scenes/solve-json.ts'
import { tracksJson } from '#track/scenes/tracks-json.ts'
import type { TrackedClip } from '#track/track-clip.ts'
import type { FrameSource, LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import type { ClipIdentity } from './clip-fingerprint.ts'
import { recogniseClip } from './clips.ts'
import { type Engine, newId, utcNow } from './engine.ts'
import { appendJournal, openJournal } from './journals.ts'
import { dropKept, keepCheckpoint, readKept } from './kept-checkpoint.ts'
import { learnFrom } from './learning/learn.ts'
import { type HeardModels, hearModels } from './learning/hear-models.ts'
import { type RunLearning, runLearning } from './learning/run-learning.ts'
import { withFurther } from './learning/further-tries.ts'
import { chooserAgain, trackChooser } from './learning/track-chooser.ts'
import { openEngine } from './open.ts'
import { readPreferences } from './preferences.ts'
import { maxSessionBytes } from './prepare.ts'
import { sessionById } from './read.ts'
import { askedSettings, planOf, reasonOf, type RunFacts } from './run-plan.ts'

export interface RecorderOptions {
  readonly project: string
  /** Path of the clip: it gets into the table of this machine, and into no session. */
  readonly clip: string
  /** Names of the settings that a person chose. */
  readonly chosen: readonly string[]
}

export interface RecordedRun {
  readonly id: string
  readonly project: string
  /** Counted from 1, over the sessions of this clip in the project. */
  readonly attempt: number
  /** Which attempt of its run it was, from 0. */
  readonly retry: number
}

export interface Recording {
  readonly recorder: TrackRecorder
  close(): Promise<void>
}

/** @returns null when there is no store to record to, or recording is switched off, which is warned of */
export async function openRecording(
  dataDir: string,
  options: RecorderOptions,
  ctx: Context,
): Promise<Recording | null> {
  try {
    const engine = await openEngine({ dataDir, jobThreads: 0, writesInThread: false })
    if (!(await readPreferences(engine)).recordSessions) {
      await engine.close()
      ctx.warn({ code: 'record.off', message: 'recording is switched off: nothing of this run is kept', where: null })
      return null
    }
    const recorder = new TrackRecorder(engine, options, ctx)
    return { recorder, close: () => engine.close().catch((error: unknown) => warnOf(ctx, 'the store', error)) }
  } catch (error) {
    warnOf(ctx, 'this run is not recorded', error)
    return null
  }
}

function warnOf(ctx: Context, what: string, error: unknown): void {
  const why = error instanceof Error ? error.message : String(error)
  ctx.warn({ code: error instanceof Fault ? error.code : 'record.failed', message: `${what}: ${why}`, where: null })
}

/** Steps between two appends to the journal: each is a sync of the disk. */
const stepsPerAppend = 10

/** What has an open journal. */
interface OpenRun extends RecordedRun {
  readonly startedMs: number
}

interface OpenAttempt extends OpenRun {
  readonly plan: RunPlan
}

/** One run being recorded: it watches the pipeline, and makes a session of each attempt. */
export class TrackRecorder implements PipelineObserver {
  readonly sessions: RecordedRun[] = []
  readonly #engine: Engine
  readonly #options: RecorderOptions
  readonly #ctx: Context
  readonly #looks: PictureLook[] = []
  readonly #attempts: Attempt[] = []
  #facts: RunFacts | null = null
  #identity: ClipIdentity | null = null
  #before: { readonly id: string; readonly attempt: number; readonly chain: string } | null = null
  #probe: Probe | null = null
  /** Id of the first session of the run. */
  #first: string | null = null
  /** The journal of the run while no attempt of it has begun. */
  #early: OpenRun | null = null
  #run: OpenAttempt | null = null
  /** Frame samples that are not in the journal yet. */
  #waiting: JournalOp[] = []
  #models: Promise<HeardModels> | null = null
  #lastFrame = -1
  #appends: Promise<void> = Promise.resolve()
  /** Where the clip lies is written by a thread that is only starting while the run begins. */
  #remembered: Promise<void> = Promise.resolve()
  #isLost = false

  constructor(engine: Engine, options: RecorderOptions, ctx: Context) {
    this.#engine = engine
    this.#options = options
    this.#ctx = ctx
  }

  /** The newest session that was made of the run; null when none could be made. */
  get recorded(): RecordedRun | null {
    return this.sessions.at(-1) ?? null
  }

  /**
   * To be called before the pipeline begins: finds out which clip it is and what is known of it, and opens a journal, so that a
   * run is known also when it ends while the clip is looked at.
   */
  async prepare(facts: RunFacts): Promise<void> {
    this.#facts = facts
    await this.#try(async () => {
      this.#identity = await this.#identify(facts)
      const { fingerprint } = this.#identity ?? {}
      this.#before = fingerprint === undefined ? null : await this.#sessionBefore(fingerprint)
      const { engine, info, request, sensorWidthMm } = facts
      const clip = this.#clipFacts(newId(), 0)
      const context = contextOf(
        { info, solve: request.solve, sensorWidthMm, pipeline: { engine, probe: null, request } },
        clip,
      )
      const values = asJson(askedSettings(facts))
      const reason = 'nothing was chosen yet: these are those that were asked for'
      this.#early = await this.#open(clip, context, { values, reason, propensity: null, policy: null })
    })
  }

  #clipFacts(id: string, retry: number): ClipFacts {
    const { fingerprint = null, extension = null, sizeBytes = null } = this.#identity ?? {}
    const { attempt = 0, chain = null } = this.#before ?? {}
    this.#first ??= id
    return { fingerprint, extension, sizeBytes, attempt: attempt + 1, chain, retry, run: this.#first }
  }

  /** Opens a journal; the first one of a run has the run's own id. */
  async #open(
    { attempt, retry, run }: ClipFacts,
    context: object,
    settings: JsonObject,
    id = run ?? newId(),
  ): Promise<OpenRun> {
    const { project } = this.#options
    await openJournal(this.#engine, {
      id,
      project,
      domain: 'camera',
      schemaVersion: 1,
      recordedAt: utcNow(),
      host: { name: 'hindsight', version: this.#engine.version },
      parent: this.#before?.id ?? null,
      context: asJson(context),
      settings,
      outcome: { status: null },
    })
    return { id, project, attempt, retry, startedMs: this.#ctx.now() }
  }

  /**
   * What chooses the first try by what was learned; null where nothing may be learned, or nothing is recorded.
   *
   * @param resumes a run that was stopped: what was chosen for that one is used again
   */
  async chooser(resumes: boolean): Promise<FirstChooser | null> {
    const [facts, early] = [this.#facts, this.#early]
    if (facts === null || early === null || this.#isLost) return null
    const clip = this.#identity?.fingerprint ?? null
    const run = { engine: facts.engine.name, session: early.id, clip, policy: facts.request.policy }
    if (resumes) return chooserAgain(this.#engine, await this.#lastSession(), run)
    const { propose } = await this.models()
    const chooser = trackChooser(this.#engine, run, this.#ctx, propose ?? undefined)
    return chooser && withFurther(this.#engine, chooser, run, this.#ctx)
  }

  /** The last run of this clip, as recorded; null when it cannot be read. */
  async #lastSession(): Promise<AnySession | null> {
    try {
      return this.#before === null ? null : await sessionById(this.#engine, this.#before.id)
    } catch {
      return null
    }
  }

  /** What trained models have to say of this clip. */
  models(): Promise<HeardModels> {
    const clip = this.#identity?.fingerprint ?? this.#first ?? ''
    this.#models ??= hearModels(this.#engine, { clip, policy: this.#facts?.request.policy ?? null }, this.#ctx)
    return this.#models
  }

  /** What the run taught; null when it could not be recorded. */
  async learning(): Promise<RunLearning | null> {
    if (this.#facts === null || this.sessions.length === 0) return null
    try {
      const ids = this.sessions.map(({ id }) => id)
      return await runLearning(this.#engine, `camera/${this.#facts.engine.name}`, ids)
    } catch (error) {
      this.#warn('what it taught is not known', error)
      return null
    }
  }

  probed(probe: Probe): void {
    this.#probe = probe
  }

  /** Opens the journal. */
  async attemptBegins(retry: number, choice: Choice<AttemptSettings>): Promise<void> {
    const facts = this.#facts
    if (facts === null) return
    await this.#try(async () => {
      const plan = planOf(facts, choice.settings, this.#probe)
      const early = this.#early
      this.#early = null
      // What was opened before anything was chosen gives way to the first attempt.
      if (early !== null) await this.#engine.store.journals.remove(early.id)
      const id = early?.id ?? newId()
      const clip = this.#clipFacts(id, retry)
      const { chosen } = this.#options
      const settings = {
        values: asJson(settingsOf(plan)),
        reason: reasonOf(chosen, choice),
        propensity: chosen.length === 0 ? choice.propensity : null,
        policy: chosen.length === 0 ? { ...choice.policy } : { name: 'person', version: this.#engine.version },
        ...(choice.decision === undefined ? {} : { decision: asJson(choice.decision) }),
      }
      const open = await this.#open(clip, contextOf(plan, clip), settings, id)
      this.#lastFrame = -1
      this.#waiting = []
      this.#run = { ...open, plan, startedMs: early?.startedMs ?? open.startedMs }
    })
  }

  /** The run ended before its first attempt began. */
  async runBreaks(error: unknown): Promise<void> {
    const early = this.#early
    this.#early = null
    await this.#remembered
    if (early === null || this.#isLost) return
    await this.#try(async () => {
      const { startedMs, ...run } = early
      const { status, code, message } = this.#whyOf(error)
      const durationMs = Math.max(0, this.#ctx.now() - startedMs)
      await appendJournal(this.#engine, run.id, [
        { op: 'close', outcome: { status, error: { code, message }, durationMs } },
      ])
      this.sessions.push(run)
    })
  }

  /** The same pictures; a few of them are looked at on their way. */
  tapped(source: FrameSource, kernel: Kernel): FrameSource {
    const { range } = this.#facts?.request ?? {}
    const due = new Set(range === undefined ? [] : momentFrames(range))
    const look = (frame: LumaFrame) => {
      if (this.#isLost || !due.delete(frame.index)) return
      this.#trySync(() => this.#looks.push(lookAt(kernel, frame)))
    }
    return {
      info: source.info,
      close: () => source.close(),
      async *frames(range) {
        for await (const frame of source.frames(range)) {
          look(frame)
          yield frame
        }
      },
    }
  }

  /** What a lost process leaves behind. */
  step({ frame, alive, ended }: EngineStep): void {
    // On the way back the frames come a second time.
    if (this.#run === null || this.#isLost || frame <= this.#lastFrame) return
    this.#lastFrame = frame
    const value = { frame, activeTracks: alive, tracksLost: ended.length }
    this.#waiting.push({ op: 'append', path: '/telemetry/frameSamples', value })
    if (this.#waiting.length >= stepsPerAppend) this.#append()
  }

  #append(): void {
    const { id } = this.#run ?? {}
    const ops = this.#waiting
    this.#waiting = []
    if (id === undefined || ops.length === 0) return
    this.#appends = this.#appends.then(() => this.#try(() => this.#engine.store.journals.append(id, ops)))
  }

  async followed(checkpoint: Checkpoint): Promise<void> {
    this.#append()
    const { fingerprint } = this.#identity ?? {}
    if (fingerprint === undefined || this.#isLost) return
    await this.#keep('it could not be resumed', () => keepCheckpoint(this.#engine.dataDir, fingerprint, checkpoint))
  }

  /** What a run of this clip that was stopped left to go on with; null when there is nothing. */
  async resumable(): Promise<Checkpoint | null> {
    const { fingerprint } = this.#identity ?? {}
    return fingerprint === undefined ? null : readKept(this.#engine.dataDir, fingerprint)
  }

  /** The run came to its end: there is nothing to resume. */
  async finish(): Promise<void> {
    const { fingerprint } = this.#identity ?? {}
    if (fingerprint !== undefined)
      await this.#keep('a checkpoint stays', () => dropKept(this.#engine.dataDir, fingerprint))
  }

  async attemptEnds(attempt: Attempt): Promise<void> {
    const run = this.#run
    if (run === null || this.#facts === null) return
    const tracked = trackedOf(attempt, this.#facts.info, run.plan.frames)
    await this.#try(() => this.#keepFiles(tracked, attempt))
    await this.#close({ ...runOf(tracked, this.#looks), attempt, earlier: this.#attempts }, null)
    this.#attempts.push(attempt)
  }

  /** Tracks at full rate, cameras and points, as in the files of a result: the session itself has figures about them only. */
  async #keepFiles(tracked: TrackedClip, { cleaning }: Attempt): Promise<void> {
    const { info, frames, followed, solveOptions, shots } = tracked
    const clip = this.#identity?.fingerprint ?? 'clip'
    const removed = cleaning?.removed ?? []
    if (followed.tracks.length > 0)
      await this.#keepFile('tracks', tracksJson({ clip, info, ...followed, frames, removed }))
    if (shots.some(({ result }) => result.ok)) {
      await this.#keepFile('solve', solveJson({ clip, info, frames, options: solveOptions, shots }))
    }
    this.#append()
  }

  async #keepFile(role: string, { pieces }: TextFile): Promise<void> {
    const { sha256, bytes } = await this.#engine.store.blobs.put(encoded(pieces()))
    const media = { role, sha256, mediaType: 'application/json', bytes, width: null, height: null }
    this.#waiting.push({ op: 'media', media })
  }

  /** Records an attempt that was interrupted or ended in an error, with the tracks it had. */
  async attemptBreaks({ tracks, cuts, adaptations }: BrokenAttempt, error: unknown): Promise<void> {
    const changes = adaptations.map(({ frame, before, after, cause }) => ({ frame, track: null, before, after, cause }))
    const run = { tracks, cuts, changes, detections: null, shots: null, timings: null, looks: this.#looks }
    await this.#close(run, this.#whyOf(error))
  }

  /** Of a fault only its kind: what was found and where may name files. */
  #whyOf(error: unknown) {
    if (this.#ctx.signal.aborted) {
      return { status: 'cancelled', code: 'job.cancelled', message: faultCodes['job.cancelled'].about } as const
    }
    if (error instanceof Fault) {
      return { status: 'failed', code: error.code, message: faultCodes[error.code].about } as const
    }
    return { status: 'failed', code: 'internal', message: 'The program made a mistake.' } as const
  }

  async #close(ended: RunSoFar, why: Parameters<typeof recordOf>[2]): Promise<void> {
    await this.#remembered
    await this.#appends
    const run = this.#run
    this.#run = null
    if (run === null || this.#isLost) return
    await this.#try(async () => {
      const { id, project, attempt, retry, plan, startedMs } = run
      const { outcome, telemetry } = this.#fitting(recordOf(plan, ended, why))
      const ops = Object.entries(asJson(telemetry)).map(
        ([key, value]): JournalOp => ({ op: 'set', path: `/telemetry/${key}`, value: value as Json }),
      )
      const durationMs = Math.max(0, this.#ctx.now() - startedMs)
      const close: JournalOp = { op: 'close', outcome: { ...asJson(outcome), durationMs } }
      await appendJournal(this.#engine, id, [...ops, close])
      this.sessions.push({ id, project, attempt, retry })
      this.#before = { id, attempt, chain: this.#before?.chain ?? id }
    })
    if (!this.#isLost) await learnFrom(this.#engine, run.id, this.#ctx)
  }

  #fitting(record: RunRecord): RunRecord {
    if (JSON.stringify(record).length < 0.9 * maxSessionBytes) return record
    const message = 'so many tracks that they are recorded without their paths'
    this.#ctx.warn({ code: 'record.large', message, where: null })
    return withoutPaths(record)
  }

  /** null, with a warning, when the files could not be read; the run may still succeed. */
  async #identify({ info }: RunFacts): Promise<ClipIdentity | null> {
    try {
      const { identity, remember } = await recogniseClip(this.#engine, this.#options.clip, info, this.#ctx)
      this.#remembered = remember().catch((error: unknown) =>
        this.#warnUnlessStopped('the clip is not found again', error),
      )
      return identity
    } catch (error) {
      this.#warnUnlessStopped('the clip was not recognised', error)
      return null
    }
  }

  async #sessionBefore(fingerprint: string) {
    const { project } = this.#options
    const facets = [{ key: 'clip', text: fingerprint }]
    const page = await this.#engine.store.catalog.page({ project, domain: 'camera', facets }, 1, null)
    const [latest] = page.items
    if (!latest) return null
    const { context } = asCamera(await sessionById(this.#engine, latest.id))
    return { id: latest.id, attempt: Math.max(1, context.attempt ?? 1), chain: context.chain ?? latest.id }
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    if (this.#isLost) return
    try {
      await work()
    } catch (error) {
      this.#isLost = true
      this.#warn('this run is not recorded', error)
    }
  }

  /** What is convenient to have, and costs nothing but a warning where it cannot be. */
  async #keep(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#warn(what, error)
    }
  }

  #trySync<T>(work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      this.#warn('a part of this run is not recorded', error)
      return null
    }
  }

  #warnUnlessStopped(what: string, error: unknown): void {
    if (!this.#ctx.signal.aborted) this.#warn(what, error)
  }

  #warn(what: string, error: unknown): void {
    warnOf(this.#ctx, what, error)
  }
}
