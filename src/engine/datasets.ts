/** Named datasets, and looking at their versions. */
import type { Context } from '#core/context.ts'
import type { Dataset, DatasetSelection, DatasetVersion } from '#core/dataset.ts'
import { brief, fault } from '#core/faults.ts'
import type { ExportItem } from '#core/format.ts'
import { parseJson } from '#core/json.ts'
import type { Sample } from '#core/sample.ts'
import { diffVersions, type VersionDiff } from '#curate/diff.ts'
import { gatherQuality } from '#curate/quality.ts'
import { type Engine, utcNow } from './engine.ts'
import { refreshSamples } from './samples.ts'

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

export async function countSamples(
  engine: Engine,
  project: string,
  select: DatasetSelection,
  ctx: Context,
): Promise<number> {
  await refreshSamples(engine, ctx)
  const counts = await engine.store.samples.count({ ...select.sessions, project }, select.sampleType)
  return counts[select.sampleType] ?? 0
}

export async function versionDiff(
  engine: Engine,
  project: string,
  name: string,
  from: string,
  to: string,
): Promise<VersionDiff> {
  const before = await versionByName(engine, project, `${name}@${from}`)
  const after = await versionByName(engine, project, `${name}@${to}`)
  const { datasets } = engine.store
  return diffVersions(datasets.items(project, name, before.version), datasets.items(project, name, after.version))
}

/** Figures of a version by which people judge whether it is fit to train on. @param reference as {@link versionByName} */
export async function versionQuality(engine: Engine, project: string, reference: string) {
  const version = await versionByName(engine, project, reference)
  async function* items(): AsyncIterable<ExportItem> {
    for await (const item of engine.store.datasets.items(project, version.dataset, version.version)) {
      yield { sample: parseJson(item.body, item.sampleId) as unknown as Sample, split: item.split }
    }
  }
  return { version, quality: await gatherQuality(items()) }
}
