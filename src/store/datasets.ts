/** Named datasets, their frozen versions, and notes of what left the store. */
import { type Dataset, type DatasetVersion, type SplitName, splitNames, type VersionItem } from '#core/dataset.ts'
import { fault } from '#core/faults.ts'
import type { DatasetStore, ExportNote } from '#core/store.ts'
import type { ItemsToStage } from './commit-datasets.ts'
import type { DiskGuard } from './disk.ts'
import { toHex } from './hashing.ts'
import { type Database, sql } from './sqlite-driver.ts'
import type { Writer } from './writer.ts'

const stageRows = 250
const stageBytes = 4_000_000
const readRows = 500

type FrozenItem = VersionItem & { readonly body: string }

export interface DatasetsParts {
  readonly db: Database
  readonly writer: Writer
  readonly disk: DiskGuard
}

export class SqliteDatasets implements DatasetStore {
  readonly #parts: DatasetsParts

  constructor(parts: DatasetsParts) {
    this.#parts = parts
  }

  async create(dataset: Dataset): Promise<void> {
    await this.#parts.writer.call('createDataset', dataset)
  }

  async list(project: string | null): Promise<readonly Dataset[]> {
    let query = sql.selectFrom('dataset').select('body').orderBy('project').orderBy('name')
    if (project !== null) query = query.where('project', '=', project)
    return this.#parts.db.all(query).map(({ body }) => JSON.parse(body) as Dataset)
  }

  async get(project: string, name: string): Promise<Dataset | null> {
    const query = sql.selectFrom('dataset').select('body').where('project', '=', project).where('name', '=', name)
    const row = this.#parts.db.first(query)
    return row ? (JSON.parse(row.body) as Dataset) : null
  }

  async commit(version: DatasetVersion, items: AsyncIterable<FrozenItem>): Promise<void> {
    const { writer } = this.#parts
    const id = await writer.call('stageVersion', { version, nowMs: Date.now() })
    try {
      const staged = await this.#stage(id, items)
      const total = staged.train + staged.val + staged.test
      const wanted = version.counts
      if (total !== version.items || splitNames.some((part) => staged[part] !== wanted[part])) {
        const expected = `${version.items} items (${JSON.stringify(wanted)})`
        throw fault('dataset.invalid', {
          expected,
          found: `${total} (${JSON.stringify(staged)})`,
          where: version.version,
        })
      }
      await writer.call('finishVersion', { id, version })
    } catch (error) {
      await writer.call('abandonVersion', { id })
      throw error
    }
  }

  async #stage(version: number, items: AsyncIterable<FrozenItem>): Promise<Record<SplitName, number>> {
    const counts: Record<SplitName, number> = { train: 0, val: 0, test: 0 }
    let batch: ItemsToStage['items'][number][] = []
    let bytes = 0
    const flush = async () => {
      await this.#parts.disk.admit(bytes)
      await this.#parts.writer.call('stageItems', { version, nowMs: Date.now(), items: batch }, batch.length)
      batch = []
      bytes = 0
    }
    for await (const { sampleId, hash, split, group, body } of items) {
      counts[split]++
      const { sessions = [] } = JSON.parse(body) as { sessions?: readonly string[] }
      batch.push({ part: splitNames.indexOf(split), sampleId, hash, group, body, sessions })
      bytes += body.length
      if (batch.length >= stageRows || bytes > stageBytes) await flush()
    }
    if (batch.length > 0) await flush()
    return counts
  }

  async versions(project: string, name: string): Promise<readonly DatasetVersion[]> {
    const query = sql
      .selectFrom('version')
      .select('body')
      .where('project', '=', project)
      .where('dataset', '=', name)
      .where('staged_at', 'is', null)
      .orderBy('id', 'desc')
    return this.#parts.db.all(query).map(({ body }) => JSON.parse(body) as DatasetVersion)
  }

  async *items(project: string, name: string, version: string): AsyncIterable<FrozenItem> {
    const id = this.#versionId(project, name, version)
    const statement = this.#parts.db.prepare(
      `select i.part, i.sample, i.hash, i.grp, f.body from item i join frozen f on f.hash = i.hash
       where i.version = ? and (i.part, i.sample) > (?, ?) and i.redacted = 0 order by i.part, i.sample limit ${readRows}`,
    )
    let after: { part: number; sample: string } = { part: -1, sample: '' }
    for (;;) {
      const rows = statement.all(id, after.part, after.sample) as unknown as ItemRow[]
      for (const row of rows) {
        const split = splitNames[row.part] ?? 'train'
        yield { sampleId: row.sample, hash: toHex(row.hash), split, group: row.grp, body: row.body }
      }
      const last = rows.at(-1)
      if (!last) return
      after = last
    }
  }

  #versionId(project: string, name: string, version: string): number {
    const row = this.#parts.db
      .prepare('select id from version where project = ? and dataset = ? and version = ? and staged_at is null')
      .get(project, name, version)
    if (row) return Number(row['id'])
    throw fault('dataset.unknown', { expected: 'a version that was committed', found: `${name}@${version}` })
  }

  async assignments(project: string, name: string): Promise<ReadonlyMap<string, SplitName>> {
    const rows = this.#parts.db
      .prepare(
        `select i.part, i.sample, i.grp from version v cross join item i on i.version = v.id
         where v.project = ? and v.dataset = ? and v.staged_at is null and i.redacted = 0 order by v.id`,
      )
      .iterate(project, name) as Iterable<{ part: number; sample: string; grp: string }>
    const placed = new Map<string, SplitName>()
    for (const { part, sample, grp } of rows) {
      const split = splitNames[part] ?? 'train'
      // The first version that placed it decides: an item never moves afterwards.
      if (!placed.has(sample)) placed.set(sample, split)
      if (!placed.has(grp)) placed.set(grp, split)
    }
    return placed
  }

  async noteExport(note: ExportNote, sessions: readonly string[]): Promise<void> {
    await this.#parts.writer.call('noteExport', { note, sessions }, Math.max(sessions.length, 1))
  }

  async exports(project: string | null): Promise<readonly ExportNote[]> {
    let query = sql.selectFrom('export_note').select('body').orderBy('at').orderBy('id')
    if (project !== null) query = query.where('project', '=', project)
    return this.#parts.db.all(query).map(({ body }) => JSON.parse(body) as ExportNote)
  }
}

interface ItemRow {
  readonly part: number
  readonly sample: string
  readonly hash: Uint8Array
  readonly grp: string
  readonly body: string
}
