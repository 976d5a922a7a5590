/**
 * Training: rows are gathered from the recorded sessions, each model is fitted and judged on clips it has not seen, and acts
 * where it beat what is obvious. What no longer does, or turned out worse where it acted, is withdrawn.
 */
import type { Context } from '#core/context.ts'
import type { Job } from '#core/job.ts'
import type { Json, JsonObject } from '#core/json.ts'
import type { RegionFinding } from '#domains/camera/learning/examples/region-findings.ts'
import {
  actingModel,
  activate,
  type ModelRecord,
  type ModelRegistry,
  register,
  rollBack,
} from '#learn/models/registry.ts'
import { type Engine } from '../engine.ts'
import { readPreferences } from '../preferences.ts'
import { fitInThread } from './fit-in-thread.ts'
import type { FittedModel } from './fit-model.ts'
import { type Gathered, gather } from './gather.ts'
import { modelHash, modelText, readModels, writeModel, writeTrained } from './model-files.ts'
import { type ModelKind, modelKinds, type ModelName, modelNames } from './model-kinds.ts'
import { changeModels } from './model-lock.ts'
import { standing } from './models.ts'
import { judgeNetworks, networkAlgorithm } from './networks.ts'
import { countOf, dataHash, type TrainingSet } from './rows.ts'
import { type LiveArms, liveVerdict } from './live-arms.ts'

export interface TrainedModel {
  readonly name: ModelName
  readonly about: string
  /** null: nothing was fitted. */
  readonly version: string | null
  /** Of a version that was there already: nothing new had come. */
  readonly isNew: boolean
  readonly acts: boolean
  /** A sentence: why it acts, or why not. */
  readonly reason: string
  /** Rows that it was fitted on, and all that there were. */
  readonly rows: number
  readonly rowsSeen: number
  readonly clips: number
  readonly metrics: Readonly<Record<string, number | null>>
  readonly baselineMetrics: Readonly<Record<string, number | null>>
}

export interface TrainReport {
  /** UTC. */
  readonly trainedAt: string
  readonly sessions: number
  readonly edits: number
  readonly clips: number
  readonly withoutTracks: number
  readonly seed: number
  readonly models: readonly TrainedModel[]
  readonly findings: readonly RegionFinding[]
}

export interface TrainOptions {
  /** Default: all. */
  readonly names?: readonly ModelName[]
  /** Of every random choice; default 1. Equal sessions and equal seed give equal models. */
  readonly seed?: number
}

/** @throws the reason of `ctx.signal`, and what reading the sessions throws */
export async function trainModels(engine: Engine, options: TrainOptions, ctx: Context): Promise<TrainReport> {
  const { names = modelNames, seed = 1 } = options
  const { learnFromImports: imports, learnFromEdits: edited } = await readPreferences(engine)
  const gathered = await gather(engine, { seed, imports, edits: edited }, ctx)
  const models: TrainedModel[] = []
  for (const name of names) {
    const own = await trainOne(engine, modelKinds[name], gathered, seed, ctx)
    const brought = await judgeNetworks(engine, modelKinds[name], gathered, seed, ctx)
    models.push(brought === null ? own : { ...own, ...(await standingOf(engine, brought, ctx)), isNew: false })
  }
  const { sessions, edits, clips, withoutTracks, findings } = gathered
  const trainedAt = new Date(ctx.now()).toISOString()
  const report = { trainedAt, sessions, edits, clips, withoutTracks, seed, models, findings }
  // Where only some were asked for, the others are as due as before.
  if (modelNames.every((name) => names.includes(name))) await writeTrained(engine.dataDir, report)
  return report
}

/** The kind `train` of jobs. */
export async function trainJob(engine: Engine, job: Job, ctx: Context): Promise<Json> {
  const { names, seed } = job.params as TrainOptions & JsonObject
  const report = await trainModels(
    engine,
    { ...(names === undefined ? {} : { names }), ...(seed === undefined ? {} : { seed }) },
    ctx,
  )
  return JSON.parse(JSON.stringify(report)) as Json
}

async function trainOne(
  engine: Engine,
  kind: ModelKind,
  { sets, seen, arms }: Gathered,
  seed: number,
  ctx: Context,
): Promise<TrainedModel> {
  const { name, about } = kind
  const set = sets[name]
  const [rows, clips] = [countOf(set), new Set(set.clips).size]
  const counts = { name, about, rows, rowsSeen: seen[name], clips }
  const nothing = { version: null, isNew: false, acts: false, metrics: {}, baselineMetrics: {} }
  await withdrawWorse(engine, name, arms, ctx)
  if (rows < kind.fewestRows || clips < kind.fewestClips) {
    const reason = `There are ${rows} rows of ${clips} clips; ${kind.fewestRows} of ${kind.fewestClips} are needed.`
    await withdraw(engine, name, `the sessions that it learned from are gone: ${reason}`, ctx)
    return { ...counts, ...nothing, reason }
  }
  if (isOneClass(set)) {
    const reason = `In all ${rows} rows of ${clips} clips the same came of it: there is nothing to tell apart.`
    await withdraw(engine, name, reason, ctx)
    return { ...counts, ...nothing, reason }
  }
  const hash = dataHash(set, ctx.sha256)
  const known = lastOf(await readModels(engine.dataDir, ctx), name)
  if (known !== null && isSame(known, hash, seed, set)) {
    return { ...counts, ...(await standingOf(engine, known, ctx)), isNew: false }
  }
  const fitted = await fitInThread({ name, set, seed }, ctx)
  if (fitted === null) return { ...counts, ...nothing, reason: 'Nothing can be learned from these rows.' }
  const record = await keep(engine, kind, fitted, { hash, seed, set }, ctx)
  return { ...counts, ...(await standingOf(engine, record, ctx)), isNew: true }
}

function isOneClass(set: TrainingSet): boolean {
  const targets = set.type === 'rows' ? set.targets : set.lives.map(({ failed }) => Number(failed))
  return targets.every((target) => target === targets[0])
}

const isSame = (known: ModelRecord, hash: string, seed: number, { featureNames }: TrainingSet): boolean =>
  known.dataHash === hash && known.seed === seed && known.featureNames.join() === featureNames.join()

/** Of those that were trained here. */
const lastOf = ({ records }: ModelRegistry, name: string): ModelRecord | null =>
  records.findLast((record) => record.name === name && record.algorithm !== networkAlgorithm) ?? null

/** Registers it, and lets it act in the place of the one before, or withdraws that as well. */
async function keep(
  engine: Engine,
  { name, baseline }: ModelKind,
  fitted: FittedModel,
  { hash, seed, set }: { readonly hash: string; readonly seed: number; readonly set: TrainingSet },
  ctx: Context,
): Promise<ModelRecord> {
  const text = modelText(fitted.model, fitted.calibration)
  const { algorithm, metrics, baselineMetrics, comparison } = fitted
  return await changeModels(engine.dataDir, ctx, async (registry) => {
    const last = lastOf(registry, name)
    const record: ModelRecord = {
      name,
      version: String(Number(last?.version ?? 0) + 1),
      algorithm,
      featureNames: set.featureNames,
      modelHash: modelHash(text),
      dataHash: hash,
      seed,
      metrics,
      baselineMetrics,
      baseline,
      comparison,
      createdAt: ctx.now(),
      parent: last?.version ?? null,
    }
    // The file first: a registry must not name what is not there.
    await writeModel(engine.dataDir, record, text)
    const registered = register(registry, record)
    if (!registered.ok) throw new Error(registered.reason)
    const activated = activate(registered.registry, name, record.version, ctx.now())
    const next = activated.ok
      ? activated.registry
      : withdrawn(registered.registry, name, `with more sessions: ${activated.reason}`, ctx.now())
    return { registry: next, value: record }
  })
}

/** None of the models of a name acts any more that were trained here; networks are judged by themselves. */
function withdrawn(registry: ModelRegistry, name: string, reason: string, at: number): ModelRegistry {
  let left = registry
  for (let acting = actingModel(left, name); acting !== null; acting = actingModel(left, name)) {
    if (acting.algorithm === networkAlgorithm) break
    const changed = rollBack(left, name, reason, at)
    if (!changed.ok) break
    left = changed.registry
  }
  return left
}

async function withdraw(engine: Engine, name: ModelName, reason: string, ctx: Context): Promise<void> {
  if (actingModel(await readModels(engine.dataDir, ctx), name) === null) return
  await changeModels(engine.dataDir, ctx, async (registry) => ({
    registry: withdrawn(registry, name, reason, ctx.now()),
    value: null,
  }))
}

/** What did worse where it acted than where it was held back is rolled back; the one before it acts again. */
async function withdrawWorse(engine: Engine, name: ModelName, arms: LiveArms, ctx: Context): Promise<void> {
  const acting = actingModel(await readModels(engine.dataDir, ctx), name)
  const verdict = acting === null ? null : liveVerdict(arms, acting)
  if (verdict === null || !verdict.isWorse) return
  await changeModels(engine.dataDir, ctx, async (registry) => {
    const changed = rollBack(registry, name, verdict.sentence, ctx.now())
    return { registry: changed.ok ? changed.registry : registry, value: null }
  })
}

async function standingOf(engine: Engine, record: ModelRecord, ctx: Context) {
  const { version, metrics, baselineMetrics } = record
  return { version, metrics, baselineMetrics, ...standing(await readModels(engine.dataDir, ctx), record) }
}
