/** Facts are kept once and named by a number in the index; the writer remembers the numbers. */
import type { Database } from './sqlite-driver.ts'

const maxKept = 50_000

export class Facts {
  readonly #db: Database
  #byName = new Map<string, number>()
  #generation: unknown = null

  constructor(db: Database) {
    this.#db = db
  }

  forget(): void {
    this.#byName = new Map()
  }

  /** At the beginning of each transaction: another process may have deleted facts that are remembered here. */
  refresh(): void {
    const generation = this.#db.prepare(`select value from setting where key = 'generation'`).get()?.['value'] ?? null
    if (generation !== this.#generation) this.forget()
    this.#generation = generation
  }

  /** The number of a fact, given to it when it is new. */
  id(place: number, key: string, numeric: 0 | 1, text: string): number {
    const name = `${place}\n${numeric}${key}\n${text}`
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const id = this.#find(place, key, numeric, text) ?? this.#insert(place, key, numeric, text)
    if (this.#byName.size >= maxKept) this.forget()
    this.#byName.set(name, id)
    return id
  }

  #find(place: number, key: string, numeric: 0 | 1, text: string): number | undefined {
    return findFact(this.#db, place, key, numeric, text)?.id
  }

  #insert(place: number, key: string, numeric: 0 | 1, text: string): number {
    const statement = this.#db.prepare('insert into fact (place, key, numeric, text, sessions) values (?, ?, ?, ?, 0)')
    return Number(statement.run(place, key, numeric, text).lastInsertRowid)
  }

  /** Deletes those of these facts that no session has any more. */
  drop(ids: Iterable<number>): void {
    const statement = this.#db.prepare('delete from fact where id = ? and sessions <= 0')
    let dropped = 0
    for (const id of ids) dropped += Number(statement.run(id).changes)
    if (dropped > 0) this.newGeneration()
  }

  newGeneration(): void {
    this.#db
      .prepare(
        `insert into setting (key, value) values ('generation', '1')
         on conflict do update set value = cast(value as integer) + 1`,
      )
      .run()
    this.forget()
  }
}

export interface Fact {
  readonly id: number
  /** How many sessions have it. */
  readonly sessions: number
}

export function findFact(db: Database, place: number, key: string, numeric: 0 | 1, text: string): Fact | undefined {
  const statement = db.prepare('select id, sessions from fact where place = ? and key = ? and numeric = ? and text = ?')
  return statement.get(place, key, numeric, text) as Fact | undefined
}
