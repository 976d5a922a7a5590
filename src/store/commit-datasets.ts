/** Datasets and their versions. A version is staged in batches, and appears as a whole with the last transaction. */
import type { Dataset, DatasetVersion } from '#core/dataset.ts'
import { fault } from '#core/faults.ts'
import type { ExportNote } from '#core/store.ts'
import type { CommitContext } from './commit-context.ts'
import { tellWebhooks } from './commit-webhooks.ts'
import { fromHex, sha256Hex } from './hashing.ts'
import { sql } from './sqlite-driver.ts'

/** A staged version whose writer has been silent for so long is given up. */
const stagingMs = 3_600_000

export function createDataset({ db }: CommitContext, dataset: Dataset): null {
  const { project, name } = dataset
  if (db.prepare('select 1 from archived_dataset where project = ? and name = ?').get(project, name)) {
    throw fault('dataset.exists', { expected: 'a new name', found: `${name}, which is in an archive` })
  }
  const row = {
    project: dataset.project,
    name: dataset.name,
    created_at: Date.parse(dataset.createdAt),
    body: JSON.stringify(dataset),
  }
  if (
    db.run(
      sql
        .insertInto('dataset')
        .values(row)
        .onConflict((on) => on.doNothing()),
    ) === 0
  ) {
    throw fault('dataset.exists', { expected: 'a new name', found: dataset.name, where: `project ${dataset.project}` })
  }
  return null
}

export interface StagedVersion {
  readonly version: DatasetVersion
  readonly nowMs: number
}

/** Begins a version; returns its number. */
export function stageVersion({ db }: CommitContext, { version, nowMs }: StagedVersion): number {
  for (const { id } of db.all(
    sql
      .selectFrom('version')
      .select('id')
      .where('staged_at', '<', nowMs - stagingMs),
  )) {
    removeVersion(db, id)
  }
  const row = {
    project: version.project,
    dataset: version.dataset,
    version: version.version,
    staged_at: nowMs,
    body: JSON.stringify(version),
  }
  const known = db.first(
    sql.selectFrom('dataset').select('name').where('project', '=', row.project).where('name', '=', row.dataset),
  )
  if (!known) {
    throw fault('dataset.unknown', { expected: 'a dataset that was created', found: row.dataset })
  }
  requireFree(db, version)
  const { sql: text, parameters } = sql.insertInto('version').values(row).compile()
  return Number(db.prepare(text).run(...(parameters as (string | number | null)[])).lastInsertRowid)
}

function requireFree(db: CommitContext['db'], { project, dataset, version }: DatasetVersion): void {
  const taken = db
    .prepare('select 1 from version where project = ? and dataset = ? and version = ? and staged_at is null')
    .get(project, dataset, version)
  if (taken) throw fault('dataset.exists', { expected: 'a new version', found: `${dataset}@${version}` })
}

export interface ItemsToStage {
  readonly version: number
  readonly nowMs: number
  readonly items: readonly {
    readonly part: number
    readonly sampleId: string
    readonly hash: string
    readonly group: string
    readonly body: string
    readonly sessions: readonly string[]
  }[]
}

export function stageItems({ db }: CommitContext, { version, nowMs, items }: ItemsToStage): null {
  const kept = db.prepare('update version set staged_at = ? where id = ? and staged_at is not null').run(nowMs, version)
  if (kept.changes === 0) {
    const expected = 'a version that is being written'
    throw fault('dataset.invalid', { expected, found: 'one that was given up after an hour of silence' })
  }
  const freeze = db.prepare(
    'insert into frozen (hash, body) values (?, ?) on conflict do update set body = excluded.body where body is null',
  )
  const link = db.prepare('insert or ignore into frozen_session (seq, hash) select seq, ? from session where id = ?')
  const insert = db.prepare('insert into item (version, part, sample, hash, grp, redacted) values (?, ?, ?, ?, ?, 0)')
  for (const item of items) {
    if (sha256Hex(item.body) !== item.hash) {
      const expected = `sha256 ${item.hash}`
      throw fault('dataset.invalid', { expected, found: sha256Hex(item.body), where: `sample ${item.sampleId}` })
    }
    const hash = fromHex(item.hash)
    freeze.run(hash, item.body)
    for (const session of item.sessions) link.run(hash, session)
    insert.run(version, item.part, item.sampleId, hash, item.group)
  }
  return null
}

export interface VersionToFinish {
  readonly id: number
  readonly version: DatasetVersion
}

export function finishVersion({ db }: CommitContext, { id, version }: VersionToFinish): null {
  requireFree(db, version)
  db.prepare('update version set staged_at = null where id = ?').run(id)
  const { dataset, project, version: name, createdAt, hash, items } = version
  tellWebhooks(db, 'version.created', project, { dataset, project, version: name, createdAt, hash, items })
  return null
}

export function abandonVersion({ db }: CommitContext, { id }: { readonly id: number }): null {
  if (db.prepare('select 1 from version where id = ? and staged_at is not null').get(id)) removeVersion(db, id)
  return null
}

function removeVersion(db: CommitContext['db'], id: number): void {
  db.prepare('delete from item where version = ?').run(id)
  db.prepare('delete from version where id = ?').run(id)
  dropLoose(db)
}

/** Sample bodies that no version has any more. */
export function dropLoose(db: CommitContext['db']): void {
  const loose = 'hash not in (select hash from item)'
  db.prepare(`delete from frozen_session where ${loose}`).run()
  db.prepare(`delete from frozen where ${loose}`).run()
}

export interface ExportToNote {
  readonly note: ExportNote
  readonly sessions: readonly string[]
}

export function noteExport({ db }: CommitContext, { note, sessions }: ExportToNote): null {
  const row = { id: note.id, project: note.project, at: Date.parse(note.at), body: JSON.stringify(note) }
  db.run(sql.insertInto('export_note').values(row))
  const link = db.prepare('insert or ignore into export_session (seq, export) select seq, ? from session where id = ?')
  for (const session of sessions) link.run(note.id, session)
  return null
}
