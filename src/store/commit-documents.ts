/** Named documents and saved queries: the latest value wins. */
import type { SavedQuery } from '#core/dataset.ts'
import type { CommitContext } from './commit-context.ts'
import { sql } from './sqlite-driver.ts'

export interface DocumentToCommit {
  readonly project: string
  readonly name: string
  readonly text: string
}

export function putDocument({ db }: CommitContext, row: DocumentToCommit): null {
  db.run(
    sql
      .insertInto('document')
      .values(row)
      .onConflict((on) => on.doUpdateSet({ text: row.text })),
  )
  return null
}

export function putQuery({ db }: CommitContext, query: SavedQuery): null {
  const body = JSON.stringify(query)
  const row = { project: query.project, name: query.name, body }
  db.run(
    sql
      .insertInto('saved_query')
      .values(row)
      .onConflict((on) => on.doUpdateSet({ body })),
  )
  return null
}

export function deleteQuery({ db }: CommitContext, { project, name }: Pick<SavedQuery, 'project' | 'name'>): boolean {
  return db.run(sql.deleteFrom('saved_query').where('project', '=', project).where('name', '=', name)) > 0
}
