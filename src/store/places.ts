/** A place is a pair of project and domain: what sessions are indexed under. There are few, so they are kept in memory. */
import { type Database, sql } from './sqlite-driver.ts'

export interface Place {
  readonly id: number
  readonly project: string
  readonly domain: string
}

export class Places {
  readonly #db: Database
  #byName = new Map<string, number>()

  constructor(db: Database) {
    this.#db = db
  }

  /** Drops what was remembered: a transaction that was undone may have made a place that is not there. */
  forget(): void {
    this.#byName = new Map()
  }

  /** The id of a place, made when it is new. Only inside a transaction of the writer. */
  id(project: string, domain: string): number {
    const name = `${domain}\n${project}`
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    this.#db.prepare('insert into place (project, domain) values (?, ?) on conflict do nothing').run(project, domain)
    const row = this.#db.prepare('select id from place where project = ? and domain = ?').get(project, domain)
    const id = Number(row?.['id'])
    this.#byName.set(name, id)
    return id
  }
}

/** The places that a query may touch, in the order of their ids. */
export function findPlaces(db: Database, project: string | undefined, domain: string | undefined): readonly Place[] {
  let query = sql.selectFrom('place').selectAll().orderBy('id')
  if (project !== undefined) query = query.where('project', '=', project)
  if (domain !== undefined) query = query.where('domain', '=', domain)
  return db.all(query)
}
