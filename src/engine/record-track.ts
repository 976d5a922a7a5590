/**
 * Records a run of `track` as one camera session. A journal is opened before the first frame, so that a run whose process is
 * killed is still known, with what it had; at its end the run becomes a session, whatever that end is. Nothing in here can
 * fail the run: what cannot be recorded is warned of, and the run goes on.
 */
import type { Context } from '#core/context.ts'
import { faultCodes } from '#core/fault-codes.ts'
import { Fault } from '#core/faults.ts'
import type { Json } from '#core/json.ts'
import type { JournalOp } from '#core/journal.ts'
import { asCamera } from '#domains/camera/classes.ts'
import { type CornerRule, lookAt, momentFrames, type PictureLook } from '#domains/camera/recording/pictures.ts'
import {
  asJson,
  type ClipFacts,
  contextOf,
  recordOf,
  type RunPlan,
  type RunRecord,
  runOf,
  type RunSoFar,
  settingsOf,
  withoutPaths,
} from '#domains/camera/recording/session-of.ts'
import { encoded } from '#formats/text-chunks.ts'
import type { StepReport, Tracker } from '#track/match/tracker.ts'
import { solveJson } from '#track/scenes/solve-json.ts'
import type { TrackedClip } from '#track/track-clip.ts'
import type { FrameSource, LumaFrame } from '#vision/frames.ts'
import type { Kernel } from '#vision/kernel.ts'
import { type ClipIdentity, clipIdentity } from './clip-fingerprint.ts'
import { type Engine, newId, utcNow } from './engine.ts'
import { appendJournal, openJournal } from './journals.ts'
import { openEngine } from './open.ts'
import { maxSessionBytes } from './prepare.ts'
import { sessionById } from './read.ts'

export interface RecorderOptions {
  readonly project: string
  /** Path of the clip; it is read for its fingerprint, and not kept. */
  readonly clip: string
  /** Names of the settings that a person chose. */
  readonly chosen: readonly string[]
}

export type { RunPlan }

export interface RecordedRun {
  readonly id: string
  readonly project: string
  /** Counted from 1, over the sessions of this clip in the project. */
  readonly attempt: number
}

export interface Recording {
  readonly recorder: TrackRecorder
  close(): Promise<void>
}

/** @returns null when there is no store to record to, which is warned of */
export async function openRecording(
  dataDir: string,
  options: RecorderOptions,
  ctx: Context,
): Promise<Recording | null> {
  try {
    const engine = await openEngine({ dataDir, jobThreads: 0 })
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

/** One run being recorded. */
export class TrackRecorder {
  readonly #engine: Engine
  readonly #options: RecorderOptions
  readonly #ctx: Context
  readonly #startedMs: number
  readonly #looks: PictureLook[] = []
  readonly #cuts: number[] = []
  #plan: RunPlan | null = null
  #run: RecordedRun | null = null
  #tracker: Tracker | null = null
  /** Frame samples that are not in the journal yet. */
  #waiting: JournalOp[] = []
  #appends: Promise<void> = Promise.resolve()
  #isLost = false
  #recorded: RecordedRun | null = null
  /** What the clip is called in what is kept: never by its file. */
  #clipName = 'clip'

  constructor(engine: Engine, options: RecorderOptions, ctx: Context) {
    this.#engine = engine
    this.#options = options
    this.#ctx = ctx
    this.#startedMs = ctx.now()
  }

  /** The session that was made of the run; null before its end, or when it could not be made. */
  get recorded(): RecordedRun | null {
    return this.#recorded
  }

  /** Opens the journal. To be called once all that the run will use is settled. */
  async begin(plan: RunPlan): Promise<void> {
    await this.#try(async () => {
      this.#plan = plan
      const recordedAt = utcNow()
      const identity = await this.#identity()
      const before = identity === null ? null : await this.#sessionBefore(identity.fingerprint)
      const clip: ClipFacts = {
        fingerprint: identity?.fingerprint ?? null,
        extension: identity?.extension ?? null,
        sizeBytes: identity?.sizeBytes ?? null,
        attempt: (before?.attempt ?? 0) + 1,
        chain: before?.chain ?? null,
      }
      this.#clipName = clip.fingerprint ?? this.#clipName
      const { project, chosen } = this.#options
      const { id } = await openJournal(this.#engine, {
        id: newId(),
        project,
        domain: 'camera',
        schemaVersion: 1,
        recordedAt,
        host: { name: 'hindsight', version: this.#engine.version },
        parent: before?.id ?? null,
        context: asJson(contextOf(plan, clip)),
        settings: {
          values: asJson(settingsOf(plan)),
          reason: reasonOf(chosen),
          policy: { name: chosen.length === 0 ? 'defaults' : 'person', version: this.#engine.version },
        },
        outcome: { status: null },
      })
      this.#run = { id, project, attempt: clip.attempt }
    })
  }

  /** The same pictures; a few of them are looked at on their way. */
  tapped(source: FrameSource, kernel: Kernel): FrameSource {
    const plan = this.#plan
    if (plan === null) return source
    const due = new Set(momentFrames(plan.frames))
    const look = (frame: LumaFrame, rule: CornerRule) => {
      if (!due.delete(frame.index)) return
      this.#trySync(() => this.#looks.push(lookAt(kernel, frame, rule)))
    }
    return {
      info: source.info,
      close: () => source.close(),
      async *frames(range) {
        for await (const frame of source.frames(range)) {
          look(frame, plan.follow)
          yield frame
        }
      },
    }
  }

  /** To be called after each step of the tracker: what a lost process leaves behind. */
  readonly step = (tracker: Tracker, { frame, alive, ended, cut }: StepReport): void => {
    this.#tracker = tracker
    if (cut) this.#cuts.push(frame)
    if (this.#run === null || this.#isLost) return
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

  /** @returns null when it could not be recorded, which was warned of */
  async end(tracked: TrackedClip): Promise<RecordedRun | null> {
    await this.#try(() => this.#keepSolve(tracked))
    return this.#close(runOf(tracked, this.#looks), null)
  }

  /** Cameras and points, as in solve.json: the session itself has figures about them only. */
  async #keepSolve({ info, frames, solveOptions, shots }: TrackedClip): Promise<void> {
    if (this.#run === null || !shots.some(({ result }) => result.ok)) return
    const { pieces } = solveJson({ clip: this.#clipName, info, frames, options: solveOptions, shots })
    const { sha256, bytes } = await this.#engine.store.blobs.put(encoded(pieces()))
    const media = { role: 'solve', sha256, mediaType: 'application/json', bytes, width: null, height: null }
    this.#waiting.push({ op: 'media', media })
    this.#append()
  }

  /** Records a run that was interrupted or ended in an error, with the tracks it had. */
  async fail(error: unknown): Promise<RecordedRun | null> {
    const tracks = this.#trySync(() => this.#tracker?.tracks() ?? []) ?? []
    const changes = this.#trySync(() => this.#tracker?.changes() ?? []) ?? []
    const run = { tracks, cuts: this.#cuts, changes, detections: null, shots: null, timings: null, looks: this.#looks }
    return this.#close(run, this.#whyOf(error))
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

  async #close(run: RunSoFar, why: Parameters<typeof recordOf>[2]): Promise<RecordedRun | null> {
    await this.#appends
    const [plan, recorded] = [this.#plan, this.#run]
    if (plan === null || recorded === null || this.#isLost) return null
    await this.#try(async () => {
      const { outcome, telemetry } = this.#fitting(recordOf(plan, run, why))
      const ops = Object.entries(asJson(telemetry)).map(
        ([key, value]): JournalOp => ({ op: 'set', path: `/telemetry/${key}`, value: value as Json }),
      )
      const durationMs = Math.max(0, this.#ctx.now() - this.#startedMs)
      const close: JournalOp = { op: 'close', outcome: { ...asJson(outcome), durationMs } }
      await appendJournal(this.#engine, recorded.id, [...ops, close])
    })
    this.#recorded = this.#isLost ? null : recorded
    return this.#recorded
  }

  #fitting(record: RunRecord): RunRecord {
    if (JSON.stringify(record).length < 0.9 * maxSessionBytes) return record
    const message = 'so many tracks that they are recorded without their paths'
    this.#ctx.warn({ code: 'record.large', message, where: null })
    return withoutPaths(record)
  }

  /** null, with a warning, when the files could not be read; the run may still succeed. */
  async #identity(): Promise<ClipIdentity | null> {
    try {
      return await clipIdentity(this.#options.clip, this.#ctx.signal)
    } catch (error) {
      if (!this.#ctx.signal.aborted) this.#warn('the clip was not recognised', error)
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

  #trySync<T>(work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      this.#warn('a part of this run is not recorded', error)
      return null
    }
  }

  #warn(what: string, error: unknown): void {
    warnOf(this.#ctx, what, error)
  }
}

const reasonOf = (chosen: readonly string[]): string =>
  chosen.length === 0
    ? 'chosen by the size of the picture'
    : `${chosen.join(', ')} as the person asked; the rest by the size of the picture`
