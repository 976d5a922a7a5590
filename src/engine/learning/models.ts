/** The trained models for people: which there are, which of them act and why; taken back, handed on, brought in, dropped. */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '#core/json.ts'
import {
  actingModel,
  activate,
  mayAct,
  type ModelRecord,
  type ModelRegistry,
  readRegistry,
  recordOf,
  register,
  rollBack,
} from '#learn/models/registry.ts'
import type { Engine } from '../engine.ts'
import { modelHash, readKeptText, readModels, readModelText, readTrained, writeModel } from './model-files.ts'
import { isModelName, modelKinds, type ModelName, modelNames } from './model-kinds.ts'
import { changeModels } from './model-lock.ts'
import { importNetwork, isNetworkImport } from './networks.ts'
import { trainDue } from './train-due.ts'

export interface ModelVersion {
  readonly version: string
  readonly acts: boolean
  /** A sentence: why it acts, or why not. */
  readonly reason: string
  readonly algorithm: string
  /** UTC. */
  readonly createdAt: string
  readonly parent: string | null
  readonly seed: number | string
  readonly dataHash: string
  readonly modelHash: string
  readonly metrics: Readonly<Record<string, number | null>>
  readonly baselineMetrics: Readonly<Record<string, number | null>>
}

export interface ModelListing {
  readonly name: ModelName
  readonly about: string
  /** What it must beat. */
  readonly baseline: string
  /** What it does where it acts. */
  readonly acts: string
  /** The version that acts; null: none does. */
  readonly acting: string | null
  /** Why there is none yet, and what is needed: a sentence. null: there are versions. */
  readonly missing: string | null
  /** Newest first. */
  readonly versions: readonly ModelVersion[]
}

type Warn = Pick<Context, 'warn'>

export async function listModels(
  engine: Pick<Engine, 'dataDir' | 'store'>,
  ctx: Warn,
): Promise<readonly ModelListing[]> {
  const registry = await readModels(engine.dataDir, ctx)
  const missing = await missingOf(engine)
  return modelNames.map((name) => {
    const { about, baseline, acts } = modelKinds[name]
    const versions = registry.records
      .filter((record) => record.name === name)
      .map((record) => versionOf(registry, record))
    return {
      name,
      about,
      baseline,
      acts,
      acting: actingModel(registry, name)?.version ?? null,
      missing: versions.length === 0 ? missing(name) : null,
      versions: versions.toReversed(),
    }
  })
}

/** What the last training said of a model that it could not fit, or when the first one comes. */
async function missingOf(engine: Pick<Engine, 'dataDir' | 'store'>): Promise<(name: ModelName) => string> {
  const report = await readTrained(engine.dataDir)
  const { sessions, dueFrom, isDue } = await trainDue(engine)
  const counts = `there are ${sessions} camera sessions`
  const first = isDue
    ? 'Training is due, and comes by itself while an engine runs.'
    : `Training begins with ${dueFrom} camera sessions; ${counts}.`
  const again = isDue ? 'Training is due again.' : `It is tried again with ${dueFrom} camera sessions; ${counts}.`
  const models = Array.isArray(report?.['models']) ? report['models'] : []
  return (name) => {
    const said = models.find((model) => isJsonObject(model) && model['name'] === name)
    const reason = said !== undefined && isJsonObject(said) ? said['reason'] : null
    return typeof reason === 'string' ? `${reason} ${again}` : first
  }
}

function versionOf(registry: ModelRegistry, record: ModelRecord): ModelVersion {
  const { version, algorithm, createdAt, parent, seed, dataHash, metrics, baselineMetrics } = record
  return {
    version,
    algorithm,
    createdAt: new Date(createdAt).toISOString(),
    parent,
    seed,
    dataHash,
    modelHash: record.modelHash,
    metrics,
    baselineMetrics,
    ...standing(registry, record),
  }
}

/** Whether a model acts, and why or why not. */
export function standing(
  registry: ModelRegistry,
  record: ModelRecord,
): { readonly acts: boolean; readonly reason: string } {
  const acts = actingModel(registry, record.name)?.version === record.version
  const back = registry.acts.findLast(
    (act) => act.type === 'rollback' && act.name === record.name && act.version === record.version,
  )
  if (back?.type === 'rollback') return { acts, reason: `It was rolled back: ${back.reason}.` }
  const { reason } = mayAct(record)
  return { acts, reason: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.` }
}

/** @throws model.unknown */
export function knownName(name: string): ModelName {
  if (isModelName(name)) return name
  throw fault('model.unknown', { expected: `a model, one of ${modelNames.join(', ')}`, found: `"${name}"` })
}

/**
 * Lets a version act in the place of the one that does.
 *
 * @throws model.unknown, model.refused where it has not earned to act
 */
export async function activateModel(engine: Engine, name: string, version: string, ctx: Warn & Pick<Context, 'now'>) {
  const known = knownName(name)
  await changeModels(engine.dataDir, ctx, async (registry) => {
    if (recordOf(registry, known, version) === null) throw unknownVersion(registry, known, version)
    const changed = activate(registry, known, version, ctx.now())
    if (!changed.ok) throw fault('model.refused', { expected: 'a model that has earned to act', found: changed.reason })
    return { registry: changed.registry, value: null }
  })
}

function unknownVersion({ records }: ModelRegistry, name: ModelName, version: string) {
  const versions = records.filter((record) => record.name === name).map((record) => record.version)
  const expected =
    versions.length === 0 ? `"${name}" to be trained first` : `a version of "${name}": ${versions.join(', ')}`
  return fault('model.unknown', { expected, found: `"${version}"` })
}

/**
 * Takes the acting version out for good; the one before it acts again, or none.
 *
 * @throws model.unknown where none acts
 */
export async function rollBackModel(
  engine: Engine,
  name: string,
  reason: string,
  ctx: Warn & Pick<Context, 'now'>,
): Promise<void> {
  const known = knownName(name)
  await changeModels(engine.dataDir, ctx, async (registry) => {
    const changed = rollBack(registry, known, reason, ctx.now())
    if (!changed.ok) throw fault('model.unknown', { expected: `a model "${known}" that acts`, found: 'none' })
    return { registry: changed.registry, value: null }
  })
}

/**
 * A model with its record, as readable JSON: features by name, with their scaling.
 *
 * @param version null: the one that acts, else the newest
 * @throws model.unknown, model.damaged
 */
export async function exportModel(
  engine: Engine,
  name: string,
  version: string | null,
  ctx: Warn,
): Promise<JsonObject> {
  const known = knownName(name)
  const registry = await readModels(engine.dataDir, ctx)
  const newest = registry.records.findLast((record) => record.name === known) ?? null
  const record = version === null ? (actingModel(registry, known) ?? newest) : recordOf(registry, known, version)
  if (record === null) throw unknownVersion(registry, known, version ?? 'any')
  const text = await readKeptText(engine.dataDir, record, ctx)
  if (text === null) {
    throw fault('model.damaged', { expected: 'the model as it was trained', found: 'a file that is gone or changed' })
  }
  const { model, calibration } = parseJson(text, 'a model') as JsonObject
  return {
    format: 'hindsight.model-export',
    version: 1,
    record: recordJson(record),
    model: model!,
    calibration: calibration!,
  }
}

const recordJson = (record: ModelRecord): JsonObject => JSON.parse(JSON.stringify(record)) as JsonObject

/**
 * Registers a model that was exported, here or elsewhere, or a network with its description (networks.ts). It does not act by that: what it was judged by is not on this
 * machine, and the next training decides whether it beats what is trained here.
 *
 * @returns its name and the version it got here
 * @throws model.invalid
 */
export async function importModel(
  engine: Engine,
  json: Json,
  ctx: Warn & Pick<Context, 'now'>,
): Promise<{ readonly name: ModelName; readonly version: string }> {
  if (isNetworkImport(json)) return await importNetwork(engine, json, ctx)
  const { record, text } = exported(json)
  return await changeModels(engine.dataDir, ctx, async (registry) => {
    const same = registry.records.find(({ name, modelHash: hash }) => name === record.name && hash === record.modelHash)
    const name = knownName(record.name)
    if (same !== undefined) return { registry, value: { name, version: same.version } }
    const brought = {
      ...record,
      version: `${record.version}-brought-${record.modelHash.slice(0, 8)}`,
      comparison: null,
      parent: null,
    }
    await writeModel(engine.dataDir, brought, text)
    const changed = register(registry, { ...brought, createdAt: ctx.now() })
    if (!changed.ok) throw fault('model.invalid', { expected: 'a model that is not here yet', found: changed.reason })
    return { registry: changed.registry, value: { name, version: brought.version } }
  })
}

function exported(json: Json): { readonly record: ModelRecord; readonly text: string } {
  const isExport = isJsonObject(json) && json['format'] === 'hindsight.model-export' && json['version'] === 1
  const { record = null, model = null, calibration = null } = isExport ? json : {}
  const registry = readRegistry({ format: 'hindsight.model-registry', version: 1, records: [record], acts: [] })
  const text = `${JSON.stringify({ format: 'hindsight.trained-model', version: 1, model, calibration })}\n`
  const [read] = registry.ok ? registry.value.records : []
  const isWhole = read !== undefined && /^[\w.-]{1,80}$/.test(read.version) && readModelText(text) !== null
  if (isWhole && read.modelHash === modelHash(text) && isModelName(read.name)) return { record: read, text }
  const found = !isExport
    ? 'something else'
    : !registry.ok
      ? `at ${registry.where}: ${registry.found}`
      : read?.modelHash === modelHash(text)
        ? 'a model that this program cannot read'
        : 'a model that was changed since'
  throw fault('model.invalid', { expected: 'a model as "learn export" writes it', found })
}
