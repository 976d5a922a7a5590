/** Named datasets and their frozen versions. */
import type { Context } from '#core/context.ts'
import type { Dataset, DatasetSelection, DatasetVersion, SplitName, SplitPlan, VersionItem } from '#core/dataset.ts'
import { brief, fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import { canonicalJson, type Json, type JsonObject, parseJson } from '#core/json.ts'
import type { Sample } from '#core/sample.ts'
import { diffVersions, type VersionDiff } from '#curate/diff.ts'
import { planSplit } from '#curate/split.ts'
import { nextVersion, versionHash } from '#curate/version.ts'
import { type Engine, sha256, utcNow } from './engine.ts'
import { samplesToday } from './sample-stream.ts'
import { refreshSamples } from './samples.ts'

export const usualPlan: SplitPlan = { shares: { train: 0.8, val: 0.1, test: 0.1 }, seed: 1, stratifyBy: null }

export interface NewDataset {
  readonly name: string
  readonly project: string
  readonly about: string | null
  readonly select: DatasetSelection
}

/** @throws dataset.exists */
export async function createDataset(engine: Engine, asked: NewDataset): Promise<Dataset> {
  if (/[@/\\]/.test(asked.name)) {
    throw fault('dataset.invalid', {
      expected: 'a name without @ and slashes',
      found: brief(asked.name),
      where: 'name',
    })
  }
  const dataset: Dataset = { ...asked, createdAt: utcNow() }
  await engine.store.datasets.create(dataset)
  return dataset
}

/** @throws dataset.unknown */
export async function datasetByName(engine: Engine, project: string, name: string): Promise<Dataset> {
  const dataset = await engine.store.datasets.get(project, name)
  if (dataset) return dataset
  throw fault('dataset.unknown', { expected: `a dataset of project "${project}"`, found: `"${name}"` })
}

/** @param reference "name" for the latest version, or "name@1.0.0" */
export async function versionByName(engine: Engine, project: string, reference: string): Promise<DatasetVersion> {
  const [name = '', wanted] = reference.split('@')
  await datasetByName(engine, project, name)
  const versions = await engine.store.datasets.versions(project, name)
  const found = wanted === undefined ? versions[0] : versions.find((version) => version.version === wanted)
  if (found) return found
  const known = versions.map((version) => version.version).join(', ') || 'none yet; commit one first'
  throw fault('dataset.unknown', { expected: `a version of "${name}" (${known})`, found: wanted ?? 'no version' })
}

export async function countSamples(engine: Engine, select: DatasetSelection, ctx: Context): Promise<number> {
  await refreshSamples(engine, ctx)
  return (await engine.store.samples.count(select.sessions, select.sampleType))[select.sampleType] ?? 0
}

export interface CommitRequest {
  readonly project: string
  readonly dataset: string
  /** null = the next one, by what changed. */
  readonly version: string | null
  readonly plan: SplitPlan | null
  readonly note: string | null
}

export interface Committed {
  readonly version: DatasetVersion
  /** Samples left out because nobody agreed to their use, by reason. */
  readonly withheld: Readonly<Record<string, number>>
}

/** Freezes what a dataset holds today. @throws dataset.* */
export async function commitVersion(engine: Engine, request: CommitRequest, ctx: Context): Promise<Committed> {
  const { project, dataset: name } = request
  const dataset = await datasetByName(engine, project, name)
  const earlier = await engine.store.datasets.versions(project, name)
  const plan = request.plan ?? earlier[0]?.plan ?? usualPlan
  checkPlan(plan)
  const stream = await samplesToday(
    engine,
    { ...dataset.select.sessions, project },
    dataset.select.sampleType,
    'train',
    ctx,
  )
  const entries: { id: string; group: string; stratum: string | null; hash: string }[] = []
  for await (const sample of stream.samples()) {
    ctx.signal.throwIfAborted()
    entries.push({
      id: sample.id,
      group: sample.group,
      stratum: stratumOf(sample, plan),
      hash: sha256(canonicalJson(sample)),
    })
    if (entries.length % 500 === 0)
      ctx.progress({ done: entries.length, total: null, unit: 'samples', note: 'reading' })
  }
  if (entries.length === 0) throw emptyDataset(name, stream.withheld)
  const splits = planSplit(entries, plan, await engine.store.datasets.assignments(project, name))
  const splitOf = (id: string): SplitName => {
    const split = splits.get(id)
    if (!split) throw new Error(`the split left out sample ${id}`)
    return split
  }
  const ordered = [...entries].sort((a, b) => byPlace(splitOf(a.id), splitOf(b.id), a.id, b.id))
  const items = ordered.map((entry) => ({
    sampleId: entry.id,
    hash: entry.hash,
    split: splitOf(entry.id),
    group: entry.group,
  }))
  const version: DatasetVersion = {
    dataset: name,
    project,
    version:
      request.version ?? (await nextVersion(earlier[0]?.version ?? null, () => diffAgainst(engine, earlier[0], items))),
    createdAt: utcNow(),
    hash: versionHash(items, sha256),
    items: items.length,
    counts: countSplits(items),
    plan,
    note: request.note,
    redacted: false,
  }
  if (!/^\d+\.\d+\.\d+$/.test(version.version) || earlier.some((other) => other.version === version.version)) {
    throw fault('dataset.invalid', {
      expected: 'a new semantic version such as 1.2.0',
      found: version.version,
      where: 'version',
    })
  }
  await engine.store.datasets.commit(version, withBodies(items, stream.samples(), ctx))
  return { version, withheld: Object.fromEntries(stream.withheld) }
}
