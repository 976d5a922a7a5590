/** Letting go of old sessions by rule: what would go is shown first, and only what was shown can be switched on. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import { canonicalJson, type Json, type JsonObject } from '#core/json.ts'
import type { SessionQuery } from '#core/query.ts'
import { archiveData } from '../archives.ts'
import type { Engine } from '../engine.ts'
import { forgetData } from '../forget.ts'
import { queryOf, readPlan, type RetentionPlan, type RetentionRule } from './plans.ts'

export interface RetentionPreview {
  /** Proof that these rules were shown; it is sent along to switch them on. */
  readonly shown: string
  readonly rules: readonly (RetentionRule & {
    readonly sessions: number
    /** UTC; null where there is none. */
    readonly oldest: string | null
    readonly newest: string | null
    /** Versions of datasets that forgetting would redact: "screens@1.0.0"; of many sessions, those of the newest 10,000. */
    readonly versions: readonly string[]
  })[]
}

const sessionsAtOnce = 500
const countedTo = 10_000_000
const lookedInto = 10_000

/** What the rules would take today. Changes nothing. @throws schedule.invalid, query.invalid */
export async function previewRetention(
  engine: Engine,
  given: JsonObject,
  ctx: Pick<Context, 'now' | 'signal'>,
): Promise<RetentionPreview> {
  const plan = readPlan('retention', given)
  const rules: RetentionPreview['rules'][number][] = []
  for (const rule of plan.rules) {
    ctx.signal.throwIfAborted()
    const query = queryOf(rule, ctx.now())
    const sessions = await engine.store.catalog.count(query, countedTo)
    const versions = rule.action === 'forget' ? await redactedBy(engine, query) : []
    rules.push({ ...rule, sessions, ...(await span(engine, query)), versions })
  }
  return { shown: proofOf(engine, plan), rules }
}

async function redactedBy({ store }: Engine, query: SessionQuery): Promise<readonly string[]> {
  const { items } = await store.catalog.page(query, lookedInto, null)
  if (items.length === 0) return []
  return (await store.forgetPreview({ sessions: items.map(({ id }) => id) })).versions
}

async function span({ store }: Engine, query: SessionQuery) {
  const newest = (await store.catalog.page(query, 1, null)).items[0]?.recordedAt ?? null
  // The scan is ordered from the oldest, and gives them one by one.
  for await (const { id } of store.catalog.scan(query)) {
    return { newest, oldest: (await store.catalog.summary(id))?.recordedAt ?? null }
  }
  return { newest, oldest: null }
}

/** @throws schedule.unseen */
export function requireShown(engine: Engine, plan: RetentionPlan, shown: string | null): void {
  const proof = Buffer.from(proofOf(engine, plan))
  const given = Buffer.from(shown ?? '')
  if (given.length === proof.length && timingSafeEqual(given, proof)) return
  throw fault('schedule.unseen', {
    expected: 'the proof that the effect of these rules was shown',
    found: shown === null ? 'none' : 'one of other rules',
  })
}

function proofOf({ store }: Engine, plan: RetentionPlan): string {
  const text = `retention\n${canonicalJson(plan as unknown as Json)}`
  return createHmac('sha256', Buffer.from(store.secret, 'hex')).update(text).digest('hex').slice(0, 32)
}

/** The job: each rule in turn, in parts, so that a stop loses little and a crash nothing. */
export async function retentionJob(engine: Engine, job: Job, ctx: Context): Promise<Json> {
  const plan = readPlan('retention', job.params)
  const rules: JsonObject[] = []
  for (const rule of plan.rules) {
    const done = rule.action === 'forget' ? await forgetBy(engine, rule, job, ctx) : await archiveBy(engine, rule, ctx)
    rules.push({ ...rule, ...done })
  }
  return { sessions: rules.reduce((sum, rule) => sum + Number(rule['sessions']), 0), rules }
}

/** Into one new file of the data directory. */
async function archiveBy(engine: Engine, rule: RetentionRule, ctx: Context): Promise<JsonObject> {
  const query = queryOf(rule, ctx.now())
  if ((await engine.store.catalog.count(query, 1)) === 0) return { sessions: 0 }
  const { archive, freedBytes } = await archiveData(engine, { query }, null, ctx)
  return { sessions: archive.archivedSessions, archive: archive.id, freedBytes }
}

async function forgetBy(engine: Engine, rule: RetentionRule, job: Job, ctx: Context): Promise<JsonObject> {
  const query = queryOf(rule, ctx.now())
  const total = await engine.store.catalog.count(query, countedTo)
  const receipts: string[] = []
  let sessions = 0
  for (;;) {
    ctx.signal.throwIfAborted()
    // The first page again and again: what it held is gone by then.
    const { items } = await engine.store.catalog.page(query, sessionsAtOnce, null)
    if (items.length === 0) return { sessions, receipts }
    const receipt = await forgetData(engine, { sessions: items.map(({ id }) => id) }, job.principal, ctx)
    receipts.push(receipt.id)
    sessions += receipt.sessions
    ctx.progress({ done: sessions, total, unit: 'sessions', note: 'forgetting' })
    if (receipt.sessions === 0) return { sessions, receipts }
  }
}
