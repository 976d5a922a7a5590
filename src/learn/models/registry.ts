/**
 * Which models there are, which of them acts, and why: a plain value with a history that is only added to. A model acts only
 * where it beat the obvious on clips it had not seen; one that turned out worse is rolled back for good, and the one that acted
 * before it acts again, or the baseline.
 */
import type { Json } from '#core/json.ts'
import type { Comparison } from './compare.ts'
import { aNumber, anObject, aSeed, aText, listOf, oneOf, orNull, type Read, reading, refuse } from './read-json.ts'

export interface ModelRecord {
  /** What it is for: 'settings', 'dead-zones', 'track-quality', 'failure-frame'. */
  readonly name: string
  /** Unlike that of all other models of the name. */
  readonly version: string
  readonly algorithm: string
  readonly featureNames: readonly string[]
  /** SHA-256 of the model's JSON: a file that does not have it is damaged. */
  readonly modelHash: string
  /** SHA-256 of the rows it was fitted on. */
  readonly dataHash: string
  readonly seed: number | string
  /** Measured on held-out clips; null where the rows could not tell. */
  readonly metrics: Readonly<Record<string, number | null>>
  readonly baselineMetrics: Readonly<Record<string, number | null>>
  /** The baseline in words: 'the default settings', 'the share of all tracks'. */
  readonly baseline: string
  /** On clips that took no part in the fit; null where there were none. */
  readonly comparison: Comparison | null
  /** Unix time in milliseconds. */
  readonly createdAt: number
  /** Version that it was made from; null for the first. */
  readonly parent: string | null
}

export type RegistryAct =
  | { readonly type: 'activate'; readonly name: string; readonly version: string; readonly at: number }
  | {
      readonly type: 'rollback'
      readonly name: string
      readonly version: string
      readonly at: number
      readonly reason: string
    }

export interface ModelRegistry {
  readonly format: 'hindsight.model-registry'
  readonly version: 1
  readonly records: readonly ModelRecord[]
  readonly acts: readonly RegistryAct[]
}

export interface ActingRules {
  /** Clips that the comparison must rest on at least: bootstrap intervals over fewer are too narrow. */
  readonly minGroups: number
  /** The gain's lower bound must be above it. */
  readonly minGain: number
}

export const actingRules: ActingRules = { minGroups: 8, minGain: 0 }

export const emptyRegistry: ModelRegistry = { format: 'hindsight.model-registry', version: 1, records: [], acts: [] }

/** What came of a change that was asked for. */
export type Changed =
  | { readonly ok: true; readonly registry: ModelRegistry }
  | { readonly ok: false; readonly reason: string }

/** Adds a model; it does not act yet. */
export function register(registry: ModelRegistry, record: ModelRecord): Changed {
  if (recordOf(registry, record.name, record.version) !== null) {
    return { ok: false, reason: `there is a model "${record.name}" of version ${record.version} already` }
  }
  return { ok: true, registry: { ...registry, records: [...registry.records, record] } }
}

/** Whether a model has earned to act, and the sentence that says why. */
export function mayAct({ comparison, baseline }: ModelRecord, rules = actingRules): { may: boolean; reason: string } {
  if (comparison === null) return { may: false, reason: 'it was not judged on clips that it had not seen' }
  const { gain, gainLow, gainHigh, groups } = comparison
  const found = `loss lower by ${short(gain)} (${short(gainLow)} to ${short(gainHigh)}) than ${baseline} on ${groups} unseen clips`
  if (groups < rules.minGroups) return { may: false, reason: `${found}; at least ${rules.minGroups} clips are needed` }
  if (gainLow > rules.minGain) return { may: true, reason: found }
  return { may: false, reason: `${found}: that may be luck` }
}

/** What was found of a model that was judged later than it was made: on clips that came after it. */
export function judged(
  registry: ModelRegistry,
  name: string,
  version: string,
  found: Pick<ModelRecord, 'comparison' | 'metrics' | 'baselineMetrics' | 'baseline'>,
): ModelRegistry {
  const records = registry.records.map((record) =>
    record.name === name && record.version === version ? { ...record, ...found } : record,
  )
  return { ...registry, records }
}

/** Lets a model act from now on, in the place of the one that did. */
export function activate(
  registry: ModelRegistry,
  name: string,
  version: string,
  at: number,
  rules = actingRules,
): Changed {
  const record = recordOf(registry, name, version)
  if (record === null) return { ok: false, reason: `there is no model "${name}" of version ${version}` }
  const { current, withdrawn } = standing(registry, name)
  if (withdrawn.has(version)) return { ok: false, reason: `version ${version} was rolled back` }
  if (current.at(-1) === version) return { ok: true, registry }
  const { may, reason } = mayAct(record, rules)
  if (!may) return { ok: false, reason }
  return { ok: true, registry: { ...registry, acts: [...registry.acts, { type: 'activate', name, version, at }] } }
}

/** Takes the acting model out for good; the one before it acts again. */
export function rollBack(registry: ModelRegistry, name: string, reason: string, at: number): Changed {
  const version = standing(registry, name).current.at(-1)
  if (version === undefined) return { ok: false, reason: `no model "${name}" acts` }
  return {
    ok: true,
    registry: { ...registry, acts: [...registry.acts, { type: 'rollback', name, version, at, reason }] },
  }
}

/** The model that acts under a name; null when none does and the baseline is used. */
export function actingModel(registry: ModelRegistry, name: string): ModelRecord | null {
  const version = standing(registry, name).current.at(-1)
  return version === undefined ? null : recordOf(registry, name, version)
}

export const recordOf = ({ records }: ModelRegistry, name: string, version: string): ModelRecord | null =>
  records.find((record) => record.name === name && record.version === version) ?? null

/** The versions that would act, the last one first in line, and those that never will again. */
function standing({ acts }: ModelRegistry, name: string) {
  let current: string[] = []
  const withdrawn = new Set<string>()
  for (const act of acts) {
    if (act.name !== name) continue
    current = current.filter((version) => version !== act.version)
    if (act.type === 'activate') current.push(act.version)
    else withdrawn.add(act.version)
  }
  return { current, withdrawn }
}

const short = (value: number) => Number(value.toPrecision(3)).toString()

/**
 * Reads a registry that was written with `JSON.stringify`.
 *
 * @param json as parsed from text; anything
 */
export function readRegistry(json: Json | undefined): Read<ModelRegistry> {
  return reading(() => {
    const fields = anObject(json, 'the registry')
    const registry: ModelRegistry = {
      format: oneOf(fields['format'], ['hindsight.model-registry'], 'format'),
      version: oneOf(fields['version'], [1], 'version'),
      records: listOf(fields['records'], 'records', readRecord),
      acts: listOf(fields['acts'], 'acts', readAct),
    }
    registry.acts.forEach(({ name, version }, index) => {
      if (recordOf(registry, name, version) === null)
        refuse(`acts[${index}]`, 'a model of the records', `${name} ${version}`)
    })
    return registry
  })
}

function readRecord(json: unknown, where: string): ModelRecord {
  const fields = anObject(json, where)
  const text = (key: string) => aText(fields[key], `${where}.${key}`)
  return {
    name: text('name'),
    version: text('version'),
    algorithm: text('algorithm'),
    featureNames: listOf(fields['featureNames'], `${where}.featureNames`, aText),
    modelHash: text('modelHash'),
    dataHash: text('dataHash'),
    seed: aSeed(fields['seed'], `${where}.seed`),
    metrics: readMetrics(fields['metrics'], `${where}.metrics`),
    baselineMetrics: readMetrics(fields['baselineMetrics'], `${where}.baselineMetrics`),
    baseline: text('baseline'),
    comparison: orNull(fields['comparison'], `${where}.comparison`, readComparison),
    createdAt: aNumber(fields['createdAt'], `${where}.createdAt`),
    parent: orNull(fields['parent'], `${where}.parent`, aText),
  }
}

function readMetrics(json: unknown, where: string): Record<string, number | null> {
  const entries = Object.entries(anObject(json, where))
  return Object.fromEntries(
    entries.map(([key, value]) => [key, orNull(value, `${where}.${key}`, (at) => aNumber(at, where))]),
  )
}

function readComparison(json: unknown, where: string): Comparison {
  const fields = anObject(json, where)
  const number = (key: keyof Comparison) => aNumber(fields[key], `${where}.${key}`)
  return {
    modelLoss: number('modelLoss'),
    baselineLoss: number('baselineLoss'),
    gain: number('gain'),
    gainLow: number('gainLow'),
    gainHigh: number('gainHigh'),
    rows: number('rows'),
    groups: number('groups'),
  }
}

function readAct(json: unknown, where: string): RegistryAct {
  const fields = anObject(json, where)
  const act = {
    name: aText(fields['name'], `${where}.name`),
    version: aText(fields['version'], `${where}.version`),
    at: aNumber(fields['at'], `${where}.at`),
  }
  const type = oneOf(fields['type'], ['activate', 'rollback'], `${where}.type`)
  return type === 'activate' ? { type, ...act } : { type, ...act, reason: aText(fields['reason'], `${where}.reason`) }
}
