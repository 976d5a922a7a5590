/** Imports, and what they replace. */
import type { ImportRecord } from '#core/store.ts'
import type { CommitContext } from './commit-context.ts'
import { bringBackOne, setAsideOne } from './commit-sessions.ts'
import { IndexChange } from './derived.ts'
import { sql } from './sqlite-driver.ts'

export function putImport({ db }: CommitContext, record: ImportRecord): null {
  const row = { id: record.id, project: record.project, at: Date.parse(record.at), body: JSON.stringify(record) }
  db.run(
    sql
      .insertInto('import')
      .values(row)
      .onConflict((on) => on.doUpdateSet(row)),
  )
  return null
}

export interface AsideBatch {
  readonly project: string
  readonly domain: string
  readonly except: string
  readonly limit: number
}

/** Sets aside up to `limit` sessions of a place that the import did not bring; returns how many. */
export function setAsideBatch(context: CommitContext, { project, domain, except, limit }: AsideBatch): number {
  const rows = context.db.all(
    sql
      .selectFrom('session')
      .select('seq')
      .where('place', '=', context.places.id(project, domain))
      .where('aside', 'is', null)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('import_session')
              .select('import_session.seq')
              .where('import', '=', except)
              .whereRef('import_session.seq', '=', 'session.seq'),
          ),
        ),
      )
      .limit(limit),
  )
  const index = new IndexChange(context)
  for (const { seq } of rows) setAsideOne(context, index, seq, except)
  index.flush()
  return rows.length
}

export interface BringBackBatch {
  readonly importId: string
  readonly limit: number
}

/** Brings back up to `limit` sessions that were set aside for the import; returns how many. */
export function bringBackBatch(context: CommitContext, { importId, limit }: BringBackBatch): number {
  const rows = context.db.all(sql.selectFrom('session').select('seq').where('aside', '=', importId).limit(limit))
  const index = new IndexChange(context)
  for (const { seq } of rows) bringBackOne(context, index, seq)
  index.flush()
  return rows.length
}

/** Sets aside up to `limit` sessions that came with this import and no other; returns how many. */
export function withdrawBatch(context: CommitContext, { importId, limit }: BringBackBatch): number {
  const rows = context.db.all(
    sql
      .selectFrom('import_session as own')
      .innerJoin('session', 'session.seq', 'own.seq')
      .select('session.seq')
      .where('own.import', '=', importId)
      .where('own.created', '=', 1)
      .where('session.aside', 'is', null)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('import_session as other')
              .select('other.seq')
              .whereRef('other.seq', '=', 'own.seq')
              .where('other.import', '!=', importId),
          ),
        ),
      )
      .limit(limit),
  )
  const index = new IndexChange(context)
  // Under another mark than the import's own, or undoing twice would bring them back.
  for (const { seq } of rows) setAsideOne(context, index, seq, `undone ${importId}`)
  index.flush()
  return rows.length
}
