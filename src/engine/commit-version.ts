/** Freezing what a dataset holds today as a version: split, hashed, and never changed again. */
import type { Context } from '#core/context.ts'
import { type DatasetVersion, type SplitName, type SplitPlan, splitNames, type VersionItem } from '#core/dataset.ts'
import { brief, fault } from '#core/faults.ts'
import type { Job } from '#core/job.ts'
import { canonicalJson, type Json, parseJson } from '#core/json.ts'
import { type Sample, sampleMedia } from '#core/sample.ts'
import { diffVersions } from '#curate/diff.ts'
import { findLeaks, type LeakItem, type LeakReport } from '#curate/leaks.ts'
import { planSplit, type SplitItem } from '#curate/split.ts'
import { nextVersion, versionHash } from '#curate/version.ts'
import { datasetByName } from './datasets.ts'
import { type Engine, sha256, utcNow } from './engine.ts'
import { fingerprintsOf } from './fingerprints.ts'
import { type SampleStream, samplesToday } from './sample-stream.ts'

export const usualPlan: SplitPlan = { shares: { train: 0.8, val: 0.1, test: 0.1 }, seed: 1, stratifyBy: null }

export interface CommitRequest {
  readonly project: string
  readonly dataset: string
  /** null = the next one, by what changed. */
  readonly version: string | null
  /** null = as the version before, or the usual one. */
  readonly plan: SplitPlan | null
  readonly note: string | null
}

export interface Committed {
  readonly version: DatasetVersion
  /** Samples left out because nobody agreed to their use, by reason. */
  readonly withheld: Readonly<Record<string, number>>
  /** Groups and look-alikes that lie in several parts, so that a score on one tells less than it seems to. */
  readonly leaks: LeakReport
}

/** Freezes what a dataset holds today. @throws dataset.* */
export async function commitVersion(engine: Engine, request: CommitRequest, ctx: Context): Promise<Committed> {
  const { project, dataset: name, note } = request
  const { datasets } = engine.store
  const dataset = await datasetByName(engine, project, name)
  const earlier = await datasets.versions(project, name)
  const plan = request.plan ?? earlier[0]?.plan ?? usualPlan
  checkPlan(plan)
  const query = { ...dataset.select.sessions, project }
  const stream = await samplesToday(engine, query, dataset.select.sampleType, 'train', ctx)
  const { items, labels } = await readItems(stream, plan, await datasets.assignments(project, name), ctx)
  if (items.length === 0) throw emptyDataset(name, stream.withheld)
  const withheld = Object.fromEntries(stream.withheld)
  const frozen = new Frozen(items, stream, ctx)
  const before = earlier[0]
  const diff = () => diffVersions(datasets.items(project, name, before?.version ?? ''), frozen.bySplit())
  const version: DatasetVersion = {
    dataset: name,
    project,
    version: request.version ?? (await nextVersion(before?.version ?? null, diff)),
    createdAt: utcNow(),
    hash: versionHash(items, sha256),
    items: items.length,
    counts: countSplits(items),
    plan,
    labels: [...(before?.labels ?? []), ...labels.filter((label) => !before?.labels.includes(label))],
    note,
    redacted: false,
  }
  checkVersion(version.version, earlier)
  await datasets.commit(version, frozen.byId())
  return { version, withheld, leaks: await leaksOf(engine, project, version, ctx) }
}

/** First pass: what there is, dealt into splits; ordered by split, then id. */
async function readItems(
  stream: SampleStream,
  plan: SplitPlan,
  assigned: ReadonlyMap<string, SplitName>,
  ctx: Context,
): Promise<{ readonly items: readonly VersionItem[]; readonly labels: readonly string[] }> {
  const entries: (SplitItem & { readonly hash: string })[] = []
  const labels = new Set<string>()
  for await (const sample of stream.samples()) {
    ctx.signal.throwIfAborted()
    const { id, group } = sample
    entries.push({ id, group, stratum: stratumOf(sample, plan), hash: sha256(canonicalJson(sample)) })
    if (sample.type === 'image') for (const { label } of sample.annotations) labels.add(label)
    if (entries.length % 500 === 0)
      ctx.progress({ done: entries.length, total: null, unit: 'samples', note: 'reading' })
  }
  const splits = planSplit(entries, plan, assigned)
  const items = entries.map(({ id, hash, group }): VersionItem => {
    const split = splits.get(id)
    if (!split) throw new Error(`the split left out sample ${id}`)
    return { sampleId: id, hash, split, group }
  })
  const place = (item: VersionItem) => splitNames.indexOf(item.split)
  items.sort((a, b) => place(a) - place(b) || (a.sampleId < b.sampleId ? -1 : 1))
  return { items, labels: [...labels].sort() }
}

async function leaksOf(engine: Engine, project: string, version: DatasetVersion, ctx: Context): Promise<LeakReport> {
  const found: (Omit<LeakItem, 'fingerprints'> & { readonly pictures: readonly string[] })[] = []
  for await (const item of engine.store.datasets.items(project, version.dataset, version.version)) {
    const { sampleId: id, group, split } = item
    const sample = parseJson(item.body, id) as unknown as Sample
    found.push({ id, group, split, pictures: sampleMedia(sample).map((media) => media.sha256) })
  }
  const prints = await fingerprintsOf(
    engine,
    found.flatMap((item) => item.pictures),
    ctx,
  )
  return findLeaks(
    found.map(({ pictures, ...item }) => ({
      ...item,
      fingerprints: pictures.flatMap((sha) => prints.get(sha) ?? []),
    })),
  )
}

/** Second pass: the same samples with their bodies, provided that nothing changed since the first. */
class Frozen {
  readonly #items: ReadonlyMap<string, VersionItem>
  readonly #stream: SampleStream
  readonly #ctx: Context

  constructor(items: readonly VersionItem[], stream: SampleStream, ctx: Context) {
    this.#items = new Map(items.map((item) => [item.sampleId, item]))
    this.#stream = stream
    this.#ctx = ctx
  }

  /** Ordered by id. @throws store.busy when something was recorded in between */
  async *byId(): AsyncIterable<VersionItem & { readonly body: string }> {
    let done = 0
    for await (const sample of this.#stream.samples()) {
      this.#ctx.signal.throwIfAborted()
      const body = canonicalJson(sample)
      const item = this.#items.get(sample.id)
      if (item?.hash !== sha256(body)) throw changedMeanwhile(sample.id)
      yield { ...item, body }
      if (++done % 500 === 0) {
        this.#ctx.progress({ done, total: this.#items.size, unit: 'samples', note: 'freezing' })
      }
    }
    if (done !== this.#items.size) throw changedMeanwhile(`${this.#items.size - done} samples`)
  }

  /** Ordered by split, then id: one reading for each part. */
  async *bySplit(): AsyncIterable<VersionItem & { readonly body: string }> {
    for (const split of splitNames) {
      for await (const item of this.byId()) if (item.split === split) yield item
    }
  }
}

const changedMeanwhile = (what: string) =>
  fault('store.busy', {
    expected: 'samples to stay as they were while they were frozen',
    found: `a change of ${what}`,
    fix: 'commit again; nothing was kept of this attempt',
  })

/** The value that is spread evenly: an attribute, or with `label` the first label of a picture. */
function stratumOf(sample: Sample, { stratifyBy }: SplitPlan): string | null {
  if (stratifyBy === null) return null
  if (stratifyBy === 'label' && sample.type === 'image') return sample.annotations[0]?.label ?? null
  const value = sample.attributes[stratifyBy]
  return value === undefined || value === null ? null : canonicalJson(value)
}

function checkPlan({ shares, stratifyBy }: SplitPlan): void {
  const sum = shares.train + shares.val + shares.test
  const each = [shares.train, shares.val, shares.test]
  if (Math.abs(sum - 1) > 1e-9 || !each.every((share) => share >= 0)) {
    const expected = 'shares from 0 to 1 that sum to 1'
    throw fault('dataset.invalid', { expected, found: each.join(', '), where: 'split' })
  }
  if (stratifyBy === '')
    throw fault('dataset.invalid', { expected: 'the name of an attribute', found: 'an empty text', where: 'stratify' })
}

function checkVersion(version: string, earlier: readonly DatasetVersion[]): void {
  if (/^\d+\.\d+\.\d+$/.test(version) && !earlier.some((other) => other.version === version)) return
  const expected = 'a new semantic version such as 1.2.0'
  throw fault('dataset.invalid', { expected, found: brief(version), where: 'version' })
}

function countSplits(items: readonly VersionItem[]): Record<SplitName, number> {
  const counts = { train: 0, val: 0, test: 0 }
  for (const { split } of items) counts[split]++
  return counts
}

function emptyDataset(name: string, withheld: ReadonlyMap<string, number>) {
  const reasons = [...withheld].map(([because, count]) => `${count} left out: ${because}`).join('; ')
  const expected = `samples for dataset "${name}"`
  return fault('dataset.empty', { expected, found: reasons === '' ? 'none that its query finds' : reasons })
}

/** The job behind `POST /api/v1/datasets/{name}/versions`. */
export async function commitJob(engine: Engine, job: Job, ctx: Context): Promise<Json> {
  const request = { ...(job.params as unknown as Omit<CommitRequest, 'project'>), project: job.project }
  return (await commitVersion(engine, request, ctx)) as unknown as Json
}
