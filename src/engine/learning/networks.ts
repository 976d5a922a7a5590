/**
 * Networks that people bring: trained elsewhere, as an ONNX file with a description of what goes in and what comes out. Nobody can
 * see what such a network was trained on, so it is judged on clips that were recorded after it came, against what acts without it;
 * it acts where it beats that, and is taken out where it no longer does.
 */
import type { Context } from '#core/context.ts'
import { fault } from '#core/faults.ts'
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts'
import { describedIn, networkJson, type NetworkModel, wholeOf } from '#learn/models/network-model.ts'
import { readOnnx } from '#learn/models/onnx/read-onnx.ts'
import { reading, refuse } from '#learn/models/read-json.ts'
import {
  actingModel,
  activate,
  judged,
  mayAct,
  type ModelRecord,
  recordOf,
  register,
  rollBack,
} from '#learn/models/registry.ts'
import { deadZoneFeatureNames } from '#domains/camera/learning/examples/dead-zone-examples.ts'
import { settingsFeatureNames } from '#domains/camera/learning/examples/settings-examples.ts'
import type { Engine } from '../engine.ts'
import { judgeInThread } from './fit-in-thread.ts'
import type { Gathered } from './gather.ts'
import { modelHash, modelText, readKept, readModels, writeModel } from './model-files.ts'
import { type ModelKind, modelKinds, type ModelName } from './model-kinds.ts'
import { changeModels } from './model-lock.ts'
import type { RowSet } from './rows.ts'

export const networkAlgorithm = 'network'
const importFormat = 'hindsight.network'

/** What a network may stand for, with the features that it may ask for, and what it may tell. */
const places: Readonly<
  Partial<
    Record<ModelName, { readonly features: readonly string[]; readonly outputs: readonly NetworkModel['output'][] }>
  >
> = {
  settings: { features: settingsFeatureNames, outputs: ['value'] },
  'dead-zones': { features: deadZoneFeatureNames, outputs: ['chance', 'logit'] },
}

export const isNetworkImport = (json: Json): json is JsonObject => isJsonObject(json) && json['format'] === importFormat

/** The file and its description, as it is brought in. @param described `model`, `features` with their scaling, `output` */
export const networkImport = (described: JsonObject, onnx: Uint8Array): JsonObject => ({
  ...described,
  format: importFormat,
  onnx: Buffer.from(onnx).toString('base64'),
})

/**
 * Registers a network; it does not act by that.
 *
 * @throws model.invalid
 */
export async function importNetwork(
  engine: Pick<Engine, 'dataDir'>,
  json: JsonObject,
  ctx: Pick<Context, 'warn' | 'now'>,
): Promise<{ readonly name: ModelName; readonly version: string }> {
  const { name, model } = describedNetwork(json)
  const text = modelText(networkJson(model), null)
  const hash = modelHash(text)
  return await changeModels(engine.dataDir, ctx, async (registry) => {
    const same = registry.records.find((record) => record.name === name && record.modelHash === hash)
    if (same !== undefined) return { registry, value: { name, version: same.version } }
    const record: ModelRecord = {
      name,
      version: `network-${hash.slice(0, 8)}`,
      algorithm: networkAlgorithm,
      featureNames: places[name]!.features,
      modelHash: hash,
      // What it was fitted on is not known here.
      dataHash: hash,
      seed: 0,
      metrics: {},
      baselineMetrics: {},
      baseline: modelKinds[name].baseline,
      comparison: null,
      createdAt: ctx.now(),
      parent: null,
    }
    await writeModel(engine.dataDir, record, text)
    const changed = register(registry, record)
    if (!changed.ok) throw fault('model.invalid', { expected: 'a network that is not here yet', found: changed.reason })
    return { registry: changed.registry, value: { name, version: record.version } }
  })
}

function describedNetwork(json: JsonObject): { readonly name: ModelName; readonly model: NetworkModel } {
  const network = readOnnx(Buffer.from(typeof json['onnx'] === 'string' ? json['onnx'] : '', 'base64'))
  if (!network.ok)
    throw fault('model.invalid', { expected: network.expected, found: network.found, where: network.where })
  const read = reading(() => {
    const place = Object.entries(places).find(([name]) => name === json['model'])
    if (place === undefined) return refuse('model', `one of ${Object.keys(places).join(', ')}`, json['model'])
    const [name, { features, outputs }] = place
    const said = describedIn(json)
    const strange = said.features.find((feature) => !features.includes(feature.name))
    if (strange !== undefined) refuse('features', `some of ${features.join(', ')}`, strange.name)
    if (!outputs.includes(said.output)) refuse('output', outputs.join(' or '), said.output)
    return { name: name as ModelName, model: wholeOf({ algorithm: networkAlgorithm, ...said, network: network.value }) }
  })
  if (read.ok) return read.value
  throw fault('model.invalid', { expected: read.expected, found: read.found, where: read.where })
}

/**
 * Judges the networks of a name on what came after them.
 *
 * @returns the one that acts now; null: none does
 */
export async function judgeNetworks(
  engine: Pick<Engine, 'dataDir'>,
  kind: ModelKind,
  { sets, firstSeen }: Pick<Gathered, 'sets' | 'firstSeen'>,
  seed: number,
  ctx: Context,
): Promise<ModelRecord | null> {
  const { name } = kind
  const set = sets[name]
  const { records } = await readModels(engine.dataDir, ctx)
  for (const record of records) {
    if (record.name !== name || record.algorithm !== networkAlgorithm || set.type !== 'rows') continue
    await judgeOne(engine, kind, set, record, { firstSeen, seed }, ctx)
  }
  const acting = actingModel(await readModels(engine.dataDir, ctx), name)
  return acting?.algorithm === networkAlgorithm ? acting : null
}

async function judgeOne(
  { dataDir }: Pick<Engine, 'dataDir'>,
  { name, baseline, fewestClips }: ModelKind,
  set: RowSet,
  record: ModelRecord,
  { firstSeen, seed }: { readonly firstSeen: Gathered['firstSeen']; readonly seed: number },
  ctx: Context,
): Promise<void> {
  const { version } = record
  const kept = await readKept(dataDir, record, ctx)
  const clips = [...new Set(set.clips)].filter((clip) => (firstSeen.get(clip) ?? -Infinity) > record.createdAt)
  if (kept?.model.algorithm !== networkAlgorithm || clips.length < fewestClips) return
  const { records } = await readModels(dataDir, ctx)
  const own = records.findLast((one) => one.name === name && one.algorithm !== networkAlgorithm) ?? null
  const rivals = own !== null && mayAct(own).may ? 'model' : 'baseline'
  const found = await judgeInThread({ name, set, seed, judge: { network: kept.model, rivals, clips } }, ctx)
  const against = rivals === 'model' ? 'what is trained here' : baseline
  await changeModels(dataDir, ctx, async (registry) => {
    const next = judged(registry, name, version, { ...found, baseline: against })
    const { may, reason } = mayAct(recordOf(next, name, version) ?? record)
    if (may) {
      const activated = activate(next, name, version, ctx.now())
      return { registry: activated.ok ? activated.registry : next, value: null }
    }
    const isActing = actingModel(next, name)?.version === version
    const back = isActing ? rollBack(next, name, `on clips that came after it: ${reason}`, ctx.now()) : null
    return { registry: back?.ok === true ? back.registry : next, value: null }
  })
}
