/** Looks at what came in since the last check for what spoils training, and counts it by kind. Changes nothing. */
import type { Context } from '#core/context.ts'
import { Fault } from '#core/faults.ts'
import type { ExportItem } from '#core/format.ts'
import type { Job } from '#core/job.ts'
import { isJsonObject, type Json } from '#core/json.ts'
import type { Sample } from '#core/sample.ts'
import { gatherQuality } from '#curate/quality.ts'
import { consentGate } from '../consent.ts'
import type { Engine } from '../engine.ts'
import { projectSession, readSession } from '../read.ts'
import { type FindingKind, findingKinds } from './finding-kinds.ts'

export interface QualityCheck {
  readonly sessions: number
  readonly samples: number
  /** How many of each kind; those without any are left out. */
  readonly findings: Readonly<Partial<Record<FindingKind, number>>>
  /** The last session that was looked at, by order of arrival. */
  readonly untilSeq: number
}

const sessionsAtOnce = 200

/** @param afterSeq sessions that came in later than this one are looked at */
export async function checkQuality(engine: Engine, afterSeq: number, ctx: Context): Promise<QualityCheck> {
  const look = new Look(engine, afterSeq, ctx)
  const { samples, repeatedPictures, images } = await gatherQuality(look.items())
  look.add('repeated-picture', repeatedPictures)
  look.add('no-label', images?.negatives ?? 0)
  look.add('duplicate-label', images?.duplicateLabels ?? 0)
  look.add('box-outside', images?.boxesOutside ?? 0)
  return { sessions: look.sessions, samples, findings: look.findings(), untilSeq: look.seq }
}

/** One pass over what came in. */
class Look {
  readonly #engine: Engine
  readonly #ctx: Context
  readonly #counts = new Map<FindingKind, number>()
  readonly #gates = new Map<string, ReturnType<typeof consentGate>>()
  seq: number
  sessions = 0

  constructor(engine: Engine, afterSeq: number, ctx: Context) {
    this.#engine = engine
    this.seq = afterSeq
    this.#ctx = ctx
  }

  add(kind: FindingKind, count = 1): void {
    if (count > 0) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count)
  }

  findings(): QualityCheck['findings'] {
    const kinds = Object.keys(findingKinds) as FindingKind[]
    return Object.fromEntries(kinds.flatMap((kind) => (this.#counts.has(kind) ? [[kind, this.#counts.get(kind)]] : [])))
  }

  /** The samples of what came in, while the rest is counted. */
  async *items(): AsyncIterable<ExportItem> {
    for (;;) {
      const arrivals = await this.#engine.store.schedules.arrivals(this.seq, sessionsAtOnce)
      if (arrivals.length === 0) return
      await this.#askConsent(arrivals)
      for (const { seq, id } of arrivals) {
        this.#ctx.signal.throwIfAborted()
        for (const sample of await this.#samplesOf(id)) yield { sample, split: null }
        this.seq = seq
        this.sessions++
      }
      this.#ctx.progress({ done: this.sessions, total: null, unit: 'sessions', note: 'looking at what came in' })
    }
  }

  async #samplesOf(id: string): Promise<readonly Sample[]> {
    const { catalog, blobs } = this.#engine.store
    try {
      const stored = await catalog.session(id)
      // Erased since.
      if (!stored) return []
      const session = readSession(stored)
      if ((await blobs.missing(session.media.map(({ sha256 }) => sha256))).length > 0) this.add('lost-media')
      if (session.outcome.status === 'failed') this.add('failed')
      const samples = projectSession(session, await catalog.edits(id))
      if (samples.length === 0) this.add('no-samples')
      return samples
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.add('unreadable')
      return []
    }
  }

  async #askConsent(arrivals: readonly { readonly id: string; readonly project: string }[]): Promise<void> {
    const projects = new Map(arrivals.map(({ id, project }) => [id, project]))
    for (const subject of await this.#engine.store.catalog.subjects([...projects.keys()])) {
      const decide = await this.#gateOf(projects.get(subject.id) ?? '')
      if (!decide(subject).allowed) this.add('no-consent')
    }
  }

  #gateOf(project: string): ReturnType<typeof consentGate> {
    let gate = this.#gates.get(project)
    if (!gate) {
      gate = consentGate(this.#engine, project, 'train')
      this.#gates.set(project, gate)
    }
    return gate
  }
}

/** The job: goes on where the last one that succeeded ended. */
export async function qualityJob(engine: Engine, _job: Job, ctx: Context): Promise<Json> {
  const [last] = await engine.store.jobs.list({ kind: 'quality', state: 'succeeded' }, 1)
  const before = last?.result ?? null
  const until = isJsonObject(before) ? before['untilSeq'] : null
  return { ...(await checkQuality(engine, typeof until === 'number' ? until : 0, ctx)) }
}
