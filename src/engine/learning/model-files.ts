/**
 * Models on disk: `models/NAME-VERSION.json` and `models/registry.json` in the data directory, written as a whole and checked
 * by their hash when they are read. They are derived from sessions: a damaged one is set aside under another name and said
 * so; whatever acted before it acts again, or nothing does, until models are trained anew.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '#core/context.ts'
import { type Json, type JsonObject, isJsonObject, parseJson } from '#core/json.ts'
import type { Calibration } from '#learn/models/calibration.ts'
import { type Model, readCalibration, readModel } from '#learn/models/kept-model.ts'
import { emptyRegistry, type ModelRecord, type ModelRegistry, readRegistry } from '#learn/models/registry.ts'
import { writeWhole } from '#store/durable-files.ts'

export interface KeptModel {
  readonly model: Model
  /** Of its chances; null: they are told as they are. */
  readonly calibration: Calibration | null
}

const folder = (dataDir: string) => join(dataDir, 'models')
const registryFile = (dataDir: string) => join(folder(dataDir), 'registry.json')
const modelFile = (dataDir: string, { name, version }: Pick<ModelRecord, 'name' | 'version'>) =>
  join(folder(dataDir), `${name}-${version}.json`)

type Warn = Pick<Context, 'warn'>

export const modelHash = (text: string): string => createHash('sha256').update(text).digest('hex')

/** As it is kept, and handed on. */
export const modelText = (model: JsonObject, calibration: Calibration | null): string =>
  `${JSON.stringify({ format: 'hindsight.trained-model', version: 1, model, calibration })}\n`

/** @returns null for what is no model of ours */
export function readModelText(text: string): KeptModel | null {
  const json = parsed(text)
  if (!isJsonObject(json) || json['format'] !== 'hindsight.trained-model' || json['version'] !== 1) return null
  const model = readModel(json['model'])
  if (!model.ok) return null
  if (json['calibration'] === null) return { model: model.value, calibration: null }
  const calibration = readCalibration(json['calibration'])
  return calibration.ok ? { model: model.value, calibration: calibration.value } : null
}

function parsed(text: string): Json {
  try {
    return parseJson(text, 'a model')
  } catch {
    return null
  }
}

/** null: there is no such file. */
const textOf = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })

/** An empty one where there is none; one that is damaged is set aside. */
export async function readModels(dataDir: string, ctx: Warn): Promise<ModelRegistry> {
  const path = registryFile(dataDir)
  const text = await textOf(path)
  if (text === null) return emptyRegistry
  const read = readRegistry(parsed(text))
  if (read.ok) return read.value
  await setAside(path, `the list of models is damaged (${read.where}: expected ${read.expected})`, ctx)
  return emptyRegistry
}

export async function writeModels(dataDir: string, registry: ModelRegistry): Promise<void> {
  await mkdir(folder(dataDir), { recursive: true, mode: 0o700 })
  await writeWhole(registryFile(dataDir), JSON.stringify(registry))
}

export async function writeModel(dataDir: string, record: ModelRecord, text: string): Promise<void> {
  await mkdir(folder(dataDir), { recursive: true, mode: 0o700 })
  await writeWhole(modelFile(dataDir, record), text)
}

/** As it was written. @returns null when it is gone, or damaged and then set aside */
export async function readKeptText(dataDir: string, record: ModelRecord, ctx: Warn): Promise<string | null> {
  const path = modelFile(dataDir, record)
  const text = await textOf(path)
  if (text === null || modelHash(text) === record.modelHash) return text
  await setAside(path, `the model "${record.name}" of version ${record.version} is damaged`, ctx)
  return null
}

/** @returns null when it is gone, damaged, or made for another version of this program */
export async function readKept(dataDir: string, record: ModelRecord, ctx: Warn): Promise<KeptModel | null> {
  const text = await readKeptText(dataDir, record, ctx)
  return text === null ? null : readModelText(text)
}

async function setAside(path: string, what: string, ctx: Warn): Promise<void> {
  const aside = `${path}.damaged-${Date.now()}`
  await rename(path, aside)
  ctx.warn({ code: 'model.damaged', message: `${what}: it was set aside, and training makes it anew`, where: aside })
}

const trainedFile = (dataDir: string) => join(folder(dataDir), 'trained.json')

/** What the last training found, for whoever asks. */
export async function writeTrained(dataDir: string, report: object): Promise<void> {
  await mkdir(folder(dataDir), { recursive: true, mode: 0o700 })
  await writeWhole(trainedFile(dataDir), JSON.stringify(report))
}

/** null where nothing was trained, or what was written is damaged: training writes it anew. */
export async function readTrained(dataDir: string): Promise<JsonObject | null> {
  const json = parsed((await textOf(trainedFile(dataDir))) ?? '')
  return isJsonObject(json) && typeof json['trainedAt'] === 'string' ? json : null
}

/** All models and what is known of them are gone; training makes them anew. */
export const dropModels = (dataDir: string): Promise<void> => rm(folder(dataDir), { recursive: true, force: true })
